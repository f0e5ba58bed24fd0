"""The metrics of a run, one row an iteration, from the untrained network on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite, nan

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]  # n × 7, in the order of COLUMNS
BLOCK = 256  # rows that are also kept as one, so that a long run is drawn as fast as a short one


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
ITERATION, ALPHA, LOSS, TRAIN, SLOPE, TEST_LOSS, TEST = range(7)  # which column is which


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """A stretch of one metric in few numbers, none of its peaks lost; all three as long."""

    x: Rows  # the iteration at which each part begins
    low: Rows  # its lowest value, not a number where none was measured
    high: Rows  # its highest
    mean: Rows


class History:
    """Every Progress of a run, as a growing table of float64, one row each.

    Row n is of iteration n. One thread may append while others read: rows that are complete
    never change.
    """

    def __init__(self, rows: Rows | None = None) -> None:
        self._rows = np.empty((0, len(COLUMNS))) if rows is None else rows.copy()
        self._count = len(self._rows)
        # Of every full BLOCK of rows: lowest, highest, sum and number of finite values.
        full = range(BLOCK, self._count + 1, BLOCK)
        blocks = [_summed_up(self._rows[end - BLOCK : end]) for end in full]
        self._blocks = np.array(blocks).reshape(len(full), 4, len(COLUMNS))
        self.best: Progress | None = None  # of those tested, the first with the highest accuracy
        self.tested: Progress | None = None  # the last one that was tested
        measured = np.flatnonzero(np.isfinite(self._rows[:, TEST]))
        if len(measured):
            self.tested = self.at(int(measured[-1]))
            self.best = self.at(int(measured[self._rows[measured, TEST].argmax()]))

    def __len__(self) -> int:
        return self._count

    def append(self, progress: Progress) -> None:
        """Add one row; the table doubles when it is full, so that this stays cheap."""
        count = self._count
        if count == len(self._rows):
            self._rows = _grown(self._rows, max(4 * BLOCK, 2 * count))
            self._blocks = _grown(self._blocks, len(self._rows) // BLOCK)
        self._rows[count] = [getattr(progress, name) for name in COLUMNS]
        if isfinite(progress.test_accuracy):
            self.tested = progress
            if self.best is None or progress.test_accuracy > self.best.test_accuracy:
                self.best = progress
        if (count + 1) % BLOCK == 0:
            self._blocks[count // BLOCK] = _summed_up(self._rows[count + 1 - BLOCK : count + 1])
        self._count += 1  # last, so that a reader never sees half a row

    def view(self) -> Rows:
        """The complete rows, n × 7, not copied; not to be written to."""
        count = self._count  # before the table: a table grown meanwhile still has these rows
        return self._rows[:count]

    def rows(self, start: int = 0) -> Rows:
        """A copy of the rows from `start` on: n × 7, in the order of COLUMNS."""
        return self.view()[start:].copy()

    def row_at(self, iteration: float) -> int:
        """The row of this iteration, or of the nearest one there is."""
        return int(min(max(iteration, 0), self._count - 1))

    def tested_at(self, row: int) -> Progress | None:
        """The last Progress up to this row that was tested."""
        rows = self.view()
        for end in range(row + 1, 0, -BLOCK):
            part = rows[max(0, end - BLOCK) : end]
            found = np.flatnonzero(np.isfinite(part[:, TEST]))
            if len(found):
                return _progress(part[found[-1]])
        return None

    def at(self, row: int) -> Progress:
        """The Progress in this row."""
        return _progress(self.view()[row])

    def envelope(self, column: int, edges: Rows) -> Envelope:
        """One metric in parts that begin at these iterations; the last one ends with the last.

        edges ascend. What lies between two of them is one part, so that parts stay where they
        are while a run grows. Blocks that lie in one part are taken as they were summed up, which
        spares looking at every row.
        """
        rows = self.view()
        stop = min(len(rows), int(edges[-1]) + 1)
        starts = np.unique(np.ceil(edges[:-1]).astype(int).clip(0))
        starts = starts[starts < stop]
        if len(starts) == 0:
            return Envelope(*(np.empty(0) for _ in range(4)))
        # A block in which a part begins is looked at row by row, and so is what follows the last.
        first, last = int(starts[0]) // BLOCK, stop // BLOCK
        is_cut = np.zeros(last - first + 1, bool)
        is_cut[starts // BLOCK - first] = True
        is_cut = is_cut[:-1]
        places = np.concatenate([[0], np.cumsum(np.where(is_cut, BLOCK, 1))])
        within = np.arange(BLOCK)
        cut = np.flatnonzero(is_cut)[:, None]
        tail = rows[last * BLOCK : stop, column]
        values = np.empty((places[-1] + len(tail), 4))  # lowest, highest, sum and count of each
        values[places[:-1][~is_cut]] = self._blocks[first:last, :, column][~is_cut]
        at = np.concatenate([(places[cut] + within).ravel(), places[-1] + np.arange(len(tail))])
        each = np.concatenate([rows[((first + cut) * BLOCK + within).ravel(), column], tail])
        found = np.isfinite(each)
        values[at] = np.stack([each, each, np.where(found, each, 0), found], axis=1)
        lows, highs, sums, counts = values.T
        parts = places[starts // BLOCK - first] + starts % BLOCK
        with np.errstate(invalid="ignore"):  # 0 / 0: nothing was measured in a part
            return Envelope(
                rows[starts, ITERATION],
                np.fmin.reduceat(lows, parts),
                np.fmax.reduceat(highs, parts),
                np.add.reduceat(sums, parts) / np.add.reduceat(counts, parts),
            )


def _progress(row: Rows) -> Progress:
    return Progress(int(row[0]), *row[1:].tolist())


def _summed_up(rows: Rows) -> Rows:
    """Lowest, highest, sum and number of the finite values of each column: 4 × columns."""
    found = np.isfinite(rows)
    return np.stack(
        [
            np.fmin.reduce(rows, axis=0),
            np.fmax.reduce(rows, axis=0),
            np.where(found, rows, 0).sum(axis=0),
            found.sum(axis=0),
        ]
    )


def _grown(table: Rows, length: int) -> Rows:
    grown = np.empty((length, *table.shape[1:]))
    grown[: len(table)] = table
    return grown
