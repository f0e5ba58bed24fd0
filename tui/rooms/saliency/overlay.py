"""Signs over an image for the sign and size of each pixel's slope; ink is the background."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FAINT, STEEP = 0.1, 0.4  # of the steepest slope: below the one no sign, from the other two
LEVELS = 20  # steps of a slope's strength; FAINT and STEEP are whole numbers of them
GROUNDS = 12  # steps of ink
DARKEST = 0.5  # of the way from paper to ink, so that signs stand out from a digit's ground
LIGHTEST = 0.3  # of the way from the ground to a sign's colour


@dataclass(frozen=True, slots=True)
class Cells:
    """The layout of an image's pixels on the screen."""

    wide: int  # columns a pixel
    high: int  # rows a pixel
    columns: int  # pixels shown, across
    rows: int  # and down


@dataclass(frozen=True, slots=True)
class Colors:
    """The colors of an overlay."""

    paper: Color
    ink: Color
    plus: Color
    minus: Color
    chosen: Style
    are_seen: bool = True  # if not, reversed cells are ink
    are_few: bool = False  # if so, no hue can be mixed with the ground


class Palette:
    """The styles mixed from these colors, each computed once."""

    def __init__(self, colors: Colors) -> None:
        self.colors = colors
        self._mixed: dict[tuple[int, int, bool, bool], Style] = {}

    def style(self, ground: int, level: int, *, flipped: bool, here: bool) -> Style:
        """Of a pixel: ink in GROUNDS, slope in LEVELS, whether it is flipped, under the cursor."""
        key = ground, level, flipped, here
        if (found := self._mixed.get(key)) is None:
            found = self._mixed[key] = self._mix(*key)
        return found

    def _mix(self, ground: int, level: int, flipped: bool, here: bool) -> Style:
        paper, chosen = self.colors.paper, self.colors.chosen
        if not self.colors.are_seen:
            inked = 2 * ground >= GROUNDS
            return Style(reverse=inked != here, bold=flipped or here, underline=here)
        below = paper.blend(self.colors.ink, DARKEST * ground / GROUNDS)
        hue = self.colors.plus if level > 0 else self.colors.minus
        lightest = 1.0 if self.colors.are_few else LIGHTEST
        strength = lightest + (1 - lightest) * abs(level) / LEVELS
        style = Style(
            color=below.blend(hue, strength).rich_color,
            bgcolor=below.rich_color if ground else None,
        )
        if flipped or here:
            style += chosen
        return style + Style(reverse=True) if here else style


def cells(side: int, width: int, height: int) -> Cells:
    """As large as fits; a pixel is twice as many columns as rows, or one cell where it is tight."""
    zoom = min(width // (2 * side), height // side)
    if zoom >= 1:
        return Cells(2 * zoom, zoom, side, side)
    wide = 2 if width >= 2 * side else 1
    return Cells(wide, 1, min(side, width // wide), min(side, height))


def following(start: int | None, cursor: int, shown: int, side: int) -> int:
    """Return the first pixel shown of a stretch around the cursor; None: as central as possible."""
    start = (side - shown) // 2 if start is None else start
    return max(0, min(max(start, cursor + 1 - shown), cursor, side - shown))


def sign(level: int, wide: int, *, flipped: bool) -> str:
    """Return the sign of a slope of this LEVEL, doubled if it is steep; × for a flip."""
    one = "" if abs(level) < FAINT * LEVELS else "+" if level > 0 else "−"
    text = one * (wide if abs(level) >= STEEP * LEVELS else max(1, wide // 2))
    return f"{text[: wide - 1]}×".ljust(wide) if flipped else text.ljust(wide)


def levels(
    image: NDArray[np.uint8], shares: NDArray[np.floating]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Ink in GROUNDS, and slopes, given as shares of the steepest, -1 to 1, in LEVELS."""
    import numpy as np

    # Any ink tints the background, so that only blank pixels look blank.
    return np.ceil(image * (GROUNDS / 255)).astype(np.int8), np.trunc(shares * LEVELS).astype(
        np.int8
    )


def sign_row(
    grounds: Sequence[int],
    slopes: Sequence[int],
    wide: int,
    here: int | None,
    flipped: Collection[int],
    palette: Palette,
) -> list[Segment]:
    """One row of pixels, `wide` columns each; the cursor's column, if it is here, and flips'."""
    row: list[tuple[str, Style]] = []
    for column, (ground, level) in enumerate(zip(grounds, slopes, strict=True)):
        turned = column in flipped
        style = palette.style(ground, level, flipped=turned, here=column == here)
        text = sign(level, wide, flipped=turned)
        if row and row[-1][1] is style:
            row[-1] = row[-1][0] + text, style
        else:
            row.append((text, style))
    return [Segment(text, style) for text, style in row]
