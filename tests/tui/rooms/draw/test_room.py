"""The canvas: mouse and keys draw, and every stroke is answered with net's own numbers."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.data.images.layout import ImageLayout
from mnist_tui.data.images.normalization import centered
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.keymap.room_keys import ROOM_KEYS
from mnist_tui.tui.rooms.draw import drawing_store
from mnist_tui.tui.rooms.draw.canvas import Canvas, FramedPicture
from mnist_tui.tui.rooms.draw.legend import flowed
from mnist_tui.tui.rooms.draw.open_dialog import OpenDrawingDialog
from mnist_tui.tui.rooms.draw.room import DrawRoom, widths
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.screens.dialogs.prompts import ConfirmDialog, NameDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.prediction_bars import MIN_COLUMNS, PredictionBars
from mnist_tui.tui.widgets.status_line import StatusLine
from textual.color import Color
from textual.geometry import Region
from textual.widgets import Label

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes

STEPS = {
    (-1, 0): "left",
    (1, 0): "right",
    (0, -1): "up",
    (0, 1): "down",
    (-1, -1): "home",
    (1, -1): "pageup",
    (-1, 1): "end",
    (1, 1): "pagedown",
}
FAR = {(-1, 0): "shift+left", (1, 0): "shift+right", (0, -1): "shift+up", (0, 1): "shift+down"}


pytestmark = pytest.mark.usefixtures("home")


class Studio(Driver):
    """The app with its canvas open."""

    @property
    def room(self) -> DrawRoom:
        """The room, wherever a window lies over it."""
        found = [screen for screen in self.app.screen_stack if isinstance(screen, DrawRoom)]
        return found[0]

    @property
    def ink(self) -> int:
        """All ink on the canvas."""
        return int(self.room.drawing.pixels.sum(dtype=int))

    @property
    def rows(self) -> list[str]:
        """What the answer's panel shows."""
        panel = self.room.query_one(PredictionBars)
        return [panel.render_line(y).text for y in range(panel.size.height)]

    @property
    def answers(self) -> np.ndarray:
        """Percentages, classes × (centred, drawn)."""
        found = [re.findall(r"\d+\.\d", row) for row in self.rows]
        return np.array([[float(a), float(b)] for a, b in (row for row in found if len(row) == 2)])

    @property
    def expected(self) -> np.ndarray:
        """The same from net, for the drawing as it is."""
        drawing, viewed = self.room.drawing, self.app.main.viewed
        assert viewed is not None
        both = np.stack([centered(drawing.pixels, drawing.side), drawing.pixels])
        return 100 * probabilities(viewed[0], both.reshape(2, -1))

    @property
    def words(self) -> str:
        """What stands below the canvas."""
        panel = self.room.query_one("#tools", LinesWidget)
        return "\n".join(panel.render_line(y).text for y in range(panel.size.height))

    async def draw(self, *points: tuple[int, int]) -> None:
        """With the keys alone: pen up to the first point, down, along the others, up."""
        for i, (x, y) in enumerate(points):
            drawing = self.room.drawing
            here = int(drawing.x), int(drawing.y)
            while here != (x, y):
                dx, dy = np.sign(x - here[0]), np.sign(y - here[1])
                await self.press(STEPS[int(dx), int(dy)])
                here = here[0] + int(dx), here[1] + int(dy)
            if i == 0:
                await self.press("enter")
        await self.press("enter")


@asynccontextmanager
async def studio(
    dataset: Dataset, size: tuple[int, int] = (80, 24), **chosen: Any
) -> AsyncGenerator[Studio]:
    async with opened(dataset, size, **chosen) as app:
        there = Studio(app.app, app.pilot)
        await enter(there)
        yield there


async def enter(there: Studio) -> None:
    await there.press("d")
    await there.until(lambda: isinstance(there.app.screen, DrawRoom))
    await there.until(lambda: "width" in there.words)


@presses("d")
async def test_a_digit_drawn_with_keys_is_answered_with_nets_own_numbers(small: Dataset) -> None:
    async with studio(small) as there:
        assert there.ink == 0
        assert not len(there.answers), "blank paper has no answer"
        await there.draw((8, 7), (19, 7), (13, 22))
        assert there.answers.shape == (10, 2)
        np.testing.assert_allclose(there.answers, there.expected, atol=0.0501)
        assert not np.allclose(there.answers[:, 0], there.answers[:, 1], atol=0.1)
        assert f"Centred: {there.answers[:, 0].argmax()} (" in there.words
        assert "Untrained" in there.words
        marked = [row for row in there.rows if row.startswith("▸")]
        assert [row[1] for row in marked] == [str(there.answers[:, 0].argmax())]


@presses(*STEPS.values(), *FAR.values())
async def test_keys_move_the_pen(small: Dataset) -> None:
    async with studio(small) as there:
        drawing = there.room.drawing
        for steps, far in ((STEPS, 1), (FAR, 4)):
            for (dx, dy), key in steps.items():
                x, y = drawing.x, drawing.y
                await there.press(key)
                assert (drawing.x, drawing.y) == (x + far * dx, y + far * dy), key
                assert f"at {drawing.x:2.0f},{drawing.y:2.0f}" in there.words
        assert there.ink == 0


@presses("enter", "p", "e")
async def test_pen_and_eraser(small: Dataset) -> None:
    async with studio(small) as there:
        await there.press("p")
        assert "● down" in there.words
        await there.press("right", "right", "right", "enter")
        assert "○ up" in there.words
        drawn = there.ink
        await there.press("left", "left")
        assert there.ink == drawn
        await there.press("e", "enter")
        assert "eraser" in there.words
        await there.press("left")
        assert 0 < there.ink < drawn
        await there.press("e", "right", "right")
        assert "pen" in there.words
        assert there.ink >= drawn - 255


@presses("plus", "equals_sign", "minus")
async def test_the_pen_gets_thicker_and_thinner(small: Dataset) -> None:
    async with studio(small) as there:
        for key, width in (("plus", 3.0), ("equals_sign", 4.0), ("minus", 3.0), ("minus", 2.5)):
            await there.press(key)
            assert f"width {width:4.1f}" in there.words
        await there.draw((5, 5), (20, 5))
        thin = there.ink
        await there.press("c", "plus", "plus")
        await there.draw((5, 5), (20, 5))
        assert there.ink > 1.4 * thin


@presses("u", "U", "c")
async def test_strokes_are_undone_and_made_again(small: Dataset) -> None:
    async with studio(small) as there:
        await there.draw((8, 8), (12, 12))
        one = there.ink
        await there.draw((20, 8), (20, 18))
        two = there.ink
        await there.press("c")
        assert there.ink == 0
        assert "undo 3" in there.words
        for key, ink in (("u", two), ("u", one), ("u", 0), ("U", one), ("U", two), ("U", 0)):
            await there.press(key)
            assert there.ink == ink
        await there.press("U")
        await there.press("u", "u", "u", "u")
        assert there.ink == 0


@presses("h", "j", "k", "l")
async def test_pushing_it_off_the_middle_changes_one_answer_and_not_the_other(
    small: Dataset,
) -> None:
    async with studio(small) as there:
        await there.draw((11, 8), (16, 8), (14, 19))
        before = there.answers
        rows, columns = np.nonzero(there.room.drawing.pixels)
        left, top = columns.min(), rows.min()
        for keys, column, row in (("hhh", -3, 0), ("lllll", 2, 0), ("kk", 2, -2), ("jjj", 2, 1)):
            await there.press(*keys)
            rows, columns = np.nonzero(there.room.drawing.pixels)
            assert (columns.min() - left, rows.min() - top) == (column, row)
            np.testing.assert_allclose(there.answers[:, 0], before[:, 0], atol=0.11)
            assert np.abs(there.answers[:, 1] - before[:, 1]).max() > 0.1


@presses("n", "N")
async def test_a_test_digit_can_be_the_beginning(small: Dataset) -> None:
    async with studio(small) as there:
        await there.press("d")
        images = small.test.images.reshape(-1, 28, 28)
        assert np.array_equal(there.room.drawing.pixels, images[0])
        await there.press("n", "n", "N")
        assert np.array_equal(there.room.drawing.pixels, images[1])
        assert there.index == 1
        # A digit of MNIST's is in MNIST's form: both answers are one.
        np.testing.assert_array_equal(there.answers[:, 0], there.answers[:, 1])
        await there.press("u", "u", "u", "u")
        assert there.ink == 0


@presses("g")
async def test_g_draws_with_characters_and_back(small: Dataset) -> None:
    async with studio(small) as there:
        await there.press("d")
        await there.until(lambda: "▀" in "".join(there.lines(Canvas)))
        await there.press("g")
        assert "@" in "".join(there.lines(Canvas))
        assert "▀" not in "".join(there.lines(Canvas))
        await there.press("g")
        assert "▀" in "".join(there.lines(Canvas))


@pytest.mark.parametrize("theme", ["ink", "paper", "contrast"])
async def test_ink_stands_out_from_the_paper_in_every_theme(small: Dataset, theme: str) -> None:
    async with studio(small) as there:
        there.app.theme = theme
        await there.press("d")
        await there.pilot.pause()
        canvas = there.room.query_one(Canvas)
        paper = canvas.background_colors[1]
        inks = [
            Color.from_rich_color(segment.style.bgcolor)
            for y in range(canvas.size.height)
            for segment in canvas.render_line(y)
            if "▀" in segment.text and segment.style and segment.style.bgcolor
        ]
        assert max(abs(ink.brightness - paper.brightness) for ink in inks) > 0.6


async def test_the_mouse_draws_and_its_right_button_erases(small: Dataset) -> None:
    async with studio(small) as there:
        pilot, drawing = there.pilot, there.room.drawing
        await pilot.hover(Canvas, offset=(10, 5))
        assert there.ink == 0, "no button is down"
        await pilot.mouse_down(Canvas, offset=(6, 5))
        dot = there.ink
        assert dot > 0
        await pilot.mouse_up(Canvas, offset=(16, 5))  # moves there first, with the button down
        assert drawing.pixels[8, 5:16].min() > 200
        assert there.ink > 3 * dot
        assert drawing.steps == (1, 0), "it is one stroke"
        ink = there.ink
        await pilot.hover(Canvas, offset=(20, 9))
        assert there.ink == ink
        there.room.post_message(Canvas.Drawn(5, 8, erase=False, begins=True))
        there.room.post_message(Canvas.Drawn(20, 8, erase=False, begins=False))
        await there.until(lambda: drawing.x == 20)
        assert drawing.pixels[8, 5:21].min() == 255
        there.room.post_message(Canvas.Drawn(10, 8, erase=True, begins=True))
        await there.until(lambda: not drawing.pixels[8, 10])
        assert drawing.pixels[8, 16] == 255


async def test_the_mouse_draws_where_it_points_at_every_size(small: Dataset) -> None:
    for size in ((80, 24), (120, 40), (200, 60)):
        async with studio(small, size) as there:
            columns = there.room.query_one(Canvas).columns
            for share in (0.2, 0.5, 0.9):
                cell = int(share * columns), int(share * columns / 2)
                point = cell[0] + 1, cell[1] + 1  # the frame is one cell
                await there.pilot.mouse_down(Canvas, offset=point)
                await there.pilot.mouse_up(Canvas, offset=point)
                drawing = there.room.drawing
                assert drawing.x == pytest.approx(share * 28, abs=1)
                assert drawing.y == pytest.approx(share * 28, abs=1.6)  # a cell is two pixels high


@presses("w", "o")
async def test_a_drawing_is_kept_and_opened_again(small: Dataset) -> None:
    async with studio(small) as there:
        await there.press("o")
        assert isinstance(there.app.screen, DrawRoom), "there is nothing to open yet"
        await there.draw((8, 8), (18, 8))
        pixels = there.room.drawing.pixels
        await there.press("w")
        await there.until(lambda: isinstance(there.app.screen, NameDialog))
        await there.press("enter")
        await there.until(lambda: drawing_store.names() == ["drawing 1"])
        await there.press("c", "o")
        await there.until(lambda: isinstance(there.app.screen, OpenDrawingDialog))
        await there.press("enter")
        await there.until(lambda: there.ink > 0)
        assert np.array_equal(there.room.drawing.pixels, pixels)
        await there.press("c", "o", "escape")
        assert there.ink == 0


@pytest.mark.parametrize(("answer", "kept"), [("y", False), ("n", True), ("escape", True)])
async def test_one_that_is_pointis_written_over_only_after_a_yes(
    small: Dataset, answer: str, kept: bool
) -> None:
    async with studio(small) as there:
        before = np.full((28, 28), 7, np.uint8)
        drawing_store.save("mine", before)
        await there.press("w")
        await there.until(lambda: isinstance(there.app.screen, NameDialog))
        await there.press("ctrl+u", *"mine", "enter")
        await there.until(lambda: isinstance(there.app.screen, ConfirmDialog))
        await there.press(answer)
        await there.until(lambda: isinstance(there.app.screen, DrawRoom))
        assert np.array_equal(drawing_store.load("mine"), before) == kept


async def test_a_bad_name_and_a_bad_file_are_told(small: Dataset) -> None:
    async with studio(small) as there:
        await there.press("w", "ctrl+u", *"../x", "enter")
        asking = there.app.screen
        complaint = asking.query_one(".complaint", Label)
        await there.until(lambda: "at most" in str(complaint.content))
        await there.press("escape")
        drawing_store.save("bad", np.zeros((28, 28), np.uint8))
        drawing_store.path_of("bad").write_text("rubbish")
        await there.press("o", "enter")
        await there.until(lambda: "is not a drawing" in notes(there))


def notes(there: Studio) -> str:
    return " ".join(note.message for note in there.app._notifications)  # pyright: ignore[reportPrivateUsage]


async def test_a_drawing_of_another_size_is_brought_into_form(small: Dataset) -> None:
    large = np.zeros((90, 60), np.uint8)
    large[10:80, 20:40] = 255
    drawing_store.save("large", large)
    async with studio(small) as there:
        await there.press("o", "enter")
        await there.until(lambda: there.ink > 0)
        assert np.array_equal(there.room.drawing.pixels, centered(large))


async def test_the_drawing_waits_while_one_is_elsewhere(small: Dataset) -> None:
    async with studio(small) as there:
        await there.draw((8, 8), (18, 8))
        ink = there.ink
        await there.press("escape")
        assert there.app.screen is there.app.main
        await enter(there)
        assert there.ink == ink
        await there.press("u")
        assert there.ink == 0


async def test_it_is_answered_by_the_newest_network_while_that_trains(small: Dataset) -> None:
    async with studio(small, iterations=ENDLESS) as there:
        await there.draw((8, 7), (19, 7), (13, 22))
        first = there.answers
        there.tap("space")
        await there.until(lambda: np.abs(there.answers - first).max() > 5)
        assert there.app.session.is_training
        before = there.ink
        await there.press("enter", "left", "left", "enter")
        assert there.ink > before
        there.tap("space")
        await there.until_state(RunStatus.PAUSED)
        await there.until(lambda: np.allclose(there.answers, there.expected, atol=0.0501))


async def test_the_past_is_answered_by_the_network_as_it_was(small: Dataset) -> None:
    async with studio(small) as there:
        await there.draw((8, 7), (19, 7), (13, 22))
        untrained = there.answers
        await there.make(3)
        await there.until(lambda: np.abs(there.answers - untrained).max() > 0.5)
        await there.press(*["left_square_bracket"] * 3)
        await there.until(lambda: "the past: 0" in there.status)
        await there.until(lambda: np.array_equal(there.answers, untrained))


def check_layout(there: Studio, size: tuple[int, int]) -> None:
    screen = Region(0, 0, *size)
    panels = [panel for panel in there.room.query(LinesWidget) if panel.display]
    for i, panel in enumerate(panels):
        assert screen.contains_region(panel.region), panel
        assert not any(panel.region.overlaps(other.region) for other in panels[i + 1 :])
        assert panel.region.area > 0


@at_sizes((60, 20), (80, 24), (100, 30), (120, 40), (140, 45), (200, 60))
async def test_everything_fits(small: Dataset, size: tuple[int, int]) -> None:
    async with studio(small, size) as there:
        await there.press("d")
        check_layout(there, size)
        assert there.answers.shape == (10, 2)
        assert there.room.query_one("#centred", FramedPicture).display == (size[0] >= 80)
        assert all(len(line.rstrip()) < size[0] for line in there.words.splitlines())
        assert "As you drew it: " in there.words


@pytest.mark.parametrize("side", [2, 8, 16, 28, 45, 64])
@at_sizes(*EVERY)
def test_canvas_and_view_leave_room_for_the_answer(size: tuple[int, int], side: int) -> None:
    canvas, view = widths(*size, side)
    assert canvas > 0
    assert canvas + 2 + (view + 2 if view else 0) + 1 + MIN_COLUMNS <= size[0]
    assert max(canvas, view) // 2 + 2 <= size[1] - 4


@pytest.mark.parametrize(("side", "classes"), [(8, 3), (16, 62), (45, 10)])
async def test_other_sizes_of_image_and_other_numbers_of_classes(side: int, classes: int) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (200, side * side), np.uint8)
    digits = Digits(images, (np.arange(200) % classes).astype(np.uint8))
    dataset = Dataset("noise", digits, digits, side, tuple(map(str, range(classes))))
    async with studio(dataset) as there:
        await there.press("enter", "down", "down", "enter")
        check_layout(there, (80, 24))
        shown = there.answers
        assert len(shown) == min(classes, there.room.query_one(PredictionBars).size.height - 2)
        highest = 100 * there.expected[:, 0].max() / 100
        assert shown[:, 0].max() == pytest.approx(highest, abs=0.0501)


async def test_in_a_narrow_terminal_words_are_left_out_and_not_cut(small: Dataset) -> None:
    async with studio(small, (40, 12)) as there:
        first, pen = there.words.split("\n")
        assert first.split()[-1] == "draw"
        assert pen.split()[-1] == "14,14"
        assert "─ drawing ─" in there.room.query_one(Canvas).render_line(0).text
        assert there.app.screen.query_one(StatusLine).render_line(0).text.rstrip().endswith("%")
        await there.draw((10, 10), (18, 10))
        (first, _) = there.words.split("\n")
        assert first.rstrip().endswith("%)"), first


def test_hints_are_never_broken() -> None:
    items = ("one", "two three", "four")
    assert flowed(items, 80) == ["one   two three   four"]
    assert flowed(items, 16) == ["one   two three", "four"]
    assert flowed(items, 3) == ["one", "two three", "four"]


@presses("question_mark", "f1", "q")
@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_it_explains_itself(small: Dataset, key: str) -> None:
    async with studio(small, (100, 40)) as there:
        await there.press(key)
        assert isinstance(there.app.screen, HelpDialog)
        await there.pilot.pause()
        assert "centre of mass" in there.app.screen.asked.replace("\n", " ")
        for key_ in ROOM_KEYS["draw"]:
            assert key_.help
        await there.press("escape", "q")
        assert there.app.screen is there.app.main


async def test_a_speck_is_left_out_and_said(small: Dataset) -> None:
    async with studio(small) as there:
        zero = np.zeros((28, 28), np.uint8)
        zero[8:24, 8:24] = 255
        zero[11:21, 11:21] = 0
        speck = zero.copy()
        speck[1, 26] = 255
        there.room.drawing.replace(speck)
        there.room.draw()
        await there.until(lambda: "1 speck left out" in " ".join(there.words.split()))
        viewed = there.app.main.viewed
        assert viewed is not None
        form = centered(zero, 28)
        shares = 100 * probabilities(viewed[0], form.reshape(1, -1))[:, 0]
        assert there.answers[:, 0] == pytest.approx(shares, abs=0.06)


async def test_a_drawing_is_brought_to_lie_as_what_was_learnt(small: Dataset) -> None:
    whole = replace(small, layout=ImageLayout(1.0, "box"))
    async with studio(whole) as there:
        bar = np.zeros((28, 28), np.uint8)
        bar[3:9, 4:7] = 255
        there.room.drawing.replace(bar)
        there.room.draw()
        form = centered(bar, 28, whole.layout)
        assert form.any(axis=1).all()
        viewed = there.app.main.viewed
        assert viewed is not None
        shares = 100 * probabilities(viewed[0], form.reshape(1, -1))[:, 0]
        await there.until(lambda: len(there.answers) == 10)
        assert there.answers[:, 0] == pytest.approx(shares, abs=0.06)
