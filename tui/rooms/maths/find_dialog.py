"""A small window that asks which unit, class, pixel or weight to follow."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ...errors import UserError
from ...screens.dialogs.base import Dialog
from .walk.path import UnitPath


class FindDialog(Dialog[UnitPath | None]):
    """Ends with a path, or None."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(self, what: str, such_as: str, read: Callable[[str], UnitPath]) -> None:
        """what: to be asked for; such_as: examples; read: from text to path, raises UserError."""
        super().__init__()
        self._what, self._such_as, self._read = what, such_as, read

    def compose(self) -> ComposeResult:
        """One entry, and room for what is wrong with it."""
        with Vertical(classes="window small") as frame:
            frame.border_title = Content(self._what)
            frame.border_subtitle = "Enter go · Esc leave"
            yield Input(compact=True)
            yield Label(self._such_as, id="such-as", markup=False)
            yield Label("", classes="complaint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            path = self._read(event.value)
        except UserError as problem:
            self.query_one(".complaint", Label).update(Content(str(problem)))
        else:
            self.dismiss(path)

    def action_leave(self) -> None:
        """Close without choosing."""
        self.dismiss(None)
