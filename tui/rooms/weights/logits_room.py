"""What each unit of the last hidden layer adds to each class's logit."""

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
    """Show one image's sums; arrows choose the class that orders the units."""

    HEADING = "Contributions"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["logits"])]

    def furnish(self) -> list[Widget]:
        """Return the table, which fills the room."""
        return [LogitsTable()]

    @property
    def table(self) -> LogitsTable:
        """The table."""
        return self.query_one(LogitsTable)

    def show(self, parameters: Parameters) -> None:
        """Show the contributions for the dashboard's image."""
        dataset, index = self.workspace.session.dataset, self.workspace.index
        if dataset is not None:
            found = contributions(parameters, dataset.test.images[index])
            label = int(dataset.test.labels[index])
            self.table.update(found, index, label, dataset.names, thing(dataset))

    async def action_digit(self, by: int) -> None:
        """Go to another test image, here and on the main screen."""
        await self.action_cockpit("digit", by)

    def action_choose(self, by: int) -> None:
        """Choose another class."""
        self.table.choose(by)

    def action_scroll(self, rows: int) -> None:
        """Scroll the units by rows."""
        self.table.scroll_units(rows)

    def action_turn(self, pages: int) -> None:
        """Scroll the units by pages."""
        self.table.scroll_units(pages * self.table.room)
