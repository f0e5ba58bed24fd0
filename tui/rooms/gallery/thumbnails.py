"""Weights as small pictures in the theme's colors, and rows of such pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip

from ...render.indexed_color import nearest
from ...render.tiles import Tile, TilePage, halves, resized, signs, steps
from ...widgets.lines import LinesWidget

if TYPE_CHECKING:
    from ....net.network import Array

SIGNED = 4  # colours of either sign


def thumbnail_row(
    rows: LinesWidget, tiles: Sequence[tuple[Tile, Text]], here: TilePage, marked: int = -1
) -> list[Strip]:
    """Tiles beside one another, captions under them; a mark stands to the left of one."""
    lines: list[Strip] = []
    left, chosen = here.left(rows.size.width), rows.ink("chosen")
    for y in range(here.high):
        parts = [Strip.blank(left)]
        for index, (tile, caption) in enumerate(tiles):
            part = Strip.blank(0)
            if y < here.rows:
                part = tile[y]
            elif y == here.rows:
                part = rows.strip(caption)
                if index == marked:  # marked by a sign, by boldness and by color
                    part = Strip([Segment(part.text, chosen)], part.cell_length)
            is_marked = index == marked and y <= here.rows
            mark = Strip([Segment("▌", chosen) if is_marked else Segment(" ")], 1)
            parts += [mark, part.adjust_cell_length(here.wide - 1)]
        lines.append(Strip.join(parts))
    return lines


def weight_tile(
    rows: LinesWidget,
    weights: Array,
    side: int,
    columns: int,
    *,
    in_signs: bool = False,
    shades: int = SIGNED,
) -> Tile:
    """Draw a unit's weights, one a pixel, scaled to their largest, in two colors or as signs.

    `shades` is the number of either color. Fewer shades make more equal neighbors, and so fewer
    bytes to send.
    """
    picture = resized(weights.reshape(1, side, side), columns)[0]
    most = float(abs(picture).max())
    if in_signs:
        return signs(steps(picture, most, 3), rows.ink("plus"), rows.ink("minus"))
    plus, minus = rows.blends("plus", shades + 1), rows.blends("minus", shades + 1)
    inks = [*plus, *reversed(minus[1:])]  # a negative level counts from the end
    if shades < SIGNED:
        inks = [nearest(ink) for ink in inks]
    return halves(steps(picture, most, shades), inks)
