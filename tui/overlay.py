"""Signs over an image: which way each pixel's slope goes, and how steep; ink is the ground."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.color import Color

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FAINT, STEEP = 0.1, 0.4  # of the steepest slope: below the one no sign, from the other two
DARKEST = 0.5  # of the way from paper to ink, so that signs stand out from a digit's ground
LIGHTEST = 0.3  # of the way from paper to a sign's colour


@dataclass(frozen=True, slots=True)
class Cells:
    """How an image's pixels lie on the screen."""

    wide: int  # columns a pixel
    high: int  # rows a pixel
    columns: int  # pixels shown, across
    rows: int  # and down


@dataclass(frozen=True, slots=True)
class Colours:
    """What an overlay is drawn in."""

    paper: Color
    ink: Color
    speaks_for: Color
    against: Color
    chosen: Style


def cells(side: int, width: int, height: int) -> Cells:
    """As large as fits; a pixel is twice as many columns as rows, or one cell where it is tight."""
    zoom = min(width // (2 * side), height // side)
    if zoom >= 1:
        return Cells(2 * zoom, zoom, side, side)
    wide = 2 if width >= 2 * side else 1
    return Cells(wide, 1, min(side, width // wide), min(side, height))


def following(start: int | None, cursor: int, shown: int, side: int) -> int:
    """The first pixel to show of a stretch with the cursor in it; None: as central as it can be."""
    start = (side - shown) // 2 if start is None else start
    return max(0, min(max(start, cursor + 1 - shown), cursor, side - shown))


def sign(share: float, wide: int, *, flipped: bool) -> str:
    """The sign of a slope that is this share of the steepest: twice if steep; × for a flip."""
    one = "" if abs(share) < FAINT else "+" if share > 0 else "−"
    text = one * (wide if abs(share) >= STEEP else max(1, wide // 2))
    return f"{text[: wide - 1]}×".ljust(wide) if flipped else text.ljust(wide)


def signs(
    image: NDArray[np.uint8],
    shares: NDArray[np.floating],
    corner: tuple[int, int],
    shown: Cells,
    *,
    cursor: tuple[int, int],
    flipped: Collection[tuple[int, int]],
    colours: Colours,
) -> list[Text]:
    """The pixels from `corner` on, all places as (row, column); shares as for `sign`, by pixel."""
    lines: list[Text] = []
    for row in range(corner[0], corner[0] + shown.rows):
        line = Text(no_wrap=True)
        for column in range(corner[1], corner[1] + shown.columns):
            share = float(shares[row, column])
            turned = (row, column) in flipped
            text = sign(share, shown.wide, flipped=turned)
            ground = colours.paper.blend(colours.ink, DARKEST * int(image[row, column]) / 255)
            hue = colours.speaks_for if share > 0 else colours.against
            strength = LIGHTEST + (1 - LIGHTEST) * abs(share)
            style = Style(
                color=ground.blend(hue, strength).rich_color,
                bgcolor=ground.rich_color if image[row, column] else None,
            )
            if turned:
                style += colours.chosen
            if (row, column) == cursor:
                style += colours.chosen + Style(reverse=True)
            line.append(text, style)
        lines += [line] * shown.high
    return lines
