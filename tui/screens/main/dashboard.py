"""The main screen without its keys: polls the session and updates the panels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input, Static

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
from ..dialogs.base import PaintsOnce
from ..minimum_size import WORDINGS
from .guidance import next_steps, opening

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.network import Parameters
    from ....net.run.diagnosis import Diagnosis
    from ...lessons.player import LessonPage

REFRESH_S = 0.25  # between two polls of the session while it trains
NEEDS = (60, 20)  # columns and rows; a smaller screen shows a notice
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
HUES = 4  # of the other runs, which their numbers distinguish in any case


def is_on_top(screen: Screen[None]) -> bool:
    """Return whether no room or window covers the screen; changes beneath would redraw them."""
    return screen.app.screen is screen


class Dashboard(PaintsOnce[None]):
    """The main screen, with all panels."""

    AUTO_FOCUS = ""  # the screen has the keys until the user enters a field
    BINDINGS = [key.binding for key in KEYS]
    NEEDS = NEEDS
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    blocks: reactive[bool] = reactive(False, init=False)  # whether digits are drawn in blocks

    class Settled(Message):
        """A run has come to rest, or the set of runs has changed: poll once more."""

    @dataclass
    class Failed(Message):
        """The session cannot continue, for a reason that the user can fix."""

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
        """Create the screen.

        Args:
            workspace: the model that the screen shows and its keys change.
            start: whether to train as soon as the data are loaded.
            blocks: whether to draw digits in blocks at first.
            may_touch_files: whether the keys that touch the disk are enabled.
            loading: returns what the session is loading.
            line_is_behind: returns whether the terminal has yet to take earlier frames.
            line_spent: returns the seconds that the terminal has taken for frames.
        """
        super().__init__()
        self.workspace = workspace
        self.may_touch_files = may_touch_files
        self.line_is_behind, self.line_spent = line_is_behind, line_spent
        self.is_covered = False  # whether the prediction is kept back
        self._loading = loading
        self.set_reactive(Dashboard.blocks, blocks)
        self.seen: Snapshot | None = None  # the latest snapshot shown
        self._seen_runs: tuple[Snapshot, ...] = ()  # all runs at that instant
        self._is_stale = False  # whether to redraw although the current run is unchanged
        self._start = start
        self._run: Run | None = None  # the run shown last
        self._diagnosis: Diagnosis | None = (
            None  # the latest diagnosis that the coach has explained
        )
        self._doubted: Dataset | None = None  # the data that the coach has checked
        workspace.observe(self._workspace_changed)

    @property
    def session(self) -> TrainingSession:
        """The open session."""
        return self.workspace.session

    @property
    def lesson_page(self) -> LessonPage | None:
        """What the lesson shows that is being played; None without one."""
        return None

    def _workspace_changed(self, name: str) -> None:
        if name == "session":
            self._show_another_session()
        elif name == "index":
            self.is_covered = self.has_class("-presenting")
            self.show_digit()
        elif name == "at":
            self.show_run()
        elif name == "past":  # hyperparameters wait: they are for what begins there
            self.session.hold(self.workspace.past is not None)
            self.show_run()
            self.show_digit()

    def compose(self) -> ComposeResult:
        """Status, two panels above, two below, runs, coach, keys; or a word if there is no room."""
        # Textual would detect them only after styling everything, and then style it again.
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
        yield Static(WORDINGS[0].format(*NEEDS).replace(". ", ".\n"), id="small")
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

    # Polling

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
            self.query_one(StatusLine).show_loading(self._loading())
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
            self.workspace.past = self.workspace.at = None  # of the previous run
        is_first, self._run = self._run is None, snapshot.run
        if not (is_on_top(self) or is_first):  # the first frame is drawn even beneath a question
            return
        self.show_run()
        if before is None or (
            self.workspace.past is None and snapshot.parameters is not before.parameters
        ):
            self.show_digit()

    @property
    def viewed(self) -> tuple[Parameters, int] | None:
        """The network shown, present or past, and the number of its updates."""
        if self.workspace.past is not None:
            return self.workspace.past.parameters, self.workspace.past.iteration
        if self.seen is None or self.seen.parameters is None or self.seen.progress is None:
            return None
        return self.seen.parameters, self.seen.progress.iteration

    @property
    def next_alpha(self) -> float | None:
        """The alpha of this run's next update, if it differs."""
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
        """Words for keys whose present effect differs from the footer's usual ones."""
        if self.workspace.past is not None:
            return {"train": "fork"}
        is_at_rest = self.seen is None or self.seen.state in (
            RunStatus.FINISHED,
            RunStatus.DIVERGED,
        )
        return {"train": "pause"} if self.session.is_training and not is_at_rest else {}

    # Drawing

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
        shown = self._shown(runs)
        self.query_one(Chart).update(
            self._lines(snapshot, shown),
            self.workspace.at,
            run_summary(snapshot, shown, self.workspace.names),
            self.workspace.past.iteration if self.workspace.past else None,
            self.advice(snapshot, shown),
        )
        if snapshot.run:
            panel = self.query_one(RunsPanel)
            panel.update(runs, self.workspace.names, self.workspace.hidden, snapshot.run.number)
        self._show_diagnosis(snapshot)

    def advice(self, snapshot: Snapshot, shown: Sequence[Snapshot]) -> Sequence[str]:
        """Return what the chart says could be done next, the longest wording first."""
        return next_steps(snapshot, shown)

    def _shown(self, runs: tuple[Snapshot, ...]) -> tuple[Snapshot, ...]:
        """Return those that are not hidden from the chart."""
        hidden = self.workspace.hidden
        return tuple(seen for seen in runs if seen.run and seen.run.number not in hidden)

    def _lines(self, snapshot: Snapshot, runs: tuple[Snapshot, ...]) -> list[RunCurve]:
        """Return the curves of the chart, the current run's last."""
        if snapshot.run is None:
            return []
        others = [seen for seen in runs if seen.run and seen.run.number != snapshot.run.number]
        return [
            RunCurve(
                seen.run.number,
                self.workspace.names[seen.run.number],
                seen.history,
                seen.hyperparameter_log,
                seen.hyperparameters.iterations,
                leaps=seen.hyperparameters.batch_size is not None,
                role="moving" if seen is snapshot else f"run{seen.run.number % HUES}",
                tested=seen.tested,
            )
            for seen in (*others, snapshot)
            if seen.run and seen.history
        ]

    def _show_diagnosis(self, snapshot: Snapshot) -> None:
        """Call the coach when something is wrong that was not explained yet."""
        diagnosis, history, timeline = snapshot.diagnosis, snapshot.history, snapshot.timeline
        dataset = self.session.dataset
        if dataset is not self._doubted:
            from ...datasets.findings import doubts

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
            self.query_one(Coach).update(diagnosis, self.workspace.remedy, self.workspace.doubts)
        self.set_class(self.workspace.remedy is not None, "-coached")
        self.set_class(self.workspace.remedy is None and bool(self.workspace.doubts), "-doubted")

    def stop_presenting(self) -> None:
        """Show all panels again, and the prediction."""
        alone = [name for name in self.classes if name.startswith("-only-")]
        self.remove_class("-presenting", *alone)
        self.is_covered = False
        self.query_one(LessonStrip).fit()
        self.show_digit()

    def _is_large(self, panel: str) -> bool:
        """Whether a panel has the screen to itself, or as much of it as presenting gives it."""
        return self.has_class("-presenting") or self.has_class(f"-only-{panel}")

    def show_digit(self) -> None:
        """Show the selected digit and the prediction of the network shown."""
        dataset, viewed = self.session.dataset, self.viewed
        if dataset is None or viewed is None:
            self.query_one(Digit).update(None, "Test image", blocks=self.blocks)
            self.query_one(Probabilities).update(None, 0, untrained=True)
            return
        from ....net.engine.inference import probabilities

        if self.workspace.index >= len(dataset.test):  # the index is from a session with other data
            self.workspace.index = 0
            return
        parameters, iteration = viewed
        image, label = (
            dataset.test.images[self.workspace.index],
            int(dataset.test.labels[self.workspace.index]),
        )
        square = image.reshape(dataset.side, dataset.side)
        title = heading(dataset, self.workspace.index)
        if self.is_covered:
            title = title.partition(":")[0]
        self.query_one(Digit).update(
            square, title, blocks=self.blocks, large=self._is_large("digit")
        )
        answer = probabilities(parameters, image[None, :])[:, 0]
        origin = self.seen.origin if self.seen else ""
        if iteration == 0:
            predicted = int(answer.argmax())
            words = opening(dataset, self.workspace.index, predicted, origin)
            self.query_one(Chart).open_with(words)
        self.query_one(Probabilities).update(
            answer,
            label,
            dataset.names,
            untrained=iteration == 0 and not origin,
            digits=is_of_digits(dataset),
            covered=self.is_covered,
            large=self._is_large("probabilities"),
        )
        self.query_one(StatusLine).call_them(thing(dataset))
        self.query_one(KeyFooter).call_them(thing(dataset))

    def on_screen_resume(self) -> None:
        """Show what changed while a room covered the screen."""
        self.show_run()
        self.show_digit()

    watch_blocks = show_digit
