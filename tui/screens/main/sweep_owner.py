"""The sweep that is looked at, and the one that runs in the background of the app."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dashboard import REFRESH_S
from .room_actions import RoomActions

if TYPE_CHECKING:
    from textual.timer import Timer

    from ...sweep.watch.background import BackgroundSweep
    from ...sweep.watch.opened import OpenSweep


class SweepOwner(RoomActions):
    """Owns the open sweep, which the sweep room shows, and the process of one that runs."""

    def __init__(self, *arguments: Any, sweep: Path | None = None, **options: Any) -> None:
        """sweep: A folder to show as soon as the data are loaded."""
        super().__init__(*arguments, **options)
        self.sweep: OpenSweep | None = None
        self._first_sweep = sweep
        self.sweep_view: object | None = None  # where the room was left; its own
        self.background_sweep: BackgroundSweep | None = None
        self._waiting_to_open: Timer | None = None

    def on_mount(self) -> None:
        """Open the room once there is something beneath it."""
        if self._first_sweep is not None:
            self._waiting_to_open = self.set_interval(REFRESH_S, self._open_first)

    async def _open_first(self) -> None:
        from ...sweep.watch.opened import OpenSweep

        folder = self._first_sweep
        if self.viewed is not None and folder is not None and self._waiting_to_open is not None:
            self._waiting_to_open.stop()
            self._first_sweep = None
            self.open_sweep(OpenSweep(folder))
            await self.action_room("sweep")

    def open_sweep(self, sweep: OpenSweep) -> None:
        """Look at another sweep."""
        self.sweep, self.sweep_view = sweep, None

    def begin_sweep(self, command: Sequence[str], folder: Path) -> None:
        """Begin a sweep in the background, and look at it.

        Raises:
            UserError: It cannot be started.
        """
        from ...sweep.watch.background import BackgroundSweep
        from ...sweep.watch.opened import OpenSweep

        self.end_sweep()
        self.background_sweep = BackgroundSweep(command, folder)
        self.open_sweep(OpenSweep(folder, is_expected=True))

    def end_sweep(self) -> None:
        """End the sweep in the background, if there is one; from any thread."""
        if self.background_sweep is not None:
            self.background_sweep.close()
