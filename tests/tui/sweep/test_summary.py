"""Summaries: statistics against the textbook, grids over any two hyperparameters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.sweep.axes import parse_axis
from mnist_tui.tui.sweep.cells import Cell, grid_cells
from mnist_tui.tui.sweep.results import SweepResult
from mnist_tui.tui.sweep.summary import best, grid, ordered, summarize, varied

BASE = ((0, Hyperparameters()),)


def result(cell: Cell, accuracy: float, diverged_at: int | None = None) -> SweepResult:
    """Return the result of a run."""
    return SweepResult(cell, 1500, 1500, 0.9, 0.3, accuracy, 0.3, 1.0, diverged_at)


def cells(**texts: str) -> tuple[Cell, ...]:
    """Return the cells of a grid."""
    return grid_cells(BASE, [parse_axis(name, text) for name, text in texts.items()])


def test_mean_spread_and_standard_error() -> None:
    results = [result(c, a) for c, a in zip(cells(seed="0:3"), (0.90, 0.92, 0.94), strict=True)]
    (summary,) = summarize(results, 10_000)
    assert summary.mean == pytest.approx(0.92)
    assert summary.spread == pytest.approx(0.02)
    assert summary.test_error == pytest.approx((0.92 * 0.08 / 10_000) ** 0.5)
    assert (len(summary.results), summary.diverged) == (3, 0)


def test_one_run_has_no_spread_and_an_unknown_test_set_no_error() -> None:
    (summary,) = summarize([result(cells()[0], 0.9)], 0)
    assert (summary.mean, summary.spread, summary.test_error) == (0.9, None, None)


def test_diverged_runs_are_counted_and_not_averaged() -> None:
    first, second, third, fourth = cells(alpha="0.1,9", seed="0:2")
    results = [result(first, 0.9), result(third, 0.8), result(second, 0.99, 5)]
    sound, broken = summarize(results, 100)
    assert sound.mean == pytest.approx(0.85)
    assert (broken.mean, broken.spread, broken.test_error, broken.diverged) == (None,) * 3 + (1,)
    half_broken = summarize([*results, result(fourth, 0.95)], 100)
    assert half_broken[1].mean == 0.95
    assert best(half_broken) == sound  # however good what was left of the other may be
    assert best([broken]) is None


def test_a_grid_fixes_the_others_or_pools_them() -> None:
    plan = cells(alpha="1,0.1", hidden="20,10", batch_size="full,8", seed="0:2")
    results = [
        result(c, 0.5 + (c.hyperparameters.hidden == (20,)) / 10 + (c.seed == 1) / 100)
        for c in plan
        if c.hyperparameters.alpha == 1 or c.hyperparameters.hidden == (20,)
    ]
    found = grid(results, "alpha", "hidden", {"batch_size": 8}, test_images=50)
    assert (found.row_values, found.column_values) == ((0.1, 1.0), ((10,), (20,)))
    assert set(found.summaries) == {(0.1, (20,)), (1.0, (10,)), (1.0, (20,))}
    assert found.summaries[1.0, (20,)].mean == pytest.approx(0.605)
    assert [r.seed for r in found.summaries[1.0, (20,)].results] == [0, 1]
    assert found.best in {(0.1, (20,)), (1.0, (20,))}
    pooled = grid(results, "batch_size", "seed")
    assert (pooled.row_values, pooled.column_values) == ((8, None), (0, 1))
    assert len(pooled.summaries[None, 0].results) == 3
    assert grid([], "alpha", "hidden").best is None


def test_the_highest_rung_counts() -> None:
    (cell,) = cells()
    low = replace(result(cell, 0.5), budget=500, iteration=500)
    for results in ([low, result(cell, 0.9)], [result(cell, 0.9), low]):
        assert summarize(results, 0)[0].accuracies == (0.9,)
        assert grid(results, "alpha", "hidden").summaries[0.15, (10,)].accuracies == (0.9,)


def test_what_varies_is_sorted() -> None:
    plan = cells(alpha="1,0.1", batch_size="full,8", optimizer="adam,gd")
    assert varied(result(cell, 0.9) for cell in plan) == {
        "alpha": (0.1, 1.0),
        "batch_size": (8, None),
        "optimizer": ("gd", "adam"),
    }
    assert ordered("hidden", [(128,), (32, 16), (9,)]) == ((9,), (32, 16), (128,))


def test_a_setting_that_halving_stopped_is_no_rival_of_one_that_went_on() -> None:
    stopped, complete = cells(alpha="0.1,0.2")
    early = replace(result(stopped, 0.95), budget=500, iteration=500)
    late = result(complete, 0.94)
    found = best(summarize([early, late], 0))
    assert found is not None
    assert found.results == (late,)
    assert best(summarize([early], 0)) is not None
