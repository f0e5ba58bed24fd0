"""The chart's keys and mouse: loss, logarithms, windows, and exact values at an iteration."""

from __future__ import annotations

import re

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.widgets.chart import Chart
from textual.events import MouseScrollDown, MouseScrollUp

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses


def drawn(app: Driver) -> str:
    """The chart, its title too."""
    return "\n".join(app.lines(Chart))


def marks(app: Driver) -> list[int]:
    """The iterations written along the x axis."""
    rows = [line for line in app.lines(Chart) if line.strip()]
    return [int(mark) for mark in re.findall(r"\d+", re.sub(r"(?<=\d) (?=\d{3})", "", rows[-1]))]


@presses("l")
async def test_l_shows_the_loss_and_back(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(20)
        assert "Accuracy" in app.lines(Chart)[0]
        before = drawn(app)
        await app.press("l")
        assert "Loss" in app.lines(Chart)[0]
        assert f"train {app.progress.loss:6.4f}" in app.lines(Chart)[0]
        assert "%" not in drawn(app)
        await app.press("l")
        assert drawn(app) == before


@presses("y", "Y")
async def test_y_and_big_y_make_axes_logarithmic(small: Dataset) -> None:
    async with opened(small, alpha=0.5) as app:
        await app.train(150)
        assert "100%┤" in drawn(app)
        assert marks(app)[0] == 0
        await app.press("y")
        assert "90%┤" in drawn(app)
        assert "100%┤" not in drawn(app)
        await app.press("Y")
        assert {1, 10, 100} <= set(marks(app))
        await app.press("y", "Y")
        assert "100%┤" in drawn(app)
        await app.press("l", "y")
        assert re.search(r"0\.[15]┤", drawn(app))


@presses("z", "Z", "less_than_sign", "greater_than_sign")
async def test_zoom_and_pan(small: Dataset) -> None:
    async with opened(small, iterations=400) as app:
        await app.train(399)
        assert (marks(app)[0], marks(app)[-1]) == (0, 400)
        await app.press("z", "z")
        near = marks(app)
        assert near[0] >= 250
        assert near[-1] == 400
        await app.press("less_than_sign", "less_than_sign")
        assert marks(app)[0] < near[0]
        assert marks(app)[-1] < 400
        await app.press("greater_than_sign", "greater_than_sign")
        assert marks(app) == near
        await app.press("Z", "Z")
        assert (marks(app)[0], marks(app)[-1]) == (0, 400)


@presses("a")
async def test_a_shows_the_latest_and_all(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(200)
        before = drawn(app)
        await app.press("a")
        assert min(marks(app)) >= 100
        await app.press("a")
        assert drawn(app) == before


@presses("o")
async def test_o_smooths_what_leaps_about_and_leaves_the_raw_curve_beneath(small: Dataset) -> None:
    async with opened(small, batch_size=5) as app:
        await app.train(200)
        smooth = drawn(app)
        await app.press("o")
        assert drawn(app) != smooth
        await app.press("o")
        assert drawn(app) == smooth


@presses("comma", "full_stop")
async def test_the_reading_line_tells_exact_values(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(40)
        await app.press("comma")
        assert app.app.workspace.at == 40
        assert " at 40 " in drawn(app)
        assert f"train {app.progress.train_accuracy:.2%}" in drawn(app)
        await app.press("comma")
        at = app.app.workspace.at
        assert at is not None
        assert at < 40
        snapshot = app.app.session.snapshot()
        assert snapshot.history is not None
        here, tested = snapshot.history.at(at), snapshot.history.tested_at(at)
        assert tested is not None
        assert f"train {here.train_accuracy:.2%}" in drawn(app)
        assert f"test {tested.test_accuracy:.2%}" in drawn(app)
        await app.press("l")
        assert f"train {here.loss:.5f}" in drawn(app)
        await app.press("full_stop")
        assert at < app.app.workspace.at <= 40
        await app.press("full_stop", "full_stop")
        assert app.app.workspace.at == 40, "no further than the run is"
        await app.press("full_stop")
        assert app.app.workspace.at == 40, "there is nothing beyond the newest"
        await app.press("escape")
        assert "┊" not in drawn(app)


async def test_two_runs_are_read_at_one_iteration_and_told_apart_by_number(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await app.train(30)
        await app.begin(alpha=0.5)
        await app.train(20)
        app.app.workspace.at = 17
        await app.pilot.pause()
        for seen in app.app.session.runs():
            assert seen.run is not None
            assert seen.history is not None
            number, then = seen.run.number, seen.history.at(17)
            words = f"{number} run {number}  train {then.train_accuracy:.2%}"
            assert words in drawn(app)
        app.app.workspace.at = 25
        await app.pilot.pause()
        assert "2 run 2  ends at 20" in drawn(app)
        app.app.workspace.at = None
        await app.pilot.pause()
        inside = "\n".join(
            line.partition("│")[2] or line.partition("┤")[2] for line in app.lines(Chart)
        )
        assert "1" in inside
        assert "2" in inside


async def test_a_change_of_alpha_is_marked_with_what_it_was_and_is(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await app.train(30)
        await app.press("plus")
        await app.train(30)
        await app.until(lambda: "▲ α 0.15→0.2" in drawn(app))


async def test_a_click_reads_the_values_there(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(50)
        chart = app.find("#chart")
        await app.pilot.click("#chart", offset=(chart.size.width // 2, 5))
        await app.until(lambda: app.app.workspace.at is not None)
        at = app.app.workspace.at
        assert at is not None
        assert 15 < at < 35
        assert f" at {at} " in drawn(app)
        column = app.lines(Chart)[5].find("┊")
        assert abs(column - chart.size.width // 2) <= 1


async def test_the_wheel_zooms_about_the_pointer_and_a_drag_pans(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(500)
        before, region = marks(app), app.find("#chart").region
        x, y = region.x + region.width // 2, region.y + 4
        for _ in range(4):
            app.scroll(MouseScrollUp, x, y)
        await app.until(lambda: marks(app)[-1] - marks(app)[0] < 300)
        near = marks(app)
        assert near[0] > 50
        assert near[-1] < 450
        await app.pilot.mouse_down("#chart", offset=(20, 4))
        await app.pilot.hover("#chart", offset=(35, 4))
        await app.pilot.mouse_up("#chart", offset=(35, 4))
        await app.until(lambda: marks(app) != near)
        assert marks(app)[-1] < near[-1]
        assert app.app.workspace.at is None, "a drag is no click"
        for _ in range(12):
            app.scroll(MouseScrollDown, x, y)
        await app.until(lambda: marks(app) == before)


@pytest.mark.parametrize("keys", [("l", "y", "Y"), ("z", "z", "o", "l"), ("a", "y", "comma")])
async def test_every_view_is_drawn_while_it_trains_and_diverges(
    small: Dataset, keys: tuple[str, ...]
) -> None:
    async with opened(small, iterations=ENDLESS, batch_size=20) as app:
        for key in keys:
            await app.press(key)
        app.tap("space")
        await app.until(lambda: app.iteration > 100)
        for key in keys:
            app.tap(key)
        app.want(alpha=1e30)
        await app.until(lambda: "diverged" in app.status)
        for key in (*keys, "left_square_bracket", "Z", "Z", "space"):
            app.tap(key)
        await app.pilot.pause()  # until all keys were taken
        assert "│" in drawn(app)
