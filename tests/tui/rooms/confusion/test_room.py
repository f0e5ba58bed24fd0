"""The confusion room shows net's own counts, and its gallery exactly the digits of a cell."""

from __future__ import annotations

import re

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.confusion import Predictions, confusion, predict
from mnist_tui.tui.rooms.confusion.matrix import Matrix
from mnist_tui.tui.rooms.confusion.room import ConfusionRoom
from mnist_tui.tui.rooms.gallery.room import GalleryRoom
from mnist_tui.tui.rooms.gallery.tile_grid import TileGrid
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.training.snapshot import RunStatus

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes


def answers(app: Driver, dataset: Dataset) -> Predictions:
    """What the network looked at answers for every test digit."""
    viewed = app.app.main.viewed
    assert viewed is not None
    return predict(viewed[0], dataset.test)


def counted(app: Driver) -> list[list[int]]:
    """The numbers in the matrix on the screen, row by row."""
    rows = [row for row in app.lines(Matrix)[2:] if re.match(r"\s*\d+ ", row)]
    found = [re.findall(r"\d+(?:\.\d+)?|·|–", re.sub("[░▒▓█]", " ", row)) for row in rows]
    return [[0 if cell == "·" else int(cell) for cell in row[1:11]] for row in found[:10]]


async def enter(app: Driver, updates: int = 0) -> None:
    """Make updates, go in, and wait for the counts."""
    for _ in range(updates // 10):
        before = app.iteration
        await app.press("S")
        await app.until(lambda before=before: app.iteration == before + 10)
        await app.until_state(RunStatus.PAUSED)
    await app.press("c")
    await app.until(lambda: "wrong" in app.lines(Matrix)[0])


async def hung(app: Driver) -> None:
    """Wait until the gallery shows its pictures."""
    await app.until(lambda: isinstance(app.app.screen, GalleryRoom))
    await app.until(lambda: "1–" in app.lines(TileGrid)[0])


def cursor(app: Driver) -> int:
    """Which test digit the gallery's foot is about."""
    found = re.search(r"Test image #(\d+)", app.lines(TileGrid)[-1])
    assert found is not None
    return int(found[1])


@presses("c")
@at_sizes(*EVERY)
async def test_the_counts_are_nets_own_at_every_size(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        await enter(app, 10)
        expected = confusion(answers(app, small))
        assert counted(app) == expected.counts.tolist()
        right = int(expected.counts.trace())
        assert f"{right} right, {200 - right} wrong" in app.lines(Matrix)[0]
        assert f"{100 * expected.accuracy:.1f}" in "\n".join(app.lines(Matrix))


async def test_recall_and_precision_stand_at_the_ends(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await enter(app, 30)
        expected, text = confusion(answers(app, small)), app.lines(Matrix)
        ends = [float(row.split()[-1]) for row in text if re.match(r"\s*\d .*\d\.\d\s*$", row)]
        assert ends == pytest.approx(100 * expected.recall, abs=0.051)
        last = next(row for row in text if "prec" in row).split()[1:]
        for shown, share in zip(last[:10], expected.precision, strict=True):
            assert (
                shown == "–"
                if np.isnan(share)
                else float(shown) == pytest.approx(100 * share, abs=0.051)
            )


async def test_the_cursor_begins_at_the_most_frequent_mistake_and_moves(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        matrix = app.app.screen.query_one(Matrix)
        assert matrix.cell == confusion(answers(app, small)).mistakes()[0]
        matrix.go_to(4, 4)
        for key, cell in (
            ("right", (4, 5)),
            ("down", (5, 5)),
            ("left", (5, 4)),
            ("up", (4, 4)),
        ):
            await app.press(key)
            assert matrix.cell == cell
        matrix.go_to(0, 0)
        await app.press("up", "left")
        assert matrix.cell == (0, 0)
        assert any("0 read right" in row for row in app.lines(Matrix))


async def test_n_goes_through_the_mistakes_by_frequency(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        matrix = app.app.screen.query_one(Matrix)
        cells = confusion(answers(app, small)).mistakes()
        await app.press("n")
        assert matrix.cell == cells[1]
        await app.press("n", "N", "N", "N")
        assert matrix.cell == cells[-1]


async def test_enter_shows_exactly_the_digits_of_the_cell(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        label, predicted = app.app.screen.query_one(Matrix).cell
        expected = answers(app, small).cell(label, predicted)
        await app.press("enter")
        await hung(app)
        assert f"{label} taken for {predicted}" in app.lines(TileGrid)[0]
        assert f"of {len(expected)}" in app.lines(TileGrid)[0]
        for digit in expected.tolist():
            assert cursor(app) == digit
            await app.press("right")
        await app.press("home")
        assert cursor(app) == expected[0]
        sure = 100 * float(answers(app, small).confidence[expected[0]])
        assert f"{label}→{predicted} ✗ {sure:5.1f}%" in "\n".join(app.lines(TileGrid))
        await app.press("escape")
        assert isinstance(app.app.screen, ConfusionRoom)


async def test_a_click_opens_the_cell_that_was_clicked(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        matrix = app.app.screen.query_one(Matrix)
        await app.pilot.click(
            Matrix, offset=(4 + 7 * 2 + 3, 2 + 3)
        )  # the column of 2, the row of 3
        assert matrix.cell == (3, 2)
        await app.until(lambda: isinstance(app.app.screen, GalleryRoom))


async def test_a_shows_all_mistakes_worst_first_and_turns_pages(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        expected = answers(app, small).mistakes().tolist()
        await app.press("a")
        await hung(app)
        assert cursor(app) == expected[0]
        await app.press("down")
        assert cursor(app) == expected[5]  # five fit across 80 columns
        await app.press("pagedown")
        assert cursor(app) == expected[15]
        assert "page 2/" in app.lines(TileGrid)[0]
        await app.press("pageup", "up")
        assert cursor(app) == expected[0]
        await app.press("end")
        assert cursor(app) == expected[-1]


async def test_enter_and_a_second_click_go_to_the_digit(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app, 30)
        expected = answers(app, small).mistakes().tolist()
        await app.press("a")
        await hung(app)
        await app.press("right", "enter")
        assert app.app.screen is app.app.main
        assert app.index == expected[1]
        await app.press("c")
        await app.until(lambda: "wrong" in app.lines(Matrix)[0])
        await app.press("a")
        await hung(app)
        await app.pilot.click(TileGrid, offset=(16 * 2 + 4, 4))
        assert cursor(app) == expected[2]
        await app.pilot.click(TileGrid, offset=(16 * 2 + 4, 4))
        await app.until(lambda: app.app.screen is app.app.main)
        assert app.index == expected[2]


async def test_the_gallery_stays_until_it_is_renewed(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        before = answers(app, small).mistakes().tolist()
        await app.press("a")
        await hung(app)
        assert "after 0 updates" in app.lines(TileGrid)[0]
        pictures = app.lines(TileGrid)[1:]
        await app.press("s")
        await app.until(lambda: "r renews" in app.lines(TileGrid)[0])
        assert app.lines(TileGrid)[1:] == pictures
        assert cursor(app) == before[0]
        await app.press("r")
        await app.until(lambda: "after 1 update" in app.lines(TileGrid)[0])
        assert cursor(app) == answers(app, small).mistakes()[0]


async def test_greys_or_dots(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        await app.press("a")
        await hung(app)
        first = "".join(row[1:15] for row in app.lines(TileGrid)[1:8])
        await app.press("g")
        second = "".join(row[1:15] for row in app.lines(TileGrid)[1:8])
        grays, dots = (first, second) if "█" in first else (second, first)
        assert set(grays) <= set(" ▀▄█")
        assert set(dots) <= set(map(chr, range(0x2800, 0x2900)))
        assert set(dots) - {"\u2800"}
        await app.press("g")
        assert first == "".join(row[1:15] for row in app.lines(TileGrid)[1:8])


async def test_the_matrix_follows_the_training(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        await enter(app)
        before = counted(app)
        app.tap("space")
        await app.until(lambda: counted(app) != before)
        assert app.app.session.is_training
        assert np.sum(counted(app)) == 200


async def test_in_the_past_the_matrix_is_of_the_past(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        first = counted(app)
        for updates in (1, 2, 3):
            await app.press("s")
            await app.until(lambda updates=updates: app.iteration == updates)
        await app.until(lambda: counted(app) != first)
        await app.press("left_square_bracket", "left_square_bracket", "left_square_bracket")
        await app.until(lambda: counted(app) == first)
        assert "the past" in app.status


async def test_help_explains_and_escape_leaves(small: Dataset) -> None:
    async with opened(small) as app:
        await enter(app)
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        await app.press("escape", "escape")
        assert app.app.screen is app.app.main


@pytest.mark.parametrize("classes", [2, 62])
async def test_two_classes_and_many_classes_have_room(small: Dataset, classes: int) -> None:
    generator = np.random.default_rng(0)
    labels, predicted = generator.integers(0, classes, (2, 200))
    half, one = np.full(200, 0.5, np.float32), np.ones(200, np.float32)
    async with opened(small) as app:
        await enter(app)
        matrix, last = app.app.screen.query_one(Matrix), classes - 1
        counted_out = confusion(Predictions(classes, labels, predicted, half, one))
        matrix.update(counted_out)
        matrix.go_to(last, last)
        rows = [re.sub("[░▒▓█]", " ", row).split() for row in app.lines(Matrix)]
        columns = [int(word) for word in rows[1] if word.isdigit()]
        assert columns[-1] == last
        row = next(row for row in rows[2:] if row[:1] == [str(last)])
        cells = [0 if cell == "·" else int(cell) for cell in row[1:-1]]
        assert cells == counted_out.counts[last, columns].tolist()
