"""Every screen at sizes from 1 × 1 to 200 × 60, and what stands there where all is too small."""

from __future__ import annotations

from itertools import groupby, product

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.screens.minimum_size import MIN_SIZE
from mnist_tui.tui.widgets.lines import LinesWidget
from textual.events import Key, MouseScrollDown, Paste

from tests.helpers.app.app_driver import ENDLESS, Driver, opened
from tests.helpers.app.terminal_sizes import at_sizes
from tests.helpers.datasets.synthetic_data import ALL_62, made_up
from tests.helpers.programs.pty_terminal import terminal
from tests.manual.torture.sizes import (
    KEYS,
    SCREENS,
    Scene,
    enter,
    idle,
    leave,
    redraw,
    resize,
    staged,
    sweep,
)

COARSE = [(1, 1), (20, 6), (60, 10), (100, 9), (200, 60)]
FORCED = [*product((0, 1, 5, 17, 61), (0, 1, 3, 7, 13)), (9, 40), (130, 20), (200, 60)]
STAGES = {f"maths, stage {n}" for n in (2, 3, 4, 6, 7, 8, 9, 10, 12, 13)}  # test_any_size has all
GROUPS = {
    group: list(names)
    for group, names in groupby(
        (name for name in SCREENS if name not in STAGES),
        lambda name: name.split(",")[0].split(":")[0],
    )
}
TRAINED = {"confusion", "one digit", "presets"}  # elsewhere the paused network is quicker
QUICK = {"batch_size": 50, "iterations": ENDLESS}


async def look_at(app: Driver, names: list[str]) -> None:
    """Each screen at every coarse size, with a key at each; its panels at many more."""
    for name in names:
        await leave(app)
        await resize(app, 80, 24)
        await enter(app, SCREENS[name])
        redraw(app, FORCED)
        done = [name]
        try:
            await sweep(app, COARSE, KEYS, done)
        except Exception as failure:
            failure.add_note(" ".join(done))
            raise


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
async def test_no_size_breaks_a_screen(small: Dataset, group: str) -> None:
    async with staged(Scene(small, training=group in TRAINED, chosen=QUICK)) as app:
        await look_at(app, GROUPS[group])


SCENES = {
    "800 units, in the past": (
        Scene(made_up(28, ("0", "1")), past=True, chosen={**QUICK, "hidden": (800,)}),
        ["weights", "logits", "one digit"],
    ),
    "62 classes, two layers": (
        Scene(made_up(28, ALL_62), chosen={**QUICK, "hidden": (12, 9)}),
        ["main", "confusion", "logits", "one digit", "weights of the next layer"],
    ),
    "4 × 4": (
        Scene(made_up(4, ("0", "1")), chosen={**QUICK, "hidden": (1,)}),
        ["weights", "pixels", "draw"],
    ),
    "128 × 128": (
        Scene(made_up(128, ("aeroplanes of the navy", "boats"), 60), chosen=QUICK),
        ["main", "unit", "pixels", "draw"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", SCENES)
async def test_no_size_breaks_a_room_whatever_it_holds(case: str) -> None:
    scene, names = SCENES[case]
    async with staged(scene) as app:
        await look_at(app, names)


async def test_too_small_holds_back_what_would_act_unseen(small: Dataset) -> None:
    async with opened(small, (80, 24)) as app:
        await resize(app, MIN_SIZE.width - 1, MIN_SIZE.height)
        assert app.app.is_too_small
        assert app.app.size == MIN_SIZE
        stack = app.app.screen_stack[:]
        for key in ("question_mark", "p", "tab", "ctrl+p", "space"):
            app.app.post_message(Key(key, None))
        app.app.post_message(Paste("p"))
        app.scroll(MouseScrollDown, 5, 3)
        await idle(app)
        assert app.app.screen_stack == stack
        assert not app.app.session.is_training
        await resize(app, 80, 24)
        assert not app.app.is_too_small
        await enter(app, ("question_mark",))
        assert isinstance(app.app.screen, HelpDialog)
        await resize(app, MIN_SIZE.width, MIN_SIZE.height - 1)
        app.tap("escape")  # leads out of what is open, even unseen
        await app.until(lambda: app.app.screen is app.app.main)
        app.tap("q")
        await app.until(lambda: app.app.return_code == 0)


@pytest.mark.slow
def test_too_small_says_so_in_a_real_terminal_and_all_is_drawn_again() -> None:
    with terminal() as (there, _):
        there.until(lambda: there.shows("Prediction") and there.shows("%"))
        for columns, rows, words in (
            (10, 3, ["Needs", "60×20; q", "quits."]),
            (3, 1, ["60×"]),
            (
                18,
                5,
                ["Too small to draw", "in: needs 60 × 20.", "Enlarge the", "terminal; q quits."],
            ),
        ):
            there.resize(columns, rows)
            there.until(
                lambda words=words: (
                    [line.rstrip() for line in there.screen.display][: len(words)] == words
                )
            )
        there.resize(80, 24)
        there.until(lambda: there.shows("Prediction") and there.shows("Space train"))
        there.type(b"m")
        there.until(lambda: there.shows("The digit as numbers"))
        there.resize(60, 10)
        there.until(lambda: there.shows("x → [") or there.shows("[x]"))
        there.resize(12, 2)
        there.until(lambda: there.screen.display == ["Needs 20×6; ", "q quits.    "])
        there.resize(60, 10)
        there.until(lambda: there.shows("[x]"))
        there.resize(12, 2)
        there.until(lambda: there.screen.display == ["Needs 20×6; ", "q quits.    "])
        there.type(b"q")
        assert there.end() == 0


@at_sizes((60, 10), (80, 12))
async def test_a_low_pane_shows_what_matters_most(small: Dataset, size: tuple[int, int]) -> None:
    async with staged(Scene(small, past=True, chosen=QUICK)) as app:
        await resize(app, *size)
        for keys, wanted in (
            (("i",), ("◂", "taken for", "less likely")),  # the true class, whichever it is
            (("m", "right"), ("Z1 = W1·x + b1", "▸", "more, ")),
            (("w",), ("→", "Unit 0")),
            (("w", "enter"), ("bias", "adds to each class")),
            (("w", "k"), ("= logit", "softmax")),
            (("c",), ("recall", "prec", "of")),
            (("x",), ("▸", "logit of", "flips")),
            (("d", "d"), ("centred", "Centred:")),
        ):
            await leave(app)
            await enter(app, keys)
            panels = [rows for rows in app.app.screen.query(LinesWidget) if rows.is_on_screen]
            shown = "\n".join(
                panel.render_line(y).text for panel in panels for y in range(panel.size.height)
            )
            for words in wanted:
                assert words in shown, f"{keys}: no {words} in\n{shown}"
