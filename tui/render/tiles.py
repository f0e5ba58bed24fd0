"""Tiles: many small pictures, of digits in greys or dots, or of signed weights in half-blocks.

A tile is a list of strips, ready to be put beside others. The layout of a page of tiles is
computed here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .glyphs import ascii_rows
from .resample import area_weights

if TYPE_CHECKING:
    from rich.color import Color

MIN_TILE_COLUMNS = 16
MAX_TILE_COLUMNS = 60
SHARES = (0.75, 1, 1.25, 1.5, 2)  # columns for a pixel that look good
MAX_ROW_GAP = 3  # blank rows between two rows of tiles
TILE_GAP = 2  # columns between two tiles, one of them for the cursor's mark
PLUS, MINUS = " +*#", " -~="  # weights without colors, from zero to the largest
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])  # of a braille cell

Tile = list[Strip]


@dataclass(frozen=True, slots=True)
class TilePage:
    """The layout of tiles of one size, each with a caption, in a rectangle."""

    columns: int  # of a tile
    rows: int  # of a tile, without its caption
    across: int
    down: int
    wide: int  # columns of a tile and its gap
    high: int

    @property
    def count(self) -> int:
        """Tiles on a page."""
        return self.across * self.down

    def left(self, width: int) -> int:
        """Columns before the first tile, so that all stand in the middle."""
        return max(0, width - self.across * self.wide) // 2


def sizes(side: int) -> list[int]:
    """Return the widths in columns at which side × side pixels may be drawn, largest first.

    A column is a pixel, a fraction of one, or the mean of several; two rows of pixels make a line.
    """
    smallest = -(-side // -(-side // MIN_TILE_COLUMNS))
    larger = {round(side * share) for share in SHARES}
    return [
        *sorted((one for one in larger if smallest < one <= MAX_TILE_COLUMNS), reverse=True),
        smallest,
    ]


def page(width: int, height: int, side: int, count: int, caption: int) -> TilePage:
    """Return the largest tiles that all fit; if none do, as many of the smallest as fit.

    If not even one of the smallest fits, one is shown anyway, if need be its caption alone.

    Args:
        width: columns.
        height: rows.
        side: of a picture in pixels; 0: captions only.
        count: number of pictures.
        caption: columns of a caption.
    """
    found = [_page(width, height, columns, caption) for columns in (sizes(side) if side else [0])]
    fitting = [one for one in found if one.wide <= width and one.high <= height]
    smallest = found[-1]
    if smallest.high > height:
        columns = max(0, min(smallest.columns, 2 * (height - 1), width - TILE_GAP))
        smallest = _page(width, height, columns, caption)
    return next((one for one in fitting if one.count >= count), smallest)


def _page(width: int, height: int, columns: int, caption: int) -> TilePage:
    rows = -(-columns // 2)
    least, wide = rows + 1, max(columns, caption) + TILE_GAP
    across, down = max(1, width // wide), max(1, height // least)
    spread = max(1 - wide, min(4, (width - across * wide) // across))
    gap = min(MAX_ROW_GAP, max(0, height - down * least) // down) if rows else 0
    return TilePage(columns, rows, across, down, wide + spread, least + gap)


def resized(
    pictures: NDArray[np.floating] | NDArray[np.uint8], columns: int
) -> NDArray[np.float64]:
    """Pictures, n × side × side, as n × columns × columns: means of the pixels covered."""
    side = pictures.shape[-1]
    if columns == side:
        return pictures.astype(np.float64)
    share = area_weights(side, columns)
    with np.errstate(all="ignore"):  # weights of a network that diverged
        return share @ pictures @ share.T


def steps(values: NDArray[np.floating], most: float, levels: int) -> NDArray[np.int64]:
    """Values from -most to most as whole numbers from -levels to levels; what is no number as 0."""
    scaled = np.zeros(values.shape) if not most > 0 else values / most * levels
    return np.clip(np.rint(np.nan_to_num(scaled)), -levels, levels).astype(np.int64)


def halves(levels: NDArray[np.int64], inks: Sequence[Color]) -> Tile:
    """Draw pixels as half-blocks, two above one another in a cell.

    Args:
        levels: h × w, 0 for paper, which is left blank.
        inks: the color of each level; a negative level counts from the end.
    """
    tile: Tile = []
    blank = np.zeros(levels.shape[1], np.int64)
    for upper, lower in zip_longest(levels[0::2], levels[1::2], fillvalue=blank):
        segments: list[Segment] = []
        run, style = "", None
        cell = "", 0, 0
        for above, below in zip(upper.tolist(), lower.tolist(), strict=True):
            cell = character, ink, ground = _half(above, below, cell)
            wanted = _style(inks[ink], inks[ground] if ground else None) if ink else None
            if wanted is not style and run:
                segments.append(Segment(run, style))
                run = ""
            run, style = run + character, wanted
        tile.append(Strip([*segments, Segment(run, style)], levels.shape[1]))
    return tile


def _half(above: int, below: int, before: tuple[str, int, int]) -> tuple[str, int, int]:
    """One cell: its character and the levels of its ink and its ground; `before` is to its left.

    Paper takes no colour, so that the shape is there even where colours are not. Two colours lie
    either way round: the one that repeats more of the cell before sends fewer bytes.
    """
    if above == below:
        return ("█" if above else " "), above, 0
    if not below:
        return "▀", above, 0
    if not above or (below == before[1]) + (above == before[2]) > (above == before[1]) + (
        below == before[2]
    ):
        return "▄", below, above
    return "▀", above, below


@lru_cache(maxsize=4096)
def _style(ink: Color, ground: Color | None) -> Style:
    return Style(color=ink, bgcolor=ground)


def signs(levels: NDArray[np.int64], plus: Style, minus: Style) -> Tile:
    """Pixels from -3 to 3 as characters that say the sign, two pixels above one another in each."""
    tile: Tile = []
    blank = np.zeros(levels.shape[1], np.int64)
    for upper, lower in zip_longest(levels[0::2], levels[1::2], fillvalue=blank):
        segments: list[Segment] = []
        for level in np.where(abs(upper) >= abs(lower), upper, lower).tolist():
            style = plus if level > 0 else minus
            segments.append(Segment((PLUS if level > 0 else MINUS)[abs(level)], style))
        tile.append(Strip(segments, len(upper)).simplify())
    return tile


def characters(image: NDArray[np.uint8], columns: int, ink: Style) -> Tile:
    """Draw a digit in shades of ASCII, two pixels of the small picture a character."""
    small = np.pad(resized(image[None], columns)[0], ((0, columns % 2), (0, 0)))
    return [Strip([Segment(row, ink)], columns) for row in ascii_rows(small, len(small) // 2)]


def dots(image: NDArray[np.uint8], columns: int, ink: Style) -> Tile:
    """Draw a digit in braille: black and white, with eight dots a cell."""
    rows = -(-columns // 2)
    inked = resized(image[None], 2 * columns)[0] > 127
    padded = np.zeros((4 * rows, 2 * columns), bool)
    padded[: len(inked)] = inked
    cells = padded.reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3)
    codes = 0x2800 + (cells * DOTS).sum(axis=(2, 3))
    return [Strip([Segment("".join(map(chr, row)), ink)], columns) for row in codes.tolist()]
