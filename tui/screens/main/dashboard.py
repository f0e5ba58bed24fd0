"""The main screen without its keys: owns what is being looked at, and hands it to the panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input, Static

from ...datasets.findings import doubts
from ...keymap.main_keys import FILE_ACTIONS, KEYS
from ...render.chart import RunCurve
from ...render.labels import heading, is_of_digits, thing
from ...training.pending import is_over, pending
from ...training.session import TrainingSession
from ...training.snapshot import Run, RunStatus, Snapshot
from ...training.summary import run_summary
from ...training.workspace import Workspace
from ...widgets.chart import Chart
from ...widgets.coach import Coach
from ...widgets.digit import Digit
from ...widgets.footer import KeyFooter
from ...widgets.hyperparameters import HyperparameterPanel
from ...widgets.lesson_strip import LessonStrip
from ...widgets.probabilities import Probabilities
from ...widgets.runs_table import RunsPanel
from ...widgets.status_line import StatusLine
from ..minimum_size import WORDINGS

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.network import Parameters
    from ....net.run.diagnosis import Diagnosis
    from ...lessons.player import LessonPage

REFRESH_S = 0.25  # seconds between two looks into the session while it trains
NEEDS = (60, 20)  # columns and rows: below, a line says so
WIDTHS = [
    (0, "-slim"),
    (NEEDS[0], "-tight"),
    (72, "-narrow"),
    (100, "-wide"),
    (140, "-widest"),
]
HEIGHTS = [
    (0, "-flat"),
    (NEEDS[1], "-low"),
    (23, "-middle"),
    (30, "-high"),
    (38, "-higher"),
    (54, "-highest"),
]
HUES = 4  # of runs that are not the current one; their numbers tell them apart for certain


def is_on_top(screen: Screen[None]) -> bool:
    """Whether nothing lies over it: each change beneath a room or a window would send all anew."""
    return screen.app.screen is screen


class Dashboard(Screen[None]):
    """Everything that matters on one screen."""

    AUTO_FOCUS = ""  # the keys belong to the screen until a person goes into a field
    BINDINGS = [key.binding for key in KEYS]
    NEEDS = NEEDS
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    blocks: reactive[bool] = reactive(False, init=False)  # whether digits are drawn in blocks

    class Settled(Message):
        """A run has come to a rest, or the runs are others: read them once more."""

    @dataclass
    class Failed(Message):
        """The session cannot go on, for a reason a person can mend."""

        why: str
        """The reason, in a line."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        start: bool,
        blocks: bool = False,
        may_touch_files: bool = True,
        loading: Callable[[], str] = lambda: "the data",
        line_is_behind: Callable[[], bool] = lambda: False,
        line_spent: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Take what is shown, and how.

        Args:
            workspace: the model that the screen shows and its keys change.
            start: whether to train as soon as the data are loaded.
            blocks: whether digits are drawn in blocks at first.
            may_touch_files: whether the keys act that lead to the disk.
            loading: returns what the session waits for while it loads.
            line_is_behind: returns whether the terminal has not yet taken the pictures before.
            line_spent: returns the seconds that the terminal has taken for pictures.
        """
        super().__init__()
        self.workspace = workspace
        self.may_touch_files = may_touch_files
        self.line_is_behind, self.line_spent = line_is_behind, line_spent
        self._loading = loading
        self.set_reactive(Dashboard.blocks, blocks)
        self.seen: Snapshot | None = None  # the current run as it was shown last
        self._seen_runs: tuple[Snapshot, ...] = ()  # and all runs, as they stood at that instant
        self._is_stale = False  # whether to show it though the current run is as it was
        self._start = start
        self._run: Run | None = None  # that was shown last
        self._diagnosis: Diagnosis | None = None  # that the coach explains, or has explained
        self._doubted: Dataset | None = None  # the data that the coach has looked at
        workspace.observe(self._workspace_changed)

    @property
    def session(self) -> TrainingSession:
        """The session that is open."""
        return self.workspace.session

    @property
    def lesson_page(self) -> LessonPage | None:
        """What the lesson shows that is being played; None without one."""
        return None

    def _workspace_changed(self, name: str) -> None:
        if name == "session":
            self._show_another_session()
        elif name == "index":
            self.show_digit()
        elif name == "at":
            self.show_run()
        elif name == "past":  # hyperparameters wait: they are for what begins there
            self.session.hold(self.workspace.past is not None)
            self.show_run()
            self.show_digit()

    def compose(self) -> ComposeResult:
        """Status, two panels above, two below, runs, coach, keys; or a word if there is no room."""
        # Textual would find them out after all is styled, and style all a second time.
        for size, bounds in zip(self.app.size, (WIDTHS, HEIGHTS), strict=True):
            self.set_class(True, max(bound for bound in bounds if bound[0] <= size)[1])
        yield StatusLine(id="status")
        with Container(id="panels"):
            with Horizontal(id="above"):
                yield HyperparameterPanel(self.session.wanted, id="hyperparameters")
                yield Chart(id="chart")
            with Horizontal(id="below"):
                yield Digit(id="digit")
                yield Probabilities(id="probabilities")
            yield RunsPanel(id="runs")
            yield Coach(id="coach")
        yield Static(WORDINGS[0].format(*NEEDS), id="small")
        yield LessonStrip()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Begin to look into the session."""
        self.set_interval(REFRESH_S, self.look)

    def on_resize(self) -> None:
        """Put the lesson where the terminal has room for it."""
        self.query_one(LessonStrip).fit()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's signature)
        """While a person types into a field, the screen's keys rest; some are not for all."""
        if action in FILE_ACTIONS and not self.may_touch_files:
            return False
        return not isinstance(self.focused, Input) or action in {
            "app.focus_next",
            "focus_next",
            "help",
            "answer",
        }

    def _show_another_session(self) -> None:
        """Leave nothing of the session before on the screen."""
        self.seen = self._run = self._diagnosis = self._doubted = None
        self._seen_runs = ()
        self.query_one(RunsPanel).update((), {}, frozenset(), 0)
        self.look()
        self.show_digit()

    # Looking

    def on_dashboard_settled(self) -> None:
        """Show how things stand."""
        self._is_stale = True
        self.look()
        snapshot = self.session.snapshot()
        starts, self._start = self._start, False
        if starts and snapshot.state in (RunStatus.READY, RunStatus.PAUSED):
            self.session.train()

    def look(self) -> None:
        """Show the newest snapshot, if there is one that was not shown."""
        if self.line_is_behind():  # a slow line gets fewer pictures, not late ones
            return
        picture = self.session.picture()
        snapshot = picture.current
        if snapshot.state is RunStatus.LOADING:
            self.query_one(StatusLine).waits_for = self._loading()
            self.query_one(StatusLine).redraw()
        if snapshot is self.seen and not self._is_stale:
            return
        self._is_stale = False
        if snapshot.state is RunStatus.FAILED:
            self.seen = snapshot
            if snapshot.bug is not None:
                raise snapshot.bug
            self.post_message(self.Failed(snapshot.message))
            return
        before, self.seen, self._seen_runs = self.seen, snapshot, picture.runs
        if self._run is not None and snapshot.run is not self._run:
            self.workspace.past = self.workspace.at = None  # of the run before
        is_first, self._run = self._run is None, snapshot.run
        if not (is_on_top(self) or is_first):  # beneath a question, the first picture all the same
            return
        self.show_run()
        if before is None or (
            self.workspace.past is None and snapshot.parameters is not before.parameters
        ):
            self.show_digit()

    @property
    def viewed(self) -> tuple[Parameters, int] | None:
        """The network looked at, as it is or as it was, and after how many updates."""
        if self.workspace.past is not None:
            return self.workspace.past.parameters, self.workspace.past.iteration
        if self.seen is None or self.seen.parameters is None or self.seen.progress is None:
            return None
        return self.seen.parameters, self.seen.progress.iteration

    @property
    def next_alpha(self) -> float | None:
        """The alpha that the next update of this run goes by, if that is another one."""
        snapshot, wanted = self.seen, self.session.wanted
        if (
            snapshot is None
            or snapshot.run is None
            or self.workspace.past
            or is_over(snapshot, wanted)
        ):
            return None
        return wanted.alpha if wanted.alpha != snapshot.hyperparameters.alpha else None

    @property
    def key_words(self) -> Mapping[str, str]:
        """What keys do as things stand, where that is not what the last row says of them."""
        if self.workspace.past is not None:
            return {"train": "fork"}
        is_at_rest = self.seen is None or self.seen.state in (
            RunStatus.FINISHED,
            RunStatus.DIVERGED,
        )
        return {"train": "pause"} if self.session.is_training and not is_at_rest else {}

    # Showing

    def show_run(self) -> None:
        """Status line, chart, hyperparameters, runs and coach."""
        snapshot = self.seen
        if snapshot is None:
            return
        wanted = self.session.wanted
        running = wanted if snapshot.run is None else snapshot.hyperparameters
        waits = pending(snapshot, wanted, in_past=self.workspace.past is not None)
        self.query_one(StatusLine).update(snapshot, self.workspace.past, self.next_alpha)
        self.query_one(HyperparameterPanel).update(wanted, running, waits)
        self.query_one(KeyFooter).say(self.key_words)
        runs = self._seen_runs
        self.workspace.name_new(seen.run.number for seen in runs if seen.run)
        self.query_one(Chart).update(
            self._lines(snapshot, runs),
            self.workspace.at,
            run_summary(snapshot, runs, self.workspace.names),
            self.workspace.past.iteration if self.workspace.past else None,
        )
        if snapshot.run:
            panel = self.query_one(RunsPanel)
            panel.update(runs, self.workspace.names, self.workspace.hidden, snapshot.run.number)
        self._show_diagnosis(snapshot)

    def _lines(self, snapshot: Snapshot, runs: tuple[Snapshot, ...]) -> list[RunCurve]:
        """The runs that the chart shows, the current one last."""
        if snapshot.run is None:
            return []
        others = [seen for seen in runs if seen.run and seen.run.number != snapshot.run.number]
        shown = [
            seen for seen in others if seen.run and seen.run.number not in self.workspace.hidden
        ]
        return [
            RunCurve(
                seen.run.number,
                self.workspace.names[seen.run.number],
                seen.history,
                seen.hyperparameter_log,
                seen.hyperparameters.iterations,
                leaps=seen.hyperparameters.batch_size is not None,
                role="moving" if seen is snapshot else f"run{seen.run.number % HUES}",
            )
            for seen in (*shown, snapshot)
            if seen.run and seen.history
        ]

    def _show_diagnosis(self, snapshot: Snapshot) -> None:
        """Call the coach when something is wrong that was not explained yet."""
        diagnosis, history, timeline = snapshot.diagnosis, snapshot.history, snapshot.timeline
        dataset = self.session.dataset
        if dataset is not self._doubted:
            self._doubted, self.workspace.doubts = dataset, doubts(dataset)
            self.query_one(Coach).update(None, None, self.workspace.doubts)
        if diagnosis is None or history is None or timeline is None:
            if self._diagnosis is not None:
                self.query_one(Coach).update(None, None, self.workspace.doubts)
            self._diagnosis = self.workspace.remedy = None
        elif diagnosis is not self._diagnosis:
            from ....net.run.diagnosis import remedy_for

            self._diagnosis = diagnosis
            self.workspace.remedy = remedy_for(diagnosis, history, timeline)
            self.query_one(Coach).update(diagnosis, self.workspace.remedy, doubts(dataset))
        self.set_class(self.workspace.remedy is not None, "-coached")
        self.set_class(self.workspace.remedy is None and bool(self.workspace.doubts), "-doubted")

    def show_digit(self) -> None:
        """The chosen digit and what the network looked at makes of it."""
        dataset, viewed = self.session.dataset, self.viewed
        if dataset is None or viewed is None:
            self.query_one(Digit).update(None, "Test image", blocks=self.blocks)
            self.query_one(Probabilities).update(None, 0, untrained=True)
            return
        from ....net.engine.inference import probabilities

        if self.workspace.index >= len(dataset.test):  # of a session with other data
            self.workspace.index = 0
            return
        parameters, iteration = viewed
        image, label = (
            dataset.test.images[self.workspace.index],
            int(dataset.test.labels[self.workspace.index]),
        )
        square = image.reshape(dataset.side, dataset.side)
        self.query_one(Digit).update(
            square, heading(dataset, self.workspace.index), blocks=self.blocks
        )
        answer = probabilities(parameters, image[None, :])[:, 0]
        self.query_one(Probabilities).update(
            answer,
            label,
            dataset.names,
            untrained=iteration == 0,
            digits=is_of_digits(dataset),
        )
        self.query_one(KeyFooter).call_them(thing(dataset))

    def on_screen_resume(self) -> None:
        """What happened while a room lay over it."""
        self.show_run()
        self.show_digit()

    watch_blocks = show_digit
