"""The command palette finds an action by whatever people call it."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.keymap.main_keys import KEYS
from mnist_tui.tui.keymap.palette import ALIASES, Commands, rank
from textual.command import CommandList, Hit

from tests.helpers.app.app_driver import Driver, opened

BY_ACTION = {key.action: key for key in KEYS}
ASKED = {  # the first that is found, or one of the first three where several are meant
    "learning rate": ("app.focus_next", "alpha(1)", "alpha(-1)"),
    "restart": ("reset",),
    "bigger": ("only('chart')", "zoom(0.5)"),
    "quit": ("app.quit",),
    "exit": ("app.quit",),
    "change": ("app.focus_next",),
    "change colors": ("theme",),
    "dark mode": ("theme",),
    "save": ("export",),
    "load": ("open_data",),
    "kaggle": ("export",),
    "pause": ("train",),
    "mistakes": ("mistake(1)", "room('confusion')"),
    "confusion matrix": ("room('confusion')",),
    "backprop": ("room('maths')",),
    "optimizer": ("app.focus_next",),
    "branch": ("fork",),
    "rewind": ("travel(-1)",),
    "manual": ("help",),
    "lerning rate": ("app.focus_next", "alpha(1)", "alpha(-1)"),
}


async def found(app: Driver, query: str) -> list[str]:
    """The titles of what the palette finds, the best first."""
    hits = [hit async for hit in Commands(app.app.main).search(query) if isinstance(hit, Hit)]
    return [str(hit.text) for hit in sorted(hits, key=lambda hit: -hit.score)]


def test_every_alias_is_of_an_action_there_is() -> None:
    assert set(ALIASES) <= set(BY_ACTION)


async def test_what_people_type_finds_what_they_mean(small: Dataset) -> None:
    async with opened(small) as app:
        for query, actions in ASKED.items():
            titles = await found(app, query)
            meant = [BY_ACTION[action].help for action in actions]
            for words in meant:
                assert f"{words[0].upper()}{words[1:]}" in titles[: len(meant) + 1], query
        assert await found(app, "xyzzy") == []


async def test_enter_takes_the_first_that_is_found(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("ctrl+p", *"restart")
        palette = app.app.screen.query_one(CommandList)
        await app.until(lambda: palette.option_count and palette.highlighted == 0)
        app.tap("enter")
        await app.until(lambda: app.app.session.is_training)


@pytest.mark.parametrize(("query", "alias"), [("lr", "lr up"), ("learning r", "learning rate")])
def test_the_beginnings_of_words_suffice(query: str, alias: str) -> None:
    score, by = rank(query, "Alpha up", ("faster", alias))
    assert score > 0.5
    assert by == alias


def test_letters_scattered_over_a_title_are_no_match() -> None:
    assert rank("change", "Do what the coach offers when a run goes wrong", ())[0] == 0


def test_one_typing_error_is_forgiven_but_no_longer_word() -> None:
    assert rank("lerning rate", "Alpha up", ("learning rate",))[0] > 0
    assert rank("screenshot", "The chart alone, and back", ("full screen",))[0] == 0
