"""An input for a path: Tab completes it, → accepts a suggestion."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from textual.binding import Binding
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from ..datasets.paths import common_prefix, completions

COMPLETION_TIMEOUT_S = 0.5  # seconds that Tab waits for the disk


class _Finder(Suggester):
    """Looks up completions in a thread, and passes all of them to the field."""

    def __init__(self, tell: Callable[[str, list[str]], object]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tell = tell

    async def get_suggestion(self, value: str) -> str | None:
        """Suggest the first path longer than the typed one."""
        found = await asyncio.to_thread(completions, value)
        self._tell(value, found)
        return next((path for path in found if path != value), None)


class PathInput(Input):
    """Posts Found when completions are known."""

    BINDINGS = [Binding("tab", "complete", "Complete", show=False)]

    @dataclass
    class Found(Message):
        """Paths on the disk that begin with the text."""

        text: str
        """The text at the start of the search."""
        paths: list[str]
        """Complete paths, sorted."""

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(
            value,
            placeholder,
            compact=True,
            select_on_focus=False,
            suggester=_Finder(lambda text, paths: self.post_message(self.Found(text, paths))),
        )

    async def action_complete(self) -> None:
        """As far as there is only one way to go on; where there is none, to the next field.

        Keys that were typed after it wait for it, in their order, but not for a disk that sleeps.
        """
        try:
            looking = asyncio.to_thread(completions, self.value)
            longer = common_prefix(
                self.value, await asyncio.wait_for(looking, COMPLETION_TIMEOUT_S)
            )
        except TimeoutError:
            return
        if longer != self.value:
            self.put(longer)
        else:
            self.screen.focus_next()

    def put(self, text: str) -> None:
        """Write this, with the cursor after it."""
        self.value = text
        self.cursor_position = len(text)
