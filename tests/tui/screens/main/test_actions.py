"""The main screen's actions: each key has one, each in one file; and what they say."""

from __future__ import annotations

from collections import Counter

from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.keymap.main_keys import KEYS
from mnist_tui.tui.screens.main.screen import MainScreen
from textual.actions import parse

from tests.helpers.app.app_driver import opened


def owners() -> dict[str, list[type]]:
    """The app's own classes that define each action of the main screen."""
    found: dict[str, list[type]] = {}
    for owner in MainScreen.__mro__:
        if owner.__module__.startswith("mnist_tui."):
            for name in vars(owner):
                if name.startswith("action_"):
                    found.setdefault(name, []).append(owner)
    return found


def test_every_key_leads_to_an_action_that_is_there() -> None:
    for key in KEYS:
        space, name, _ = parse(key.action)
        assert space or hasattr(MainScreen, f"action_{name}"), key.action


def test_no_action_hides_another_of_the_same_name() -> None:
    """The topics are mixed into one class, where the first of two would win unnoticed."""
    assert {name: found for name, found in owners().items() if found[1:]} == {}


def test_every_topic_has_actions() -> None:
    count = Counter(owner.__name__ for found in owners().values() for owner in found)
    topics = [base for base in MainScreen.__bases__ if base.__name__.endswith("Actions")]
    assert len(topics) >= 6
    assert all(count[topic.__name__] for topic in topics)


async def test_a_note_that_is_still_there_is_not_said_again(small: Dataset) -> None:
    """Keys that are pressed while data are read would fill the screen with one and the same."""
    async with opened(small) as app:
        notes = app.app._notifications  # pyright: ignore[reportPrivateUsage]: what Textual shows
        for said in ("not yet", "not yet", "not yet", "something else"):
            app.app.notify(said)
        await app.until(lambda: len(notes) == 2)
        assert [note.message for note in notes] == ["not yet", "something else"]
        app.app.clear_notifications()
        app.app.notify("something else")
        await app.until(lambda: len(notes) == 1)
