"""Why this answer: what each unit of the last hidden layer adds to each class's logit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from ....net.inspection.contributions import contributions
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import thing
from ..room import Room
from .logits_table import LogitsTable

if TYPE_CHECKING:
    from ....net.network import Parameters


class LogitsRoom(Room):
    """One digit's sums, all at once; arrows choose the class by which the units are ordered."""

    HEADING = "Contributions"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["logits"])]

    def furnish(self) -> list[Widget]:
        """The table fills the room."""
        return [LogitsTable()]

    @property
    def table(self) -> LogitsTable:
        """The table."""
        return self.query_one(LogitsTable)

    def show(self, parameters: Parameters) -> None:
        """Add up for the cockpit's digit."""
        dataset, index = self.cockpit.session.dataset, self.cockpit.index
        if dataset is not None:
            found = contributions(parameters, dataset.test.images[index])
            label = int(dataset.test.labels[index])
            self.table.update(found, index, label, dataset.names, thing(dataset))

    async def action_digit(self, by: int) -> None:
        """Another test digit, here and on the main screen."""
        await self.action_cockpit("digit", by)

    def action_choose(self, by: int) -> None:
        """Another class."""
        self.table.choose(by)

    def action_scroll(self, rows: int) -> None:
        """Other units."""
        self.table.scroll_units(rows)

    def action_turn(self, pages: int) -> None:
        """Other units, a page of them."""
        self.table.scroll_units(pages * self.table.room)
