"""The training thread: the one place where two threads meet.

One worker loads the data, owns the Trainer of every run and moves the current one on. How each
run stands lies in a slot as a frozen Snapshot, weights copied; the screen looks there when it
likes. What a person wants goes the other way: one frozen Hyperparameters, a number of updates
allowed, and orders such as “begin again”. Nothing else is shared, and the worker never waits
for the screen.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..net.errors import DivergedError
from ..net.hyperparameters import NEED_RESET, Hyperparameters, check_batch
from ..net.sizes import check_hidden
from .problem import EXPECTED
from .runs import Run, Snapshot, State

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ..data.augment import Epochs
    from ..data.dataset import Dataset
    from ..net.gradient import Engine
    from ..net.history import Progress
    from ..net.timeline import Moment, Timeline
    from ..net.trainer import Trainer

RATE_WINDOW = 0.5  # seconds over which the rate is averaged
BUDGET = 64 << 20  # bytes that the weights along the way of all runs may take


class Session:
    """All runs, and the thread they happen in. Any thread may call any method but `__init__`."""

    def __init__(
        self,
        load: Callable[[], Dataset],
        hyperparameters: Hyperparameters,
        on_settled: Callable[[], None] = lambda: None,
        threads: int | None = None,
    ) -> None:
        """`on_settled` is called, in the worker, whenever the run has come to a rest.

        threads: how many share an update; None: as many as there are cores.
        """
        self._threads = threads
        self._load = load
        self._on_settled = on_settled
        self._wanted = hyperparameters
        self._wake = threading.Condition()
        self._allowed: float = 0  # updates the worker may still make; infinite while training
        self._orders: deque[Callable[[], None]] = deque()
        self._closing = False
        self._look = True  # whether anybody has seen the last snapshot
        self.held = False  # while it is, what is wanted waits: the screen shows the past
        self._engine: Engine | None = None
        self._epochs: Epochs | None = None
        self._dataset: Dataset | None = None
        self._trainers: dict[int, Trainer] = {}  # of each run; the worker's alone
        self._count = 0  # runs ever begun
        self._runs: dict[int, Snapshot] = {}  # replaced, never changed
        self._snapshot = Snapshot(State.LOADING, hyperparameters)  # of the current run
        # A daemon, because the end of the program must not wait for an update of a huge network.
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)

    def open(self) -> None:
        """Begin: load the data and look at the untrained network."""
        self._thread.start()

    def close(self, patience: float = 0.3) -> None:
        """Let the worker end after the update it is in; wait at most `patience` seconds."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(patience)

    # What the screen may ask

    def snapshot(self) -> Snapshot:
        """The current run; the worker will put a newer one beside it after its next update."""
        self._look = True
        return self._snapshot

    def runs(self) -> tuple[Snapshot, ...]:
        """Every run as it stands, oldest first."""
        return tuple(self._runs.values())

    @property
    def wanted(self) -> Hyperparameters:
        """What the next run would begin with."""
        return self._wanted

    @property
    def is_training(self) -> bool:
        """Whether it will go on to another update."""
        return self._allowed > 0

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

    def change(self, hyperparameters: Hyperparameters) -> None:
        """Want these from the next update on; those that need a reset, from the next run on.

        Raises NetError if the data cannot be trained on with them; then nothing changes.
        """
        if self._dataset is not None:
            m, inputs = self._dataset.train.images.shape
            check_hidden(hyperparameters.hidden, inputs, self._dataset.classes)
            check_batch(hyperparameters.batch_size, m)
        self._wanted = hyperparameters

    def begin(self, *, train: bool = False) -> None:
        """A new run, from the first weights that the wanted seed gives. The others stay."""
        self._order(partial(self._begin, self._wanted), train=train)

    def fork(self, number: int, moment: Moment | None, *, train: bool = False) -> None:
        """A new run from a moment of this one (None: from where it stands), as is wanted now."""
        self._order(partial(self._fork, number, moment, self._wanted), train=train)

    def go_on_from(self, number: int) -> None:
        """Make another run the current one, as it was left, with its own hyperparameters."""
        self._wanted = self._runs[number].hyperparameters
        self._order(partial(self._take_up, number))

    def remove(self, number: int) -> None:
        """Forget a run. Of the current one, and of one that is gone, nothing is heard."""
        self._order(partial(self._remove, number), train=self.is_training)

    def _order(self, order: Callable[[], None], *, train: bool = False) -> None:
        with self._wake:
            self._allowed = math.inf if train else 0
            self._orders.append(order)
            self._wake.notify()

    # What the worker does

    def _work(self) -> None:
        try:
            self._dataset = self._load()
            self._begin(self._wanted)
            while not self._closing:
                self._go_on()
        except EXPECTED as problem:
            self._fail(str(problem))
        except BaseException as bug:  # the screen raises it
            self._fail(f"{type(bug).__name__}: {bug}", bug)

    def _go_on(self) -> None:
        """Wait for something to do, and do it."""
        with self._wake:
            self._wake.wait_for(lambda: self._allowed > 0 or self._orders or self._closing)
            order = self._orders.popleft() if self._orders else None
        if order:
            order()
        elif not self._closing:
            self._train()

    def _begin(self, wanted: Hyperparameters) -> None:
        self._add(self._trainer(wanted), f"seed {wanted.seed}")

    def _trainer(self, hyperparameters: Hyperparameters) -> Trainer:
        """A run's trainer. One engine serves all: what it knows of the data is found once."""
        from ..data.augment import Epochs  # NumPy with them
        from ..net.gradient import Engine
        from ..net.trainer import Trainer

        assert self._dataset is not None
        train = self._dataset.train
        self._engine = self._engine or Engine(train, self._threads)
        self._epochs = self._epochs or Epochs(train.images)
        return Trainer(
            train,
            self._dataset.test,
            hyperparameters,
            classes=self._dataset.classes,
            engine=self._engine,
            deformed=self._epochs.images,
        )

    def _fork(self, number: int, moment: Moment | None, wanted: Hyperparameters) -> None:
        from ..net.trainer import RunState

        if (forked := self._runs.get(number)) is None or forked.run is None:
            return
        old, timeline = self._trainers[number], forked.run.timeline
        moment = moment or old.moment()
        at = moment.iteration
        begun = tuple((since, chosen) for since, chosen in old.course if since < max(1, at))
        state = RunState(
            **vars(moment), history=old.history.rows()[: old.history.row_at(at) + 1], course=begun
        )
        trainer = self._trainer(moment.hyperparameters)
        trainer.restore(state)
        trainer.change(_live(wanted, trainer))
        share = forked.seconds * at / max(1, old.iteration)
        self._add(trainer, f"run {number} at {at}", timeline.until(at), share)

    def _add(
        self, trainer: Trainer, begun: str, timeline: Timeline | None = None, seconds: float = 0.0
    ) -> None:
        """A new run beside the others, measured before its next update, and now the current one.

        It takes the place of a run in which nothing has happened.
        """
        from ..net.timeline import Timeline

        progress, before = trainer.measure(), self._snapshot
        if before.run and before.is_untouched:
            number = before.run.number
        else:
            self._count = number = self._count + 1
        past = Timeline(BUDGET) if timeline is None else timeline
        past.offer(trainer.iteration, trainer.moment)
        run = Run(number, begun, trainer.iteration, trainer.history, past)
        self._trainers[number] = trainer
        self._snapshot = Snapshot(State.READY, trainer.hyperparameters, run, seconds=seconds)
        self._publish(trainer, progress=progress)
        self._share_out()
        self._on_settled()

    def _take_up(self, number: int) -> None:
        if number in self._runs:
            self._snapshot = self._runs[number]
            self._on_settled()

    def _remove(self, number: int) -> None:
        current = self._snapshot.run
        if current and number != current.number:
            self._forget(number)
            self._share_out()
            self._on_settled()

    def _forget(self, number: int) -> None:
        self._trainers.pop(number, None)
        self._runs = {other: seen for other, seen in self._runs.items() if other != number}

    def _share_out(self) -> None:
        """Every run has an equal share of the budget."""
        for seen in self._runs.values():
            assert seen.run is not None
            seen.run.timeline.allow(BUDGET // len(self._runs))

    def _train(self) -> None:
        """Make the updates that are allowed, then say how the run stands."""
        run = self._snapshot.run
        assert run is not None
        trainer = self._trainers[run.number]
        spent, begun = self._snapshot.seconds, time.perf_counter()
        rate, marked, marked_at = self._snapshot.rate, begun, trainer.iteration
        state = State.PAUSED
        try:
            for progress in self._updates(trainer):
                run.timeline.offer(trainer.iteration, trainer.moment)
                now = time.perf_counter()
                if now - marked >= RATE_WINDOW:
                    rate = (trainer.iteration - marked_at) / (now - marked)
                    marked, marked_at = now, trainer.iteration
                if self._look:
                    self._look = False
                    seconds = spent + now - begun
                    self._publish(
                        trainer,
                        state=State.TRAINING,
                        progress=progress,
                        seconds=seconds,
                        rate=rate,
                    )
            if trainer.iteration >= trainer.hyperparameters.iterations:
                state = State.FINISHED
        except DivergedError:
            state = State.DIVERGED
        seconds = spent + time.perf_counter() - begun
        if state is not State.PAUSED:
            self.pause()
        self._publish(trainer, state=state, progress=trainer.measure(), seconds=seconds, rate=rate)
        self._on_settled()

    def _updates(self, trainer: Trainer) -> Iterator[Progress]:
        """The trainer's own updates, as many as are allowed, each by what is wanted just then."""
        steps, wanted = trainer.steps(), None
        while self._take_permit():
            if wanted is not self._wanted and not self.held:
                wanted = self._wanted
                trainer.change(_live(wanted, trainer))
            progress = next(steps, None)
            if progress is None:
                return
            yield progress

    def _take_permit(self) -> bool:
        """Whether one more update may be made; if so, it counts as made."""
        with self._wake:
            if self._allowed <= 0 or self._orders or self._closing:
                return False
            self._allowed -= 1
            return True

    def _publish(self, trainer: Trainer, **what: Any) -> None:
        """Put a newer snapshot of the current run into its slot; only the worker does."""
        self._snapshot = replace(
            self._snapshot,
            hyperparameters=trainer.hyperparameters,
            parameters=trainer.parameters.copy(),
            course=trainer.course,
            trouble=trainer.trouble,
            **what,
        )
        assert self._snapshot.run is not None
        self._runs = {**self._runs, self._snapshot.run.number: self._snapshot}

    def _fail(self, message: str, bug: BaseException | None = None) -> None:
        self._allowed = 0
        self._snapshot = replace(self._snapshot, state=State.FAILED, message=message, bug=bug)
        self._on_settled()


def _live(wanted: Hyperparameters, trainer: Trainer) -> Hyperparameters:
    """What is wanted, but what decides the first weights as the run has it."""
    kept = {name: getattr(trainer.hyperparameters, name) for name in NEED_RESET}
    return replace(wanted, **kept)
