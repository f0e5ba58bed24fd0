"""Every key of the training and of the program does what help says of it."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.presets import PRESETS
from mnist_tui.tui.keymap.main_keys import KEYS, RUN_KEYS
from mnist_tui.tui.keymap.room_keys import ROOM_KEYS
from mnist_tui.tui.screens.dialogs.augmentation import AugmentationDialog, Copies
from mnist_tui.tui.screens.dialogs.help import HelpDialog, HelpText, sections
from mnist_tui.tui.screens.dialogs.presets import PresetDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.hyperparameters import FieldInput, PanelTitle
from textual.command import CommandPalette

from tests.helpers.app.app_driver import ENDLESS, TESTED, opened, presses
from tests.helpers.support import ROOT

TUI = Path(__file__).parents[2]
TESTED_THERE = [  # keys that other files' tests press count too, whether or not these run today
    import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted(TUI.rglob("test_*.py"))
    if "@presses(" in path.read_text() and path != Path(__file__)
]


def test_every_key_has_a_test() -> None:
    bound = {name for key in (*KEYS, *RUN_KEYS) for name in key.keys.split(",")}
    assert bound - TESTED == set()


def test_every_key_is_in_the_help_and_in_the_palette(small: Dataset) -> None:
    from tests.helpers.app.app_driver import SmallApp

    app = SmallApp(small)
    offered = {command.title.lower() for command in app.get_system_commands(app.main)}
    told = "\n".join(words.plain for words in sections().values())
    rooms = [key for keys in ROOM_KEYS.values() for key in keys]
    for key in (*KEYS, *RUN_KEYS, *rooms):
        assert key.help in told
        assert key.shown_as in told
    for key in KEYS:
        assert key.help.lower() in offered


@presses("space")
async def test_space_trains_pauses_and_goes_on(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        assert app.iteration == 0
        app.tap("space")
        await app.until(lambda: app.iteration > 5)
        await app.until_state(RunStatus.TRAINING)
        app.tap("space")
        await app.until_state(RunStatus.PAUSED)
        stands = app.iteration
        await app.pilot.pause(0.3)
        assert app.iteration == stands
        assert f"{stands}/" in app.status
        assert "100%┤" in "\n".join(app.lines(Chart))
        app.tap("space")
        await app.until(lambda: app.iteration > stands)


async def test_the_end_of_a_run_is_not_the_end(small: Dataset) -> None:
    async with opened(small, iterations=3) as app:
        await app.press("space")
        await app.until_state(RunStatus.FINISHED)
        assert app.iteration == 3
        await app.press("space")
        await app.pilot.pause(0.3)
        assert app.iteration == 3
        await app.press("tab", "tab", "5", "enter", "escape", "space")
        await app.until(lambda: app.iteration == 5)
        await app.until_state(RunStatus.FINISHED)


@presses("s")
async def test_s_makes_exactly_one_update(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("s")
        await app.until_state(RunStatus.PAUSED)
        assert app.iteration == 1
        await app.press("s", "s", "s")
        await app.until(lambda: app.iteration == 4)
        await app.pilot.pause(0.3)
        assert app.iteration == 4


@presses("S")
async def test_big_s_makes_ten_updates(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("S")
        await app.until(lambda: app.iteration == 10)
        await app.until_state(RunStatus.PAUSED)
        assert app.iteration == 10


@presses("plus", "equals_sign", "minus")
async def test_plus_and_minus_turn_alpha_while_it_trains(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        app.tap("space")
        for key, alpha in (
            ("plus", 0.2),
            ("equals_sign", 0.25),
            ("minus", 0.2),
            ("minus", 0.15),
        ):
            app.tap(key)
            await app.until(lambda alpha=alpha: app.progress.alpha == alpha)
            await app.until(lambda alpha=alpha: f"α {alpha:g} " in app.status)
        assert app.app.session.is_training


async def test_alpha_turned_at_rest_acts_on_the_next_update(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("minus")
        await app.until(lambda: "α 0.15→0.12 " in app.status)
        assert app.iteration == 0
        await app.make(1)
        assert app.progress.alpha == 0.12


@presses("r")
async def test_r_begins_again_from_the_very_same_weights(small: Dataset) -> None:
    async with opened(small) as app:
        first, shares = app.parameters.vector.tobytes(), app.shares
        await app.press("S")
        await app.until(lambda: app.iteration == 10)
        assert app.parameters.vector.tobytes() != first
        trained = app.parameters.vector.tobytes()
        app.tap("r")
        await app.until(lambda: app.numbers == [1, 2] and app.iteration >= 10)
        app.app.session.pause()
        runs = [seen.timeline for seen in app.app.session.runs() if seen.timeline]
        begun, again = (timeline.first.vector.tobytes() for timeline in runs)
        assert begun == again == first
        await app.begin()
        assert app.parameters.vector.tobytes() == first
        await app.until(lambda: app.shares == shares)
        await app.make(10)
        assert app.parameters.vector.tobytes() == trained


@presses("R")
async def test_big_r_begins_again_from_others(small: Dataset) -> None:
    async with opened(small) as app:
        first = app.parameters.vector.tobytes()
        app.tap("R")
        await app.until(lambda: app.app.session.is_training)
        await app.until(lambda: app.app.session.snapshot().hyperparameters.seed == 1)
        timeline = app.app.session.snapshot().timeline
        assert timeline is not None
        assert timeline.first.vector.tobytes() != first
        assert app.app.session.wanted.seed == 1
        await app.until(lambda: app.find("#field-seed").query_exactly_one(FieldInput).value == "1")


@pytest.mark.parametrize(
    "state", [RunStatus.READY, RunStatus.PAUSED, RunStatus.TRAINING, RunStatus.DIVERGED]
)
async def test_r_trains_whatever_the_run_before_was_doing(small: Dataset, state: RunStatus) -> None:
    alpha = 1e30 if state is RunStatus.DIVERGED else 0.15
    async with opened(small, iterations=ENDLESS, alpha=alpha) as app:
        if state is RunStatus.PAUSED:
            await app.make(1)
        elif state is not RunStatus.READY:
            app.tap("space")
            await app.until(lambda: app.app.session.snapshot().state is state)
        app.want(alpha=0.01)
        before = app.app.session.snapshot().run
        app.tap("r")
        await app.until(lambda: app.app.session.snapshot().run is not before)
        await app.until(lambda: app.iteration > 3)
        assert app.app.session.is_training


async def test_a_run_that_has_ended_is_begun_again_in_one_key(small: Dataset) -> None:
    async with opened(small, iterations=6) as app:
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        await app.press("plus", "r")
        await app.until(lambda: app.numbers == [1, 2])
        await app.until_state(RunStatus.FINISHED)
        assert (app.iteration, app.progress.alpha) == (6, 0.2)


async def test_the_end_of_a_run_is_summed_up_beside_the_best_of_the_others(small: Dataset) -> None:
    async with opened(small, (200, 60), iterations=6) as app:
        app.tap("space")
        await app.until(lambda: "Test accuracy: last" in "".join(app.lines(Chart)))
        assert "as good" not in "".join(app.lines(Chart))
        app.tap("r")
        await app.until(lambda: "; as good as run 1." in "".join(app.lines(Chart)))


async def test_an_alpha_that_diverges_is_told_and_can_be_mended(small: Dataset) -> None:
    async with opened(small, alpha=1e30) as app:
        await app.press("space")
        await app.until_state(RunStatus.DIVERGED)
        await app.press("tab", "0", ".", "1", "enter", "escape")
        app.tap("r")
        await app.until(lambda: app.app.session.is_training and app.iteration > 0)
        assert app.progress.alpha == 0.1


async def test_start_trains_at_once(small: Dataset) -> None:
    async with opened(small, start=True, iterations=ENDLESS) as app:
        await app.until(lambda: app.iteration > 2)


@presses("p")
async def test_a_preset_begins_again_with_all_its_choices(small: Dataset) -> None:
    async with opened(small, seed=7) as app:
        await app.make(1)
        await app.press("p")
        await app.until(lambda: isinstance(app.app.screen, PresetDialog))
        await app.press("down", "enter")
        await app.until(lambda: app.app.session.snapshot().hyperparameters.batch_size is not None)
        assert app.app.session.is_training
        app.app.session.pause()
        expected = replace(PRESETS["sprint"].hyperparameters, seed=7)
        assert app.app.session.wanted == app.app.session.snapshot().hyperparameters == expected
        await app.until(lambda: "sprint" in app.lines(PanelTitle)[0])
        await app.press("p", "down", "escape")
        assert app.app.session.wanted == expected


@presses("e")
async def test_a_digit_is_shown_beside_deformed_copies_of_it(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await app.press("e")
        await app.until(lambda: isinstance(app.app.screen, AugmentationDialog))
        await app.until(lambda: "@" in "".join(app.lines(Copies)))
        before = [line[:28] for line in app.lines(Copies)[2:16]], app.lines(Copies)
        await app.press("space")
        await app.until(lambda: app.lines(Copies) != before[1])
        assert [line[:28] for line in app.lines(Copies)[2:16]] == before[0]
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.app.main)


@presses("g")
async def test_g_turns_letters_into_blocks_and_back(small: Dataset) -> None:
    async with opened(small) as app:
        letters = app.lines(Digit)
        assert "@" in "".join(letters)
        await app.press("g")
        assert "▀" in "".join(app.lines(Digit))
        assert "@" not in "".join(app.lines(Digit))
        await app.press("g")
        assert app.lines(Digit) == letters


@presses("question_mark", "f1")
@pytest.mark.parametrize("opens", ["question_mark", "f1"])
@pytest.mark.parametrize("closes", ["escape", "question_mark", "f1", "q"])
async def test_help_opens_and_closes(small: Dataset, opens: str, closes: str) -> None:
    async with opened(small) as app:
        await app.press(opens)
        assert isinstance(app.app.screen, HelpDialog)
        await app.press(closes)
        assert app.app.screen is app.app.main
        assert app.app.is_running


async def test_the_palette_opens_and_acts(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("ctrl+p")
        assert isinstance(app.app.screen, CommandPalette)
        await app.press(*"exactly one")
        await app.pilot.pause(0.5)
        await app.press("enter")
        await app.pilot.pause(0.3)
        if app.iteration == 0:  # the first Enter chooses, a second one runs
            await app.press("enter")
        await app.until(lambda: app.iteration == 1)


@presses("q")
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_ends_the_app_and_its_worker(
    small: Dataset, key: str, training: bool
) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        if training:
            app.tap("space")
            await app.until(lambda: app.iteration > 2)
        assert app.app.return_code is None
        app.tap(key)
        await app.until(lambda: app.app.return_code == 0)
    stands = app.iteration
    assert not app.app.is_running
    assert app.iteration == stands


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+c"])
async def test_quitting_works_from_a_field_and_from_help(small: Dataset, key: str) -> None:
    for way in ("tab", "question_mark", "slash"):
        async with opened(small) as app:
            await app.press(way, key)
            assert app.app.return_code == 0


@pytest.mark.parametrize(
    ("keys", "heading"),
    [
        (("question_mark",), ""),
        (("tab", "f1"), "Hyperparameters"),
        (("t", "question_mark"), "Runs"),
        (("1", "question_mark"), "Chart"),
        (("3", "question_mark"), "Test digit and prediction"),
        (("S", "left_curly_bracket", "f1"), "Time"),
    ],
)
async def test_help_begins_where_a_person_is(
    small: Dataset, keys: tuple[str, ...], heading: str
) -> None:
    async with opened(small) as app:
        for key in keys:
            await app.press(key)
            await app.until(lambda: not app.app.session.is_training)
        await app.until(lambda: isinstance(app.app.screen, HelpDialog))
        assert isinstance(app.app.screen, HelpDialog)
        assert app.app.screen.asked.partition("\n")[0] == heading
        if heading:
            await app.until(lambda: app.lines(HelpText)[0].strip().startswith(heading))
