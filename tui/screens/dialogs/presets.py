"""A window to choose a preset from: a whole set of hyperparameters, and what it teaches."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ....net.presets import PRESETS
from .base import Dialog


class PresetDialog(Dialog[str | None]):
    """Ends with a preset's name, or None."""

    BINDINGS = [Binding("escape,q", "leave", "Leave")]

    def __init__(self, current: str | None) -> None:
        super().__init__()
        self._current = current

    def compose(self) -> ComposeResult:
        """A line for the name, a line for the reason."""
        choices = OptionList(
            *(
                Option(Content(f"{name}\n  {preset.teaches}"), id=name)
                for name, preset in PRESETS.items()
            ),
            classes="window",
        )
        choices.border_title = "Begin again with a preset"
        choices.border_subtitle = "↑ ↓ · Enter begin · Esc leave"
        if self._current in PRESETS:
            choices.highlighted = list(PRESETS).index(self._current)
        yield choices

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Close and change nothing."""
        self.dismiss(None)
