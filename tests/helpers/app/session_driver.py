"""A session without a screen, its orders awaited: what tests ask of it and how they drive it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.history import HistoryView
from mnist_tui.net.run.state import RunMoment
from mnist_tui.net.run.timeline import TimelineView
from mnist_tui.tui.lessons.observation import Observation
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import Run, RunStatus, Snapshot
from mnist_tui.tui.training.workspace import Workspace

from tests.helpers.support import PATIENCE, wait_until

ENDLESS = 1_000_000


class Driven:
    """A session whose orders are awaited."""

    def __init__(self, session: TrainingSession) -> None:
        self.session = session

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until this holds."""

        def holds() -> object:
            assert self.now.state is not RunStatus.FAILED, self.now.message
            return condition()

        wait_until(holds)

    def train(self, updates: int) -> None:
        """Make exactly so many updates."""
        goal = self.iteration + updates
        self.session.train(updates)
        self.until(lambda: self.rests and self.iteration == goal)

    def ordered(self, order: Callable[[], None]) -> None:
        """Give an order that makes another run the current one, and wait for it."""
        before = self.now.run
        order()
        self.until(lambda: self.now.run is not before)

    def fork(self, number: int, moment: RunMoment | None = None) -> None:
        self.ordered(lambda: self.session.fork(number, moment))

    def change(self, **chosen: Any) -> None:
        self.session.change(replace(self.session.wanted, **chosen))

    @property
    def now(self) -> Snapshot:
        return self.session.snapshot()

    @property
    def run(self) -> Run:
        assert self.now.run is not None
        return self.now.run

    @property
    def history(self) -> HistoryView:
        assert self.now.history is not None
        return self.now.history

    @property
    def timeline(self) -> TimelineView:
        assert self.now.timeline is not None
        return self.now.timeline

    @property
    def iteration(self) -> int:
        return self.now.progress.iteration if self.now.progress else -1

    @property
    def rests(self) -> bool:
        return not self.session.is_training and self.now.state is not RunStatus.TRAINING

    @property
    def numbers(self) -> list[int]:
        return [seen.run.number for seen in self.session.runs() if seen.run]

    def bits(self) -> tuple[bytes, bytes]:
        """The current run's weights and history."""
        assert self.now.parameters is not None
        return self.now.parameters.vector.tobytes(), self.history.rows().tobytes()


@contextmanager
def session_of(dataset: Dataset, **chosen: Any) -> Generator[Driven]:
    """An open session with its first run ready."""
    chosen = {"iterations": ENDLESS, "alpha": 0.01, **chosen}
    driven = Driven(TrainingSession(lambda: dataset, Hyperparameters(**chosen), threads=1))
    driven.session.open()
    driven.until(lambda: driven.now.state is RunStatus.READY)
    try:
        yield driven
    finally:
        driven.session.close(PATIENCE)


def moments(driven: Driven) -> list[RunMoment]:
    """All that is kept of the current run."""
    timeline = driven.timeline
    found = [timeline.first]
    while after := timeline.after(found[-1].iteration):
        found.append(after)
    return found


def look(driven: Driven, **looked: Any) -> Observation:
    """What a lesson would see now."""
    state = replace(Workspace(driven.session).state, **looked)
    return Observation.of(driven.session, state, "main")
