"""Cells: every combination once, repetitions told from settings, draws that do not move."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.state import HyperparameterLog
from mnist_tui.tui.config.recipe import parse_recipe
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.axes import Axis, parse_axis
from mnist_tui.tui.sweep.cells import Cell, grid_cells, random_cells, with_values

BASE: HyperparameterLog = ((0, Hyperparameters(iterations=20)),)


def axes(**texts: str) -> list[Axis]:
    """Return the axes that options would make."""
    return [parse_axis(name, text) for name, text in texts.items()]


def test_a_grid_has_every_combination_once_and_all_settings_of_a_seed_first() -> None:
    cells = grid_cells(BASE, axes(alpha="0.1,0.2", hidden="10,20-5", seed="0:3"))
    assert len(set(cells)) == len({cell.key for cell in cells}) == 12
    found = [(cell.seed, cell.hyperparameters.alpha, cell.hyperparameters.hidden) for cell in cells]
    first = [(0, 0.1, (10,)), (0, 0.1, (20, 5)), (0, 0.2, (10,)), (0, 0.2, (20, 5))]
    assert found[:4] == first
    assert [seed for seed, _, _ in found] == [0] * 4 + [1] * 4 + [2] * 4
    assert all(cell.iterations == 20 for cell in cells)
    assert len({cell.setting for cell in cells}) == 4


def test_a_cell_is_its_recipe() -> None:
    for cell in grid_cells(BASE, axes(alpha="0.01:1:log9", seed="0,9")):
        again = Cell.parse(cell.recipe)
        assert (again, again.log, again.key) == (cell, cell.log, cell.key)


def test_without_axes_there_is_one_cell() -> None:
    assert [cell.log for cell in grid_cells(BASE, [])] == [BASE]


def test_an_axis_holds_from_the_beginning_to_the_end_of_a_recipe() -> None:
    base = parse_recipe("alpha=0.5 batch=10 @30 alpha=0.1")
    (cell,) = grid_cells(base, axes(hidden="7"))
    assert [(since, hp.alpha, hp.hidden) for since, hp in cell.log] == [
        (0, 0.5, (7,)),
        (30, 0.1, (7,)),
    ]
    with pytest.raises(UserError, match="changes alpha after 30 updates"):
        with_values(base, {"alpha": 0.3})


def test_combinations_that_no_run_can_have_are_refused_before_the_first() -> None:
    with pytest.raises(NetError, match="augment elastic needs a batch"):
        grid_cells(BASE, axes(augment="none,elastic"))


def test_there_is_a_limit() -> None:
    with pytest.raises(UserError, match="more than 1,000,000 runs"):
        grid_cells(BASE, axes(alpha="0.001:1000:log2000", seed="0:99999"))
    with pytest.raises(UserError, match="more than 1,000,000 runs"):
        grid_cells(BASE, axes(alpha="0.001:1000:log2000", momentum="0:0.9:lin900"))


def test_draws_differ_repeat_and_only_grow() -> None:
    space = axes(alpha="0.001:1:log", hidden="10,20,40", seed="0:2")
    few, many = random_cells(BASE, space, 5), random_cells(BASE, space, 30)
    assert (len(few), len(many)) == (10, 60)
    assert few[:5] == many[:5]
    assert few[5:] == many[30:35]
    assert few == random_cells(BASE, space, 5)
    assert few != random_cells(BASE, space, 5, draw_seed=1)
    alphas = [cell.hyperparameters.alpha for cell in many[:30]]
    assert len(set(alphas)) == 30
    assert 0.001 <= min(alphas) < 0.05 < max(alphas) < 1
    assert {cell.hyperparameters.hidden for cell in many} == {(10,), (20,), (40,)}
    seeds = [cell.seed for cell in islice(many, 30)]
    assert seeds == [0] * 30
    assert [cell.setting for cell in many[30:]] == [cell.setting for cell in many[:30]]


def test_no_more_settings_are_drawn_than_there_are() -> None:
    space = axes(alpha="0.1,0.2", hidden="10,20")
    assert set(random_cells(BASE, space, 4)) == set(grid_cells(BASE, space))
    with pytest.raises(UserError, match="4 settings; 5 cannot"):
        random_cells(BASE, space, 5)
    with pytest.raises(UserError, match="only about 3 settings"):
        random_cells(BASE, axes(batch_size="1:3:lin"), 9)


def test_spans_are_for_random_sweeps_and_not_for_seeds() -> None:
    with pytest.raises(UserError, match="log9"):
        grid_cells(BASE, axes(alpha="0.1:1:log"))
    with pytest.raises(UserError, match="seeds are not drawn"):
        random_cells(BASE, axes(alpha="0.1:1:log", seed="0:9:lin"), 2)


def test_the_setting_forgets_the_seed_alone() -> None:
    cell = Cell.of(((0, replace(BASE[0][1], seed=4)),))
    assert cell.setting == Cell.of(BASE).setting
    assert cell != Cell.of(BASE)
