"""The main screen: the cockpit, with what its keys do."""

from __future__ import annotations

from textual.widgets import Input

from ...themes import THEMES
from ...widgets.runs_table import RunTable
from ..enter import enter
from .chart_actions import ChartActions
from .digit_actions import DigitActions
from .file_actions import FileActions
from .lesson_actions import LessonActions
from .run_actions import RunActions
from .time_actions import TimeActions

HEADINGS = {  # of the sections in help about the panels
    "chart": "Chart",
    "digit": "Test digit and prediction",
    "probabilities": "Test digit and prediction",
    "hyperparameters": "Hyperparameters",
    "runs": "Runs",
}


class MainScreen(FileActions, TimeActions, RunActions, ChartActions, DigitActions, LessonActions):
    """Every topic's keys, and those of the program itself."""

    def action_only(self, panel: str) -> None:
        """One panel as large as the screen, and back."""
        wanted = f"-only-{panel}"
        alone = [name for name in self.classes if name.startswith("-only-")]
        self.remove_class(*alone)
        if wanted not in alone:
            self.add_class(wanted)

    def action_theme(self) -> None:
        """The next of the app's own themes."""
        names = list(THEMES)
        now = names.index(self.app.theme) if self.app.theme in names else -1
        self.app.theme = names[(now + 1) % len(names)]

    async def action_help(self) -> None:
        """Explain; from within a panel, or while it is alone, that panel."""
        from ..dialogs.help import HelpDialog

        await enter(self, HelpDialog(self._heading(), files=self.may_touch_files))

    def _heading(self) -> str:
        """The section of help that a person is in."""
        if isinstance(self.focused, RunTable):
            return "Runs"
        if isinstance(self.focused, Input):
            return "Hyperparameters"
        if self.workspace.remedy is not None:
            return "When a run goes wrong"
        if self.workspace.past is not None:
            return "Time"
        alone = (name.removeprefix("-only-") for name in self.classes)
        return next((HEADINGS[name] for name in alone if name in HEADINGS), "")
