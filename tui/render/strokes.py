"""Lines from the left edge of a rectangle to its right, each with a sign and a strength.

The sign is in the line itself, so that it needs no colour: what is positive is a solid line, what
is negative a dashed one; in ASCII they are rows of + and of -. The stronger, the thicker; in ASCII,
the closer its characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rich.style import Style
from rich.text import Text

from .subcells import ACROSS, BITS, DOWN

DASH, DASH_GAP = 4, 3  # dots along a line that stands for a negative number
THICK = 0.7  # of the strongest line, from which one is two dots thick
ASCII_STEPS = ((THICK, 1), (0.25, 2), (0.0, 3))  # strength, and cells to the next character
LEVELS = 3  # of strength that a line's style tells
Cell = tuple[int, int]  # column, row


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line."""

    begin: int
    """The row it begins in, at the left edge."""
    end: int
    """The row it ends in, at the right edge."""
    strength: float
    """-1 to 1; below zero it is dashed."""
    is_lit: bool = False
    """Whether it stands out from all others and lies above them."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What lines look like, and which of them a cell shows."""

    lines: list[Text]
    owners: Mapping[Cell, int]
    """The place in the sequence of strokes of the one that is uppermost in a cell."""


def level(strength: float) -> int:
    """Return how strong a line looks, 1 to LEVELS."""
    return min(LEVELS, 1 + int(abs(strength) * LEVELS))


def draw_strokes(
    strokes: Sequence[Stroke],
    size: tuple[int, int],
    styles: Mapping[tuple[int, int], Style],
    lit: Mapping[int, Style],
    *,
    ascii_only: bool,
) -> Drawing:
    """Draw lines over one another, the strongest above the weaker, those that are lit above all.

    Args:
        strokes: In any order.
        size: Columns and rows of the rectangle.
        styles: By sign, 1 or -1, and level, 1 to LEVELS.
        lit: By sign, of lines that are lit.
        ascii_only: Whether the lines consist of + and - instead of dots.
    """
    width, height = size
    order = sorted(range(len(strokes)), key=lambda n: (strokes[n].is_lit, abs(strokes[n].strength)))
    cells: dict[Cell, str] = {}
    bits: dict[Cell, int] = {}
    owners: dict[Cell, int] = {}
    for n in order:
        stroke = strokes[n]
        form = stroke.begin, stroke.end, width, stroke.strength >= 0
        if ascii_only:
            for cell in _ascii_cells(*form, _apart(stroke)):
                cells[cell], owners[cell] = "+" if stroke.strength >= 0 else "-", n
            continue
        is_thick = stroke.is_lit or abs(stroke.strength) >= THICK
        for cell, dots in _braille_cells(*form, is_thick):
            # What is lit hides what lies below it; all others share their cells.
            bits[cell] = dots if stroke.is_lit else bits.get(cell, 0) | dots
            owners[cell] = n
    cells |= {cell: chr(0x2800 + dots) for cell, dots in bits.items()}
    looks = [_style(stroke, styles, lit) for stroke in strokes]
    return Drawing([_row(y, width, cells, owners, looks) for y in range(height)], owners)


def _style(
    stroke: Stroke, styles: Mapping[tuple[int, int], Style], lit: Mapping[int, Style]
) -> Style:
    sign = 1 if stroke.strength >= 0 else -1
    return lit[sign] if stroke.is_lit else styles[sign, level(stroke.strength)]


def _row(
    y: int,
    width: int,
    cells: Mapping[Cell, str],
    owners: Mapping[Cell, int],
    looks: Sequence[Style],
) -> Text:
    line = Text(no_wrap=True)
    here = [(x, y) for x in range(width)]
    for look, run in groupby(here, lambda cell: looks[owners[cell]] if cell in owners else None):
        line.append("".join(cells.get(cell, " ") for cell in run), look)
    return line


def _height(begin: int, end: int, along: float) -> float:
    """Return the row of a line at 0 to 1 of its way: level at both ends, steepest halfway."""
    return begin + (end - begin) * along * along * (3 - 2 * along)


@lru_cache(maxsize=4096)  # the same lines are drawn again and again while a network learns
def _braille_cells(
    begin: int, end: int, width: int, is_solid: bool, is_thick: bool
) -> tuple[tuple[Cell, int], ...]:
    """Return the cells that a line passes through, each with its dots."""
    across, center = width * ACROSS, (DOWN - 1) / 2
    found: dict[Cell, int] = {}

    def dot(x: int, y: int) -> None:
        if x < across:
            cell = x // ACROSS, y // DOWN
            found[cell] = found.get(cell, 0) | BITS[y % DOWN][x % ACROSS]

    before = round(DOWN * begin + center)
    passed = 0  # dots along the line so far
    for x in range(across):
        y = round(DOWN * _height(begin, end, x / max(1, across - 1)) + center)
        step = 1 if y > before else -1
        # Where it is steep, a column holds all dots on the way from the one before.
        way = range(before + step, y + step, step) if y != before else (y,)
        for between in way:
            if is_solid or passed % (DASH + DASH_GAP) < DASH:
                dot(x, between)
                if is_thick:
                    dot(*((x, between + 1) if len(way) < 3 else (x + 1, between)))
            passed += 1
        before = y
    return tuple(found.items())


def _apart(stroke: Stroke) -> int:
    """Return the cells from one character of an ASCII line to the next."""
    if stroke.is_lit:
        return 1
    return next(cells for least, cells in ASCII_STEPS if abs(stroke.strength) >= least)


@lru_cache(maxsize=4096)
def _ascii_cells(begin: int, end: int, width: int, _: bool, apart: int) -> tuple[Cell, ...]:
    """Return the cells in which an ASCII line has a character."""
    return tuple((x, round(_height(begin, end, (x + 0.5) / width))) for x in range(0, width, apart))
