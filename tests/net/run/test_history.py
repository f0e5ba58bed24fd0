"""A run's metrics: thinned without losing a peak, and the same however they came together."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.run.history import (
    BLOCK_ITERATIONS,
    COLUMNS,
    FIELDS,
    GRADIENT_NORM,
    LOSS,
    TEST_ACCURACY,
    TRAIN_ACCURACY,
    Envelope,
    History,
    HistoryView,
    Progress,
    Rows,
)

COLUMN = st.sampled_from([LOSS, TRAIN_ACCURACY, TEST_ACCURACY])
LENGTHS = (
    st.integers(1, 40)
    | st.integers(BLOCK_ITERATIONS - 2, BLOCK_ITERATIONS + 2)
    | st.integers(1, 6 * BLOCK_ITERATIONS)
    | st.sampled_from(
        [
            4 * BLOCK_ITERATIONS,
            40 * BLOCK_ITERATIONS - 1,
            40 * BLOCK_ITERATIONS,
            40 * BLOCK_ITERATIONS + 1,
            50_000,
        ]
    )
)


def rows_of(length: int, seed: int) -> Rows:
    """Metrics that leap about, every few rows tested, some of them never."""
    generator = np.random.default_rng(seed)
    rows = generator.normal(0, 10.0 ** generator.integers(-3, 4), (length, 7))
    rows[:, 0] = np.arange(length)
    rows[generator.random(length) < generator.choice([0.0, 0.5, 0.95]), 5:] = nan
    return rows


def progress_of(row: Rows) -> Progress:
    return Progress(int(row[0]), *row[1:].tolist())


def appended(rows: Rows) -> History:
    history = History()
    for row in rows:
        history.append(progress_of(row))
    return history


def check(found: Envelope, rows: Rows, column: int, stop: int) -> None:
    """Brute force: each part's lowest, highest and mean of what was measured, no row left out."""
    ends = [*found.x.astype(int).tolist(), stop]
    for i, (start, end) in enumerate(pairwise(ends)):
        part = rows[start:end, column]
        part = part[np.isfinite(part)]
        if len(part):
            assert (found.low[i], found.high[i]) == (part.min(), part.max())
            scale = float(np.abs(part).max())
            assert found.mean[i] == pytest.approx(part.mean(), abs=1e-9 * scale)
        else:
            assert np.isnan([found.low[i], found.high[i], found.mean[i]]).all()


@given(
    length=LENGTHS,
    seed=st.integers(0, 99),
    column=COLUMN,
    window=st.tuples(st.floats(0, 1), st.floats(0, 1.5)),
    parts=st.integers(1, 250),
    is_log=st.booleans(),
)
def test_an_envelope_keeps_every_extreme_of_any_window(
    length: int,
    seed: int,
    column: int,
    window: tuple[float, float],
    parts: int,
    is_log: bool,
) -> None:
    rows = rows_of(length, seed)
    low, high = sorted(share * length for share in window)
    spaced = np.geomspace if is_log else np.linspace
    edges = spaced(max(1.0, low), max(2.0, high, low + 1), parts + 1)
    found = History(rows).envelope(column, edges)
    stop = min(length, int(edges[-1]) + 1)
    wanted = int(np.ceil(edges[0]))
    assert len(found.x) <= parts
    assert len(found.x) == len(found.low) == len(found.high) == len(found.mean)
    if wanted >= stop:
        assert len(found.x) == 0
        return
    assert found.x[0] == wanted
    assert np.all(np.diff(found.x) > 0)
    check(found, rows, column, stop)


@given(
    blocks=st.integers(8, 12),
    beyond=st.integers(0, 4) | st.integers(0, BLOCK_ITERATIONS),
    back=st.integers(1, 6) | st.integers(1, 8 * BLOCK_ITERATIONS),
)
def test_a_single_peak_of_a_long_run_is_seen_wherever_it_is(
    blocks: int, beyond: int, back: int
) -> None:
    length = blocks * BLOCK_ITERATIONS + beyond
    at = length - back
    rows = np.ones((length, 7))
    rows[:, 0] = np.arange(length)
    rows[at, LOSS] = 5
    for parts in (3, 200):
        found = History(rows).envelope(LOSS, np.linspace(0, length, parts + 1))
        assert found.high.max() == 5
        part = int(found.high.argmax())
        ends = [*found.x, length]
        assert ends[part] <= at < ends[part + 1]


def test_parts_stay_where_they_are_while_the_run_grows() -> None:
    rows = rows_of(30_000, 3)
    for edges in (
        np.linspace(0, 30_000, 41),
        np.linspace(0, 30_000, 300),
        np.geomspace(1, 3e4, 80),
    ):
        whole = History(rows).envelope(LOSS, edges)
        for length in (1, 100, 5_000, 5_001, 20_123):
            found = History(rows[:length]).envelope(LOSS, edges)
            check(found, rows, LOSS, length)
            # A part that is complete does not change any more.
            done = [
                i for i in range(len(found.x) - 1) if found.x[i + 1] < length - BLOCK_ITERATIONS
            ]
            same = {x: (lo, hi) for x, lo, hi in zip(whole.x, whole.low, whole.high, strict=True)}
            assert all(same[found.x[i]] == (found.low[i], found.high[i]) for i in done)


@given(length=st.integers(1, 5 * BLOCK_ITERATIONS), seed=st.integers(0, 99))
def test_a_restored_history_is_the_appended_one(length: int, seed: int) -> None:
    rows = rows_of(length, seed)
    one, other = appended(rows), History(rows)
    rest = rows_of(length + BLOCK_ITERATIONS, seed + 1)[length:]
    for history in (one, other):
        for row in rest:
            history.append(progress_of(row))
    assert len(one) == len(other) == length + BLOCK_ITERATIONS
    assert one.rows().tobytes() == other.rows().tobytes()
    for column in (LOSS, TEST_ACCURACY):
        edges = np.linspace(0, len(one), 3)
        for name in ("x", "low", "high", "mean"):
            found = (getattr(each.envelope(column, edges), name) for each in (one, other))
            assert np.array_equal(*found, equal_nan=True)
    assert one.best == other.best or (one.best is None and other.best is None)


@given(length=st.integers(1, 3 * BLOCK_ITERATIONS), seed=st.integers(0, 99))
def test_best_and_last_are_those_that_were_tested(length: int, seed: int) -> None:
    rows = rows_of(length, seed)
    tested = [row for row in rows if isfinite(row[TEST_ACCURACY])]
    for history in (appended(rows), History(rows)):
        if not tested:
            assert history.best is history.tested is None
            continue
        assert history.best is not None
        assert history.tested is not None
        first_of_the_best = max(tested, key=lambda row: (row[TEST_ACCURACY], -row[0]))
        assert history.best.iteration == first_of_the_best[0]
        assert history.tested.iteration == tested[-1][0]


@given(length=st.integers(1, 4 * BLOCK_ITERATIONS), seed=st.integers(0, 99), data=st.data())
def test_what_is_read_at_an_iteration_is_what_was_written(
    length: int, seed: int, data: st.DataObject
) -> None:
    rows = rows_of(length, seed)
    history, row = History(rows), data.draw(st.integers(0, length - 1))
    here = history.at(row)
    assert (here.iteration, here.loss, here.train_accuracy) == (
        row,
        *rows[row, [LOSS, TRAIN_ACCURACY]],
    )
    before = [each for each in rows[: row + 1] if isfinite(each[TEST_ACCURACY])]
    found = history.tested_at(row)
    assert (found and found.iteration) == (int(before[-1][0]) if before else None)
    assert history.row_at(-5) == 0
    assert history.row_at(length + 5.5) == length - 1


def test_who_reads_gets_a_copy() -> None:
    history = appended(rows_of(10, 0))
    before = history.rows().tobytes()
    history.rows()[:] = 7
    assert history.rows().tobytes() == before
    assert history.rows(8).shape == (2, 7)


@given(
    length=st.integers(1, 60 * BLOCK_ITERATIONS),
    most=st.sampled_from([500, 2000, 6000]),
    seed=st.integers(0, 20),
    tested=st.sampled_from([1, 10, 900]),
)
def test_a_thinned_history_keeps_what_matters_and_every_row_it_keeps_is_true(
    length: int, most: int, seed: int, tested: int
) -> None:
    rows = rows_of(length, seed)
    rows[:, 5:] = np.random.default_rng(seed).random((length, 2))
    rows[np.arange(length) % tested != 0, 5:] = nan
    history = History(max_rows=most)
    for row in rows:
        history.append(progress_of(row))
        assert history.kept <= most
    kept = history.view()
    iterations = kept[:, 0].astype(int)
    assert np.array_equal(kept, rows[iterations], equal_nan=True)
    assert len(history) == length
    assert (iterations[0], iterations[-1]) == (0, length - 1)
    assert np.all(np.diff(iterations) > 0)
    # No stretch goes without: what is kept is spread over the whole run.
    assert np.diff(iterations).max(initial=1) <= max(1, 8 * length // most)
    measured = np.flatnonzero(np.isfinite(rows[:, TEST_ACCURACY]))
    assert history.best is not None
    assert history.tested is not None
    assert history.best.iteration == measured[rows[measured, TEST_ACCURACY].argmax()]
    assert history.best.iteration in iterations
    assert history.tested.iteration == measured[-1]
    if len(measured) <= most // 16:
        assert set(measured) <= set(iterations.tolist())
    for at in (0, length // 3, length - 1, length + 7):
        assert history.at(at).iteration == max(i for i in iterations if i <= at)
    # The whole run is drawn from every row, kept or not.
    whole = history.envelope(TRAIN_ACCURACY, np.array([0.0, length]))
    assert len(whole.x) == 1
    for parts in (2, 7):
        found = history.envelope(TRAIN_ACCURACY, np.linspace(0, length, parts + 1))
        if length / parts >= 2 * BLOCK_ITERATIONS:
            check(found, rows, TRAIN_ACCURACY, length)
    again = History(kept, most)
    assert again.view().tobytes() == kept.tobytes()
    assert again.best == history.best


def test_merged_blocks_still_know_every_extreme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_tui.net.run.history.MAX_BLOCKS", 16)
    rows, history = rows_of(100 * BLOCK_ITERATIONS + 9, 2), History(max_rows=900)
    for row in rows:
        history.append(progress_of(row))
    for parts in (1, 2, 3):
        check(history.envelope(LOSS, np.linspace(0, len(rows), parts + 1)), rows, LOSS, len(rows))


def test_a_view_stays_as_it_is_while_the_history_grows_and_is_thinned() -> None:
    rows, history = rows_of(5000, 1), History(max_rows=700)
    views: list[tuple[HistoryView, int, bytes, Progress | None, Progress | None]] = []
    for row in rows:
        history.append(progress_of(row))
        if row[0] % 97 == 0:
            view = history.freeze()
            views.append((view, len(view), view.rows().tobytes(), view.best, view.tested))
    edges = np.linspace(0, 5000, 12)
    for view, length, kept, best, tested in views:
        assert (len(view), view.rows().tobytes(), view.best, view.tested) == (
            length, kept, best, tested,
        )  # fmt: skip
        assert view.envelope(LOSS, edges).x.max() < length
        with pytest.raises(ValueError, match="read-only"):
            view.view()[:] = 0


def test_exported_files_keep_the_names_of_their_columns() -> None:
    assert COLUMNS == (
        "iteration", "alpha", "loss", "train_accuracy", "slope", "test_loss", "test_accuracy",
    )  # fmt: skip
    assert len(FIELDS) == len(COLUMNS)
    assert FIELDS[GRADIENT_NORM] == "gradient_norm"
    assert [FIELDS[i] for i in range(7) if i != GRADIENT_NORM] == [
        name for name in COLUMNS if name != "slope"
    ]
