"""The keys of time and of the coach: the past is shown as it was, said plainly, and forked."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.network import Parameters
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.coach import Coach

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses


def past(app: Driver) -> int | None:
    """Which update's network is shown instead of the newest."""
    moment = app.app.workspace.past
    return moment and moment.iteration


def answer(app: Driver, dataset: Dataset, parameters: Parameters) -> object:
    """What these weights make of the digit on the screen, in per cent."""
    image = dataset.test.images[app.index : app.index + 1]
    return pytest.approx(100 * probabilities(parameters, image)[:, 0], abs=0.051)


@pytest.mark.slow
@presses("left_square_bracket", "right_square_bracket")
async def test_brackets_go_back_and_forward_and_every_panel_follows(small: Dataset) -> None:
    async with opened(small, optimizer="adam", alpha=0.01) as app:
        await app.train(100)
        now = app.parameters
        await app.until(lambda: app.shares == answer(app, small, now))
        for key, iteration in (
            ("left_square_bracket", 98), ("left_square_bracket", 96),
            ("right_square_bracket", 98), ("left_square_bracket", 96),
        ):  # fmt: skip
            await app.press(key)
            assert past(app) == iteration
            assert f"the past: {iteration} of 100 updates" in app.status
            moment = app.app.workspace.past
            assert moment is not None
            assert app.shares == answer(app, small, moment.parameters)
        await app.press(*["left_square_bracket"] * 40, "right")
        moment = app.app.workspace.past
        assert moment is not None
        assert app.shares == answer(app, small, moment.parameters)
        assert app.shares != answer(app, small, now)
        await app.press(*["right_square_bracket"] * 42)
        assert past(app) is None
        assert "the past" not in app.status
        assert app.shares == answer(app, small, now)


async def test_the_past_ends_at_the_untrained_network(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("left_square_bracket")
        assert past(app) is None
        assert "the past" not in app.status
        await app.train(60)
        await app.press(*["left_square_bracket"] * 60)
        assert past(app) == 0
        assert "the past: 0 of 60 updates" in app.status


@presses("left_curly_bracket", "right_curly_bracket")
async def test_braces_go_by_single_kept_moments(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(200)
        await app.press("left_curly_bracket")
        assert past(app) == 199
        await app.press("left_curly_bracket")
        assert past(app) == 198
        await app.press("right_curly_bracket")
        assert past(app) == 199


async def test_the_past_can_be_looked_at_while_it_trains(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        app.tap("space")
        await app.until(lambda: app.iteration > 60)
        app.tap("left_square_bracket")
        await app.until(lambda: past(app) is not None)
        shares, seen, reached = app.shares, past(app), app.iteration
        await app.until(lambda: app.iteration > reached + 20)
        await app.until(lambda: f"of {app.app.main.seen.progress.iteration} updates" in app.status)  # pyright: ignore[reportOptionalMemberAccess]: it trains
        assert (app.shares, past(app)) == (shares, seen)


async def test_space_in_the_past_goes_on_from_there_as_a_new_run(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        await app.train(20)
        await app.press(*["left_curly_bracket"] * 5)
        await app.press("plus")
        assert past(app) == 15
        app.tap("space")
        await app.until(lambda: app.numbers == [1, 2])
        await app.until(lambda: app.iteration > 20)
        await app.until(lambda: past(app) is None)
        app.tap("space")
        await app.until_state(RunStatus.PAUSED)
        old, new = (seen.history.rows() for seen in app.app.session.runs() if seen.history)
        assert len(old) == 21
        assert new[:16].tobytes() == old[:16].tobytes()
        assert new[16, 1] == 0.2
        assert "▲" in "".join(app.lines(Chart))


@presses("f")
async def test_f_forks_and_waits(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(12)
        then = app.parameters.vector.tobytes()
        await app.press("f")
        await app.until(lambda: app.numbers == [1, 2])
        assert app.iteration == 12
        assert app.parameters.vector.tobytes() == then
        await app.train(3)
        await app.press(*["left_curly_bracket"] * 10)
        assert past(app) == 5
        await app.press("f")
        await app.until(lambda: app.numbers == [1, 2, 3])
        await app.until(lambda: past(app) is None)
        assert (app.iteration, app.app.session.is_training) == (5, False)


async def test_s_in_the_past_makes_one_update_from_there(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(12)
        await app.press("left_curly_bracket", "left_curly_bracket", "s")
        await app.until(lambda: app.numbers == [1, 2])
        await app.until(lambda: app.iteration == 11)
        await app.until_state(RunStatus.PAUSED)


async def test_the_reading_line_says_where_the_past_is_entered(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(100)
        app.app.workspace.at = 37
        await app.press("left_square_bracket")
        assert past(app) == 37
        await app.press("escape", "comma", "left_square_bracket")
        assert past(app) == 98, "at the newest there is no past to enter"


@presses("h")
async def test_the_coach_tells_the_numbers_and_h_cures(small: Dataset) -> None:
    async with opened(small, alpha=1e30, iterations=ENDLESS) as app:
        assert not app.find("#coach").display
        app.tap("space")
        await app.until_state(RunStatus.DIVERGED)
        await app.until(lambda: app.find("#coach").display)
        await app.until(lambda: "diverged at update 0" in "".join(app.lines(Coach)[:1]))
        words = " ".join(" ".join(app.lines(Coach)).split())
        for part in ("alpha 1e+30", "largest weight", "largest gradient", "of 10", "h goes back"):
            assert part in words
        cure = app.app.workspace.remedy
        assert cure is not None
        app.tap("h")
        await app.until(lambda: app.iteration > 20)
        assert app.progress.alpha == cure.hyperparameters.alpha < 1
        await app.until(lambda: not app.find("#coach").display)


async def test_h_begins_again_from_weights_that_live(small: Dataset) -> None:
    async with opened(small, init="zero", iterations=ENDLESS) as app:
        await app.press("s")
        await app.until(lambda: "dead at update 1" in "".join(app.lines(Coach)[:1]))
        assert "10 of 10" in " ".join(app.lines(Coach))
        app.tap("h")
        await app.until(lambda: app.iteration > 20)
        assert app.app.session.snapshot().hyperparameters.init == "he"
        assert app.app.session.snapshot().diagnosis is None


async def test_h_without_trouble_says_so_and_changes_nothing(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("h")
        await app.until(lambda: "Nothing is wrong" in app.told)
        assert (app.numbers, app.iteration) == ([1], 0)


@presses("escape")
async def test_esc_closes_what_was_opened_one_by_one(small: Dataset) -> None:
    async with opened(small) as app:
        await app.train(20)
        app.want(alpha=1e30)
        app.tap("s")
        await app.until(lambda: app.find("#coach").display)
        await app.press("left_square_bracket", "1", "tab")
        main = app.app.main
        assert app.app.workspace.past is not None
        assert main.focused is None or main.focused.display
        if main.focused is not None:
            await app.press("escape")
            assert main.focused is None
        assert not app.find("#digit").region.area
        await app.press("escape")
        assert not main.has_class("-only-chart")
        assert app.app.workspace.past is not None
        await app.press("escape")
        assert app.app.workspace.past is app.app.workspace.at is None
        assert app.find("#coach").display
        await app.press("escape")
        assert not app.find("#coach").display
        await app.press("escape")
        assert app.app.is_running
