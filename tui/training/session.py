"""The training thread: the one place where two threads meet.

One worker loads the data, owns the Trainer of every run and moves the current one on. How all
runs stand lies in a slot as one frozen Picture; the screen looks there when it likes. What the
user wants goes the other way: one frozen Hyperparameters, a number of updates allowed, and orders
such as “begin again”. These change together, under one lock, and so does what an update goes by:
no update is ever made by what was wanted for another run. Nothing else is shared, and the worker
never waits for the screen.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ...net.hyperparameters import Hyperparameters, check_fits
from ..errors import EXPECTED_ERRORS, UserError
from ..host import yield_to_others
from ..shortage import shortage_message
from .limits import Limits
from .run_manager import MOST_RUNS, Permit, RunManager
from .snapshot import RunSink, SavedSession, SessionSnapshot, Snapshot

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ...data.dataset import Dataset
    from ...net.run.state import HyperparameterLog, RunMoment, RunState


class TrainingSession:
    """All runs, and the thread they happen in. Any thread may call any method but `__init__`."""

    def __init__(
        self,
        load: Callable[[], Dataset],
        hyperparameters: Hyperparameters,
        on_settled: Callable[[], None] = lambda: None,
        *,
        threads: int | None = None,
        limits: Limits | None = None,
        plan: HyperparameterLog = (),
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare a session; `open` starts it.

        Args:
            load: loads the data, in the worker.
            hyperparameters: to begin with.
            on_settled: called in the worker whenever the run has come to rest.
            threads: number of threads that share an update; None: one for each core.
            limits: for a shared machine; None: what net/ allows.
            plan: the first run's planned changes, until the user changes something.
            tell: called in the worker with a line for the user.
        """
        self._limits = limits
        self._tell = tell
        self.restored: frozenset[int] = frozenset()  # of its runs, what is gone on with, so far
        self._asked_for = plan or ((0, hyperparameters),)  # before anybody touched a field
        self._threads = threads
        self._load = load
        self._wake = threading.Condition()  # its lock guards all up to `_is_held`
        self._wanted = hyperparameters
        self._allowed: float = 0  # updates the worker may still make; infinite while training
        self._orders: deque[Callable[[], None]] = deque()
        self._plan = plan
        self._closing = False
        self._is_held = False  # whether what is wanted waits: the screen shows the past
        self._dataset: Dataset | None = None
        most_runs = limits.runs if limits else MOST_RUNS
        self._manager = RunManager(hyperparameters, on_settled, most_runs, tell)
        self._thread: threading.Thread | None = None  # once it is open

    def open(self, saved: SavedSession | None = None, sink: RunSink | None = None) -> None:
        """Start the worker: it loads the data and measures the untrained network, or resumes.

        Args:
            saved: the session to resume; None: start a first run.
            sink: receives every run whenever it rests, and now and then while it trains.
        """
        # A daemon, because the end of the program must not wait for an update of a huge network.
        self._thread = threading.Thread(
            target=self._work, args=(saved, sink), name="training", daemon=True
        )
        self._thread.start()

    def close(self, patience: float = 0.8) -> None:
        """End the worker after its present update; wait at most `patience` seconds."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        thread = self._thread
        if thread and thread.is_alive() and thread is not threading.current_thread():
            thread.join(patience)

    # What the screen may ask

    def picture(self) -> SessionSnapshot:
        """Every run as it stands; the worker will replace it after its next update."""
        return self._manager.take_picture()

    def snapshot(self) -> Snapshot:
        """Return the current run of `picture`."""
        return self.picture().current

    def runs(self) -> tuple[Snapshot, ...]:
        """Every run as it stands, oldest first."""
        return self._manager.picture.runs

    @property
    def wanted(self) -> Hyperparameters:
        """What the next run would begin with."""
        return self._wanted

    @property
    def course(self) -> HyperparameterLog:
        """What is wanted; if that is planned to change, all of the plan, what is past too."""
        with self._wake:
            return self._plan or ((0, self._wanted),)

    @property
    def is_training(self) -> bool:
        """Whether it will go on to another update."""
        return self._allowed > 0

    @property
    def orders_waiting(self) -> int:
        """How many new runs, forks and the like were asked for and are not begun."""
        return len(self._orders)

    @property
    def dataset(self) -> Dataset | None:
        """The data, once they are loaded."""
        return self._dataset

    # What a person may want

    def train(self, updates: float = math.inf) -> None:
        """Make that many updates and rest, or go on until the run ends."""
        with self._wake:
            before = 0 if math.isinf(self._allowed) else self._allowed
            self._allowed = before + updates
            self._wake.notify()

    def pause(self) -> None:
        """Stop after the update under way; the run stays as it is."""
        with self._wake:
            self._allowed = 0

    def hold(self, is_held: bool) -> None:
        """Delay changes of the hyperparameters, or stop delaying them."""
        with self._wake:
            self._is_held = is_held

    def change(self, hyperparameters: Hyperparameters) -> None:
        """Want these from the next update on; those that need a reset, from the next run on.

        Raises NetError, or UserError, if they cannot be trained with here; then nothing changes.
        """
        self._check(hyperparameters)
        with self._wake:
            self._wanted, self._plan = hyperparameters, ()

    def _check(self, hyperparameters: Hyperparameters) -> None:
        if self._dataset is not None:
            m, inputs = self._dataset.train.images.shape
            check_fits(hyperparameters, m, inputs, self._dataset.classes)
            if self._limits is not None:
                sizes = inputs, *hyperparameters.hidden, self._dataset.classes
                self._limits.check(sizes, hyperparameters.iterations)

    def _check_all(self, course: HyperparameterLog) -> None:
        for _, hyperparameters in course:
            self._check(hyperparameters)

    def follow(self, course: HyperparameterLog, *, train: bool = False) -> None:
        """Start a new run with planned changes of its hyperparameters. Raises as `change` does."""
        self._check_all(course)
        first = course[0][1]

        def begin() -> None:
            self._manager.begin(first)
            with self._wake:
                if self._wanted is first:  # the user wants no others since
                    self._plan = planned(course)

        with self._wake:
            self._wanted, self._plan = first, ()
            self._order(begin, train=train)

    def begin(self, wanted: Hyperparameters | None = None, *, train: bool = False) -> None:
        """Start a new run, from the initial weights of the wanted seed, beside the others.

        Raises as `change` does.

        Args:
            wanted: hyperparameters that apply to no earlier run; None: those already wanted.
            train: whether to train at once.
        """
        if wanted is not None:
            self._check(wanted)
        with self._wake:
            self._wanted, self._plan = wanted or self._wanted, ()
            self._order(partial(self._manager.begin, self._wanted), train=train)

    def fork(
        self,
        number: int,
        moment: RunMoment | None,
        wanted: Hyperparameters | None = None,
        *,
        train: bool = False,
    ) -> None:
        """Start a new run from a moment of this one, with the hyperparameters wanted now.

        Args:
            number: of the run to fork.
            moment: where to fork; None: at its present state.
            wanted: as in `begin`.
            train: whether to train at once.
        """
        if wanted is not None:
            self._check(wanted)
        with self._wake:
            self._wanted, self._plan = wanted or self._wanted, ()
            order = partial(self._manager.fork, number, moment, self._wanted)
            self._order(order, train=train)

    def go_on_from(self, number: int) -> None:
        """Make another run the current one, as it was left, with its own hyperparameters."""
        chosen = [seen for seen in self.runs() if seen.run and seen.run.number == number]
        if not chosen:  # it was removed a moment ago
            return
        with self._wake:
            self._wanted, self._plan = chosen[0].hyperparameters, ()
            self._order(partial(self._manager.make_current, number))

    def remove(self, number: int) -> None:
        """Forget a run, while training goes on. The current one stays, whoever asks."""
        self._in_between(partial(self._manager.remove, number))

    def ask(self, number: int, then: Callable[[RunState | None], None]) -> None:
        """Hand a run as it stands to `then`, in the worker, between two updates; None: it is gone.

        Training goes on after it, so `then` has to be quick.
        """
        self._in_between(partial(self._manager.ask, number, then))

    def _in_between(self, order: Callable[[], None]) -> None:
        with self._wake:
            self._orders.append(order)
            self._wake.notify()

    def _order(self, order: Callable[[], None], *, train: bool = False) -> None:
        """Give an order; with the lock held, so that no update comes between it and its wants."""
        self._allowed = math.inf if train else 0
        self._orders.append(order)
        self._wake.notify()

    # What the worker does

    def _work(self, saved: SavedSession | None, sink: RunSink | None) -> None:
        try:
            yield_to_others()
            self._dataset = self._load()
            self._manager.open(self._dataset, self._threads, sink)
            if saved is not None:
                self._restore(saved)
            else:
                self._begin_first()
            while not self._closing:
                self._go_on_or_rest()
        except EXPECTED_ERRORS as problem:
            self.pause()
            self._manager.fail(str(problem))
        except BaseException as bug:  # the screen raises it
            self.pause()
            short = shortage_message(bug)
            self._manager.fail(short or f"{type(bug).__name__}: {bug}", None if short else bug)
        finally:
            self._manager.close()

    def _begin_first(self) -> None:
        """Start the first run; its hyperparameters could not be checked before the data loaded."""
        try:
            self._check_all(self.course)
        except EXPECTED_ERRORS as problem:
            self._check_all(self._asked_for)
            self._tell(str(problem))
            self.change(self._asked_for[0][1])
        self._manager.begin(self._wanted)

    def _restore(self, saved: SavedSession) -> None:
        """Restore the runs that fit these data. Raises UserError if none does."""
        wanted = saved.course[0][1]
        with self._wake:  # first: the screen may look at a run at once
            self._wanted = wanted
        self._manager.count(saved.count)
        refused: list[str] = []
        for run in saved.runs:
            try:
                self._manager.restore(run)
                self.restored |= {run.number}
            except EXPECTED_ERRORS as problem:
                refused.append(f"Run {run.number} cannot be gone on with: {problem}")
        if not self.restored:
            raise UserError(refused[-1])
        for why in refused:
            self._tell(why)
        self._manager.make_current(saved.current)
        snapshot = self._manager.snapshot
        try:
            self._check_all(saved.course)
            now, plan = wanted, planned(saved.course)
        except EXPECTED_ERRORS:
            now, plan = snapshot.hyperparameters, ()
        with self._wake:
            if self._wanted is wanted:  # the user has not changed it meanwhile
                self._wanted, self._plan = now, plan
                self._go_by_plan(snapshot.progress.iteration if snapshot.progress else 0)

    def _go_on_or_rest(self) -> None:
        """Continue, or pause the run with a message and save it if memory is short."""
        try:
            self._go_on()
        except (MemoryError, RuntimeError) as failure:
            if (short := shortage_message(failure)) is None:
                raise
        else:
            return
        with self._wake:
            self._allowed = 0
        self._manager.pause()
        self._tell(f"Paused: {short}.")

    def _go_on(self) -> None:
        """Wait for something to do, and do it."""
        with self._wake:
            self._wake.wait_for(lambda: self._allowed > 0 or self._orders or self._closing)
            order = self._orders.popleft() if self._orders else None
        if order:
            order()
        elif not self._closing:
            has_ended = self._manager.train(self._take_permit)
            with self._wake:
                if has_ended and not self._orders:
                    self._allowed = 0

    def _take_permit(self, updates: int) -> Permit | None:
        """Allow one update more after so many, if it may be made; it then counts as made."""
        with self._wake:
            if self._allowed <= 0 or self._orders or self._closing:
                return None
            self._allowed -= 1
            if self._is_held:
                return (None,)
            self._go_by_plan(updates)
            return (self._wanted,)

    def _go_by_plan(self, updates: int) -> None:
        """Want what is planned after so many updates; with the lock held."""
        for since, chosen in self._plan:
            if since <= updates:
                self._wanted = chosen


def planned(course: HyperparameterLog) -> HyperparameterLog:
    """Return hyperparameters that change along the way; nothing if they do not."""
    return course if course[1:] else ()
