"""What each unit of the last hidden layer adds to each class's logit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from ....net.inspection.contributions import contributions
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import thing
from ...screens.main.dashboard import Dashboard
from ..room import Room
from .logits_table import LogitsTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ....net.network import Parameters


class LogitsRoom(Room):
    """Show one image's sums; arrows choose the class that orders the units."""

    HEADING = "Contributions"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["logits"])]

    def __init__(
        self,
        dashboard: Dashboard,
        chosen: int | None = None,
        drawing: NDArray[np.uint8] | None = None,
    ) -> None:
        """Take what to show.

        Args:
            dashboard: the main screen.
            chosen: the class that orders the units at first; None: the answer.
            drawing: pixels to look at in place of the main screen's test image.
        """
        super().__init__(dashboard)
        self._chosen, self._drawing = chosen, drawing

    def furnish(self) -> list[Widget]:
        """Return the table, which fills the room."""
        return [LogitsTable(self._chosen)]

    @property
    def table(self) -> LogitsTable:
        """The table."""
        return self.query_one(LogitsTable)

    def show(self, parameters: Parameters) -> None:
        """Show the contributions for the dashboard's image."""
        dataset, index = self.workspace.session.dataset, self.workspace.index
        if dataset is None:
            return
        names, kind = dataset.names, thing(dataset)
        if self._drawing is not None:
            found = contributions(parameters, self._drawing.ravel())
            self.table.update(found, "Your drawing", None, names, kind)
        else:
            found = contributions(parameters, dataset.test.images[index])
            label = int(dataset.test.labels[index])
            self.table.update(found, f"Test image #{index}", label, names, kind)

    async def action_digit(self, by: int) -> None:
        """Go to another test image, here and on the main screen."""
        if self._drawing is None:
            await self.action_dashboard("digit", by)

    def action_choose(self, by: int) -> None:
        """Choose another class."""
        self.table.choose(by)

    def action_scroll(self, rows: int) -> None:
        """Scroll the units by rows."""
        self.table.scroll_units(rows)

    def action_turn(self, pages: int) -> None:
        """Scroll the units by pages."""
        self.table.scroll_units(pages * self.table.room)
