"""Find alpha: the test is net's own, the run goes on untouched, and Enter takes the suggestion."""

from __future__ import annotations

import numpy as np
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.range_test import RangeTest, find_alpha
from mnist_tui.tui.config.fields import format_value
from mnist_tui.tui.rooms.range_test.page import HEADROOM, ceiling
from mnist_tui.tui.rooms.range_test.room import RangeTestRoom
from mnist_tui.tui.screens.dialogs.help import HelpDialog

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
        assert f"Alpha is {format_value(found.suggestion)}" in app.told


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


def test_the_axis_holds_the_losses_before_the_break_whatever_the_first_batch() -> None:
    alphas = np.geomspace(1e-4, 1, 5)
    losses = np.array([0.5, 0.55, 0.5, 0.4, 9.0])
    assert ceiling(RangeTest(0.2, alphas, losses)) == HEADROOM * 0.55  # an easy first batch
    assert ceiling(RangeTest(2.0, alphas, losses)) == HEADROOM * 2.0
    assert ceiling(RangeTest(0.0, alphas, np.zeros(5))) == 1.0
    assert ceiling(RangeTest(float("inf"), alphas, losses)) == 1.0
