"""A dialog of presets: full sets of hyperparameters, and what each of them teaches."""

from __future__ import annotations

from textual.widgets.option_list import Option

from ....net.presets import PRESETS
from ...widgets.hanging_text import HangingText
from .choice_dialog import ChoiceDialog

INDENT = 2


class PresetDialog(ChoiceDialog):
    """Ends with a preset's name, or None."""

    def __init__(self, current: str | None) -> None:
        options = (
            Option(HangingText(f"{name}\n{'':{INDENT}}{preset.teaches}", INDENT), id=name)
            for name, preset in PRESETS.items()
        )
        names = list(PRESETS)
        super().__init__(
            options,
            title="Begin again with a preset",
            enter="begin",
            first=names.index(current) if current in names else 0,
        )
