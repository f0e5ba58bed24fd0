"""The training session: the boundary between the screen's thread and the training thread.

One worker loads the data, owns the Trainer of every run and trains the current one. It publishes
all runs as one frozen SessionSnapshot, which the screen reads whenever it likes. In the other
direction go one frozen Hyperparameters, a number of permitted updates, and orders such as “begin
again”. These change together, under one lock that an update also takes to read them, so that no
update uses values meant for another run. Nothing else is shared, and the worker never waits for
the screen.
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
from .run_manager import MAX_RUNS, Permit, RunManager
from .snapshot import RunSink, SavedSession, SessionSnapshot, Snapshot

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ...data.dataset import Dataset
    from ...net.run.state import HyperparameterLog, RunMoment, RunState


class TrainingSession:
    """All runs and their training thread. Any thread may call any method but `__init__`."""

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
        self.restored: frozenset[int] = frozenset()  # numbers of the runs resumed so far
        self._initial_log = plan or ((0, hyperparameters),)  # before the user changed anything
        self._threads = threads
        self._load = load
        self._wake = threading.Condition()  # its lock guards the attributes up to `_is_held`
        self._wanted = hyperparameters
        self._allowed: float = 0  # updates the worker may still make; infinite while training
        self._orders: deque[Callable[[], None]] = deque()
        self._plan = plan
        self._closing = False
        self._is_held = False  # whether changes wait because the screen shows the past
        self._dataset: Dataset | None = None
        max_runs = limits.runs if limits else MAX_RUNS
        self._manager = RunManager(hyperparameters, on_settled, max_runs, tell)
        self._thread: threading.Thread | None = None  # once it is open

    def open(self, saved: SavedSession | None = None, sink: RunSink | None = None) -> None:
        """Start the worker: it loads the data and measures the untrained network, or resumes.

        Args:
            saved: the session to resume; None: start a first run.
            sink: receives every run whenever it rests, and now and then while it trains.
        """
        # A daemon, so that exiting does not wait for an update of a huge network.
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

    # What the screen reads

    def picture(self) -> SessionSnapshot:
        """Return every run as it stands; the worker replaces the picture after its next update."""
        return self._manager.take_picture()

    def snapshot(self) -> Snapshot:
        """Return the current run of `picture`."""
        return self.picture().current

    def runs(self) -> tuple[Snapshot, ...]:
        """Return every run as it stands, oldest first."""
        return self._manager.picture.runs

    @property
    def wanted(self) -> Hyperparameters:
        """The hyperparameters that the next run would start with."""
        return self._wanted

    @property
    def hyperparameter_log(self) -> HyperparameterLog:
        """The wanted hyperparameters; if changes are planned, the whole plan with its past."""
        with self._wake:
            return self._plan or ((0, self._wanted),)

    @property
    def is_training(self) -> bool:
        """Whether another update is permitted."""
        return self._allowed > 0

    @property
    def orders_waiting(self) -> int:
        """Number of orders, such as new runs and forks, that are not executed yet."""
        return len(self._orders)

    @property
    def dataset(self) -> Dataset | None:
        """The data, once they are loaded."""
        return self._dataset

    # What the user orders

    def train(self, updates: float = math.inf) -> None:
        """Make this many updates and pause, or train until the run ends."""
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
        """Use these from the next update on; those that need a reset, from the next run on.

        Raises NetError or UserError if they are invalid here; nothing then changes.
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

    def _check_all(self, log: HyperparameterLog) -> None:
        for _, hyperparameters in log:
            self._check(hyperparameters)

    def follow(self, log: HyperparameterLog, *, train: bool = False) -> None:
        """Start a new run with planned changes of its hyperparameters. Raises as `change` does."""
        self._check_all(log)
        first = log[0][1]

        def begin() -> None:
            self._manager.begin(first)
            with self._wake:
                if self._wanted is first:  # the user has not changed it meanwhile
                    self._plan = planned(log)

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

    def adopt(self, begun: str, state: RunState, seconds: float = 0.0) -> None:
        """Show a run that was made elsewhere, such as in a sweep, beside the others.

        If it does not fit the data after all, that is told. Raises as `change` does.

        Args:
            begun: where it comes from, in a few words.
            state: the run.
            seconds: its training time.
        """
        self._check(state.hyperparameters)

        def take_in() -> None:
            try:
                self._manager.adopt(begun, state, seconds)
            except EXPECTED_ERRORS as problem:
                self._tell(f"The run cannot be shown: {problem}")
                self.change(self._manager.snapshot.hyperparameters)

        with self._wake:
            self._wanted, self._plan = state.hyperparameters, ()
            self._order(take_in)

    def continue_run(self, number: int) -> None:
        """Make another run the current one, with its own hyperparameters."""
        chosen = [seen for seen in self.runs() if seen.run and seen.run.number == number]
        if not chosen:  # it has just been removed
            return
        with self._wake:
            self._wanted, self._plan = chosen[0].hyperparameters, ()
            self._order(partial(self._manager.make_current, number))

    def remove(self, number: int) -> None:
        """Remove a run, unless it is the current one; training continues."""
        self._in_between(partial(self._manager.remove, number))

    def ask(self, number: int, then: Callable[[RunState | None], None]) -> None:
        """Pass a run's state to `then`, in the worker, between two updates; None: it was removed.

        Training waits for `then`, which has to be quick.
        """
        self._in_between(partial(self._manager.ask, number, then))

    def _in_between(self, order: Callable[[], None]) -> None:
        with self._wake:
            self._orders.append(order)
            self._wake.notify()

    def _order(self, order: Callable[[], None], *, train: bool = False) -> None:
        """Queue an order. The caller holds the lock, so that no update intervenes."""
        self._allowed = math.inf if train else 0
        self._orders.append(order)
        self._wake.notify()

    # The worker thread

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
                self._run_next_or_pause()
        except EXPECTED_ERRORS as problem:
            self.pause()
            self._manager.fail(str(problem))
        except BaseException as bug:  # re-raised by the screen
            self.pause()
            short = shortage_message(bug)
            self._manager.fail(short or f"{type(bug).__name__}: {bug}", None if short else bug)
        finally:
            self._manager.close()

    def _begin_first(self) -> None:
        """Start the first run; its hyperparameters could not be checked before the data loaded."""
        try:
            self._check_all(self.hyperparameter_log)
        except EXPECTED_ERRORS as problem:
            self._check_all(self._initial_log)
            self._tell(str(problem))
            self.change(self._initial_log[0][1])
        self._manager.begin(self._wanted)

    def _restore(self, saved: SavedSession) -> None:
        """Restore the runs that fit these data. Raises UserError if none does."""
        wanted = saved.hyperparameter_log[0][1]
        with self._wake:  # first, because the screen may show a run at once
            self._wanted = wanted
        self._manager.count(saved.count)
        refused: list[str] = []
        for run in saved.runs:
            try:
                self._manager.restore(run)
                self.restored |= {run.number}
            except EXPECTED_ERRORS as problem:
                refused.append(f"Run {run.number} cannot be continued: {problem}")
        if not self.restored:
            raise UserError(refused[-1])
        for why in refused:
            self._tell(why)
        self._manager.make_current(saved.current)
        snapshot = self._manager.snapshot
        try:
            self._check_all(saved.hyperparameter_log)
            now, plan = wanted, planned(saved.hyperparameter_log)
        except EXPECTED_ERRORS:
            now, plan = snapshot.hyperparameters, ()
        with self._wake:
            if self._wanted is wanted:  # the user has not changed it meanwhile
                self._wanted, self._plan = now, plan
                self._apply_plan(snapshot.progress.iteration if snapshot.progress else 0)

    def _run_next_or_pause(self) -> None:
        """Continue, or pause the run with a message and save it if memory is short."""
        try:
            self._run_next()
        except (MemoryError, RuntimeError) as failure:
            if (short := shortage_message(failure)) is None:
                raise
        else:
            return
        with self._wake:
            self._allowed = 0
        self._manager.pause()
        self._tell(f"Paused: {short}.")

    def _run_next(self) -> None:
        """Wait for an order or a permit, and execute it."""
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
        """Return a permit for one update, counted as used; None if there is none."""
        with self._wake:
            if self._allowed <= 0 or self._orders or self._closing:
                return None
            self._allowed -= 1
            if self._is_held:
                return (None,)
            self._apply_plan(updates)
            return (self._wanted,)

    def _apply_plan(self, updates: int) -> None:
        """Use the planned hyperparameters after this many updates. The caller holds the lock."""
        for since, chosen in self._plan:
            if since <= updates:
                self._wanted = chosen


def planned(log: HyperparameterLog) -> HyperparameterLog:
    """Return hyperparameters that change along the way; nothing if they do not."""
    return log if log[1:] else ()
