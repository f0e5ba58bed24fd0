"""The lie of the land: the loss over a plane that holds the paths of the runs shown."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from ...keymap.room_keys import ROOM_KEYS
from ...screens.main.dashboard import Dashboard, is_on_top
from ...terminal.driver import has_shades
from ...terminal.few_colors import has_few_colors
from ..background_job import BackgroundJob
from ..room import Room
from .landscape import Landscape, NoPlane, Subject, SurveyedRun
from .page import LandscapePage
from .survey import Survey

if TYPE_CHECKING:
    from ....net.network import Parameters
    from ...training.snapshot import Snapshot


class LandscapeRoom(Room):
    """Maps the paths of the followed run and of the others on the chart."""

    HEADING = "The lie of the land"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["landscape"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self._survey = Survey()
        self._behind = BackgroundJob(self, must_rest=lambda: self.workspace.session.is_training)
        self._asked: tuple[object, ...] = ()  # what the latest survey was asked for

    def furnish(self) -> list[Widget]:
        """Return the page, which fills the room."""
        few_colors = has_few_colors(self.app.console)
        return [LandscapePage(id="landscape", in_signs=not has_shades() or few_colors)]

    @property
    def map(self) -> LandscapePage:
        """The page."""
        return self.query_one(LandscapePage)

    def show(self, parameters: Parameters) -> None:
        """Show which moment is looked at; `look` sees to the map itself."""

    @property
    def is_preparing(self) -> bool:
        """Whether the first numbers are still to come."""
        return super().is_preparing or self._behind.is_first_awaited

    def look(self) -> None:
        """As every room, and let the paths grow, whichever moment of them is looked at."""
        if not is_on_top(self):
            return
        super().look()
        self._survey_if_changed()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.look()

    def _survey_if_changed(self, *, at_once: bool = False) -> None:
        """Ask for the map of what there is now, unless that was asked for last."""
        page, past, seen = self.map, self.workspace.past, self.dashboard.seen
        dataset = self.workspace.session.dataset
        if dataset is None or seen is None or not page.size.area:
            return
        shown = self._shown_runs(seen)
        settled = not self.workspace.session.is_training
        chosen = page.shape, page.spot, past, settled
        asked = (*chosen, *shown)
        if asked == self._asked:
            return
        at_once = at_once or not self._asked or chosen != self._asked[: len(chosen)]
        self._asked = asked
        runs = tuple(surveyed for one in shown if (surveyed := _surveyed(one)) is not None)
        if runs:
            subject = Subject(runs, dataset.train, page.shape, past, settled, page.spot)
            self._work(subject, at_once=at_once)

    def _shown_runs(self, followed: Snapshot) -> list[Snapshot]:
        """Return the runs on the chart, the followed one last."""
        assert followed.run is not None
        number, hidden = followed.run.number, self.workspace.hidden
        others = [one for one in self.workspace.session.runs() if one.run]
        others = [one for one in others if one.run and one.run.number not in {number, *hidden}]
        return [*others, followed]

    def _work(self, subject: Subject, *, at_once: bool = False) -> None:
        def job() -> Callable[[], None]:
            return partial(self._take, subject, self._survey.work(subject))

        self._behind.ask(job, at_once=at_once)

    def _take(self, subject: Subject, land: Landscape | NoPlane) -> None:
        """Show the map as far as it is made, and go on with it if nothing newer is asked for."""
        viewed = subject.past.iteration if subject.past else None
        self.map.update(land, viewed)
        if isinstance(land, Landscape) and not land.is_finished and not self._behind.is_asked:
            self._work(subject)

    # Keys

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor by cells."""
        self.map.move(across, down)
        self._survey_if_changed()

    def action_step(self, by: int) -> None:
        """Move the cursor along the followed path."""
        self.map.step(by)
        self._survey_if_changed()

    def action_end(self, by: int) -> None:
        """Move the cursor to the beginning of the path, or to its end."""
        self.map.step(by * 10**9)
        self._survey_if_changed()

    def action_glyphs(self) -> None:
        """Draw with colours or with signs."""
        self.map.in_signs = not self.map.in_signs
        self.map.redraw()

    @on(LandscapePage.Opened)
    def action_open(self) -> None:
        """Go to the moment at the cursor: all rooms show the network as it was then."""
        reading, seen = self.map.reading, self.dashboard.seen
        if reading is None or seen is None or seen.run is None:
            self.notify("There is no moment of a path here; , and . go from one to the next.")
            return
        if reading.path.number != seen.run.number:
            self.notify(
                f"This is run {reading.path.number}. Make it the current one first: t, Enter.",
                markup=False,
            )
            return
        assert seen.timeline is not None
        assert seen.progress is not None
        at = reading.iteration
        moment = seen.timeline.before(at + 1) if at < seen.progress.iteration else None
        self.workspace.past = moment
        self.workspace.at = moment.iteration if moment else None
        self.look()


def _surveyed(seen: Snapshot) -> SurveyedRun | None:
    """Return a run as the survey takes it; None while it has no network."""
    if seen.run is None or seen.timeline is None or seen.progress is None or not seen.parameters:
        return None
    return SurveyedRun(
        seen.run, seen.timeline, seen.progress.iteration, seen.parameters, seen.hyperparameter_log
    )
