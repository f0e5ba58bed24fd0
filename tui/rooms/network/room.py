"""The network room: a picture of the whole network, whose every part leads to its own room."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import heading, thing
from ...screens.enter import enter
from ...screens.main.dashboard import Dashboard, is_on_top
from ...screens.main.room_actions import ROOMS, load_room
from ...terminal.driver import has_shades
from ..room import Room
from .picture import NetworkPicture
from .state import NetworkState, Subject, look_at

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ....net.network import Parameters

DUTY_CYCLE = 0.04  # of the time that drawing may take while the network learns


class NetworkRoom(Room):
    """Shows digit, units, answers and connections; Enter opens what the cursor is on."""

    HEADING = "Network"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["network"])]

    def __init__(self, dashboard: Dashboard, drawing: NDArray[np.uint8] | None = None) -> None:
        """drawing: pixels to look at in place of the main screen's test image."""
        super().__init__(dashboard)
        self._drawing = drawing
        self._rest_until = 0.0

    def furnish(self) -> list[Widget]:
        """Return the picture, which fills the room."""
        return [NetworkPicture(id="network")]

    @property
    def picture(self) -> NetworkPicture:
        """The picture."""
        return self.query_one(NetworkPicture)

    def show(self, parameters: Parameters) -> None:
        """Show this network at the drawing or at the main screen's image."""
        dataset = self.workspace.session.dataset
        if dataset is None:
            return
        if self._drawing is not None:
            subject = Subject(
                self._drawing.ravel(), "Your drawing", None, dataset.names, thing(dataset)
            )
        else:
            index = self.workspace.index
            subject = Subject(
                dataset.test.images[index],
                heading(dataset, index),
                int(dataset.test.labels[index]),
                dataset.names,
                thing(dataset),
            )
        begun = perf_counter()
        state = look_at(subject, parameters, self.picture.state)
        self.picture.update(state, blocks=self.dashboard.blocks)
        now = perf_counter()
        self._rest_until = now + (now - begun) / DUTY_CYCLE

    def look(self) -> None:
        """Look only while nothing covers this room, and leave most of the time to training."""
        if is_on_top(self) and not (self.moves and perf_counter() < self._rest_until):
            super().look()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        self.look()

    # Keys

    async def action_dashboard(self, action: str, *parameters: object) -> None:
        """As everywhere, and show at once what has come of it."""
        self._rest_until = 0.0
        await super().action_dashboard(action, *parameters)

    def action_across(self, by: int) -> None:
        """Move the cursor to the next column."""
        self.picture.across(by)

    async def action_down(self, by: int) -> None:
        """Move the cursor down in its column; on the digit, go to another digit."""
        state = self.picture.state
        if state is not None and state.column == 0:
            await self.action_digit(by)
        else:
            self.picture.down(by)

    async def action_digit(self, by: int) -> None:
        """Go to another test image, here and on the main screen."""
        if self._drawing is None:
            await self.action_dashboard("digit", by)

    async def action_mistake(self, by: int) -> None:
        """Go to the next test image that the network gets wrong."""
        if self._drawing is None:
            await self.action_dashboard("mistake", by)

    async def action_glyphs(self) -> None:
        """Draw the digit the other way."""
        await self.action_dashboard("glyphs")
        self.again()

    def action_answer(self) -> None:
        """Follow the network's answer again."""
        if (state := self.picture.state) is not None:
            self.picture.go(state.at(state.column, {}))

    @on(NetworkPicture.Opened)
    async def action_open(self) -> None:
        """Open the room of what is under the cursor."""
        state = self.picture.state
        if state is None:
            return
        if state.column == 0 and self._drawing is not None:
            self.dismiss(None)
        elif state.is_on_connection and self._drawing is not None:
            self.notify(
                "A drawing has no right answer, so there is no loss to follow back. "
                "Open a test image for that.",
                markup=False,
            )
        else:
            await enter(self, self._room_of(state))

    def _room_of(self, state: NetworkState) -> Room:
        """Return the room that shows more of what is under the cursor."""
        here, layer = self.dashboard, state.layer
        unit = state.path[layer]
        if state.column == 0:
            return load_room(*ROOMS["pixels"])(here)
        if state.is_on_connection:
            return load_room(*ROOMS["maths"])(here, (state.path, layer))
        if layer == state.layers:
            return load_room("weights.logits_room", "LogitsRoom")(here, unit, self._drawing)
        unit_room = load_room("weights.unit_room", "UnitRoom")
        return unit_room(here, layer, unit, in_signs=not has_shades())
