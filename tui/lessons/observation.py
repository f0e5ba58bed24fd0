"""What a lesson sees of the app at one instant: frozen, so that it can be kept and compared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite, log, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # they import NumPy, which the first screen does not wait for
    import numpy as np
    from numpy.typing import NDArray

    from ...data.dataset import Dataset
    from ...net.hyperparameters import Hyperparameters
    from ...net.network import Parameters
    from ...net.run.history import Progress
    from ..training.session import TrainingSession
    from ..training.snapshot import Snapshot
    from ..training.workspace import WorkspaceState


TINY = 1e-38  # a probability that has become 0 is taken for this one


@dataclass(frozen=True, eq=False)
class Observation:
    """The runs, and what is looked at of them."""

    current: Snapshot
    runs: tuple[Snapshot, ...]
    """Oldest first, the current one among them."""
    wanted: Hyperparameters
    is_training: bool
    state: WorkspaceState
    dataset: Dataset | None
    room: str
    """The room that is open; main without one, empty under a window."""
    page: str = ""
    """The page that the room shows, if it has several: the maths room's stage."""
    chart: str = "accuracy"
    """What the chart draws: accuracy or loss."""

    @classmethod
    def of(
        cls,
        session: TrainingSession,
        state: WorkspaceState,
        room: str,
        page: str = "",
        chart: str = "accuracy",
    ) -> Observation:
        """Return what there is to be seen of a session now."""
        picture = session.picture()
        return cls(
            picture.current,
            picture.runs,
            session.wanted,
            session.is_training,
            state,
            session.dataset,
            room,
            page,
            chart,
        )

    @property
    def updates(self) -> int:
        """Made in the current run."""
        return self.current.progress.iteration if self.current.progress else 0

    @property
    def moment(self) -> int:
        """After how many updates the network is shown."""
        return self.state.past.iteration if self.state.past else self.updates

    @property
    def number(self) -> int:
        """Of the current run; 0: there is none."""
        return self.current.run.number if self.current.run else 0

    @property
    def before(self) -> Snapshot | None:
        """The run that was begun before the current one."""
        earlier = [seen for seen in self.runs if seen.run and seen.run.number < self.number]
        return earlier[-1] if earlier else None

    @cached_property
    def tested(self) -> Progress | None:
        """The current run's last test up to the moment shown."""
        return tested(self.current, self.moment)

    @cached_property
    def network(self) -> Parameters | None:
        """The network that is shown."""
        return self.state.past.parameters if self.state.past else self.current.parameters

    @cached_property
    def answers(self) -> NDArray[np.float32] | None:
        """Each class's probability for the test image shown."""
        from ...net.engine.inference import probabilities

        dataset, network = self.dataset, self.network
        if dataset is None or network is None or self.state.index >= len(dataset.test):
            return None
        image = dataset.test.images[self.state.index]
        return probabilities(network, image[None, :])[:, 0]

    @property
    def label(self) -> int:
        """Class of the test image shown; -1 while there is none."""
        dataset = self.dataset
        if dataset is None or self.state.index >= len(dataset.test):
            return -1
        return int(dataset.test.labels[self.state.index])

    @property
    def answer(self) -> int:
        """The class that the network shown takes it for; -1 while there is none."""
        return -1 if self.answers is None else int(self.answers.argmax())

    @property
    def surprise(self) -> float:
        """The loss on the test image alone: minus the logarithm of its label's probability."""
        if self.answers is None or self.label < 0:
            return nan
        return -log(max(float(self.answers[self.label]), TINY))

    @cached_property
    def silent(self) -> int:
        """How many units of the first hidden layer pass nothing on of the test image shown."""
        from ...net.network import forward
        from ...net.validation import as_columns

        dataset, network = self.dataset, self.network
        if dataset is None or network is None or self.label < 0:
            return 0
        column = as_columns(network, dataset.test.images[self.state.index][None, :])
        return int((forward(network, column).Z[0] <= 0).sum())

    @cached_property
    def common_pairs(self) -> float:
        """What share of all mistakes the ten most frequent pairs of label and answer make."""
        import numpy as np

        from ...net.inspection.confusion import confusion, predict

        if self.dataset is None or self.network is None:
            return nan
        counts = np.array(confusion(predict(self.network, self.dataset.test)).counts)
        np.fill_diagonal(counts, 0)
        return float(np.sort(counts.ravel())[-10:].sum() / max(1, counts.sum()))

    @property
    def fall(self) -> float:
        """By how much the last update lowered the loss."""
        now, then = measured(self.current, self.updates), measured(self.current, self.updates - 1)
        return then.loss - now.loss if now and then and self.updates else nan

    @property
    def promise(self) -> float:
        """By how much it should have, had the slope stayed as it was."""
        then = measured(self.current, max(0, self.updates - 1))
        return self.current.hyperparameters.alpha * then.gradient_norm**2 if then else nan


def tested(run: Snapshot | None, at: float) -> Progress | None:
    """Return a run's last test up to an update; a run at rest is tested where it stands."""
    if run is None or run.history is None or not len(run.history):
        return None
    if run.progress and run.progress.iteration <= at and isfinite(run.progress.test_accuracy):
        return run.progress
    return run.history.tested_at(at)


def measured(run: Snapshot | None, at: float) -> Progress | None:
    """Return a run's metrics after an update, or after its last before that."""
    return run.history.at(at) if run and run.history and len(run.history) else None


def lowest_test_loss(run: Snapshot) -> tuple[float, int]:
    """Return a run's lowest test loss, and after which update it was measured."""
    import numpy as np

    from ...net.run.history import ITERATION, TEST_LOSS

    rows = run.history.view() if run.history else None
    found = nan, 0
    if rows is not None and np.isfinite(rows[:, TEST_LOSS]).any():
        row = rows[np.nanargmin(rows[:, TEST_LOSS])]
        found = float(row[TEST_LOSS]), int(row[ITERATION])
    last = run.progress
    if last and isfinite(last.test_loss) and not last.test_loss >= found[0]:
        return last.test_loss, last.iteration
    return found
