"""The base of rooms with a page of small pictures: their common keys and mouse actions."""

from __future__ import annotations

from textual.widget import Widget

from ...screens.main.dashboard import Dashboard
from ...terminal.driver import has_shades
from ...terminal.few_colors import has_few_colors
from ..background_room import BackgroundRoom
from .tile_grid import TileGrid


class TileRoom(BackgroundRoom):
    """Hold a `TileGrid`, and move its cursor."""

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        # With few colors, color alone cannot show a sign.
        self.in_signs = not has_shades() or has_few_colors(self.app.console)

    def furnish(self) -> list[Widget]:
        """Return the grid, which fills the room."""
        return [TileGrid(id="tiles")]

    @property
    def tiles(self) -> TileGrid:
        """The pictures."""
        return self.query_one(TileGrid)

    def action_move(self, across: int, down: int) -> None:
        """Move the cursor by this many pictures."""
        self.tiles.move(across, down)

    def action_turn(self, pages: int) -> None:
        """Turn to another page."""
        self.tiles.turn(pages)

    def action_first(self) -> None:
        """Go to the first picture."""
        self.tiles.go_to(0)

    def action_last(self) -> None:
        """Go to the last picture."""
        self.tiles.go_to(self.tiles.count - 1)

    def action_pick(self) -> None:
        """Choose the picture at the cursor."""
        self.tiles.pick()
