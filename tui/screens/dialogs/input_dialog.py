"""The base of windows that ask for one line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label

from ...errors import UserError
from ...text import printable
from .base import Dialog

Value = TypeVar("Value")


class InputDialog(Dialog["Value | None"], Generic[Value]):
    """Ends with the parsed line, or None; an invalid line produces an error below it."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(self, title: str, *, enter: str = "go", size: str = "small") -> None:
        """Create the dialog.

        Args:
            title: of the window.
            enter: the word for what Enter does.
            size: style class of the window's size.
        """
        super().__init__()
        self._heading, self._enter, self._size_class = title, enter, size

    def entry(self) -> Input:
        """Return the field."""
        return Input(compact=True)

    def hints(self) -> Iterable[Widget]:
        """Return what stands below the field."""
        return ()

    def parse(self, text: str) -> Value | None:
        """Return what the line means; None changes nothing. Raises UserError with the reason."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Yield the field, its hints, and a line for errors."""
        with Vertical(classes=f"window {self._size_class}".strip()) as frame:
            frame.border_title = Content(self._heading)
            frame.border_subtitle = f"Enter {self._enter} · Esc leave"
            yield self.entry()
            yield from self.hints()
            yield Label("", classes="complaint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            value = self.parse(event.value)
        except UserError as problem:
            self.query_one(".complaint", Label).update(Content(printable(problem)))
        else:
            self.dismiss(value)

    def action_leave(self) -> None:
        """Close and change nothing."""
        self.dismiss(None)
