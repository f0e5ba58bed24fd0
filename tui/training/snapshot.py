"""Frozen snapshots of the runs, as the screen sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ...net.engine.batches import BatchCursor
    from ...net.hyperparameters import Hyperparameters
    from ...net.network import Parameters
    from ...net.run.diagnosis import Diagnosis
    from ...net.run.history import HistoryView, Progress
    from ...net.run.state import HyperparameterLog, RunState
    from ...net.run.timeline import TimelineView


class RunStatus(Enum):
    """What a run is doing; the value is the word for the status line."""

    LOADING = "loading"
    READY = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """The identity of a run: its number and its origin."""

    number: int  # 1, 2, 3 … never reused
    begun: str  # in a few words: from initial weights or from another run
    start: int  # updates already made when it began


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run's entry in the session's manifest, in the types of JSON."""

    begun: str
    """See `Run`."""
    start: int
    """See `Run`."""
    seconds: float
    """Training time."""
    state: str
    """The value of a `RunStatus`."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A run at one instant, as copies and frozen views."""

    state: RunStatus
    hyperparameters: Hyperparameters  # in force
    run: Run | None = None  # None while the data load
    progress: Progress | None = None
    parameters: Parameters | None = None
    history: HistoryView | None = None  # up to `progress`, like the fields below
    timeline: TimelineView | None = None
    hyperparameter_log: HyperparameterLog = ()  # see net/trainer.py
    cursor: BatchCursor | None = None  # of the next batch
    diagnosis: Diagnosis | None = None  # if it fails to learn
    seconds: float = 0.0  # training time
    rate: float = 0.0  # recent updates a second
    message: str = ""  # why it failed
    bug: BaseException | None = None  # the unexpected exception, if any

    @property
    def facts(self) -> RunFacts | None:
        """The run's entry in a manifest; None while the data load."""
        if self.run is None:
            return None
        return RunFacts(self.run.begun, self.run.start, float(self.seconds), self.state.value)

    @property
    def tested(self) -> Progress | None:
        """The newest test: of these very weights if the run rests, for then it tests them."""
        progress, history = self.progress, self.history
        if progress is not None and isfinite(progress.test_accuracy):
            return progress
        return history.tested if history is not None else None

    @property
    def best(self) -> Progress | None:
        """The first test with the highest accuracy, that of a run at rest included."""
        found = [self.history.best if self.history is not None else None, self.tested]
        return max(filter(None, found), key=lambda test: test.test_accuracy, default=None)

    @property
    def origin(self) -> str:
        """Where the run's first weights come from; empty: they were drawn here."""
        return self.timeline.first.origin if self.timeline else ""

    @property
    def is_untouched(self) -> bool:
        """Whether the run has made no updates since it began."""
        return bool(
            self.run
            and self.progress
            and self.progress.iteration == self.run.start
            and self.state is not RunStatus.DIVERGED
        )


@dataclass(frozen=True, slots=True, eq=False)
class SessionSnapshot:
    """All runs at one instant."""

    current: Snapshot
    runs: tuple[Snapshot, ...] = ()  # oldest first, the current one among them


@dataclass(frozen=True, eq=False)
class SavedRun:
    """A run as saved on disk."""

    number: int
    facts: RunFacts
    run: RunState
    first: RunState
    """The run at its first moment, to travel back to."""


@dataclass(frozen=True, eq=False)
class SavedSession:
    """A saved session to resume."""

    runs: tuple[SavedRun, ...]
    """Oldest first."""
    current: int
    """Number of the current run."""
    count: int
    """The highest number a run ever had; none is reused."""
    hyperparameter_log: HyperparameterLog
    """The wanted hyperparameters; if changes are planned, the whole plan."""


class RunSink(Protocol):
    """Saves runs while they train."""

    def is_due(self) -> bool:
        """Return whether a training run should be handed over now."""
        ...

    def put_run(self, saved: SavedRun, /) -> None:
        """Save this run soon; never waits for the disk."""
        ...
