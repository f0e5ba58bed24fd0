"""A small window with the line that leads to the place on the screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from .base import Dialog

HINT = (
    "Copied, if your terminal allows that. It opens this very screen elsewhere: paste it at P, or "
    "after mnist-tui --at, in quotes."
)


class PlaceDialog(Dialog[None]):
    """Shows the line; any of its keys closes it."""

    BINDINGS = [Binding("escape,enter,q", "leave", "Leave")]

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        """Return the line, and what to do with it."""
        with Vertical(classes="window") as frame:
            frame.border_title = "This place as a line"
            frame.border_subtitle = "Esc leave"
            yield Label(Content(self.line), id="line")
            yield Label(Content(f"\n{HINT}"))

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)
