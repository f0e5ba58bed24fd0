"""The base of windows that offer a list."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from .base import Dialog


class ChoiceDialog(Dialog[str | None]):
    """Ends with the id of the option chosen, or None."""

    BINDINGS = [Binding("escape,q", "leave", "Leave")]

    def __init__(
        self,
        options: Iterable[Option],
        *,
        title: str,
        enter: str,
        first: int = 0,
        size: str = "",
    ) -> None:
        """Create the dialog.

        Args:
            options: the choices, each with its id.
            title: of the window.
            enter: the word for what Enter does.
            first: index of the initially highlighted option.
            size: style class of the window's size.
        """
        super().__init__()
        self._choices = OptionList(*options, classes=f"window {size}".strip())
        self._choices.border_title = title
        self._choices.border_subtitle = f"↑ ↓ · Enter {enter} · Esc leave"
        self._choices.highlighted = first

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self._choices

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_leave(self) -> None:
        """Close without choosing."""
        self.dismiss(None)
