"""Keys that open a room: each is imported when it is first entered."""

from __future__ import annotations

from importlib import import_module

from ..screens.cockpit import Cockpit

ROOMS = {  # where each is, and what it is called there
    "maths": "MathsRoom",
    "confusion": "ConfusionRoom",
    "weights": "WeightsRoom",
    "pixels": "PixelsRoom",
    "digit": "DigitRoom",
    "draw": "DrawRoom",
}


class RoomActions(Cockpit):
    """What leads into the rooms."""

    def action_room(self, name: str) -> None:
        """Enter, once there is a network and a digit to look at."""
        if self.viewed is None or self.session.dataset is None:
            self.notify("The data are still being read; then there is something to look at.")
        else:
            module = import_module(f"..rooms.{name}", __package__)
            self.app.push_screen(getattr(module, ROOMS[name])(self))
