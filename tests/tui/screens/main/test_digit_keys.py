"""The keys for looking at test digits, and that the bars beside them are the network's answer."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.render.labels import a
from mnist_tui.tui.screens.dialogs.go_to import GoToDialog
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.probabilities import Probabilities
from textual.widgets import Label

from tests.helpers.app.app_driver import Driver, opened, presses

LAST = 199


def answers(app: Driver, dataset: Dataset) -> list[int]:
    """What the network, as it is, takes each test digit for."""
    return probabilities(app.parameters, dataset.test.images).argmax(axis=0).tolist()


@presses("left", "right", "pageup", "pagedown", "home", "end")
async def test_keys_step_through_the_digits(small: Dataset) -> None:
    async with opened(small) as app:
        for key, index in (
            ("right", 1),
            ("right", 2),
            ("pagedown", 12),
            ("left", 11),
            ("pageup", 1),
            ("end", LAST),
            ("right", 0),
            ("left", LAST),
            ("home", 0),
            ("pageup", 190),
        ):
            await app.press(key)
            assert app.index == index
            title = app.lines(Digit)[0]
            assert f"Test image #{index}: {a(str(small.test.labels[index]))} " in title


@presses("slash")
async def test_slash_goes_to_a_digit_by_its_number(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("slash")
        asking = app.app.screen
        assert isinstance(asking, GoToDialog)
        await app.press("1", "7", "enter")
        assert app.app.screen is app.app.main
        assert app.index == 17
        await app.press("slash", "5", "escape")
        assert app.app.screen is app.app.main
        assert app.index == 17


@pytest.mark.parametrize("entry", ["200", "-1", "1.5", "x", "", "99999999999999999999"])
async def test_a_number_that_is_none_is_refused_where_it_was_typed(
    small: Dataset, entry: str
) -> None:
    async with opened(small) as app:
        await app.press("slash")
        asking = app.app.screen
        assert isinstance(asking, GoToDialog)
        for character in entry:
            await app.press({".": "full_stop", "-": "minus"}.get(character, character))
        await app.press("enter")
        assert app.app.screen is asking
        told = str(asking.query_one(".complaint", Label).content)
        assert told.startswith("the number must be ")
        await app.press("escape")
        assert app.index == 0


@presses("n", "N")
async def test_n_goes_from_mistake_to_mistake(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("S", "S", "S")
        await app.until(lambda: app.iteration == 30)
        await app.until(lambda: "30/" in app.status)
        found = answers(app, small)
        wrong = [i for i, answer in enumerate(found) if answer != small.test.labels[i]]
        assert 10 < len(wrong) < 190
        for index in [i for i in wrong if i > 0][:5]:
            await app.press("n")
            assert app.index == index
            verdict = app.lines(Probabilities)[0]
            assert f"{found[index]} ✗ it is a {small.test.labels[index]}" in verdict
        forwards = app.index
        await app.press("N")
        assert app.index == max(i for i in wrong if i < forwards)
        await app.press("home", "N")
        assert app.index == max(wrong)


async def test_the_bars_are_the_networks_own_answer(small: Dataset) -> None:
    async with opened(small, seed=5) as app:
        untrained = Trainer(small.train, small.test, Hyperparameters(seed=5))
        for index in range(3):
            expected = probabilities(untrained.parameters, small.test.images[index : index + 1])
            assert app.shares == pytest.approx(100 * expected[:, 0], abs=0.051)
            assert "untrained" in app.lines(Probabilities)[0]
            await app.press("right")
        await app.make(1)
        next(untrained.steps())
        expected = probabilities(untrained.parameters, small.test.images[3:4])
        await app.until(lambda: "untrained" not in app.lines(Probabilities)[0])
        assert app.shares == pytest.approx(100 * expected[:, 0], abs=0.051)
        assert sum(app.shares) == pytest.approx(100, abs=0.6)


async def test_the_bars_follow_the_weights_while_it_trains(small: Dataset) -> None:
    async with opened(small, iterations=1_000_000) as app:
        before = app.shares
        app.tap("space")
        await app.until(lambda: app.shares != before)
        assert app.app.session.is_training


async def test_right_and_wrong_are_told_by_sign(small: Dataset) -> None:
    async with opened(small) as app:
        found = answers(app, small)
        right = next(i for i in range(200) if found[i] == small.test.labels[i])
        wrong = next(i for i in range(200) if found[i] != small.test.labels[i])
        for index, signs in ((right, "✓"), (wrong, "✗◂")):
            app.app.workspace.index = index
            await app.pilot.pause()
            rows = app.lines(Probabilities)
            title, bars = rows[0], [row for row in rows[1:] if "%" in row]
            assert signs[0] in title
            assert len(bars) == 10
            assert signs[0] in bars[found[index]]
            assert signs[-1] in bars[int(small.test.labels[index])]
            assert sum(any(sign in bar for sign in "✓✗◂") for bar in bars) == len(signs)


async def test_the_first_picture_is_the_digit(small: Dataset) -> None:
    async with opened(small) as app:
        rows = app.lines(Digit)[1:]
        inked = np.array([[cell != " " for cell in row] for row in rows])
        assert 40 < inked.sum() < 200
