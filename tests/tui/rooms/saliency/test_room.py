"""Saliency and flips: signs are the gradient's, answers are net's, keys do what help says."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.inspection.saliency import first_order_estimate, flip_pixels, saliency
from mnist_tui.net.network import forward
from mnist_tui.tui.render.labels import a
from mnist_tui.tui.rooms.saliency.facts import Facts
from mnist_tui.tui.rooms.saliency.heatmap import SaliencyMap
from mnist_tui.tui.rooms.saliency.overlay import FAINT
from mnist_tui.tui.rooms.saliency.room import SaliencyRoom
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.prediction_bars import PredictionBars
from textual.geometry import Region

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes


class Bench(Driver):
    """The app with a digit's pixels open."""

    @property
    def room(self) -> SaliencyRoom:
        """The room."""
        found = [screen for screen in self.app.screen_stack if isinstance(screen, SaliencyRoom)]
        return found[0]

    def rows(self, panel: type[LinesWidget]) -> list[str]:
        """What a panel of the room shows."""
        found = self.room.query_one(panel)
        return [found.render_line(y).text for y in range(found.size.height)]

    @property
    def network(self) -> Any:
        """The network looked at."""
        viewed = self.app.main.viewed
        assert viewed is not None
        return viewed[0]

    @property
    def image(self) -> np.ndarray:
        """The digit with its flips."""
        dataset = self.app.session.dataset
        assert dataset is not None
        return flip_pixels(dataset.test.images[self.index], self.room.flips)

    @property
    def answers(self) -> np.ndarray:
        """Classes × (percent now, points moved)."""
        found = [re.findall(r"[+-]?\d+\.\d", row) for row in self.rows(PredictionBars)]
        return np.array([[float(a), float(b)] for a, b in (row for row in found if len(row) == 2)])

    @property
    def expected(self) -> np.ndarray:
        """The same from net."""
        dataset = self.app.session.dataset
        assert dataset is not None
        images = np.stack([dataset.test.images[self.index], self.image])
        before, after = 100 * probabilities(self.network, images).T.astype(float)
        return np.stack([after, after - before], axis=1)

    def fact(self, name: str) -> str:
        """The number beside a name."""
        row = next(row for row in self.rows(Facts) if name in row)
        return row.split(name)[1].strip()

    @property
    def shown_class(self) -> int:
        """Whose slopes the title says these are."""
        found = re.search(r"(?:speak|Pixels) for (\d+)", self.rows(SaliencyMap)[0])
        assert found
        return int(found[1])


@asynccontextmanager
async def bench(
    dataset: Dataset, size: tuple[int, int] = (80, 24), **chosen: Any
) -> AsyncGenerator[Bench]:
    async with opened(dataset, size, **chosen) as app:
        there = Bench(app.app, app.pilot)
        await there.press("x")
        await there.until(lambda: isinstance(there.app.screen, SaliencyRoom))
        await there.until(lambda: "slope" in "".join(there.rows(Facts)))
        yield there


@presses("x")
async def test_signs_are_those_of_the_gradient_and_of_nothing_else(small: Dataset) -> None:
    async with bench(small, (120, 40)) as there:
        k = there.shown_class
        assert k == there.expected[:, 0].argmax()
        slopes = saliency(there.network, there.image, k)
        shares = (slopes / np.abs(slopes).max()).reshape(28, 28)
        drawn = there.rows(SaliencyMap)[1:29]
        for row in range(28):
            for column in range(28):
                text = drawn[row][2 * column : 2 * column + 2]
                share = shares[row, column]
                assert text[0] == ("+" if share >= FAINT else "−" if share <= -FAINT else " ")


async def test_answers_and_facts_are_nets_own(small: Dataset) -> None:
    async with bench(small) as there:
        await there.press("enter", "right", "right", "down", "enter", "up")
        np.testing.assert_allclose(there.answers, there.expected, atol=0.0501)
        k = there.shown_class
        logits = forward(there.network, there.image[:, None] / np.float32(255)).Z[-1][:, 0]
        assert float(there.fact(f"logit of {k}")) == pytest.approx(float(logits[k]), abs=6e-4)
        cursor = 28 * there.room.row + there.room.column
        slopes = saliency(there.network, there.image, k)
        assert float(there.fact("  slope")) == pytest.approx(float(slopes[cursor]), abs=6e-4)
        want = first_order_estimate(slopes, there.image)[cursor]
        told = there.fact("flipped: about")
        assert float(told) == pytest.approx(float(want), abs=6e-4)
        assert there.fact("  ink") == str(there.image[cursor])
        assert there.fact("row, column") == f"{there.room.row}, {there.room.column}"


@presses("left", "right", "up", "down")
async def test_arrows_move_the_cursor_round_the_edges(small: Dataset) -> None:
    async with bench(small) as there:
        room = there.room
        for key, place in (
            ("left", (14, 13)),
            ("up", (13, 13)),
            ("right", (13, 14)),
            ("down", (14, 14)),
        ):
            await there.press(key)
            assert (room.row, room.column) == place
        await there.press(*["left"] * 15)
        assert (room.row, room.column) == (14, 27)
        await there.press(*["down"] * 13)
        assert room.row == 27
        assert "rows 7-27" in there.rows(SaliencyMap)[0], "the last row is seen"
        await there.press("down")
        assert "rows 0-20" in there.rows(SaliencyMap)[0]
        assert there.index == 0


@presses("enter", "f", "r", "backspace")
async def test_a_pixel_is_turned_over_and_back(small: Dataset) -> None:
    async with bench(small) as there:
        before = there.answers
        assert not before[:, 1].any()
        await there.press("enter")
        assert there.image[14 * 28 + 14] == 255 - small.test.images[0][14 * 28 + 14]
        assert there.fact("by 1 flip")
        assert "×" in "".join(there.rows(SaliencyMap)[1:])
        await there.press("f")
        assert not there.room.flips
        np.testing.assert_array_equal(there.answers, before)
        for key in ("r", "backspace"):
            await there.press("enter", "right", "enter")
            assert len(there.room.flips) == 2
            await there.press(key)
            assert not there.room.flips
            np.testing.assert_array_equal(there.answers, before)


@presses("j", "J")
async def test_the_most_telling_flips_are_found_and_change_the_answer(small: Dataset) -> None:
    async with bench(small) as there:
        await there.make(30)
        k = there.shown_class
        start = float(there.fact(f"logit of {k}"))
        gains = first_order_estimate(saliency(there.network, there.image, k), there.image)
        await there.press("j")
        assert 28 * there.room.row + there.room.column == gains.argmin()
        await there.press("J")
        assert 28 * there.room.row + there.room.column == gains.argmax()
        await there.press("enter")
        assert float(there.fact(f"logit of {k}")) > start
        await there.press("r")
        for _ in range(60):
            await there.press("j", "enter")
            if there.answers[:, 0].argmax() != k:
                break
        assert there.answers[:, 0].argmax() != k
        assert there.shown_class == k, "the class looked at is that of the digit as it is"


@presses("0", "comma", "full_stop", "a")
async def test_the_class_is_chosen(small: Dataset) -> None:
    async with bench(small) as there:
        answer = there.shown_class
        for k in range(10):
            await there.press(str(k))
            assert there.shown_class == k
            assert [row[2] for row in there.rows(PredictionBars) if "◆" in row] == [str(k)]
        await there.press("full_stop")
        assert there.shown_class == 0
        await there.press("comma", "comma")
        assert there.shown_class == 8
        await there.press("a")
        assert there.shown_class == answer


@presses("pageup", "pagedown", "n", "N")
async def test_another_digit_forgets_the_flips(small: Dataset) -> None:
    async with bench(small) as there:
        for key, other in (("pagedown", 1), ("pageup", 0)):
            await there.press("enter")
            assert there.room.flips
            await there.press(key)
            assert there.index == other
            assert not there.room.flips
            assert f"#{other}: {a(str(small.test.labels[other]))}. " in there.rows(SaliencyMap)[0]
        await there.press("n")
        there_index = there.index
        assert there_index != 0
        assert there.answers[:, 0].argmax() != small.test.labels[there_index]
        await there.press("N")
        assert there.index != there_index


async def test_flips_stay_while_the_network_learns(small: Dataset) -> None:
    async with bench(small, iterations=ENDLESS) as there:
        await there.press("enter", "right", "enter")
        first = there.answers
        there.tap("space")
        await there.until(lambda: np.abs(there.answers[:, 0] - first[:, 0]).max() > 5)
        assert len(there.room.flips) == 2
        there.tap("space")
        await there.until_state(RunStatus.PAUSED)
        await there.until(lambda: np.allclose(there.answers, there.expected, atol=0.0501))


async def test_the_past_has_its_own_slopes(small: Dataset) -> None:
    async with bench(small) as there:
        await there.press("3")
        untrained = there.rows(SaliencyMap), there.answers
        await there.make(3)
        await there.until(lambda: there.rows(SaliencyMap) != untrained[0])
        await there.press(*["left_square_bracket"] * 3)
        await there.until(lambda: "the past: 0" in there.status)
        await there.until(lambda: there.rows(SaliencyMap) == untrained[0])
        np.testing.assert_array_equal(there.answers, untrained[1])


@at_sizes(*EVERY)
async def test_the_mouse_flips_the_pixel_under_it(small: Dataset, size: tuple[int, int]) -> None:
    async with bench(small, size) as there:
        part = re.search(r"rows (\d+)-", there.rows(SaliencyMap)[0])
        first = int(part[1]) if part else 0
        wide = there.room.query_one(SaliencyMap).size.width // 28
        high = max(1, wide // 2)
        await there.pilot.click(SaliencyMap, offset=(5 * wide, 1 + 3 * high))
        assert there.room.flips == {28 * (first + 3) + 5}
        await there.pilot.click(SaliencyMap, offset=(5 * wide, 0))  # the title
        assert len(there.room.flips) == 1


@at_sizes((60, 20), (80, 24), (100, 30), (120, 40), (140, 45), (200, 60))
async def test_everything_fits(small: Dataset, size: tuple[int, int]) -> None:
    async with bench(small, size) as there:
        check_layout(there, size)
        assert there.answers.shape == (10, 2)
        for name in ("logit", "flips", "row, column", "ink", "slope", "flipped: about"):
            assert there.fact(name), name
        if size[1] >= 24:
            assert "+ for − against × flip" in "".join(there.rows(Facts))


def check_layout(there: Bench, size: tuple[int, int]) -> None:
    screen = Region(0, 0, *size)
    panels = list(there.room.query(LinesWidget))
    for i, panel in enumerate(panels):
        assert screen.contains_region(panel.region), panel
        assert panel.region.area > 0
        assert not any(panel.region.overlaps(other.region) for other in panels[i + 1 :])


@pytest.mark.parametrize(("side", "classes"), [(8, 3), (16, 62), (45, 10), (64, 5)])
@at_sizes((60, 20), (120, 40))
async def test_other_sizes_of_image_and_other_numbers_of_classes(
    side: int, classes: int, size: tuple[int, int]
) -> None:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (200, side * side), np.uint8)
    digits = Digits(images, (np.arange(200) % classes).astype(np.uint8))
    async with bench(
        Dataset("noise", digits, digits, side, tuple(map(str, range(classes)))), size
    ) as there:
        before = there.shown_class
        await there.press("9", "down", "enter", "comma")
        check_layout(there, size)
        assert there.shown_class == ((9 if classes > 9 else before) - 1) % classes
        assert there.answers[:, 0].max() == pytest.approx(there.expected[:, 0].max(), abs=0.0501)


async def test_a_network_of_no_numbers_is_shown_without_a_crash(small: Dataset) -> None:
    async with bench(small) as there:
        broken = there.network.copy()
        broken.vector[:] = np.nan
        there.room.show(broken)
        await there.press("j", "enter", "J", "enter", "3")
        assert there.shown_class == 3
        assert "nan" in there.fact("logit of 3")
        assert "+" not in "".join(there.rows(SaliencyMap)[1:])


@presses("question_mark", "f1", "escape")
async def test_it_explains_itself(small: Dataset) -> None:
    async with bench(small, (100, 40)) as there:
        await there.press("question_mark")
        assert isinstance(there.app.screen, HelpDialog)
        assert "gradient" in there.app.screen.asked
        assert "forgotten" in there.app.screen.asked
        await there.press("escape", "escape")
        assert there.app.screen is there.app.main


async def test_the_next_picture_waits_until_the_line_has_had_time_for_the_one_before(
    small: Dataset,
) -> None:
    async with bench(small, iterations=ENDLESS) as app:
        app.app.main.line_spent = count(step=1000).__next__  # as if each look had sent for so long
        app.room.again()
        before = app.rows(PredictionBars)
        await app.press("space")
        await app.until(lambda: app.iteration > 20 and "training" in app.status)
        await app.pilot.pause(0.6)
        assert app.rows(PredictionBars) == before
        await app.press("n")  # but a person does not wait
        await app.until(lambda: app.rows(PredictionBars) != before)
        await app.press("space")  # and what has come to rest is shown
        await app.until_state(RunStatus.PAUSED)
        await app.until(lambda: np.allclose(app.answers, app.expected, atol=0.06))
