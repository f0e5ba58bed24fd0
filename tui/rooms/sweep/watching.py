"""The part of the sweep room that looks into the folder and shows what is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from ...errors import EXPECTED_ERRORS
from ...keymap.main_keys import FILE_ACTIONS
from ...screens.main.dashboard import Dashboard, is_on_top
from ...screens.main.sweep_owner import SweepOwner
from ...sweep.watch.opened import OpenSweep, SweepContent
from ...sweep.watch.overview import Overview, overview
from ...sweep.watch.plan import At, Choice
from ..background_job import BackgroundJob
from ..room import Room
from .page import SweepPage, View

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.network import Parameters

POLL_INTERVAL_S = 1.0  # between two looks at the folder


@dataclass(slots=True)
class Look:
    """What of a sweep is looked at; kept while the room is closed."""

    choice: Choice | None = None  # None: what the overview proposes
    at: At | None = None  # values at the cursor
    selected: str = ""  # of the other hyperparameters
    is_curves: bool | None = None  # None: until it is known what the sweep is of


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a look into the folder found."""

    sweep: OpenSweep
    content: SweepContent
    shown: Overview
    is_of_other_data: bool


class WatchingRoom(Room):
    """Looks into the open sweep's folder every second."""

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        assert isinstance(dashboard, SweepOwner)
        self.main = dashboard
        self._behind = BackgroundJob(self)
        self.found: Found | None = None  # what the last look into the folder found
        self._opening: tuple[OpenSweep, Callable[[str], None]] | None = None  # see `try_to_open`
        self._trouble = ""  # why the folder could not be read just now
        self._digest: tuple[Dataset, str] | None = None  # of the data in use

    def furnish(self) -> list[Widget]:
        """Return the page, which fills the room."""
        return [SweepPage(may_begin=self.dashboard.may_touch_files, id="sweep")]

    def show(self, parameters: Parameters) -> None:
        """Do nothing: a sweep does not depend on the network shown."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As everywhere; and a kiosk neither begins nor opens sweeps."""
        if action in FILE_ACTIONS and not self.dashboard.may_touch_files:
            return False
        return super().check_action(action, parameters)

    @property
    def is_preparing(self) -> bool:
        """Whether the first numbers are still to come."""
        return super().is_preparing or self._behind.is_first_awaited

    def on_mount(self) -> None:
        """Look into the folder now, and then again and again."""
        if self.main.sweep is not None:
            self.sweep_page.wait()
        self.set_interval(POLL_INTERVAL_S, self.poll)
        self.call_after_refresh(self.poll)

    @property
    def page(self) -> str:
        """Which of its two pages it shows."""
        return "curves" if self.looked_at.is_curves else "heat map"

    @property
    def sweep_page(self) -> SweepPage:
        """The page, which fills the room."""
        return self.query_one(SweepPage)

    @property
    def looked_at(self) -> Look:
        """What of the sweep is looked at; the main screen keeps it while the room is closed."""
        if not isinstance(self.main.sweep_view, Look):
            self.main.sweep_view = Look()
        return self.main.sweep_view

    # Reading

    def warn(self, why: str) -> None:
        """Say why something is not done."""
        self.notify(why, severity="warning", markup=False)

    def poll(self) -> None:
        """Look for new results, unless they would not be seen."""
        if self._opening is not None:
            self._read(self._opening[0], None)
        elif self.main.sweep is None:
            self.sweep_page.update(None, self._trouble)
        elif is_on_top(self) and not self.dashboard.line_is_behind():
            self._read(self.main.sweep, self.looked_at.choice)

    def try_to_open(self, sweep: OpenSweep, refused: Callable[[str], None]) -> None:
        """Look at another sweep, or call `refused` with the reason why it cannot be read."""
        self._opening = sweep, refused
        self._behind.hurry()
        self.poll()

    def choose(self, choice: Choice) -> None:
        """Look at something else of the sweep."""
        self.looked_at.choice, self.looked_at.at = choice, None
        self._behind.hurry()
        self.poll()

    def _read(self, sweep: OpenSweep, choice: Choice | None) -> None:
        """Read a folder in the background, and show what is chosen of it."""
        before, dataset = self.found, self.workspace.session.dataset

        def job() -> Callable[[], None]:
            try:
                content = sweep.read()
                if (
                    before is not None
                    and content is before.content
                    and choice in (None, before.shown.choice)
                ):
                    shown = before.shown
                else:
                    images = content.test_images
                    shown = overview(content.results, content.plan, choice, test_images=images)
            except EXPECTED_ERRORS as problem:
                return partial(self._refuse, sweep, str(problem))
            found = Found(sweep, content, shown, self._is_other(content, dataset))
            return partial(self._take, found, choice)

        self._behind.ask(job)

    def _is_other(self, content: SweepContent, dataset: Dataset | None) -> bool:
        """Whether the sweep is of other data than those in use; in a worker."""
        from ...datasets.loading import digest_of

        if content.manifest is None or not content.manifest.sha256 or dataset is None:
            return False
        if self._digest is None or self._digest[0] is not dataset:
            self._digest = dataset, digest_of(dataset)
        return self._digest[1] != content.manifest.sha256

    def _refuse(self, sweep: OpenSweep, why: str) -> None:
        if self._opening is not None and self._opening[0] is sweep:
            (_, refused), self._opening = self._opening, None
            refused(why)
        elif sweep is self.main.sweep:
            self._trouble = why
            if self.found is None:
                self.sweep_page.update(None, why)
            else:
                self.draw()

    def _take(self, found: Found, choice: Choice | None) -> None:
        """Show what was found, unless something else is looked at by now."""
        if self._opening is not None and self._opening[0] is found.sweep:
            self._opening = None
            self.main.open_sweep(found.sweep)
        if found.sweep is not self.main.sweep or choice != self.looked_at.choice:
            return
        is_first = self.found is None
        self.found, self._trouble = found, ""
        if is_first:
            self.refresh_bindings()
        look, shown = self.looked_at, found.shown
        if look.is_curves is None and shown.planned:
            is_row = len(shown.grid.row_values) < 2 < len(shown.grid.column_values)
            look.is_curves = is_row or not self._is_joined
        if look.at is None:
            look.at = shown.best
        others = shown.others()
        if look.selected not in others:
            look.selected = others[0] if others else ""
        self.draw()

    @property
    def _is_joined(self) -> bool:
        """Whether neighbors in the grid differ in its two values alone; drawn ones do not."""
        manifest = self.found.content.manifest if self.found else None
        return manifest is None or manifest.draws is None

    def draw(self) -> None:
        """Show what was found last, as it is looked at now."""
        found, look = self.found, self.looked_at
        if found is None:
            return
        state, failure = self._state(found)
        self.sweep_page.update(
            View(
                found.shown,
                self._cursor(found.shown),
                look.selected,
                bool(look.is_curves),
                self._is_joined,
                found.sweep.folder.name or str(found.sweep.folder),
                state,
                self._trouble or failure,
            )
        )

    def _state(self, found: Found) -> tuple[str, str]:
        """Return what the sweep is doing in a word, and why it ended, if that was a failure."""
        background = self.main.background_sweep
        if background is not None and background.folder == found.sweep.folder:
            if background.is_running:
                return "stopping" if background.is_stopped else "running", ""
            if background.failure:
                return "ended", background.failure
            if background.is_stopped:
                return "stopped", ""
        return "of other data" if found.is_of_other_data else "", ""

    def _cursor(self, shown: Overview) -> tuple[int, int]:
        rows, columns = shown.grid.row_values, shown.grid.column_values
        at = self.looked_at.at
        if at is None:
            return 0, 0
        return (
            rows.index(at[0]) if at[0] in rows else 0,
            columns.index(at[1]) if at[1] in columns else 0,
        )
