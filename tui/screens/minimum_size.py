"""Terminals that are too small: widgets keep a minimum size, and a notice replaces the screen.

Textual and Rich fail if a list has no rows or a text has no columns to wrap in. So the app lays
out every screen, window and palette in at least MIN_SIZE, wherever it is; while the terminal is
smaller, drawing is suppressed, and so are keys that would act on hidden widgets.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from rich.console import RenderableType
from textual import events
from textual._compositor import LayoutUpdate  # the only way to detect a full redraw
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

MIN_SIZE = Size(20, 6)
PASSED_ON = {"escape", "ctrl+c", "ctrl+q", "ctrl+z"}  # keys
CLEAR = "\x1b[0m\x1b[2J"
WORDINGS = (
    "Too small to draw in: needs {} × {}. Enlarge the terminal; q quits.",
    "Too small: needs {} × {}; q quits.",
    "Needs {}×{}; q quits.",
    "Needs {}×{}, q",
    "{}×{} q",
)


def notice(size: tuple[int, int], needed: tuple[int, int]) -> list[str]:
    """Return the longest wording that fits into columns × rows; the shortest one cut, if none."""
    width, height = size
    lines: list[str] = []
    for wording in WORDINGS:
        words = wording.format(*needed)
        lines = wrap(words, max(1, width))
        if len(lines) <= height and width >= max(map(len, words.split())):
            return lines
    return lines[:height] if width else []


class MinimumSizeApp(App[None]):
    """An app whose screens are never smaller than MIN_SIZE, however small the terminal is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._terminal_size: Size | None = None  # None: as the driver says

    @property
    def terminal_size(self) -> Size:
        """The terminal's real columns and rows."""
        return self._terminal_size or super().size

    @property
    def size(self) -> Size:
        """The columns and rows of the layout."""
        width, height = self.terminal_size
        return Size(max(width, MIN_SIZE.width), max(height, MIN_SIZE.height))

    @property
    def is_too_small(self) -> bool:
        """Whether the notice replaces the screen."""
        return self.terminal_size != self.size

    async def on_event(self, event: events.Event) -> None:
        """Hold back sizes that are too small, and input that would act on what is not seen."""
        if isinstance(event, events.Resize):
            before, self._terminal_size = self.is_too_small, event.size
            await super().on_event(events.Resize(self.size, self.size, None, event.pixel_size))
            if self._resize_timer is not None:
                # On a busy machine it may never fire, and further resizes would be ignored.
                # Without it, Textual lays out again as soon as it is idle.
                self._resize_timer.stop()
                self._resize_timer = None
            if self._running and self.screen_stack and (before or self.is_too_small):
                self.screen.refresh(layout=True)  # even if the layout is of the same size
        elif not self.is_too_small or not isinstance(event, (events.InputEvent, events.Paste)):
            await super().on_event(event)
        elif isinstance(event, events.Key):
            if event.key == "q":
                await self.run_action("quit")
            elif event.key in PASSED_ON:
                await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Draw the screen, or the notice."""
        if not self.is_too_small:
            super()._display(screen, renderable)
        elif isinstance(renderable, LayoutUpdate) and self._driver is not None:
            needed = getattr(screen, "NEEDS", MIN_SIZE)
            lines = enumerate(notice(self.terminal_size, needed), 1)
            self._driver.write(CLEAR + "".join(f"\x1b[{row};1H{line}" for row, line in lines))
