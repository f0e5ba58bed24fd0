"""The weights room: every unit's picture, one unit in full, and sums that add up as printed."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.contributions import contributions
from mnist_tui.net.inspection.units import activation_stats, unit_weights
from mnist_tui.tui.rooms.confusion.matrix import Matrix
from mnist_tui.tui.rooms.gallery.room import GalleryRoom
from mnist_tui.tui.rooms.gallery.tile_grid import TileGrid
from mnist_tui.tui.rooms.weights.logits_table import LogitsTable
from mnist_tui.tui.rooms.weights.room import WeightsRoom
from mnist_tui.tui.rooms.weights.unit_room import UnitRoom
from mnist_tui.tui.rooms.weights.unit_view import UnitView
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.widgets.lines import LinesWidget

from tests.helpers.app.app_driver import (
    ENDLESS,
    Driver,
    follows_training_and_the_past,
    network,
    opened,
    presses,
)
from tests.helpers.app.terminal_sizes import EVERY, at_sizes


async def enter(app: Driver) -> None:
    """Go in, and wait for the pictures."""
    await app.press("w")
    await app.until(lambda: isinstance(app.app.screen, WeightsRoom))
    await app.until(lambda: " of " in app.lines(TileGrid)[0])


async def enter_unit(app: Driver) -> None:
    """And from there to the unit at the cursor."""
    await app.press("enter")
    await app.until(lambda: isinstance(app.app.screen, UnitRoom))
    await app.until(lambda: "bias" in "\n".join(app.lines(UnitView)))


def chosen(app: Driver) -> int:
    """The unit that the foot is about."""
    found = re.search(r"Unit (\d+)", "\n".join(app.lines(TileGrid)[-2:]))
    assert found is not None
    return int(found[1])


@presses("w")
@at_sizes(*EVERY)
async def test_every_unit_has_its_picture_and_how_often_it_speaks(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        await enter(app)
        found = activation_stats(network(app), small.test, 1, 1)
        await app.press("end")
        assert chosen(app) == 9
        await app.press("home")
        text = "\n".join(app.lines(TileGrid))
        for unit in range(6):
            to = int(unit_weights(network(app), 1, unit).outgoing.argmax())
            assert re.search(rf"{unit} →{to} +{100 * found.active_fraction[unit]:.0f}%", text)
        assert re.search("[▀▄█]{3}|[-+*#~=]{2}", text)  # as many colours as there are
        assert f"active on {found.active_fraction[0]:.1%}" in text


async def test_the_cursor_goes_over_the_pictures(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        for key, unit in (("right", 1), ("down", 6), ("left", 5), ("up", 0), ("end", 9)):
            await app.press(key)
            assert chosen(app) == unit
        await app.press("home")
        assert chosen(app) == 0


async def test_many_units_have_pages(small: Dataset) -> None:
    async with opened(small, hidden=(800,)) as app:
        await enter(app)
        assert "1–10 of 800  page 1/80" in app.lines(TileGrid)[0]
        await app.press("pagedown")
        assert "page 2/80" in app.lines(TileGrid)[0]
        assert chosen(app) == 10
        await app.press("pageup")
        assert chosen(app) == 0


async def test_signs_say_without_colour_what_excites(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        first = "".join(row[1:15] for row in app.lines(TileGrid)[1:8])
        await app.press("g")
        second = "".join(row[1:15] for row in app.lines(TileGrid)[1:8])
        colors, letters = (first, second) if "█" in first else (second, first)
        assert set(colors) <= set(" ▀▄█")
        assert set(letters) <= set(" +*#-~=")
        assert set(letters) & set("+*#")
        assert set(letters) & set("-~=")
        await app.press("g")
        assert first == "".join(row[1:15] for row in app.lines(TileGrid)[1:8])


async def test_a_deeper_layer_is_a_list_of_what_it_reads(small: Dataset) -> None:
    async with opened(small, hidden=(12, 7)) as app:
        await enter(app)
        assert "layer 1 of 2" in app.lines(TileGrid)[0]
        await app.press("l")
        await app.until(lambda: "layer 2 of 2" in app.lines(TileGrid)[0])
        for unit in range(7):
            incoming = unit_weights(network(app), 2, unit).incoming
            first = int(abs(incoming).argmax())
            row = app.lines(TileGrid)[1 + unit]
            assert re.search(rf"reads +{first} +{re.escape(f'{incoming[first]:+.2f}')}", row)
        await enter_unit(app)
        assert "reads most of these units" in "\n".join(app.lines(UnitView))
        await app.press("escape", "l")
        await app.until(lambda: "layer 1 of 2" in app.lines(TileGrid)[0])


@at_sizes(*EVERY)
async def test_a_unit_in_full(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        await enter(app)
        await enter_unit(app)
        for key, unit in ((None, 0), ("right", 1), ("left", 0), ("left", 9)):
            if key:
                await app.press(key)
            expected = unit_weights(network(app), 1, unit)
            text = "\n".join(app.lines(UnitView))
            assert f"Unit {unit} of layer 1" in text
            assert re.search(rf"bias +{re.escape(f'{expected.bias:+.4f}')}", text)
            for k, weight in enumerate(expected.outgoing):
                assert f"{k} {weight:+7.3f}" in text
            found = activation_stats(network(app), small.test, 1)
            assert f"{found.Z[unit, 0]:.2f}" in text


async def test_the_digits_that_excite_a_unit_hang_in_a_gallery(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        await enter_unit(app)
        expected = activation_stats(network(app), small.test, 1).top_samples[0]
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, GalleryRoom))
        await app.until(lambda: f"Test image #{expected[0]} " in app.lines(TileGrid)[-1])
        await app.press("right", "enter")
        assert app.app.screen is app.app.main
        assert app.index == expected[1]


async def test_a_silent_unit_is_called_so(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        before = app.app.main.seen
        assert before is not None
        assert before.parameters is not None
        before.parameters.b[0][3] = -1e6
        await enter(app)
        await app.until(lambda: "1 silent" in app.lines(TileGrid)[0])
        assert re.search(r"3 →\d silent", "\n".join(app.lines(TileGrid)))
        await app.press("right", "right", "right")
        await enter_unit(app)
        assert "never active on any test digit" in app.lines(UnitView)[0]


def sums(app: Driver) -> dict[str, list[Decimal]]:
    """The table of logits by the names of its rows, as printed."""
    found: dict[str, list[Decimal]] = {}
    for row in app.lines(LogitsTable)[2:]:
        if match := re.match(r" (unit \d+|\d+ more|bias|rounding|= logit)\s(.*)", row):
            cells = match[2].split()
            found[match[1]] = [Decimal(0) if cell == "·" else Decimal(cell) for cell in cells]
    return found


@at_sizes(*EVERY)
@pytest.mark.parametrize("hidden", [(10,), (6, 40)])
async def test_contributions_add_up_to_the_logits_as_printed(
    small: Dataset, size: tuple[int, int], hidden: tuple[int, ...]
) -> None:
    async with opened(small, size, hidden=hidden) as app:
        await enter(app)
        await app.press("k")
        await app.until(lambda: "= logit" in sums(app))
        for _ in range(3):
            table = sums(app)
            totals = table.pop("= logit")
            for column, total in enumerate(totals):
                assert sum(row[column] for row in table.values()) == total
            await app.press("full_stop")
        await app.press("comma")
        assert app.index == 2
        expected = contributions(network(app), small.test.images[2])
        title, names = app.lines(LogitsTable)[:2]
        assert "Test image #2" in title
        columns = [int(k) for k in re.findall(r"\d+", names)]
        shown = [float(number) for number in sums(app)["= logit"]]
        assert shown == pytest.approx([float(expected.logits[k]) for k in columns], abs=0.006)


async def test_units_stand_by_what_they_do_to_the_chosen_class(small: Dataset) -> None:
    async with opened(small, hidden=(40,)) as app:
        await enter(app)
        await app.press("k")
        await app.until(lambda: "= logit" in sums(app))
        found = contributions(network(app), small.test.images[0])
        k = int(found.logits.argmax())
        for key, by in ((None, 0), ("right", 1), ("left", 0), ("left", -1)):
            if key:
                await app.press(key)
            order = found.order((k + by) % 10).tolist()
            assert list(sums(app))[:3] == [f"unit {unit}" for unit in order[:3]]
        await app.press("down")
        assert next(iter(sums(app))) == f"unit {order[1]}"
        await app.press("up", "pagedown")
        assert next(iter(sums(app))) == f"unit {order[14]}"
        await app.press("pageup")
        assert next(iter(sums(app))) == f"unit {order[0]}"
        await app.pilot.click(LogitsTable, offset=(9 + 7 * 4 + 3, 3))
        assert next(iter(sums(app))) == f"unit {found.order(4)[0]}"


async def test_pictures_follow_the_training_and_the_past(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        await enter(app)
        await follows_training_and_the_past(app, TileGrid, slice(1, 8))


@pytest.mark.parametrize("way", ["w", "wenter", "wk"])
async def test_every_view_has_help_and_a_way_out(small: Dataset, way: str) -> None:
    async with opened(small) as app:
        await enter(app)
        depth = 1 if way == "w" else 2
        if depth == 2:
            await app.press(way[1:])
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        await app.press("escape", *["escape"] * depth)
        assert app.app.screen is app.app.main


async def test_weights_that_are_no_numbers_any_more_are_shown_all_the_same(small: Dataset) -> None:
    async with opened(small) as app:
        seen = app.app.main.seen
        assert seen is not None
        assert seen.parameters is not None
        seen.parameters.vector[:] = np.nan
        await enter(app)
        await enter_unit(app)
        await app.press("k")
        await app.until(lambda: "= logit" in "\n".join(app.lines(LogitsTable)))
        await app.press("escape", "escape", "escape", "c")
        await app.until(lambda: "wrong" in app.lines(Matrix)[0])


async def test_what_a_room_covers_is_not_drawn(small: Dataset) -> None:
    """Drawing it would repaint the room with it, cell by cell, over a slow line too."""
    async with opened(small, iterations=ENDLESS) as app:
        await enter(app)
        chart = app.find("#chart")
        assert isinstance(chart, LinesWidget)
        before = [chart.render_line(y) for y in range(chart.size.height)]
        app.tap("space")
        await app.until(lambda: app.iteration > 50)
        pictures = app.lines(TileGrid)
        await app.until(lambda: app.lines(TileGrid) != pictures)
        assert [chart.render_line(y) for y in range(chart.size.height)] == before
        await app.press("escape")
        await app.until(lambda: [chart.render_line(0), chart.render_line(5)] != before[:6:5])
