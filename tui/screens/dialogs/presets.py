"""A dialog of presets: full sets of hyperparameters, and what each of them teaches."""

from __future__ import annotations

from textual.widgets.option_list import Option

from ....net.presets import PRESETS
from ...widgets.hanging import Hanging
from .choice_dialog import ChoiceDialog


class PresetDialog(ChoiceDialog):
    """Ends with a preset's name, or None."""

    def __init__(self, current: str | None) -> None:
        options = (
            Option(Hanging(f"{name}\n  {preset.teaches}", 2), id=name)
            for name, preset in PRESETS.items()
        )
        names = list(PRESETS)
        super().__init__(
            options,
            title="Begin again with a preset",
            enter="begin",
            first=names.index(current) if current in names else 0,
        )
