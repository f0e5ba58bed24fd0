"""The metrics of a run, one row an iteration, from the untrained network on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import nan

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known after `iteration` updates, of the weights as they then are."""

    iteration: int  # updates done; 0 is the untrained network
    alpha: float  # the learning rate of the update that led here
    loss: float  # mean cross-entropy of the samples the next update will look at, in nats
    train_accuracy: float  # share of those samples answered right, 0 to 1
    slope: float  # length of the gradient that the next update will go down
    test_loss: float = nan  # of the whole test set; not a number where it was not measured
    test_accuracy: float = nan


COLUMNS = tuple(field.name for field in fields(Progress))


class History:
    """Every Progress of a run, as a growing table of float64, one row each.

    One thread may append while others read: a reader is given a copy of the rows that were
    complete when it asked.
    """

    def __init__(self, rows: NDArray[np.float64] | None = None) -> None:
        start = np.empty((0, len(COLUMNS))) if rows is None else rows
        self._rows = start.copy()
        self._count = len(start)

    def __len__(self) -> int:
        return self._count

    def append(self, progress: Progress) -> None:
        """Add one row; the table doubles when it is full, so that this stays cheap."""
        if self._count == len(self._rows):
            grown = np.empty((max(1024, 2 * self._count), len(COLUMNS)))
            grown[: self._count] = self._rows
            self._rows = grown
        self._rows[self._count] = [getattr(progress, name) for name in COLUMNS]
        self._count += 1  # last, so that a reader never sees half a row

    def rows(self, start: int = 0) -> NDArray[np.float64]:
        """A copy of the rows from `start` on: n × 7, in the order of COLUMNS."""
        count = self._count  # before the table: a table grown meanwhile still has these rows
        return self._rows[start:count].copy()
