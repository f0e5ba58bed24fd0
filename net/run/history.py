"""The metrics of a run, from the untrained network on, one row per iteration.

`History` belongs to the training thread. Other threads get what its `freeze` returns: a
`HistoryView`, which never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from math import isfinite, nan
from operator import attrgetter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", np.float64, np.int64)
Rows = NDArray[np.float64]  # n × 7, in the order of COLUMNS
BLOCK_ITERATIONS = 256  # summarized together, so that a long run is drawn as fast as a short one
MAX_BLOCKS = 2048  # of a thinned history; enough for four per column of a wide terminal


@dataclass(frozen=True, slots=True)
class Progress:
    """Metrics after `iteration` updates."""

    iteration: int  # updates done; 0 is the untrained network
    alpha: float  # learning rate of the last update
    loss: float  # mean cross-entropy of the next batch, in nats
    train_accuracy: float  # fraction of the next batch answered right, 0 to 1
    gradient_norm: float  # Euclidean length of the gradient over the next batch
    test_loss: float = nan  # over the whole test set; nan where not measured
    test_accuracy: float = nan


FIELDS = tuple(field.name for field in fields(Progress))
in_order = attrgetter(*FIELDS)  # a progress's values
# The same in exported files, whose format calls the gradient's norm its slope.
COLUMNS = ("iteration", "alpha", "loss", "train_accuracy", "slope", "test_loss", "test_accuracy")
# Column numbers.
ITERATION, ALPHA, LOSS, TRAIN_ACCURACY, GRADIENT_NORM, TEST_LOSS, TEST_ACCURACY = range(7)


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """One metric, summarized in few parts without losing a peak; all arrays have one length."""

    x: Rows  # iteration at which each part begins
    low: Rows  # its lowest value; nan where none was measured
    high: Rows  # its highest value
    mean: Rows


class HistoryView:
    """The metrics of a run so far; a view never changes and shares the history's memory.

    Rows ascend by iteration, beginning with 0. Row n is iteration n unless the history was
    thinned (see `History.thin`); `row_at` finds the row of an iteration.
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
        # They cover every iteration before `_covered`, including those that were thinned out.
        self._blocks, self._starts, self._block_count = blocks, starts, len(starts)
        self._covered = covered
        self.best: Progress | None = best  # the first test with the highest accuracy
        self.tested: Progress | None = tested  # the last test

    def __len__(self) -> int:
        """Return the number of iterations covered: the updates, and 1 for the untrained network."""
        return int(self._rows[self._count - 1, ITERATION]) + 1 if self._count else 0

    def view(self) -> Rows:
        """Return the kept rows, n × 7, read-only and without copying."""
        rows = self._rows[: self._count]
        rows.flags.writeable = False
        return rows

    def rows(self, start: int = 0) -> Rows:
        """Return a copy of the kept rows from `start` on: n × 7, in the order of COLUMNS."""
        return self.view()[start:].copy()

    def row_at(self, iteration: float) -> int:
        """Return the row number of this iteration, or of the last one kept before it."""
        if iteration >= len(self) - 1:
            return self._count - 1
        column = self._rows[: self._count, ITERATION]
        return max(0, int(np.searchsorted(column, iteration, side="right")) - 1)

    def tested_at(self, iteration: float) -> Progress | None:
        """Return the last kept row with a test result up to this iteration, or None."""
        rows = self.view()
        for end in range(self.row_at(iteration) + 1, 0, -BLOCK_ITERATIONS):
            part = rows[max(0, end - BLOCK_ITERATIONS) : end]
            tested = np.flatnonzero(np.isfinite(part[:, TEST_ACCURACY]))
            if len(tested):
                return _progress(part[tested[-1]])
        return None

    def at(self, iteration: float) -> Progress:
        """Return the metrics at this iteration, or at the last one kept before it."""
        return _progress(self.view()[self.row_at(iteration)])

    def envelope(self, column: int, edges: Rows) -> Envelope:
        """Summarize one metric in parts that are bounded by given iterations.

        Because the edges are fixed iterations, parts stay where they are while a run grows. Blocks
        that lie in one part are used as summarized, without visiting their rows. Where rows were
        thinned out, a part begins with the last row kept before its edge.

        Args:
            column: Column number of the metric.
            edges: n + 1 ascending iterations; part i lies between edges i and i + 1.
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
        """Return what parts are assembled from: each piece's first iteration, and summaries, n × 4.

        A piece is a block, or a single row of a block in which a part begins or which `stop` cuts.
        A thinned block stays one piece as long as parts are longer than blocks, because its
        summary covers the dropped rows too.
        """
        rows = self.view()
        ends = self._ends()
        first = max(0, int(np.searchsorted(ends, int(starts[0]), side="right")) - 1)
        last = max(first, int(np.searchsorted(ends, stop, side="right")) - 1)  # the first not whole
        bounds = ends[first : last + 1]
        inside = np.searchsorted(bounds, starts, side="right") - 1
        is_cut = np.zeros(len(bounds), bool)
        is_cut[inside[bounds[inside] < starts]] = True
        is_cut[-1] = True  # the rows after the last whole block
        cuts = np.append(bounds, np.int64(stop))
        row_bounds, spans = np.searchsorted(rows[:, ITERATION], cuts), np.diff(cuts)
        shortest = int(np.diff(starts).min()) if len(starts) > 1 else stop - int(starts[0])
        if shortest >= 2 * int(spans.max()):
            is_cut &= np.diff(row_bounds) == spans
        lengths = np.where(is_cut, np.diff(row_bounds), 1)
        positions = np.concatenate([[0], np.cumsum(lengths)])
        begins = np.empty(int(positions[-1]), np.int64)
        # Per piece: lowest, highest, sum and number of finite values.
        pieces = np.empty((int(positions[-1]), 4))
        whole = positions[:-1][~is_cut]
        begins[whole] = bounds[~is_cut]
        pieces[whole] = self._blocks[first + np.flatnonzero(~is_cut), :, column]
        single = np.ones(positions[-1], bool)
        single[whole] = False
        cut = np.flatnonzero(is_cut)
        ranges = [np.arange(row_bounds[i], row_bounds[i + 1], dtype=np.intp) for i in cut.tolist()]
        row_numbers = np.concatenate([np.empty(0, np.intp), *ranges])
        values = rows[row_numbers, column]
        is_finite = np.isfinite(values)
        begins[single] = rows[row_numbers, ITERATION].astype(np.int64)
        pieces[single] = np.stack(
            [values, values, np.where(is_finite, values, 0), is_finite], axis=1
        )
        return begins, pieces

    def _between(self, start: int, stop: int) -> Rows:
        """Return the kept rows of these iterations."""
        rows = self.view()
        first, last = np.searchsorted(rows[:, ITERATION], (start, stop))
        return rows[first:last]

    def _ends(self) -> NDArray[np.int64]:
        """Return the beginning of each block, and the end of the last one."""
        return np.append(self._starts[: self._block_count], np.int64(self._covered))


class History(HistoryView):
    """A growing history. Not thread-safe; other threads get what `freeze` returns."""

    def __init__(self, rows: Rows | None = None, max_rows: int | None = None) -> None:
        """Start with `rows`, which are copied; keep at most `max_rows` (None: all)."""
        rows = np.empty((0, len(COLUMNS))) if rows is None else rows.copy()
        iterations = rows[:, ITERATION].astype(np.int64)
        covered = (
            (int(iterations[-1]) + 1) // BLOCK_ITERATIONS * BLOCK_ITERATIONS if len(rows) else 0
        )
        full = iterations[: int(np.searchsorted(iterations, covered))] // BLOCK_ITERATIONS
        starts, first = np.unique(full, return_index=True)
        bounds = pairwise([*first.tolist(), len(full)])
        blocks = np.array([_summarized(rows[start:end]) for start, end in bounds])
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

    def limit(self, max_rows: int) -> None:
        """Keep at most `max_rows` rows from the next one on."""
        self.max_rows = max_rows

    def freeze(self) -> HistoryView:
        """Return the history so far, without copying: complete rows never change."""
        blocks, starts = self._blocks[: self._block_count], self._starts[: self._block_count]
        return HistoryView(self.view(), blocks, starts, self._covered, self.best, self.tested)

    def append(self, progress: Progress) -> None:
        """Add one row in amortized constant time."""
        if self.max_rows is not None and self._count >= self.max_rows:
            self.thin(self.max_rows // 2)
        count = self._count
        if count == len(self._rows):
            self._rows = _grown(self._rows, max(4 * BLOCK_ITERATIONS, 2 * count))
        self._rows[count] = in_order(progress)
        self._count += 1
        if isfinite(progress.test_accuracy):
            self.tested = progress
            if self.best is None or progress.test_accuracy > self.best.test_accuracy:
                self.best = progress
        if (progress.iteration + 1) % BLOCK_ITERATIONS == 0:
            self._summarize_last_block(progress.iteration + 1)

    @property
    def kept(self) -> int:
        """Number of rows kept."""
        return self._count

    def thin(self, max_rows: int) -> None:
        """Keep at most `max_rows` rows: those of every 2, 4, 8 … updates, and the latest unchanged.

        The first row, the last, the best test and, up to a quarter of the rows, every test are
        kept. Block summaries still cover the rows that are dropped, with their extremes and mean;
        the blocks of a very long run are merged.
        """
        rows = self.view()
        if len(rows) <= max_rows:
            return
        iterations = rows[:, ITERATION].astype(np.int64)
        keep = iterations % _power_of_two(2 * len(self) / max_rows) == 0
        keep[-max(1, max_rows // 8) :] = True
        keep |= iterations >= self._covered  # not summarized yet
        tests = np.flatnonzero(np.isfinite(rows[:, TEST_ACCURACY]))
        keep[tests[:: 1 + 4 * len(tests) // max_rows]] = True
        if self.best is not None:
            keep |= iterations == self.best.iteration
        self._rows = rows[keep]  # a copy: existing views keep their rows
        self._count = len(self._rows)
        length = BLOCK_ITERATIONS * _power_of_two(2 * self._covered / BLOCK_ITERATIONS / MAX_BLOCKS)
        starts = self._starts[: self._block_count]
        _, first = np.unique(starts // length, return_index=True)
        self._blocks = _merged(self._blocks[: self._block_count], first)
        self._starts, self._block_count = starts[first], len(first)

    def _summarize_last_block(self, end: int) -> None:
        count = self._block_count
        if count == len(self._starts):
            self._blocks = _grown(self._blocks, max(4, 2 * count))
            self._starts = _grown(self._starts, len(self._blocks))
        rows = self._between(self._covered, end)
        self._blocks[count] = _summarized(rows)
        self._starts[count] = self._covered
        self._block_count, self._covered = count + 1, end


_NOTHING = Envelope(*(np.empty(0) for _ in range(4)))


def _progress(row: Rows) -> Progress:
    return Progress(int(row[0]), *row[1:].tolist())


def _summarized(rows: Rows) -> Rows:
    """Return the lowest, highest, sum and count of each column's finite values: 4 × columns."""
    is_finite = np.isfinite(rows)
    return np.stack(
        [
            np.fmin.reduce(rows, axis=0),
            np.fmax.reduce(rows, axis=0),
            np.where(is_finite, rows, 0).sum(axis=0),
            is_finite.sum(axis=0),
        ]
    )


def _merged(blocks: Rows, first: NDArray[np.int64]) -> Rows:
    """Merge adjacent block summaries; `first` holds the first block of each merged one."""
    if len(first) == 0:
        return blocks
    how = (np.fmin, np.fmax, np.add, np.add)
    return np.stack([each.reduceat(blocks[:, i], first) for i, each in enumerate(how)], axis=1)


def _power_of_two(minimum: float) -> int:
    """Return the smallest power of two that is at least `minimum`, and at least 1."""
    return 1 << max(0, int(np.ceil(np.log2(max(minimum, 1.0)))))


def _grown(table: NDArray[Number], length: int) -> NDArray[Number]:
    grown = np.empty((length, *table.shape[1:]), table.dtype)
    grown[: len(table)] = table
    return grown
