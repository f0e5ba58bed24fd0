"""The main screen: the dashboard with the actions of its keys."""

from __future__ import annotations

from textual.widgets import Input

from ...keymap.main_keys import Key
from ...themes import THEMES
from ...widgets.lesson_strip import LessonStrip
from ...widgets.runs_table import RunTable
from ..enter import enter
from .chart_actions import ChartActions
from .digit_actions import DigitActions
from .file_actions import FileActions
from .lesson_actions import LessonActions
from .run_actions import RunActions
from .sweep_owner import SweepOwner
from .time_actions import TimeActions

HEADINGS = {  # the help sections of the panels
    "chart": "Chart",
    "digit": "Test digit and prediction",
    "probabilities": "Test digit and prediction",
    "hyperparameters": "Hyperparameters",
    "runs": "Runs",
}


class MainScreen(
    FileActions, TimeActions, RunActions, ChartActions, DigitActions, SweepOwner, LessonActions
):
    """The dashboard with the keys of every topic, and those of the program itself."""

    def action_only(self, panel: str) -> None:
        """One panel as large as the screen, and back."""
        wanted = f"-only-{panel}"
        alone = [name for name in self.classes if name.startswith("-only-")]
        self.remove_class(*alone)
        if wanted not in alone:
            self.add_class(wanted)
        elif self.has_class("-presenting"):
            self.stop_presenting()
        self.show_digit()

    def action_present(self) -> None:
        """One panel, or digit and prediction, as large as can be, the prediction covered; back."""
        if self.has_class("-presenting"):
            self.stop_presenting()
            return
        self.add_class("-presenting")
        if isinstance(self.focused, RunTable):
            self.add_class("-only-runs")
        elif not any(name.startswith("-only-") for name in self.classes):
            self.add_class("-only-both")
        self.is_covered = True
        self.query_one(LessonStrip).fit()
        self.show_digit()

    def action_reveal(self) -> None:
        """Uncover the prediction; if it is uncovered, go to the next image."""
        if not self.has_class("-presenting"):
            return
        if self.is_covered:
            self.is_covered = False
            self.show_digit()
        else:
            self.action_digit(1)

    def action_theme(self) -> None:
        """Switch to the next of the app's own themes."""
        names = list(THEMES)
        now = names.index(self.app.theme) if self.app.theme in names else -1
        self.app.theme = names[(now + 1) % len(names)]

    def action_menu(self) -> None:
        """Offer rooms and tools."""
        from ..dialogs.menu import MenuDialog

        async def chosen(action: str | None) -> None:
            if action is not None:
                await self.run_action(action)

        def is_allowed(key: Key) -> bool:
            return bool(self.check_action(key.action.partition("(")[0], ()))

        self.app.push_screen(MenuDialog(is_allowed), chosen)

    async def action_help(self) -> None:
        """Explain; from within a panel, or while it is alone, that panel."""
        from ..dialogs.help import HelpDialog

        await enter(self, HelpDialog(self._heading(), files=self.may_touch_files))

    def _heading(self) -> str:
        """Return the heading of the help section for the present screen."""
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
