"""The footer: lists the keys that currently apply, as many as fit, each clickable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.keys import key_to_character
from textual.widgets import Input

from ..terminal.driver import SlowLinkDriver
from .lines import LinesWidget

if TYPE_CHECKING:
    from textual.binding import Binding
    from textual.screen import Screen


ARROWS = {"←": "Left", "→": "Right", "↑": "Up", "↓": "Down"}  # < and > are other keys


@dataclass(frozen=True, slots=True)
class KeyHint:
    """One word of the footer, and the keys it describes."""

    keys: tuple[tuple[str, str], ...]  # each as Textual names it, and as shown
    word: str
    is_needed: bool  # or shown only if there is room

    @property
    def width(self) -> int:
        """Columns, with the gap to the next."""
        return sum(len(shown) for _, shown in self.keys) + 1 + len(self.word) + 1


class KeyFooter(LinesWidget):
    """Shows the bindings of the focused widget and of its screen."""

    DEFAULT_CSS = "KeyFooter { dock: bottom; height: 1; background: $panel; }"

    def __init__(self, thing: str = "digit") -> None:
        """Create the footer; `thing` is the word for an image."""
        super().__init__()
        self._thing = thing
        self._words: Mapping[str, str] = {}

    def call_them(self, thing: str) -> None:
        """Set the word for the images: digits, or just images."""
        if thing != self._thing:
            self._thing = thing
            self.redraw()

    def say(self, words: Mapping[str, str]) -> None:
        """Use these words for what some keys do, by the name of the dashboard's action."""
        if words != self._words:
            self._words = words
            self.redraw()

    def on_mount(self) -> None:
        """Redraw when the active bindings change."""
        super().on_mount()
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen and self.app.app_focus:
            self.redraw()

    def redraw(self) -> None:
        """As many as fit; those that are needed come first, wherever they stand."""
        line = Text(" ", no_wrap=True)
        if field_hint := getattr(self.screen.focused, "hint", ""):  # what a field accepts
            line.append(f"{field_hint}  ", self.ink("title"))
        for hint in hints_that_fit(self._hints(), self.size.width - line.cell_len):
            for pressed, shown in hint.keys:
                line.append(shown, self.ink("moving") + Style(meta={"press": pressed}))
            pressed = hint.keys[0][0]
            line.append(f" {hint.word}", self.ink("title") + Style(meta={"press": pressed}))
            line.append(" ")
        self.show([line])

    def _hints(self) -> list[KeyHint]:
        """All that could be said, in the order of the bindings; neighbours of a group in a word."""
        active = [b for _, b, enabled, _ in self.screen.active_bindings.values() if enabled]
        if isinstance(self.screen.focused, Input):  # printable keys are typed there
            active = [b for b in active if not _is_typed(b.key)]
        # Textual's own bindings are left out; our optional ones have at least a tooltip.
        named = [b for b in active if b.description and (b.show or b.tooltip)]
        found: list[KeyHint] = []
        for (word, needed), several in groupby(named, lambda b: (self._word(b), b.show)):
            keys = {b.action: (b.key, self._shown(b)) for b in reversed([*several])}
            called = word.replace("digit", self._thing)
            found.append(KeyHint(_apart([*reversed(keys.values())]), called, needed))
        return found

    def _word(self, binding: Binding) -> str:
        if binding.group:
            return binding.group.description
        action = binding.action.removeprefix("dashboard('").removesuffix("')")
        return self._words.get(action, binding.description)

    def _shown(self, binding: Binding) -> str:
        """Return a key's sign; its name in ASCII."""
        shown = self.app.get_key_display(binding)
        return ARROWS.get(shown, shown) if SlowLinkDriver.ascii_only else shown

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked at."""
        if (key := event.style.meta.get("press")) is not None:
            self.app.simulate_key(key)


def _is_typed(key: str) -> bool:
    character = key_to_character(key)
    return character is not None and character.isprintable()


def _apart(keys: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Put a gap after an arrow's name if another key follows; signs need none."""
    *others, last = keys
    names = ARROWS.values()
    return (*((key, f"{shown} " if shown in names else shown) for key, shown in others), last)


def hints_that_fit(all_of_them: Sequence[KeyHint], columns: int) -> list[KeyHint]:
    """Return those to show in this many columns, in their order.

    All that are needed, but for some from the middle if they do not fit: the ends of the row
    matter most. If they do, as many of the others as there is room for.
    """
    chosen = [i for i, hint in enumerate(all_of_them) if hint.is_needed]
    wanted = len(chosen)

    def room() -> int:
        return columns - sum(all_of_them[i].width for i in chosen)

    while chosen and room() < 0:
        del chosen[len(chosen) // 2]
    if len(chosen) == wanted:
        for i, hint in enumerate(all_of_them):
            if not hint.is_needed and hint.width <= room():
                chosen.append(i)
    return [all_of_them[i] for i in sorted(chosen)]
