"""One digit through the run: its strip, its flips, the pinned ones; and the traces behind them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.inspection.prediction_history import (
    PredictionChange,
    PredictionHistory,
    PredictionTracer,
    moments,
)
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.rooms.digit_history.heatmap import Span, answers, heat, rows_of, ruler
from mnist_tui.tui.rooms.digit_history.page import DigitPage
from mnist_tui.tui.rooms.digit_history.room import DigitHistoryRoom
from mnist_tui.tui.screens.dialogs.go_to import GoToDialog
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.screens.main.dashboard import is_on_top
from rich.style import Style

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.helpers.networks import digit, drawn


def plain(role: str) -> Style:  # noqa: ARG001  (ink without colours)
    """No colour."""
    return Style()


def trace_of(*classes: int, label: int = 2) -> PredictionHistory:
    """A trace that answers these classes at iterations 0, 10, 20 …"""
    found = np.full((len(classes), 4), 0.1)
    found[np.arange(len(classes)), list(classes)] = 0.7
    return PredictionHistory(label, np.arange(len(classes)) * 10, found)


def test_a_trace_knows_when_it_was_first_right_and_every_flip() -> None:
    trace = trace_of(0, 0, 2, 2, 1, 2)
    assert trace.first_right == 20
    assert trace.changes() == [
        PredictionChange(20, 0, 2),
        PredictionChange(40, 2, 1),
        PredictionChange(50, 1, 2),
    ]
    assert trace_of(0, 1).first_right is None
    assert trace.at(np.array([-1, 0, 9, 10, 999])).tolist() == [-1, 0, 0, 1, 5]


def test_each_network_is_asked_once_about_each_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = [drawn((16, 5, 10), seed) for seed in range(3)]
    images = {7: digit(parameters[0], 1), 9: digit(parameters[0], 2)}
    labels = {7: 1, 9: 2}
    tracer = PredictionTracer()
    tracer.trace([(0, parameters[0])], {7: images[7]}, labels)
    asked: list[int] = []

    def counted(network: Any, these: Any) -> Any:
        asked.append(len(these))
        return probabilities(network, these)

    monkeypatch.setattr("mnist_tui.net.inspection.prediction_history.probabilities", counted)
    traces = tracer.trace(enumerate(parameters), images, labels)
    assert asked == [1, 2, 2]
    for i, image in images.items():
        assert traces[i].iterations.tolist() == [0, 1, 2]
        for row, network in enumerate(parameters):
            expected = probabilities(network, image[np.newaxis])[:, 0]
            assert traces[i].probabilities[row] == pytest.approx(expected, rel=1e-5)
    tracer.trace(enumerate(parameters), images, labels)
    assert asked == [1, 2, 2]


def test_a_strip_shows_in_each_column_the_newest_network_of_it() -> None:
    trace = trace_of(0, 2, 2)
    span = Span(0, 40, 20, 8)
    assert answers(trace, span, plain).plain == "0222    "
    assert heat(trace, span, 2, plain, blocks=False).plain == ".===    ".replace("=", "*")
    assert heat(trace, span, 0, plain, blocks=True).plain[:2] == "▓ "


def test_the_ruler_marks_the_past_above_its_number() -> None:
    line, numbers = ruler(Span(0, 100, 100, 50), 50, plain)
    assert line.plain.index("▲") == Span(0, 100, 100, 50).column(50)
    assert "100" in numbers.plain


def test_where_not_all_classes_fit_the_label_and_the_likeliest_stay() -> None:
    trace = trace_of(0, 3, label=1)
    assert rows_of(trace, 4) == [0, 1, 2, 3]
    assert rows_of(trace, 3) == [0, 1, 3]
    assert rows_of(trace, 1) == [1]


class Watching:
    """The open room, and what a test asks of it."""

    def __init__(self, app: Driver) -> None:
        self.app = app

    @property
    def room(self) -> DigitHistoryRoom:
        """The screen."""
        found = [
            screen for screen in self.app.app.screen_stack if isinstance(screen, DigitHistoryRoom)
        ]
        return found[0]

    @property
    def lines(self) -> list[str]:
        """The page."""
        page = self.room.query_one(DigitPage)
        return [page.render_line(y).text for y in range(page.size.height)]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines)

    def shows(self, index: int) -> bool:
        """Whether the page is this digit's by now."""
        return f"Test image #{index}:" in self.lines[0]


@asynccontextmanager
async def watching(
    dataset: Dataset, size: tuple[int, int] = (80, 24), updates: int = 10, **chosen: Any
) -> AsyncGenerator[Watching]:
    """The app with a network that has learnt a little, and the room open."""
    async with opened(dataset, size, **chosen) as app:
        for made in range(0, updates, 10):
            await app.press("S")
            await app.until(lambda made=made: app.iteration == made + 10)
        await app.until(lambda: not app.app.session.is_training)
        await app.press("i")
        assert isinstance(app.app.screen, DigitHistoryRoom)
        room = Watching(app)
        await app.until(lambda: room.shows(app.index))
        await app.until(lambda: len(room.room.traces[app.index].iterations) == updates + 1)
        yield room


def expected(dataset: Dataset, index: int, updates: int) -> PredictionHistory:
    """The trace that a run of its own comes to."""
    trainer = Trainer(dataset.train, dataset.test, Hyperparameters())
    steps, image = trainer.steps(), dataset.test.images[index][np.newaxis]
    found = [probabilities(trainer.parameters, image)[:, 0]]
    for _ in range(updates):
        next(steps)
        found.append(probabilities(trainer.parameters, image)[:, 0])
    return PredictionHistory(
        int(dataset.test.labels[index]), np.arange(updates + 1), np.stack(found)
    )


@presses("i")
async def test_i_shows_the_digit_through_the_whole_run(small: Dataset) -> None:
    async with watching(small, updates=60) as room:
        ours, theirs = room.room.traces[0], expected(small, 0, 60)
        assert ours.iterations.tolist() == list(range(61))
        assert ours.probabilities == pytest.approx(theirs.probabilities, abs=1e-5)
        facts = room.lines[1]
        assert theirs.first_right is not None
        assert f"first right at {theirs.first_right} " in facts
        last = theirs.changes()[-1]
        assert f"{len(theirs.changes())} flips" in facts
        assert f"{last.before}→{last.after} at {last.iteration}" in facts
        for k, share in enumerate(theirs.probabilities[-1]):
            row = next(line for line in room.lines if re.match(rf" +{k} [ ◂] ", line))
            assert f"{100 * share:.1f} %" in row
            assert ("◂" in row) == (k == theirs.label)
        taken = next(line for line in room.lines if "taken for" in line)
        assert taken.split()[-1][-1] == str(int(theirs.classes[-1]))
        await room.app.press("escape")
        assert room.app.app.screen is room.app.app.main


async def test_one_moment_is_no_plural(small: Dataset) -> None:
    async with watching(small, updates=0) as room:
        assert " 1 moment kept." in room.text


@at_sizes(*EVERY)
async def test_it_fits(small: Dataset, size: tuple[int, int]) -> None:
    async with watching(small, size) as room:
        for _ in range(8):
            await room.app.press("enter", "right")
        await room.app.until(lambda: "pinned" in room.text)
        await room.app.until(lambda: room.shows(8))
        page = room.room.query_one(DigitPage)
        rows = page._rows  # pyright: ignore[reportPrivateUsage]
        assert len(rows) <= page.size.height
        assert max(row.cell_length for row in rows) <= page.size.width
        assert "more" in room.text or all(
            re.search(rf" {i} +{small.test.labels[i]} ", room.text) for i in range(8)
        )


async def test_keys_go_from_digit_to_digit(small: Dataset) -> None:
    async with watching(small) as room:
        for key, index in (("right", 1), ("pagedown", 11), ("left", 10), ("pageup", 0)):
            await room.app.press(key)
            assert room.app.index == index
            await room.app.until(lambda index=index: room.shows(index))
        await room.app.press("slash")
        assert isinstance(room.app.app.screen, GoToDialog)
        await room.app.press(*"17", "enter")
        await room.app.until(lambda: room.shows(17))
        await room.app.press("n")
        index = room.app.index
        await room.app.until(lambda: room.shows(index))
        assert index > 17
        assert "✗ wrong" in room.lines[1]
        await room.app.press("N")
        assert room.app.index < index


async def test_pinned_digits_stay_a_line_each(small: Dataset) -> None:
    async with watching(small) as room:
        assert "Enter pins this digit" in room.text
        for _ in range(2):
            await room.app.press("enter", "right", "right")
        assert room.app.app.workspace.pinned == (0, 2)
        await room.app.until(lambda: room.shows(4) and "pinned label" in room.text)
        for index in (0, 2):
            trace = expected(small, index, 10)
            label = small.test.labels[index]
            found = rf" [ ▸] +{index} +{label} \d+ "
            row = next(line for line in room.lines if re.match(found, line))
            first = trace.first_right
            end = f"{'never' if first is None else first} +{len(trace.changes())} [✓✗]"
            assert re.search(end, row)
            right = trace.classes[-1] == trace.label
            assert ("✓" in row) == right
        for key, index in (("down", 0), ("down", 2), ("down", 0), ("up", 2)):
            await room.app.press(key)
            assert room.app.index == index
        await room.app.press("enter")
        assert room.app.app.workspace.pinned == (0,)
        await room.app.press("escape", "i")
        again = Watching(room.app)
        await room.app.until(lambda: "pinned label" in again.text)


async def test_it_grows_while_it_trains(small: Dataset) -> None:
    async with watching(small, iterations=ENDLESS) as room:
        await room.app.press("enter", "right", "enter")
        room.app.tap("space")
        for _ in range(3):
            before = len(room.room.traces[1].iterations) if 1 in room.room.traces else 0
            await room.app.until(
                lambda before=before: (
                    1 in room.room.traces and len(room.room.traces[1].iterations) > before
                )
            )
        assert set(room.room.traces) == {0, 1}


async def test_it_grows_although_the_past_is_looked_at(small: Dataset) -> None:
    async with watching(small, iterations=ENDLESS) as room:
        await room.app.press("left_square_bracket")
        await room.app.until(lambda: "▲" in room.text)
        assert "then" in room.lines[1]
        room.app.app.session.train(5)
        await room.app.until(lambda: len(room.room.traces[0].iterations) == 16)
        assert "▲" in room.text


async def test_a_new_run_begins_a_new_strip(small: Dataset) -> None:
    async with watching(small) as room:
        await room.app.press("escape")
        await room.app.begin()
        await room.app.press("i")
        again = Watching(room.app)
        await room.app.until(lambda: again.shows(0))
        assert again.room.traces[0].iterations.tolist() == [0]


async def test_g_shades_with_blocks(small: Dataset) -> None:
    async with watching(small) as room:
        assert "░" not in room.text
        await room.app.press("g")
        await room.app.until(lambda: "░" in room.text)


async def test_a_click_goes_to_the_moment_and_to_a_pinned_digit(small: Dataset) -> None:
    async with watching(small) as room:
        ruled = next(y for y, line in enumerate(room.lines) if "┬" in line)
        x = room.lines[ruled].rindex("┬")
        await room.app.pilot.click(DigitPage, offset=((x + 16) // 2, 6))
        past = room.app.app.workspace.past
        assert past is not None
        assert 4 <= past.iteration <= 6
        await room.app.until(lambda: "▲" in room.text)
        await room.app.press("enter", "right")
        await room.app.until(lambda: room.shows(1) and "pinned label" in room.text)
        y = next(y for y, line in enumerate(room.lines) if re.match(r" +0 +7 \d+ ", line))
        await room.app.pilot.click(DigitPage, offset=(20, y))
        assert room.app.index == 0


async def test_it_explains_itself(small: Dataset) -> None:
    async with watching(small) as room:
        await room.app.press("question_mark")
        assert isinstance(room.app.app.screen, HelpDialog)
        assert room.app.app.screen.asked


async def test_a_room_over_the_dashboard_leaves_it_at_rest(small: Dataset) -> None:
    async with watching(small, iterations=ENDLESS) as room:
        main = room.app.app.main
        assert not is_on_top(main)
        stands = main.query_one("#status").render_line(0).text
        room.app.tap("space")
        await room.app.until(lambda: room.app.iteration > 100)
        assert main.query_one("#status").render_line(0).text == stands
        await room.app.press("escape")
        assert is_on_top(main)
        await room.app.until(lambda: main.query_one("#status").render_line(0).text != stands)


def test_a_timeline_gives_its_points_in_order(small: Dataset) -> None:
    from mnist_tui.net.run.timeline import Timeline

    trainer = Trainer(small.train, small.test, Hyperparameters())
    timeline, steps = Timeline(1 << 20), trainer.steps()
    assert list(moments(timeline)) == []
    for _ in range(4):
        timeline.offer(trainer.iteration, trainer.moment)
        next(steps)
    assert [iteration for iteration, _ in moments(timeline)] == [0, 1, 2, 3]
