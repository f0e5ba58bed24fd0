"""Overviews: what is planned, pending, diverged; scales that stand still."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.manifest import MANIFEST, Manifest
from mnist_tui.tui.sweep.results import TABLE
from mnist_tui.tui.sweep.watch.opened import OpenSweep
from mnist_tui.tui.sweep.watch.overview import Overview, Standing, overview
from mnist_tui.tui.sweep.watch.plan import Choice, Plan

from tests.helpers.runs.sweep_folders import GRID, append, made, result

SMALL, LARGE = (4,), (9, 6)


def shown(folder: Path, choice: Choice | None = None) -> Overview:
    """Return the overview of a folder."""
    content = OpenSweep(folder).read()
    return overview(content.results, content.plan, choice, test_images=content.test_images)


def test_what_is_planned_is_pending_until_it_has_a_result(tmp_path: Path) -> None:
    seen = shown(made(tmp_path, count=13))  # all of seed 0, and three of seed 1
    assert (seen.choice.row, seen.choice.column) == ("hidden", "alpha")
    assert seen.grid.row_values == (SMALL, LARGE)
    assert seen.grid.column_values == (0.01, 0.03162, 0.1, 0.3162, 1.0)
    assert (seen.finished, seen.planned, seen.pending) == (13, 30, 0)
    assert seen.runs_at((SMALL, 0.1)) == 3
    early = shown(made(tmp_path / "early", count=3))
    assert early.pending == 7
    places = [(row, alpha) for row in (SMALL, LARGE) for alpha in early.grid.column_values]
    assert [early.standing(at) for at in places].count(Standing.PENDING) == 7


def test_what_diverged_is_told_from_what_partly_did(tmp_path: Path) -> None:
    seen = shown(made(tmp_path))
    assert seen.standing((SMALL, 1.0)) is Standing.DIVERGED
    assert seen.standing((LARGE, 1.0)) is Standing.PARTLY_DIVERGED
    assert seen.standing((LARGE, 0.1)) is Standing.MEASURED
    assert seen.standing((LARGE, 0.5)) is Standing.ABSENT
    assert seen.best == (LARGE, 0.3162)
    assert seen.standings() == {Standing.DIVERGED, Standing.PARTLY_DIVERGED, Standing.MEASURED}


def test_others_are_held_or_pooled(tmp_path: Path) -> None:
    made(tmp_path)
    held = shown(tmp_path, Choice("hidden", "alpha", {"seed": 1}))
    assert held.others() == ("seed",)
    assert held.runs_at((SMALL, 0.1)) == 1
    summary = held.at((SMALL, 0.1))
    assert summary is not None
    assert [one.seed for one in summary.results] == [1]
    turned = shown(tmp_path, Choice("seed", "hidden"))
    assert turned.grid.row_values == (0, 1, 2)
    assert turned.runs_at((0, SMALL)) == 5


def test_runs_that_halving_gave_up_are_told_from_complete_ones() -> None:
    cells = GRID.plan()
    rung = replace(result(cells[0]), budget=10, iteration=10)
    seen = overview([rung, result(cells[1])], Plan.of(GRID))
    at = cells[0].hyperparameters.hidden, cells[0].hyperparameters.alpha
    assert seen.standing(at) is Standing.STOPPED
    assert seen.standings() == {Standing.STOPPED, Standing.MEASURED, Standing.PENDING}


def test_a_random_sweep_has_only_its_draws(tmp_path: Path) -> None:
    drawn = Manifest("iterations=9", {"alpha": "0.01:1:log", "seed": "0:2"}, draws=6)
    seen = shown(made(tmp_path, drawn, count=6))
    assert len(seen.grid.column_values) == 6
    assert seen.pending == 0
    assert all(seen.runs_at(((10,), alpha)) == 2 for alpha in seen.grid.column_values)
    assert shown(made(tmp_path / "none", drawn, count=0)).pending == 6


def test_without_a_plan_what_there_is_is_all(tmp_path: Path) -> None:
    made(tmp_path)
    (tmp_path / MANIFEST).unlink()
    seen = shown(tmp_path)
    assert (seen.finished, seen.planned, seen.pending) == (30, 30, 0)
    assert seen.choice == Choice("hidden", "alpha")


def test_the_scale_stands_still_while_results_come_in(tmp_path: Path) -> None:
    scales = {shown(made(tmp_path / str(count), count=count)).scale for count in range(12, 31, 3)}
    assert len(scales) == 1
    (scale,) = scales
    seen = shown(made(tmp_path / "all"))
    shares = [seen.share(s.mean) for s in seen.grid.summaries.values() if s.mean is not None]
    assert all(0 <= share <= 1 for share in shares)
    assert scale.low < scale.high


def test_only_what_is_new_is_read_and_a_wrong_folder_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep", count=4)
    sweep = OpenSweep(folder)
    first = sweep.read()
    assert sweep.read() is first
    append(folder, GRID.plan()[4:6])
    assert [r.cell for r in sweep.read().results] == list(GRID.plan()[:6])
    with pytest.raises(UserError, match=f"is not the folder of a sweep; expected {MANIFEST}"):
        OpenSweep(tmp_path).read()
    awaited = OpenSweep(tmp_path / "later", is_expected=True)
    assert awaited.read().results == ()
    made(tmp_path / "later", count=2)
    assert len(awaited.read().results) == 2
    (folder / TABLE).write_text("nonsense\n")
    with pytest.raises(UserError, match="does not name the columns"):
        OpenSweep(folder).read()
