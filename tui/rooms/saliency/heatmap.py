"""A digit under the signs of its pixels' slopes, with a cursor on one pixel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.strip import Strip

from ...terminal.driver import has_shades
from ...terminal.few_colors import has_few_colors
from ...widgets.lines import LinesWidget
from .overlay import Cells, Colors, Palette, cells, following, levels, sign_row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FRAME = 6  # columns of a title's rule and gaps
Place = tuple[int, int]  # row, column


class SaliencyMap(LinesWidget):
    """Draws the latest slopes; if not all pixels fit, it follows the cursor."""

    @dataclass
    class Pointed(Message):
        """The mouse was pressed on a pixel."""

        row: int
        column: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._titles: tuple[str, ...] = ("",)
        self._image: NDArray[np.uint8] | None = None
        self._shares: NDArray[np.floating] | None = None
        self._cursor: Place = (0, 0)
        self._flipped: Collection[Place] = ()
        self._corner: Place | None = None  # None: not chosen yet
        self._cells = Cells(1, 1, 0, 0)
        self._palette: Palette | None = None
        self._strips: dict[
            object, Strip
        ] = {}  # the shown rows, by everything that determines their look

    def update(
        self,
        titles: tuple[str, ...],
        image: NDArray[np.uint8],
        shares: NDArray[np.floating],
        cursor: Place,
        flipped: Collection[Place],
    ) -> None:
        """Show side × side pixels and their slopes as fractions of the steepest.

        Args:
            titles: the longest first; the first that fits is shown.
            image: the pixels.
            shares: the slopes, -1 to 1.
            cursor: row and column of the cursor.
            flipped: the flipped pixels.
        """
        self._titles, self._image, self._shares = titles, image, shares
        self._cursor, self._flipped = cursor, flipped
        self.redraw()

    def on_resize(self) -> None:
        """Redraw, since another part may fit."""
        self._corner = None
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._image is None or self._shares is None or self.size.height < 2:
            return
        side = len(self._image)
        self._cells = shown = cells(side, self.size.width, self.size.height - 1)
        before = self._corner or (None, None)
        self._corner = corner = (
            following(before[0], self._cursor[0], shown.rows, side),
            following(before[1], self._cursor[1], shown.columns, side),
        )
        part = f"rows {corner[0]}-{corner[0] + shown.rows - 1}"
        notes = [] if shown.rows == side else [(part, self.ink("quiet"))]
        taken = len(part) + FRAME if notes else FRAME
        title = next(
            (title for title in self._titles if len(title) + taken <= self.size.width),
            self._titles[-1],
        )
        self.show([self.title(title, *notes), *self._picture(corner, shown)])

    def _picture(self, corner: Place, shown: Cells) -> list[Strip]:
        """Return the rows of the picture, reusing those that look as before."""
        assert self._image is not None
        assert self._shares is not None
        part = slice(corner[1], corner[1] + shown.columns)
        grounds, slopes = levels(self._image[:, part], self._shares[:, part])
        palette = self._palette = self._colors()
        lines: list[Strip] = []
        strips: dict[object, Strip] = {}
        for row in range(corner[0], corner[0] + shown.rows):
            here = self._cursor[1] - corner[1] if row == self._cursor[0] else None
            flipped = frozenset(x - corner[1] for y, x in self._flipped if y == row)
            look = row, grounds[row].tobytes(), slopes[row].tobytes(), here, flipped, shown.wide
            if (strip := self._strips.get((palette, look))) is None:
                cells = sign_row(
                    grounds[row].tolist(), slopes[row].tolist(), shown.wide, here, flipped, palette
                )
                strip = Strip(cells, shown.columns * shown.wide)
            strips[palette, look] = strip
            lines += [strip] * shown.high
        self._strips = strips
        return lines

    def _colors(self) -> Palette:
        """Return the theme's palette, the previous one if its colors are unchanged."""
        paper, ink, plus, minus = (
            self.background_colors[1],
            *(self.color(role) for role in ("title", "plus", "minus")),
        )
        few = has_few_colors(self.app.console)
        colors = Colors(paper, ink, plus, minus, self.ink("chosen"), has_shades(), few)
        before = self._palette
        return before if before and before.colors == colors else Palette(colors)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Report the pixel under the pointer."""
        event.stop()
        if self._corner is None or event.y < 1:
            return
        row, column = (event.y - 1) // self._cells.high, event.x // self._cells.wide
        if row < self._cells.rows and column < self._cells.columns:
            self.post_message(self.Pointed(self._corner[0] + row, self._corner[1] + column))
