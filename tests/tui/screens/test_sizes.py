"""Every size of terminal: nothing hangs over the edge, and too little room is told."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.coach import Coach
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.probabilities import Probabilities
from mnist_tui.tui.widgets.status_line import StatusLine
from textual.containers import VerticalScroll
from textual.geometry import Region

from tests.helpers.app.app_driver import Driver, opened
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.tui.screens.main.test_run_keys import two_runs

PANELS = ("#status", "#hyperparameters", "#chart", "#digit", "#probabilities", "KeyFooter")


def regions(app: Driver) -> list[Region]:
    """Where the panels are."""
    return [app.find(selector).region for selector in PANELS]


def check_nothing_scrolls(app: Driver, width: int, height: int) -> None:
    screen = Region(0, 0, width, height)
    places = regions(app)
    for selector, place in zip(PANELS, places, strict=True):
        assert place.area > 0, f"{selector} is not to be seen"
        assert screen.contains_region(place), f"{selector} hangs over the edge"
    for i, place in enumerate(places):
        assert not any(place.overlaps(other) for other in places[i + 1 :])
    assert app.app.main.max_scroll_x == app.app.main.max_scroll_y == 0
    if height >= 24:  # on fewer, the field in focus is scrolled to
        assert app.find("#hyperparameters").max_scroll_y == 0, "the fields do not all fit"


@at_sizes((60, 20), (80, 24), (100, 30), (120, 40), (200, 60))
async def test_everything_fits(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        check_nothing_scrolls(app, *size)
        assert not app.find("#small").display
        await app.make(2)
        check_nothing_scrolls(app, *size)
        assert len([line for line in app.lines(Probabilities) if "%" in line]) == 10
        assert "@" in "".join(app.lines(Digit))
        assert "│" in "".join(app.lines(Chart))
        assert all(line.endswith(" ") for line in app.lines(Chart)[1:]), "it touches the edge"
        assert "2/1500" in app.status
        assert "α 0.15" in app.status


@at_sizes((80, 24), (120, 40), (200, 60))
async def test_no_sentence_is_cut_off_at_the_edge(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        words = " ".join(" ".join(line.split()) for line in app.lines(Chart)[1:])
        for sentence in (
            "will be drawn here",
            "it learns from,",
            "it never sees.",
            "Space: it learns.",
        ):
            assert sentence in words


@pytest.mark.parametrize("size", [(50, 15), (59, 24), (80, 19), (20, 5), (1, 1)])
async def test_too_small_a_terminal_says_so_and_recovers(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        assert app.find("#small").display
        assert "60 × 20" in str(app.find("#small").render())
        assert app.find("#small").styles.padding.width == 2, "the words touch the edges"
        assert not app.find("#panels").display
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: app.find("#panels").display)
        await app.until(lambda: app.loaded)
        assert not app.find("#small").display
        check_nothing_scrolls(app, 80, 24)
        await app.pilot.resize_terminal(*size)
        await app.until(lambda: app.find("#small").display)
        app.tap("q")
        await app.until(lambda: app.app.return_code == 0)


async def test_a_resize_draws_everything_to_the_new_size(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(3)
        for size in ((200, 60), (60, 20), (120, 40), (80, 24)):
            await app.pilot.resize_terminal(*size)
            await app.until(lambda size=size: app.app.main.size == size)
            await app.until(lambda size=size: app.find("#status").region.width == size[0])
            await app.until(lambda: "3/1500" in app.status)
            check_nothing_scrolls(app, *size)
            rows = [line for line in app.lines(Chart)[1:] if line.strip()]
            width = app.find("#chart").size.width
            assert max(len(line.rstrip()) for line in rows) > width - 5, "the chart is narrower"
            assert len(app.lines(StatusLine)[0].rstrip()) <= size[0]


ALL = (*PANELS, "#runs", "#coach")


@at_sizes((60, 20), (80, 24), (100, 30), (120, 40), (200, 60))
async def test_runs_and_coach_have_a_place_at_every_size(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        await two_runs(app)
        app.want(alpha=1e30)
        app.tap("s")
        await app.until(lambda: app.find("#coach").display)
        for opened_too in ((), ("t",), ("t", "comma", "left_square_bracket")):
            await app.press(*opened_too)
            await app.pilot.pause()
            screen = Region(0, 0, *size)
            places = [app.find(name).region for name in ALL if app.find(name).region.area]
            assert all(screen.contains_region(place) for place in places)
            for i, place in enumerate(places):
                assert not any(place.overlaps(other) for other in places[i + 1 :])
            assert app.find("#chart").region.height >= 4
            assert app.app.main.max_scroll_x == app.app.main.max_scroll_y == 0
            if opened_too == ("t",):
                assert app.find("RunTable").region.height >= 3, "a heading and two runs"
            else:
                assert app.find("#coach").region.area


@at_sizes(*EVERY)
async def test_the_coach_says_all_it_has_to_say(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size, alpha=1e30) as app:
        app.tap("s")
        await app.until(lambda: app.find("#coach").display)
        await app.until(lambda: "Esc closes this" in " ".join(app.lines(Coach)))
        words = " ".join(" ".join(app.lines(Coach)).split())
        assert "silent hidden units" in words
        assert "h goes back to update 0" in words


async def test_an_error_can_be_read_where_it_is(small: Dataset) -> None:
    async with opened(small, (60, 20)) as app:
        panel = app.app.main.query_exactly_one("#hyperparameters", VerticalScroll)
        await app.press("tab", "shift+tab")  # into the first field, and back into the last
        await app.press("x", "enter")
        label = app.find("#field-seed .word")
        await app.until(lambda: label.region.height > 0)
        await app.until(lambda: panel.region.contains_region(label.region))
