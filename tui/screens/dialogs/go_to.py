"""A small window that asks for the number of a test image."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ...config.fields import integer_parser
from ...errors import UserError
from .base import Dialog


class GoToDialog(Dialog[int | None]):
    """Ends with an index from 0 to count - 1, or None."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(self, count: int, thing: str = "digit") -> None:
        """thing: what is counted, in a word."""
        super().__init__()
        self._count, self._thing = count, thing

    def compose(self) -> ComposeResult:
        """One entry, and room for what is wrong with it."""
        with Vertical(classes="window small") as frame:
            frame.border_title = f"Go to test {self._thing}, 0 to {self._count - 1}"
            frame.border_subtitle = "Enter go · Esc leave"
            yield Input(compact=True)
            yield Label("", classes="complaint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            index = integer_parser("the number", "17")(event.value)
            if not 0 <= index < self._count:
                raise UserError(f"the number must be from 0 to {self._count - 1}, not {index}")
        except UserError as problem:
            self.query_one(".complaint", Label).update(Content(str(problem)))
        else:
            self.dismiss(index)

    def action_leave(self) -> None:
        """Close without going anywhere."""
        self.dismiss(None)
