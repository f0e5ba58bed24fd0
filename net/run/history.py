"""The metrics of a run, from the untrained network on, one row per iteration.

`History` belongs to the thread that trains. Other threads get what its `freeze` returns: a
`HistoryView` that nothing changes any more.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from math import isfinite, nan
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float64, np.int64)
Rows = NDArray[np.float64]  # n × 7, in the order of COLUMNS
BLOCK_ITERATIONS = (
    256  # rows that are also kept as one, so that a long run is drawn as fast as a short one
)
MAX_BLOCKS = 2048  # of a thinned history; enough for four to a column of a wide terminal


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known after `iteration` updates, of the weights as they then are."""

    iteration: int  # updates done; 0 is the untrained network
    alpha: float  # the learning rate of the update that led here
    loss: float  # mean cross-entropy of the samples the next update will look at, in nats
    train_accuracy: float  # share of those samples answered right, 0 to 1
    gradient_norm: float  # length of the gradient that the next update will go down
    test_loss: float = nan  # of the whole test set; not a number where it was not measured
    test_accuracy: float = nan


COLUMNS = tuple(field.name for field in fields(Progress))
ITERATION, ALPHA, LOSS, TRAIN_ACCURACY, GRADIENT_NORM, TEST_LOSS, TEST_ACCURACY = range(
    7
)  # which column is which


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """A stretch of one metric in few numbers, none of its peaks lost; all three as long."""

    x: Rows  # the iteration at which each part begins
    low: Rows  # its lowest value, not a number where none was measured
    high: Rows  # its highest
    mean: Rows


class HistoryView:
    """What a run has measured so far; a view never changes and shares the history's memory.

    Rows ascend by iteration, the first is iteration 0. Row n is iteration n unless the history
    was thinned (see `History.thin`); ask `row_at` where an iteration is.
    """

    def __init__(
        self,
        rows: Rows,
        blocks: Rows,
        starts: NDArray[np.int64],
        covered: int,
        best: Progress | None,
        tested: Progress | None,
    ) -> None:
        self._rows, self._count = rows, len(rows)
        # Summaries of consecutive stretches, of BLOCK iterations or a power of two times as many:
        # lowest, highest, sum and number of finite values of each column; and where each begins.
        # They cover every iteration up to `_covered`, also those that were thinned out.
        self._blocks, self._starts, self._known = blocks, starts, len(starts)
        self._covered = covered
        self.best: Progress | None = best  # the first test with the highest accuracy
        self.tested: Progress | None = tested  # the last test

    def __len__(self) -> int:
        """The iterations covered: the number of updates, and one for the untrained network."""
        return int(self._rows[self._count - 1, ITERATION]) + 1 if self._count else 0

    def view(self) -> Rows:
        """The rows kept, n × 7, not copied and read-only."""
        rows = self._rows[: self._count]
        rows.flags.writeable = False
        return rows

    def rows(self, start: int = 0) -> Rows:
        """A copy of the rows kept from `start` on: n × 7, in the order of COLUMNS."""
        return self.view()[start:].copy()

    def row_at(self, iteration: float) -> int:
        """The row of this iteration, or of the last one kept before it."""
        if iteration >= len(self) - 1:
            return self._count - 1
        column = self._rows[: self._count, ITERATION]
        return max(0, int(np.searchsorted(column, iteration, side="right")) - 1)

    def tested_at(self, iteration: float) -> Progress | None:
        """The last test kept up to this iteration."""
        rows = self.view()
        for end in range(self.row_at(iteration) + 1, 0, -BLOCK_ITERATIONS):
            part = rows[max(0, end - BLOCK_ITERATIONS) : end]
            found = np.flatnonzero(np.isfinite(part[:, TEST_ACCURACY]))
            if len(found):
                return _progress(part[found[-1]])
        return None

    def at(self, iteration: float) -> Progress:
        """The Progress at this iteration, or the last one kept before it."""
        return _progress(self.view()[self.row_at(iteration)])

    def envelope(self, column: int, edges: Rows) -> Envelope:
        """One metric in parts that begin at these iterations; the last one ends with the last.

        edges ascend. What lies between two of them is one part, so that parts stay where they
        are while a run grows. Blocks that lie in one part are taken as they were summed up, which
        spares looking at every row. Where rows were thinned out, a part begins with the last row
        kept before its edge.
        """
        stop = min(len(self), int(edges[-1]) + 1)
        starts = np.unique(np.ceil(edges[:-1]).astype(int).clip(0))
        starts = starts[starts < stop]
        if len(starts) == 0:
            return _NOTHING
        begins, pieces = self._pieces(column, starts, stop)
        parts: NDArray[np.intp] = np.unique(np.searchsorted(begins, starts, side="right") - 1)
        lows, highs, sums, counts = (pieces[:, i] for i in range(4))
        with np.errstate(invalid="ignore"):  # 0 / 0: nothing was measured in a part
            return Envelope(
                begins[parts].astype(np.float64),
                np.fmin.reduceat(lows, parts),
                np.fmax.reduceat(highs, parts),
                np.add.reduceat(sums, parts) / np.add.reduceat(counts, parts),
            )

    def _pieces(
        self, column: int, starts: NDArray[np.int64], stop: int
    ) -> tuple[NDArray[np.int64], Rows]:
        """What parts are put together from: where each piece begins, and its summary, n × 4.

        A piece is a block, or a single row of a block in which a part begins or which `stop` cuts.
        A block that was thinned out stays one piece as long as parts are longer than blocks: its
        summary still knows every row.
        """
        rows = self.view()
        ends = self._ends()
        first = max(0, int(np.searchsorted(ends, int(starts[0]), side="right")) - 1)
        last = max(first, int(np.searchsorted(ends, stop, side="right")) - 1)  # the first not whole
        bounds = ends[first : last + 1]
        inside = np.searchsorted(bounds, starts, side="right") - 1
        is_cut = np.zeros(len(bounds), bool)
        is_cut[inside[bounds[inside] < starts]] = True
        is_cut[-1] = True  # what follows the last whole block
        cuts = np.append(bounds, np.int64(stop))
        row_bounds, spans = np.searchsorted(rows[:, ITERATION], cuts), np.diff(cuts)
        shortest = int(np.diff(starts).min()) if len(starts) > 1 else stop - int(starts[0])
        if shortest >= 2 * int(spans.max()):
            is_cut &= np.diff(row_bounds) == spans
        lengths = np.where(is_cut, np.diff(row_bounds), 1)
        places = np.concatenate([[0], np.cumsum(lengths)])
        begins = np.empty(int(places[-1]), np.int64)
        pieces = np.empty((int(places[-1]), 4))  # lowest, highest, sum and number of finite values
        whole = places[:-1][~is_cut]
        begins[whole] = bounds[~is_cut]
        pieces[whole] = self._blocks[first + np.flatnonzero(~is_cut), :, column]
        single = np.ones(places[-1], bool)
        single[whole] = False
        cut = np.flatnonzero(is_cut)
        ranges = [np.arange(row_bounds[i], row_bounds[i + 1], dtype=np.intp) for i in cut.tolist()]
        here = np.concatenate([np.empty(0, np.intp), *ranges])
        each = rows[here, column]
        found = np.isfinite(each)
        begins[single] = rows[here, ITERATION].astype(np.int64)
        pieces[single] = np.stack([each, each, np.where(found, each, 0), found], axis=1)
        return begins, pieces

    def _between(self, start: int, stop: int) -> Rows:
        """The rows kept of these iterations."""
        rows = self.view()
        first, last = np.searchsorted(rows[:, ITERATION], (start, stop))
        return rows[first:last]

    def _ends(self) -> NDArray[np.int64]:
        """Where each block begins, and where the last one ends."""
        return np.append(self._starts[: self._known], np.int64(self._covered))


class History(HistoryView):
    """A history that grows. Only one thread may use it; others get what `freeze` returns."""

    def __init__(self, rows: Rows | None = None, max_rows: int | None = None) -> None:
        """rows: to begin with. most: rows to keep; None: all of them."""
        rows = np.empty((0, len(COLUMNS))) if rows is None else rows.copy()
        iterations = rows[:, ITERATION].astype(np.int64)
        covered = (
            (int(iterations[-1]) + 1) // BLOCK_ITERATIONS * BLOCK_ITERATIONS if len(rows) else 0
        )
        full = iterations[: int(np.searchsorted(iterations, covered))] // BLOCK_ITERATIONS
        starts, first = np.unique(full, return_index=True)
        bounds = pairwise([*first.tolist(), len(full)])
        blocks = np.array([_summed_up(rows[start:end]) for start, end in bounds])
        blocks = blocks.reshape(len(first), 4, len(COLUMNS))
        measured = rows[np.isfinite(rows[:, TEST_ACCURACY])]
        best = tested = None
        if len(measured):
            tested = _progress(measured[-1])
            best = _progress(measured[measured[:, TEST_ACCURACY].argmax()])
        super().__init__(rows, blocks, starts * BLOCK_ITERATIONS, covered, best, tested)
        self.max_rows = max_rows
        if max_rows is not None and self._count > max_rows:
            self.thin(max_rows // 2)

    def freeze(self) -> HistoryView:
        """The history as it stands, without copying: rows that are complete never change."""
        blocks, starts = self._blocks[: self._known], self._starts[: self._known]
        return HistoryView(self.view(), blocks, starts, self._covered, self.best, self.tested)

    def append(self, progress: Progress) -> None:
        """Add one row; tables double when they are full, so that this stays cheap."""
        if self.max_rows is not None and self._count >= self.max_rows:
            self.thin(self.max_rows // 2)
        count = self._count
        if count == len(self._rows):
            self._rows = _grown(self._rows, max(4 * BLOCK_ITERATIONS, 2 * count))
        self._rows[count] = [getattr(progress, name) for name in COLUMNS]
        self._count += 1
        if isfinite(progress.test_accuracy):
            self.tested = progress
            if self.best is None or progress.test_accuracy > self.best.test_accuracy:
                self.best = progress
        if (progress.iteration + 1) % BLOCK_ITERATIONS == 0:
            self._sum_up_last_block(progress.iteration + 1)

    @property
    def kept(self) -> int:
        """Rows kept."""
        return self._count

    def thin(self, max_rows: int) -> None:
        """Keep at most `room` rows: those of every 2, 4, 8 … updates, and the latest as they are.

        The first row, the last, the best test and, as far as a quarter of the room goes, every
        test stay. Blocks go on knowing what was thinned out: its extremes and its mean. Of a very
        long run they are merged.
        """
        rows = self.view()
        if len(rows) <= max_rows:
            return
        iterations = rows[:, ITERATION].astype(np.int64)
        keep = iterations % _power_of_two(2 * len(self) / max_rows) == 0
        keep[-max(1, max_rows // 8) :] = True
        keep |= iterations >= self._covered  # not summed up yet
        tests = np.flatnonzero(np.isfinite(rows[:, TEST_ACCURACY]))
        keep[tests[:: 1 + 4 * len(tests) // max_rows]] = True
        if self.best is not None:
            keep |= iterations == self.best.iteration
        self._rows = rows[keep]  # copied: views go on with the rows they have
        self._count = len(self._rows)
        length = BLOCK_ITERATIONS * _power_of_two(2 * self._covered / BLOCK_ITERATIONS / MAX_BLOCKS)
        starts = self._starts[: self._known]
        _, first = np.unique(starts // length, return_index=True)
        self._blocks = _merged(self._blocks[: self._known], first)
        self._starts, self._known = starts[first], len(first)

    def _sum_up_last_block(self, end: int) -> None:
        known = self._known
        if known == len(self._starts):
            self._blocks = _grown(self._blocks, max(4, 2 * known))
            self._starts = _grown(self._starts, len(self._blocks))
        rows = self._between(self._covered, end)
        self._blocks[known] = _summed_up(rows)
        self._starts[known] = self._covered
        self._known, self._covered = known + 1, end


_NOTHING = Envelope(*(np.empty(0) for _ in range(4)))


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


def _merged(blocks: Rows, first: NDArray[np.int64]) -> Rows:
    """Summaries of neighbours made one; first: the block that each new one begins with."""
    if len(first) == 0:
        return blocks
    how = (np.fmin, np.fmax, np.add, np.add)
    return np.stack([each.reduceat(blocks[:, i], first) for i, each in enumerate(how)], axis=1)


def _power_of_two(least: float) -> int:
    """The smallest power of two that is no smaller than this; 1 at least."""
    return 1 << max(0, int(np.ceil(np.log2(max(least, 1.0)))))


def _grown(table: NDArray[Number], length: int) -> NDArray[Number]:
    grown = np.empty((length, *table.shape[1:]), table.dtype)
    grown[: len(table)] = table
    return grown
