"""A small dialog for a recipe: hyperparameters and their changes on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input, Label

from ...config.recipe import parse_recipe
from .input_dialog import InputDialog

if TYPE_CHECKING:
    from ....net.run.state import HyperparameterLog


class RecipeDialog(InputDialog["HyperparameterLog"]):
    """Ends with the hyperparameter log that a recipe describes, or None."""

    def __init__(self) -> None:
        super().__init__("Begin with a recipe", enter="begin", size="")

    def entry(self) -> Input:
        """Return the field, with an example."""
        return Input(compact=True, placeholder="alpha=0.5 hidden=30 seed=1 @300 alpha=0.05")

    def hints(self) -> list[Label]:
        """Return how a recipe is written."""
        return [Label("Name=value as the panel has them; after @N, what changes after N updates.")]

    def parse(self, text: str) -> HyperparameterLog:
        """Return the hyperparameter log."""
        return parse_recipe(text)
