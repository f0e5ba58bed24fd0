"""A digit as a small picture in the theme's colours, to be put beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..render.tiles import Tile, characters, dots, halves, resized, steps
from ..terminal.driver import SlowLinkDriver

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .lines import LinesWidget

GRAYS = 8  # of a digit, with paper: fewer than on the main screen, and so fewer bytes


def digit_tile(
    rows: LinesWidget, image: NDArray[np.uint8], columns: int, *, in_dots: bool = False
) -> Tile:
    """Draw a digit in greys between background and ink, or in dots of ink."""
    if in_dots:
        return (characters if SlowLinkDriver.ascii_only else dots)(
            image, columns, rows.ink("title")
        )
    grays = steps(resized(image[None], columns)[0], 255, GRAYS - 1)
    return halves(grays, rows.blends("title", GRAYS))
