"""Words in letters of several cells, for those who look from afar."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rich.text import Text

from ..terminal.ascii import SIGNS

if TYPE_CHECKING:
    from rich.console import Console

COLUMNS, ROWS = 3, 5  # cells of a letter: two pixels across and two down in each
# By their pixels: 1 upper left, 2 upper right, 4 lower left, 8 lower right.
QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


def enlarged(line: Text, console: Console) -> list[Text]:
    """Return a line of text as ROWS lines, COLUMNS cells for each character, in the same styles."""
    rows = [Text(no_wrap=True) for _ in range(ROWS)]
    for part, style, _ in line.render(console):
        letters = [_letter(character) for character in part]
        for row, cells in zip(rows, zip(*letters, strict=True), strict=False):
            row.append("".join(cells), style)
    return rows


@cache
def _letter(character: str) -> tuple[str, ...]:
    """Return the ROWS lines of a letter of Pillow's own bitmap font, 6 × 11 pixels of Latin-1."""
    import numpy as np
    from PIL import ImageFont

    known = character if ord(character) < 256 else SIGNS.get(character, "?")
    mask = ImageFont.load_default_imagefont().getmask(known)
    pixels = np.array(mask, bool).reshape(mask.size[::-1])[1 : 1 + 2 * ROWS, : 2 * COLUMNS]
    across, down = 2 * COLUMNS - pixels.shape[1], 2 * ROWS - pixels.shape[0]
    bits = np.pad(pixels, ((0, down), (0, across))).reshape(ROWS, 2, COLUMNS, 2)
    indices = np.einsum("ryxc,yc->rx", bits, [[1, 2], [4, 8]])
    return tuple("".join(QUADRANTS[i] for i in row) for row in indices)
