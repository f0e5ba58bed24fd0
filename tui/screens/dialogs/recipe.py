"""A small window that takes a recipe: hyperparameters and their changes on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ...config.recipe import parse_recipe
from ...errors import UserError
from ...text import printable
from .base import Dialog

if TYPE_CHECKING:
    from ....net.run.state import HyperparameterLog


class RecipeDialog(Dialog["HyperparameterLog | None"]):
    """Ends with the course that a recipe describes, or None."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        """One entry, an example, and room for what is wrong with it."""
        with Vertical(classes="window") as frame:
            frame.border_title = "Begin with a recipe"
            frame.border_subtitle = "Enter begin · Esc leave"
            yield Input(compact=True, placeholder="alpha=0.5 hidden=30 seed=1 @300 alpha=0.05")
            yield Label("Name=value as the panel has them; after @N, what changes after N updates.")
            yield Label("", classes="complaint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            course: HyperparameterLog = parse_recipe(event.value)
        except UserError as problem:
            self.query_one(".complaint", Label).update(Content(printable(problem)))
        else:
            self.dismiss(course)

    def action_leave(self) -> None:
        """Close without beginning anything."""
        self.dismiss(None)
