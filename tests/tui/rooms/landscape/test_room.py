"""The lie of the land: the numbers are the runs' own, and the cursor leads to their moments."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.loss_landscape import LossGrid, LossOnSample, Region
from mnist_tui.net.inspection.prediction_history import moments
from mnist_tui.net.network import Parameters
from mnist_tui.tui.rooms.landscape.heatmap import (
    MAX_LEVELS,
    bands,
    called,
    levels,
    log_losses,
)
from mnist_tui.tui.rooms.landscape.landscape import Landscape
from mnist_tui.tui.rooms.landscape.page import LandscapePage
from mnist_tui.tui.rooms.landscape.room import LandscapeRoom
from mnist_tui.tui.rooms.landscape.words import no_plane
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from textual.widget import Widget

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.manual.torture.sizes import resize

ROUNDED = 6e-4  # relative error of a number with four digits
SAID = re.compile(r"Run (\d+) after (\d+) updates?: loss ([\d.]+), on the plane ([\d.]+)")


async def enter(app: Driver) -> LandscapePage:
    """Go in, and wait for the map, or for what is said in its place."""
    await app.press("V")
    await app.until(lambda: isinstance(app.app.screen, LandscapeRoom))
    page = app.app.screen.query_one(LandscapePage)
    await app.until(lambda: page.land)
    return page


async def mapped(app: Driver) -> LandscapePage:
    """Go in, and wait until the map is finished."""
    page = await enter(app)
    await app.until(lambda: page.map and page.map.is_finished)
    return page


def land(page: LandscapePage) -> Landscape:
    """The map, which there is."""
    assert page.map is not None
    return page.map


def text(page: LandscapePage) -> str:
    """All that is shown."""
    return "\n".join(page.render_line(y).text for y in range(page.size.height))


def read(page: LandscapePage) -> tuple[int, int, float, float]:
    """The run and the updates at the cursor, its own loss and the plane's."""
    found = SAID.search(text(page))
    assert found, text(page)
    run, iteration, own, plane = found.groups()
    return int(run), int(iteration), float(own), float(plane.rstrip("."))


def kept(app: Driver) -> dict[int, Parameters]:
    """The kept moments of the current run."""
    timeline = app.app.session.snapshot().timeline
    assert timeline is not None
    return dict(moments(timeline))


@presses("V")
@at_sizes(*EVERY)
async def test_the_losses_and_the_share_are_the_run_s_own(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size, alpha=0.3) as app:
        await app.train(24)
        page = await mapped(app)
        history = app.app.session.snapshot().history
        assert history is not None
        vectors = np.array([network.vector for network in kept(app).values()], float)
        lengths = np.linalg.svd(vectors - vectors[-1], compute_uv=False)
        share = (lengths[:2] ** 2).sum() / (lengths**2).sum()
        assert land(page).share == pytest.approx(share, rel=1e-5)
        assert f"{int(1000 * share) / 10:g} % of the path's variation" in text(page)
        # The whole small set is the sample, and each update looks at all of it.
        assert land(page).sample == len(small.train.labels)
        run, iteration, own, plane = read(page)
        assert (run, iteration) == (1, 24)
        assert plane == own  # the plane is laid through the end
        seen: list[int] = []
        while not seen or seen[-1] != 0:
            run, iteration, own, plane = read(page)
            seen.append(iteration)
            assert own == pytest.approx(history.at(iteration).loss, rel=ROUNDED)
            sample = LossOnSample(small.train, (784, 10, 10), np.dtype(np.float32))
            nearest = land(page).paths[-1].places[land(page).paths[-1].iterations.index(iteration)]
            there = Parameters((784, 10, 10), land(page).plane.at(*nearest))
            assert plane == pytest.approx(sample.of_network(there), rel=ROUNDED)
            await app.press("comma")
        assert seen == sorted(kept(app), reverse=True)
        await app.press("end")
        assert read(page)[1] == 24
        await app.press("home", "full_stop")
        assert read(page)[1] == 1


async def test_the_arrows_read_the_loss_anywhere(small: Dataset) -> None:
    async with opened(small, alpha=0.3) as app:
        await app.train(6)
        page = await mapped(app)
        sample = LossOnSample(small.train, (784, 10, 10), np.dtype(np.float32))
        for keys in (("shift+up", "left"), ("shift+right", "down", "right"), ("shift+left", "up")):
            await app.press(*keys)
            await app.until(lambda: re.search(r"Here the loss is \d", text(page)))
            spot = page.spot
            assert spot is not None
            there = Parameters((784, 10, 10), land(page).plane.at(*spot))
            shown = re.search(r"Here the loss is ([\d.]+)\.", text(page))
            assert shown
            assert float(shown[1]) == pytest.approx(sample.of_network(there), rel=ROUNDED)
        await app.press(*["shift+up"] * 5, *["shift+left"] * 9, "enter")  # into the corner
        assert "no moment" in app.told
        await app.press("full_stop")  # from anywhere, back to the path
        assert read(page)[1] == 6


async def test_three_moments_make_a_plane_that_holds_them_all(small: Dataset) -> None:
    async with opened(small) as app:
        page = await enter(app)
        assert "there is 1 so far" in text(page)
        await app.make(1)
        await app.until(lambda: "there are 2 so far" in text(page))
        await app.make(1)
        await app.until(lambda: page.map and page.map.is_finished)
        assert "holds 100 % of the path's variation: all of it" in text(page)
        path = land(page).paths[-1]
        assert path.iterations == (0, 1, 2)
        assert path.own_losses == pytest.approx(path.plane_losses, rel=1e-4)


async def test_a_narrow_pane_cuts_no_sentence(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(3)
        page = await mapped(app)
        await resize(app, 40, 12)
        rows = [row.rstrip() for row in text(page).splitlines()]
        assert rows[1].endswith(("is seen here.", "is unseen."))
        assert rows[-1].startswith(" At 3: loss ")
        assert rows[-1].endswith(".")


async def test_enter_shows_the_network_as_it_was_and_the_mark_follows_time(
    small: Dataset,
) -> None:
    async with opened(small, alpha=0.3) as app:
        await app.train(20)
        page = await mapped(app)
        assert "◀" not in text(page)
        await app.press("comma", "comma", "comma", "enter")
        past = app.app.workspace.past
        assert past is not None
        assert past.iteration == 17
        await app.until(lambda: "◀" in text(page))
        assert read(page)[1] == 17
        await app.press("left_square_bracket")
        await app.until(lambda: read(page)[1] == 16)
        await app.press("escape")
        assert app.app.screen is app.app.main
        assert app.app.workspace.past is not None
        page = await enter(app)
        assert read(page)[1] == 16
        await app.press("end", "enter")
        assert app.app.workspace.past is None


async def test_runs_share_the_map_if_their_networks_have_the_same_layers(small: Dataset) -> None:
    async with opened(small, alpha=0.3) as app:
        await app.train(12)
        await app.begin(hidden=(5,))
        await app.train(9)
        await app.begin(hidden=(10,), alpha=1.0)
        await app.train(8)
        page = await mapped(app)
        assert [path.number for path in land(page).paths] == [1, 3]
        assert "Left out: run 2 (other layers)." in text(page)
        assert "the paths' variation" in text(page)
        first = land(page).paths[0]
        history = app.app.session.runs()[0].history
        assert history is not None
        for iteration, own in zip(first.iterations, first.own_losses, strict=True):
            assert own == pytest.approx(history.at(iteration).loss, rel=ROUNDED)
        # Its end is on the map, and can be gone to, but belongs to another run.
        place = page._plot  # pyright: ignore[reportPrivateUsage]: to click at a place of the plane
        assert place is not None
        row, column = place.row(first.places[-1, 1]), place.column(first.places[-1, 0])
        assert column is not None
        above = page._above  # pyright: ignore[reportPrivateUsage]: likewise
        await app.pilot.click(Widget, offset=(place.left + column, 1 + above + row))
        await app.until(lambda: read(page)[:2] == (1, 12))
        await app.press("enter")
        assert "This is run 1" in app.told
        assert app.app.workspace.past is None
        app.app.workspace.hidden = frozenset({1})
        await app.until(lambda: [path.number for path in land(page).paths] == [3])


async def test_where_alpha_changed_is_marked(small: Dataset) -> None:
    async with opened(small, (120, 40), alpha=0.3) as app:
        await app.train(10)
        app.want(alpha=0.6)
        await app.train(10)
        page = await mapped(app)
        path = land(page).paths[-1]
        assert path.changes == ((10, 0.3, 0.6),)
        assert "▲" in text(page)
        assert "α 0.3→0.6" in text(page)
        await app.press(*["comma"] * 10)
        assert read(page)[1] == 10
        assert "After 10 updates alpha 0.3 → 0.6." in text(page)


async def test_the_path_grows_while_it_trains(small: Dataset) -> None:
    async with opened(small, batch_size=50, iterations=ENDLESS) as app:
        await app.train(5)
        page = await mapped(app)
        app.tap("space")
        await app.until(lambda: land(page).paths[-1].iterations[-1] > 200)
        assert len(land(page).paths[-1].iterations) <= 66
        app.tap("space")
        await app.until(lambda: not app.app.session.is_training)
        await app.until(
            lambda: land(page).is_finished and land(page).paths[-1].iterations[-1] == app.iteration
        )
        # At rest the plane is laid through the end anew, and nothing lies beyond the map.
        assert land(page).plane.origin.tolist() == app.parameters.vector.tolist()
        places = np.concatenate([path.places for path in land(page).paths])
        assert land(page).grid.region.holds(places)


async def test_moments_that_exploded_are_left_out(small: Dataset) -> None:
    async with opened(small, alpha=0.3) as app:
        await app.train(6)
        app.want(alpha=1e6)
        await app.train(1)
        page = await mapped(app)
        assert land(page).paths[-1].iterations[-1] == 6
        assert "Left out: moments of run 1 (exploded)." in text(page)
        assert np.isfinite(land(page).paths[-1].places).all()


async def test_g_draws_with_signs_and_help_explains(small: Dataset) -> None:
    async with opened(small, alpha=0.3) as app:
        await app.train(6)
        page = await mapped(app)
        if page.in_signs:  # as where there are few colours
            await app.press("g")
        assert "blank" not in text(page)
        assert not re.search(r"1{2}", text(page))
        await app.press("g")
        assert page.in_signs
        assert "blank below" in text(page)
        assert re.search(r"1{2}", text(page))  # the path
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        assert app.app.screen.asked.startswith("The lie of the land\n")


def test_what_is_said_without_a_plane_tells_too_few_moments_from_a_straight_path() -> None:
    assert "at least three kept moments; there is 1 so far" in no_plane(1)
    assert "there are 2 so far" in no_plane(2)
    assert "7 kept moments, lie on one straight line" in no_plane(7)


# The heat map, without a screen

LOSSES = st.floats(1e-9, 1e9)


@given(LOSSES, LOSSES)
def test_levels_are_few_ascending_and_between(a: float, b: float) -> None:
    low, high = sorted((a, b))
    found = levels(low, high)
    assert len(found) <= MAX_LEVELS
    assert found == sorted(set(found))
    assert all(low < level < high for level in found)
    assert len(called(found)) == (len(found) + 1 if found else 0)


@pytest.mark.parametrize(("low", "high"), [(0.3, 2.5), (0.05, 40), (0.31, 0.34), (2.30, 2.31)])
def test_usual_losses_get_enough_levels(low: float, high: float) -> None:
    assert len(levels(low, high)) >= 4


def test_a_band_begins_at_its_level() -> None:
    found = bands(np.log(np.array([0.4, 0.5, 0.9, 1.0, 30])), [0.5, 1.0, 2.0])
    assert found.tolist() == [0, 1, 1, 2, 3]


@given(st.integers(1, 60), st.integers(1, 40))
def test_between_the_grid_s_points_the_log_of_the_loss_is_interpolated(
    columns: int, rows: int
) -> None:
    xs, ys = np.linspace(0, 2, 9), np.linspace(0, 1, 5)
    plane = np.exp(xs[np.newaxis, :] - 3 * ys[:, np.newaxis])  # its logarithm is a plane
    logs = log_losses(LossGrid(Region(0, 2, 0, 1), plane), columns, rows)
    along = np.linspace(0, 2, columns) if columns > 1 else np.zeros(1)
    down = np.linspace(1, 0, rows) if rows > 1 else np.zeros(1)
    assert np.allclose(logs, along[np.newaxis, :] - 3 * down[:, np.newaxis])


def test_infinite_losses_are_the_highest_band() -> None:
    losses = np.array([[0.5, np.inf], [1.0, np.inf]])
    logs = log_losses(LossGrid(Region(0, 1, 0, 1), losses), 2, 2)
    assert np.isfinite(logs).all()
    assert bands(logs, [0.7, 100.0]).tolist() == [[1, 2], [0, 2]]
