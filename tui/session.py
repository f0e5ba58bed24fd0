"""The training thread: the one place where two threads meet.

One worker loads the data, owns the Trainer and moves it on. What it has reached lies in a slot
as a frozen Snapshot, weights copied; the screen looks into the slot when it likes. What a person
wants goes the other way, as one frozen Hyperparameters and a number of updates allowed. Nothing
else is shared, and the worker never waits for the screen.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..net.errors import DivergedError
from ..net.hyperparameters import NEED_RESET, Hyperparameters, check_batch
from ..net.sizes import check_hidden
from .problem import EXPECTED

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    import numpy as np
    from numpy.typing import NDArray

    from ..data.augment import Epochs
    from ..data.dataset import Dataset
    from ..net.gradient import Engine
    from ..net.history import Progress
    from ..net.network import Parameters
    from ..net.trainer import Trainer

RATE_WINDOW = 0.5  # seconds over which the rate is averaged


class State(Enum):
    """What the run is doing, in a word for the status line."""

    LOADING = "loading"
    READY = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The run as it stood a moment ago, in copies that nothing changes any more."""

    state: State
    run: int  # how many resets came before: tells one run's snapshots from another's
    hyperparameters: Hyperparameters  # those the run goes by
    progress: Progress | None = None
    parameters: Parameters | None = None
    seconds: float = 0.0  # spent training
    rate: float = 0.0  # updates a second, lately
    message: str = ""  # why it diverged or failed
    bug: BaseException | None = None  # what it failed of, if nobody expected that


class Session:
    """A run and the thread it happens in. All methods but `__init__` may be called at any time."""

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
        self._reset = self._closing = False
        self._look = True  # whether anybody has seen the last snapshot
        self._engine: Engine | None = None
        self._epochs: Epochs | None = None
        self._trainer: Trainer | None = None
        self._dataset: Dataset | None = None
        self._snapshot = Snapshot(State.LOADING, 0, hyperparameters)
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

    @property
    def is_training(self) -> bool:
        """Whether it will go on to another update."""
        return self._allowed > 0

    def change(self, hyperparameters: Hyperparameters) -> None:
        """Want these from the next update on; those that need a reset, from the next reset on.

        Raises NetError if the data cannot be trained on with them; then nothing changes.
        """
        if self._dataset is not None:
            m, inputs = self._dataset.train.images.shape
            check_hidden(hyperparameters.hidden, inputs, self._dataset.classes)
            check_batch(hyperparameters.batch_size, m)
        self._wanted = hyperparameters

    @property
    def wanted(self) -> Hyperparameters:
        """What the next reset would begin with."""
        return self._wanted

    def reset(self) -> None:
        """Stop, and begin again with the first weights that the wanted seed gives."""
        with self._wake:
            self._allowed = 0
            self._reset = True
            self._wake.notify()

    def snapshot(self) -> Snapshot:
        """The newest there is; the worker will put a newer one beside it after its next update."""
        self._look = True
        return self._snapshot

    def history(self, start: int = 0) -> NDArray[np.float64]:
        """The metrics of this run from row `start` on, copied; see net/history.py.

        Only once there is a snapshot with progress.
        """
        assert self._trainer is not None, "asked for the history of a run that has not begun"
        return self._trainer.history.rows(start)

    @property
    def dataset(self) -> Dataset | None:
        """The data, once they are loaded."""
        return self._dataset

    def _work(self) -> None:
        try:
            self._dataset = self._load()
            self._begin(self._dataset)
            while not self._closing:
                self._go_on(self._dataset)
        except EXPECTED as problem:
            self._fail(str(problem))
        except BaseException as bug:  # the screen raises it
            self._fail(f"{type(bug).__name__}: {bug}", bug)

    def _begin(self, dataset: Dataset) -> None:
        """A new run, measured before its first update."""
        from ..data.augment import Epochs  # NumPy with them
        from ..net.gradient import Engine
        from ..net.trainer import Trainer

        # One engine serves every run: what it knows of the data need not be found again.
        self._engine = self._engine or Engine(dataset.train, self._threads)
        self._epochs = self._epochs or Epochs(dataset.train.images)
        trainer = Trainer(
            dataset.train,
            dataset.test,
            self._wanted,
            classes=dataset.classes,
            engine=self._engine,
            deformed=self._epochs.images,
        )
        progress = trainer.measure()
        self._trainer = trainer
        run = self._snapshot.run + 1
        self._publish(
            trainer, state=State.READY, run=run, progress=progress, seconds=0.0, message=""
        )
        self._on_settled()

    def _go_on(self, dataset: Dataset) -> None:
        """Wait for something to do, and do it."""
        with self._wake:
            self._wake.wait_for(lambda: self._allowed > 0 or self._reset or self._closing)
            reset, self._reset = self._reset, False
        if reset:
            self._begin(dataset)
        elif self._trainer is not None:
            self._train(self._trainer)

    def _train(self, trainer: Trainer) -> None:
        """Make the updates that are allowed, then say how the run stands."""
        spent, begun = self._snapshot.seconds, time.perf_counter()
        rate, marked, marked_at = self._snapshot.rate, begun, trainer.iteration
        state, message = State.PAUSED, ""
        try:
            for progress in self._updates(trainer):
                now = time.perf_counter()
                if now - marked >= RATE_WINDOW:
                    rate = (trainer.iteration - marked_at) / (now - marked)
                    marked, marked_at = now, trainer.iteration
                if self._look:
                    self._look = False
                    self._publish(
                        trainer,
                        state=State.TRAINING,
                        progress=progress,
                        seconds=spent + now - begun,
                        rate=rate,
                    )
            if trainer.iteration >= trainer.hyperparameters.iterations:
                state = State.FINISHED
        except DivergedError as end:
            state, message = State.DIVERGED, str(end)
        seconds = spent + time.perf_counter() - begun
        if state is not State.PAUSED:
            self.pause()
        self._publish(
            trainer,
            state=state,
            progress=trainer.measure(),
            seconds=seconds,
            rate=rate,
            message=message,
        )
        self._on_settled()

    def _updates(self, trainer: Trainer) -> Iterator[Progress]:
        """The trainer's own updates, as many as are allowed, each by what is wanted just then."""
        steps, wanted = trainer.steps(), None
        while self._take_permit():
            if wanted is not self._wanted:
                wanted = self._wanted
                kept = {name: getattr(trainer.hyperparameters, name) for name in NEED_RESET}
                trainer.change(replace(wanted, **kept))
            progress = next(steps, None)
            if progress is None:
                return
            yield progress

    def _take_permit(self) -> bool:
        """Whether one more update may be made; if so, it counts as made."""
        with self._wake:
            if self._allowed <= 0 or self._reset or self._closing:
                return False
            self._allowed -= 1
            return True

    def _publish(self, trainer: Trainer, **what: Any) -> None:
        """Put a newer snapshot into the slot; only the worker does."""
        self._snapshot = replace(
            self._snapshot,
            hyperparameters=trainer.hyperparameters,
            parameters=trainer.parameters.copy(),
            **what,
        )

    def _fail(self, message: str, bug: BaseException | None = None) -> None:
        self._allowed = 0
        self._snapshot = replace(self._snapshot, state=State.FAILED, message=message, bug=bug)
        self._on_settled()
