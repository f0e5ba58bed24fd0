"""A window to choose a saved drawing from."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from ...screens.dialogs.choice_dialog import ChoiceDialog


class OpenDrawingDialog(ChoiceDialog):
    """Ends with a drawing's name, or None."""

    def __init__(self, names: Sequence[str]) -> None:
        """List the drawings by name, newest first."""
        super().__init__(
            (Option(Content(name), id=name) for name in names),
            title="Drawings, the newest first",
            enter="open",
            size="small",
        )
