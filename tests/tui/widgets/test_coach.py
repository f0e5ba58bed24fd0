"""The coach knows of odd data: it says so before it blames alpha."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.findings import Faint, LightPaper, Shared
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.coach import Coach

from tests.helpers.app.app_driver import opened


def shown(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


async def test_the_coach_says_what_misleads_until_it_is_closed(small: Dataset) -> None:
    odd = replace(small, findings=(LightPaper(), Shared(150, 200)))
    async with opened(odd, (120, 40)) as app:
        await app.until(lambda: "! the data" in shown(app.lines(Coach)))
        words = shown(app.lines(Coach))
        assert "150 of 200 test images are training images too" in words
        assert "dark on light" not in words
        await app.press("escape")
        await app.until(lambda: not app.find("#coach").display)
        await app.make(1)
        assert not app.find("#coach").display


async def test_data_that_do_no_harm_are_no_matter_for_the_coach(small: Dataset) -> None:
    async with opened(replace(small, findings=(LightPaper(), Shared(1, 200)))) as app:
        await app.make(1)
        assert not app.find("#coach").display


async def test_trouble_on_odd_data_points_at_the_data_first(small: Dataset) -> None:
    odd = replace(small, findings=(Faint(15),))
    async with opened(odd, (120, 40), alpha=1e30) as app:
        app.app.session.train()
        await app.until_state(RunStatus.DIVERGED)
        await app.until(lambda: "diverged" in shown(app.lines(Coach)))
        words = shown(app.lines(Coach))
        assert "Look at the data first: Faint: the strongest ink is 15" in words
        assert "Alpha is too large" not in words


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_doubts_have_one_row_beside_the_digit_while_the_run_is_healthy(
    small: Dataset, size: tuple[int, int]
) -> None:
    odd = replace(small, findings=(Shared(150, 200), Faint(15)))
    async with opened(odd, size) as app:
        await app.until(lambda: app.find("#coach").size.height == 1)
        await app.until(lambda: "150 of 200" in shown(app.lines(Coach)))
        (row,) = app.lines(Coach)
        assert row.startswith(" ! 150 of 200 test images")
        assert row.rstrip().endswith("(and 1 more)  Esc closes this")
        assert app.find("#digit").region.area
        assert app.shares, "the prediction stays"
        await app.press("escape")
        await app.until(lambda: not app.find("#coach").display)
