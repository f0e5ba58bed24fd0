"""A small dialog for a recipe, hyperparameters and their changes on one line, or for a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Label

from ...config.place import Place, is_place, parse_place
from ...config.recipe import parse_recipe
from .input_dialog import InputDialog

if TYPE_CHECKING:
    from ....net.run.state import HyperparameterLog


class RecipeDialog(InputDialog["HyperparameterLog | Place"]):
    """Ends with the hyperparameter log that a recipe describes, with a place, or None."""

    def __init__(self) -> None:
        super().__init__("Begin with a recipe, or go to a place", enter="begin", size="")

    def entry(self) -> Input:
        """Return the field, with an example."""
        return Input(compact=True, placeholder="alpha=0.5 hidden=30 seed=1 @300 alpha=0.05")

    def hints(self) -> list[Label]:
        """Return how a recipe is written."""
        return [
            Label("Name=value as the panel has them; after @N, what changes after N updates."),
            Label("Or a place, as C copies it: digit=3 updates=100 | alpha=0.5"),
        ]

    def parse(self, text: str) -> HyperparameterLog | Place:
        """Return the hyperparameter log, or the place."""
        return parse_place(text) if is_place(text) else parse_recipe(text)
