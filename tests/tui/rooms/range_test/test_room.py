"""Find alpha: the test is net's own, the run goes on untouched, and Enter takes the suggestion."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.range_test import RangeTest, find_alpha
from mnist_tui.tui.config.fields import format_value
from mnist_tui.tui.rooms.range_test.page import HEADROOM, Found, beside, ceiling
from mnist_tui.tui.rooms.range_test.room import RangeTestRoom
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.training.snapshot import RunStatus

from tests.helpers.app.app_driver import Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes


async def enter(app: Driver) -> RangeTestRoom:
    """Go in, and wait for the result."""
    await app.press("A")
    await app.until(lambda: isinstance(app.app.screen, RangeTestRoom))
    room = app.app.screen
    assert isinstance(room, RangeTestRoom)
    await app.until(lambda: room.result.found)
    return room


def rows(room: RangeTestRoom) -> list[str]:
    """What is shown."""
    return [room.result.render_line(y).text for y in range(room.result.size.height)]


@presses("A")
@at_sizes(*EVERY)
async def test_the_loss_is_drawn_over_alpha_with_its_marks(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        before = app.parameters.vector.copy()
        room = await enter(app)
        expected = find_alpha(app.parameters, small.train, app.app.session.wanted)
        text = "\n".join(rows(room))
        assert f"steepest {expected.steepest:.2g}" in text
        assert expected.breaks_at is not None
        assert f"break {expected.breaks_at:.2g}" in text
        assert "0.0001" in text
        assert "Smith" in text
        assert "Enter: alpha" in text
        assert np.array_equal(app.parameters.vector, before)
        assert app.iteration == 0


async def test_enter_takes_a_round_number_at_or_below_the_suggestion(small: Dataset) -> None:
    async with opened(small, alpha=0.01) as app:
        room = await enter(app)
        found = room.result.found
        assert found is not None
        assert 0.7 * found.test.suggestion < found.suggestion <= found.test.suggestion * 1.001
        assert f"alpha {format_value(found.suggestion)}" in "\n".join(rows(room))
        await app.press("enter")
        assert app.app.screen is app.app.main
        assert app.app.session.wanted.alpha == found.suggestion
        assert f"Alpha is {format_value(found.suggestion)} at the next update." in app.told


async def test_after_a_finished_run_the_suggestion_waits_for_the_next(small: Dataset) -> None:
    async with opened(small, iterations=5) as app:
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        await enter(app)
        await app.press("enter")
        assert "at the next run (r)." in app.told


async def test_it_is_made_again_on_request_and_left_without_a_change(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(5)
        room = await enter(app)
        assert "after 5 updates" in rows(room)[0]
        await app.press("s")
        await app.until(lambda: app.iteration == 6)
        assert "after 5 updates" in rows(room)[0]
        await app.until(lambda: "6/1500" in app.status)
        await app.press("r")
        await app.until(lambda: room.result.found and "after 6 updates" in rows(room)[0])
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        assert app.app.screen.asked.startswith("Find alpha\n")
        await app.press("escape", "escape")
        assert app.app.session.wanted.alpha == 0.15


@at_sizes((40, 12), (60, 10), *EVERY)
async def test_marks_are_named_above_the_curve_and_apart(
    small: Dataset, size: tuple[int, int]
) -> None:
    alphas = np.geomspace(1e-4, 10, 100)
    losses = np.where(alphas < 0.03, 0.37 - 0.02 * alphas / 0.03, 0.36 * (alphas / 0.03) ** 0.1)
    async with opened(small, size) as app:
        room = await enter(app)
        for fall in (0.0005, 0.008, 0.02):  # where it is steepest
            test = RangeTest(
                0.37, alphas, np.where((alphas > fall) & (alphas < 0.03), losses - 0.05, losses)
            )
            room.result.update(Found(test, 0.01, 0.15, 0))
            shown = rows(room)
            (above,) = (row for row in shown if f"break {test.breaks_at:.2g} " in row)
            assert f"steepest {test.steepest:.2g} " in above
            assert not re.search("[┊\u2800-\u28ff]", above), "the names lie on a curve or a mark"
            axis = next(i for i, row in enumerate(shown) if "└" in row)
            plot = shown[shown.index(above) + 1 : axis]
            columns = {found.start() for row in plot for found in re.finditer("┊", row)}
            assert 1 <= len(columns) <= 2
            for row in plot:  # nothing but the curve interrupts a mark
                assert all(re.match("[┊\u2800-\u28ff]", row[column]) for column in columns)
            assert shown[axis + 1].endswith(" "), "a number touches the edge"


@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 20)), min_size=1, max_size=2),
    st.integers(50, 100),
)
def test_names_beside_marks_are_in_their_row_and_apart(
    marks: list[tuple[int, int]], columns: int
) -> None:
    marks = sorted((min(column, columns - 1), length) for column, length in marks)
    starts = beside(marks, columns)
    ends = [start + length for start, (_, length) in zip(starts, marks, strict=True)]
    assert min(starts) >= 0
    assert max(ends) <= columns
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))


def test_the_axis_holds_the_losses_before_the_break_whatever_the_first_batch() -> None:
    alphas = np.geomspace(1e-4, 1, 5)
    losses = np.array([0.5, 0.55, 0.5, 0.4, 9.0])
    assert ceiling(RangeTest(0.2, alphas, losses)) == HEADROOM * 0.55  # an easy first batch
    assert ceiling(RangeTest(2.0, alphas, losses)) == HEADROOM * 2.0
    assert ceiling(RangeTest(0.0, alphas, np.zeros(5))) == 1.0
    assert ceiling(RangeTest(float("inf"), alphas, losses)) == 1.0
