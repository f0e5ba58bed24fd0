"""What the screen knows of the runs: frozen snapshots, one a run, of how each of them stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import isfinite
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ...net.hyperparameters import Hyperparameters
    from ...net.network import Parameters
    from ...net.run.diagnosis import Diagnosis
    from ...net.run.history import HistoryView, Progress
    from ...net.run.state import HyperparameterLog, RunState
    from ...net.run.timeline import TimelineView


class RunStatus(Enum):
    """What a run is doing, in a word for the status line."""

    LOADING = "loading"
    READY = "ready"
    TRAINING = "training"
    PAUSED = "paused"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: what it is called and how it began; what tells it from any other."""

    number: int  # 1, 2, 3 … never given twice
    begun: str  # from first weights or from another run, in a few words
    start: int  # updates that were already made when it began


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a session's manifest says of a run; as simple as JSON."""

    begun: str
    """See `Run`."""
    start: int
    """See `Run`."""
    seconds: float
    """Spent training."""
    state: str
    """The value of a `RunStatus`."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A run as it stood at one instant: copies and frozen views that nothing changes any more."""

    state: RunStatus
    hyperparameters: Hyperparameters  # those the run goes by
    run: Run | None = None  # None while the data load
    progress: Progress | None = None
    parameters: Parameters | None = None
    history: HistoryView | None = None  # up to `progress`, as is all that follows
    timeline: TimelineView | None = None
    hyperparameter_log: HyperparameterLog = ()  # the hyperparameters it went by, see net/trainer.py
    diagnosis: Diagnosis | None = None  # why it does not learn
    seconds: float = 0.0  # spent training
    rate: float = 0.0  # updates a second, lately
    message: str = ""  # why it failed
    bug: BaseException | None = None  # what it failed of, if nobody expected that

    @property
    def facts(self) -> RunFacts | None:
        """What a manifest says of this run; None while the data load."""
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
    def is_untouched(self) -> bool:
        """Whether nothing has happened in this run since it began."""
        return bool(
            self.run
            and self.progress
            and self.progress.iteration == self.run.start
            and self.state is not RunStatus.DIVERGED
        )


@dataclass(frozen=True, slots=True, eq=False)
class SessionSnapshot:
    """Every run as it stood at one instant."""

    current: Snapshot
    runs: tuple[Snapshot, ...] = ()  # oldest first, the current one among them


@dataclass(frozen=True, eq=False)
class SavedRun:
    """A run as it is written to disk and restored from there."""

    number: int
    facts: RunFacts
    run: RunState
    first: RunState
    """The run at its first moment, to travel back to."""


@dataclass(frozen=True, eq=False)
class SavedSession:
    """A session as it was left, to be resumed."""

    runs: tuple[SavedRun, ...]
    """Oldest first."""
    current: int
    """Number of the current run."""
    count: int
    """The highest number that a run ever had; none is given twice."""
    course: HyperparameterLog
    """The hyperparameters wanted; if they were planned to change, the whole plan."""


class RunSink(Protocol):
    """Where runs go to be saved while training goes on."""

    def is_due(self) -> bool:
        """Return whether a run that trains should be handed over now."""
        ...

    def put_run(self, saved: SavedRun, /) -> None:
        """Save this run soon; never waits for the disk."""
        ...
