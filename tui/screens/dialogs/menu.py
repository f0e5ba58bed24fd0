"""The menu: every room and tool with its key, in one list."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.widgets.option_list import Option

from ...keymap.main_keys import KEYS, KEYS_BY_TOPIC, Key
from ...widgets.hanging_text import HangingText
from .choice_dialog import ChoiceDialog

TOOLS = (  # by their actions
    *("lessons", "runs", "preset", "recipe", "room('range_test')", "place"),
    *("open_data", "export", "app.focus_next", "present", "theme", "help"),
)
KEY_COLUMNS = 6


def entries() -> tuple[list[Key], list[Key]]:
    """Return the keys of the rooms, and those of the tools."""
    by_action = {key.action: key for key in KEYS}
    return list(KEYS_BY_TOPIC["Rooms"]), [by_action[action] for action in TOOLS]


class MenuDialog(ChoiceDialog):
    """Ends with the action chosen, or None; an entry's own key chooses it, too."""

    def __init__(self, is_allowed: Callable[[Key], bool]) -> None:
        """is_allowed: whether an action is offered here."""
        rooms, tools = ([key for key in part if is_allowed(key)] for part in entries())
        self._actions = {key.keys.split(",")[0]: key.action for key in (*rooms, *tools)}
        options = [Option(_line(key), id=key.action) for key in rooms]
        options.append(Option(Content("─" * KEY_COLUMNS), disabled=True))
        options += [Option(_line(key), id=key.action) for key in tools]
        super().__init__(options, title="Rooms and tools", enter="or the key: open")

    def on_key(self, event: events.Key) -> None:
        """Choose the entry whose key this is."""
        if (action := self._actions.get(event.key)) is not None:
            event.stop()
            self.dismiss(action)


def _line(key: Key) -> HangingText:
    return HangingText(f"{key.shown_as:<{KEY_COLUMNS}}{key.help}", KEY_COLUMNS)
