"""Opens a full screen in a single frame."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen


async def enter(here: Screen[Any], screen: Screen[Any]) -> None:
    """From one screen to another, shown once all that it holds is there.

    Otherwise it would be painted blank first, and again with each thing that comes: on a large
    terminal 12 KB each time.
    """
    with here.app.batch_update():
        await here.app.push_screen(screen)
