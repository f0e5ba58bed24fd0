"""A window to choose a saved drawing from."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...screens.dialogs.base import Dialog


class OpenDrawingDialog(Dialog[str | None]):
    """Ends with a drawing's name, or None."""

    BINDINGS = [Binding("escape,q", "leave", "Leave")]

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def compose(self) -> ComposeResult:
        """A line a drawing."""
        choices = OptionList(
            *(Option(Content(name), id=name) for name in self._names), classes="window small"
        )
        choices.border_title = "Drawings, the newest first"
        choices.border_subtitle = "↑ ↓ · Enter open · Esc leave"
        yield choices

    def on_mount(self) -> None:
        """Begin at the newest."""
        choices = self.query_one(OptionList)
        choices.highlighted = 0
        choices.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Close and open nothing."""
        self.dismiss(None)
