"""Pictures made of characters: digits in ASCII or half-blocks, fractions as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RAMP = " .:-=+*#%@"  # from paper to ink
MIN_SIGNED_COLUMNS = 3  # of a bar around a middle line
EIGHTHS = " ▏▎▍▌▋▊▉"


def window(image: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """Return the part of an image, `rows` pixels high, that shows its ink, as central as possible.

    MNIST's digits are at most 20 pixels high, so 20 rows lose nothing but paper.
    """
    if rows >= len(image):
        return image
    start = window_start(image, rows)
    return image[start : start + rows]


def window_start(image: NDArray[np.uint8], rows: int) -> int:
    """Return the first row of the image in such a window."""
    height = len(image)
    if rows >= height:
        return 0
    inked = [row for row, pixels in enumerate(image) if pixels.any()]
    start = (height - rows) // 2
    if inked:
        start = min(start, inked[0])
        start = max(start, inked[-1] + 1 - rows)
    return start


def ascii_rows(image: NDArray[np.uint8], rows: int) -> list[str]:
    """Draw an image in `rows` lines of characters, each of them two pixels high.

    A character is about twice as high as it is wide, so a pair of pixels makes a square picture.
    If `rows` is as high as the image, each pixel is two characters wide instead.
    """
    side = len(image)
    if rows >= side:
        shades = image.repeat(2, axis=1)
    else:
        seen = window(image, 2 * rows)
        seen = seen[: len(seen) // 2 * 2].astype(int)
        shades = (seen[0::2] + seen[1::2]) // 2
    steps = shades.astype(int) * (len(RAMP) - 1) + 127
    return ["".join(RAMP[step // 255] for step in row) for row in steps]


def bar(share: float, width: int) -> str:
    """Draw a fraction of 0 to 1 as a bar, at most `width` cells, exact to an eighth of a cell."""
    eighths = 0 if math.isnan(share) else round(min(max(share, 0.0), 1.0) * width * 8)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + (EIGHTHS[rest] if rest else "")


def signed_bar(share: float, width: int) -> str:
    """Draw a fraction of -1 to 1 as a bar to the left or right of a middle line, `width` cells.

    To the right it is exact to an eighth of a cell, to the left to half a cell: no character is
    filled from its right in eighths.
    """
    if width < MIN_SIGNED_COLUMNS:
        return ""
    half = (width - 1) // 2
    if not share < 0:
        return f"{'':{half}}│{bar(share, half):<{half}}"
    whole, rest = divmod(round(min(-share, 1.0) * half * 2), 2)
    return f"{'▐' * rest + '█' * whole:>{half}}│{'':{half}}"


def block_rows(image: NDArray[np.uint8], rows: int, shades: Sequence[Color]) -> list[Text]:
    """Draw an image in `rows` lines of blocks, half a cell a pixel, or two cells if they fit.

    `shades` are colors from paper to ink.
    """
    side = len(image)
    steps = (image.astype(int) * (len(shades) - 1) + 127) // 255  # 0 … len(shades) - 1
    lines: list[Text] = []
    if rows >= side:
        for row in steps:
            line = Text(no_wrap=True)
            for step in row:
                line.append("  ", Style(bgcolor=shades[int(step)]) if step else "")
            lines.append(line)
        return lines
    seen = window(steps, 2 * rows)
    for upper, lower in zip(seen[0::2], seen[1::2], strict=False):
        line = Text(no_wrap=True)
        for above, below in zip(upper, lower, strict=True):
            if above or below:
                line.append("▀", Style(color=shades[int(above)], bgcolor=shades[int(below)]))
            else:
                line.append(" ")
        lines.append(line)
    return lines
