"""Keys for files: other data, results to take away, a recipe pasted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from ..screens.open import OpenScreen
from .training import TrainingActions

if TYPE_CHECKING:
    from ...data.dataset import Dataset


class FileActions(TrainingActions):
    """What leads to the disk and back."""

    @dataclass
    class Opened(Message):
        """A person wants to go on with other data."""

        source: str
        """Where they are from."""
        dataset: Dataset
        """What was read there."""

    def action_open_data(self) -> None:
        """Ask for a source, read it, and begin a session on it."""

        def opened(found: tuple[str, Dataset] | None) -> None:
            if found is not None:
                self.post_message(self.Opened(*found))

        dataset = self.session.dataset
        self.app.push_screen(OpenScreen(dataset.name if dataset else "none yet"), opened)
