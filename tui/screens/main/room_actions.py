"""Keys that open a room: each is imported when it is first entered."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from textual import on

from ...keymap.rooms import ROOMS
from ..enter import enter
from .dashboard import Dashboard


def load_room(where: str, name: str) -> Any:
    """Import a room's class: rooms do not import one another, so that each stands alone."""
    return getattr(import_module(f"...rooms.{where}", __package__), name)


def preload() -> None:
    """Import every room, and what else opens over the main screen."""
    for name in (
        "..dialogs.help",
        "..dialogs.augmentation",
        *(f"...rooms.{where}" for where, _ in ROOMS.values()),
    ):
        import_module(name, __package__)


class RoomActions(Dashboard):
    """Actions that open rooms."""

    _preloads = False  # whether the rooms' modules are being imported, or have been

    @on(Dashboard.Settled)
    def _preload(self) -> None:
        """Once there is something to look at, read the rooms' modules before a person waits."""
        if not self._preloads and self.session.dataset is not None:
            self._preloads = True
            self.run_worker(preload, thread=True)

    async def action_room(self, name: str) -> None:
        """Enter, once there is a network and a digit to look at."""
        if self.viewed is None or self.session.dataset is None:
            self.notify("The data are still being read; then there is something to look at.")
        else:
            await enter(self, load_room(*ROOMS[name])(self))
