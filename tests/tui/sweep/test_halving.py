"""Successive halving: rungs that add up, and the best settings promoted, repetitions together."""

from __future__ import annotations

import pytest
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.sweep.axes import parse_axis
from mnist_tui.tui.sweep.cells import Cell, grid_cells
from mnist_tui.tui.sweep.halving import promoted, rungs


def cells(**texts: str) -> tuple[Cell, ...]:
    """Return the cells of a grid."""
    axes = [parse_axis(name, text) for name, text in texts.items()]
    return grid_cells(((0, Hyperparameters(iterations=900)),), axes)


@pytest.mark.parametrize(
    ("settings", "factor", "counts", "budgets"),
    [
        (27, 3, [27, 9, 3, 1], [34, 100, 300, 900]),
        (10, 3, [10, 3, 1], [100, 300, 900]),
        (8, 2, [8, 4, 2, 1], [113, 225, 450, 900]),
        (2, 3, [2], [900]),
        (5, None, [5], [900]),
    ],
)
def test_rungs(settings: int, factor: int | None, counts: list[int], budgets: list[int]) -> None:
    (cell,) = cells()
    found = rungs(settings, factor)
    assert [rung.settings for rung in found] == counts
    assert [rung.budget(cell) for rung in found] == budgets


def test_settings_are_promoted_by_their_mean_and_never_after_a_divergence() -> None:
    plan = cells(alpha="0.1,0.2,0.3,0.4", seed="0:2")
    accuracy = {0.1: (0.8, 0.6), 0.2: (0.7, 0.75), 0.3: (0.99, None), 0.4: (0.1, 0.2)}
    known = {cell.recipe: accuracy[cell.hyperparameters.alpha][cell.seed] for cell in plan}
    kept = promoted(plan, known, 2)
    assert [(cell.seed, cell.hyperparameters.alpha) for cell in kept] == [
        (0, 0.1), (0, 0.2), (1, 0.1), (1, 0.2),
    ]  # fmt: skip
    assert {cell.hyperparameters.alpha for cell in promoted(plan, known, 1)} == {0.2}
    assert {cell.hyperparameters.alpha for cell in promoted(plan, known, 4)} == {0.1, 0.2, 0.4}
