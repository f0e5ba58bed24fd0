"""What a run is at one moment: everything that is needed to go on from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.batches import BatchCursor
from ..hyperparameters import Hyperparameters
from ..network import Array, Parameters


@dataclass(frozen=True, eq=False)
class RunMoment:
    """A run as it was after so many updates, copied: enough to go on from, bit for bit."""

    sizes: tuple[int, ...]
    vector: Array  # every weight and bias, as Parameters lays them out
    hyperparameters: Hyperparameters
    iteration: int
    cursor: BatchCursor
    memory: dict[str, Array]  # the optimizer's, each as long as vector
    updates: int  # that the optimizer has made since it began to remember

    @property
    def parameters(self) -> Parameters:
        """The network; a view, not to be written to."""
        return Parameters(self.sizes, self.vector)

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return self.vector.nbytes + sum(array.nbytes for array in self.memory.values())


HyperparameterLog = tuple[
    tuple[int, Hyperparameters], ...
]  # after how many updates which came into force


@dataclass(frozen=True, eq=False)
class RunState(RunMoment):
    """A moment with all that led to it: the whole run, copied."""

    history: NDArray[np.float64]  # n × 7, see history.COLUMNS; read-only
    hyperparameter_log: (
        HyperparameterLog  # the hyperparameters it went by, first to last; alpha changes and all
    )
