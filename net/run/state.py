"""The state of a run: everything that is needed to resume it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..engine.batches import BatchCursor
from ..hyperparameters import Hyperparameters
from ..network import Array, Parameters


@dataclass(frozen=True, eq=False)
class RunMoment:
    """A copy of a run after `iteration` updates, from which it can be resumed bit for bit."""

    sizes: tuple[int, ...]
    vector: Array  # every weight and bias, as Parameters lays them out
    hyperparameters: Hyperparameters
    iteration: int
    cursor: BatchCursor  # of the next batch
    memory: dict[str, Array]  # the optimizer's, each as long as vector
    updates: int  # by the optimizer since its last reset
    # Where the first weights come from; empty: drawn as the hyperparameters say.
    origin: str = field(default="", kw_only=True)

    @property
    def parameters(self) -> Parameters:
        """The network, as a view; do not write to it."""
        return Parameters(self.sizes, self.vector)

    @property
    def nbytes(self) -> int:
        """Size of the arrays in bytes."""
        return self.vector.nbytes + sum(array.nbytes for array in self.memory.values())


# Each entry: the number of updates made before it came into force, and the hyperparameters.
HyperparameterLog = tuple[tuple[int, Hyperparameters], ...]


@dataclass(frozen=True, eq=False)
class RunState(RunMoment):
    """A copy of the whole run: a moment and everything that led to it."""

    history: NDArray[np.float64]  # n × 7, see history.COLUMNS; read-only
    hyperparameter_log: HyperparameterLog  # every change along the way
