"""Keys for files: opening data, exporting results, pasting a recipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from ...config.place import Place
from ...errors import EXPECTED_ERRORS
from ...widgets.chart import Chart
from .training_actions import TrainingActions

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.run.state import HyperparameterLog
    from ...interop.model_file import FittedModel
    from ...interop.opening import Opened


class FileActions(TrainingActions):
    """Actions that read or write files."""

    @dataclass
    class Opened(Message):
        """The user opened other data."""

        source: str
        """Their source."""
        dataset: Dataset
        """The loaded data."""
        model: FittedModel | None = None
        """A network to go on with; None: data alone were opened."""

    @dataclass
    class Pasted(Message):
        """A person wants to go to a place."""

        place: Place
        """Where to."""

    def action_open_data(self) -> None:
        """Ask for data or a network, read it, and begin a session on it."""
        from ..dialogs.open_data import OpenDataDialog

        def opened(found: Opened | None) -> None:
            if found is not None:
                self.post_message(self.Opened(found.source, found.dataset, found.model))

        dataset = self.session.dataset
        in_use = (self.workspace.source, dataset) if dataset else None
        self.app.push_screen(OpenDataDialog(in_use), opened)

    def action_export(self) -> None:
        """Ask what to write, and where to."""
        from ..dialogs.export import ExportDialog

        if self.seen is None or self.seen.run is None:
            self.notify("There is nothing yet to write.", markup=False)
            return
        picture = self.app.export_screenshot(title="mnist-tui")
        view = self.query_one(Chart).view
        self.app.push_screen(ExportDialog(self.workspace, self.seen.run.number, view, picture))

    def action_recipe(self) -> None:
        """Ask for a recipe and begin a run by it; or for a place, and go there."""
        from ..dialogs.recipe import RecipeDialog

        def begin(log: HyperparameterLog | Place | None) -> None:
            if log is None:
                return
            if isinstance(log, Place):
                self.post_message(self.Pasted(log))
                return
            try:
                self.session.follow(log, train=True)
            except EXPECTED_ERRORS as problem:
                self.notify(str(problem), severity="warning", markup=False)
            else:
                self.workspace.past = None

        self.app.push_screen(RecipeDialog(), begin)
