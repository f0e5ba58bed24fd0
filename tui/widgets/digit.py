"""The chosen test image, as characters or as blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..render.glyphs import ascii_rows, block_rows
from ..render.resample import fitted
from .lines import LinesWidget

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHADES = 12
KEY = "2"


class Digit(LinesWidget):
    """Draws one image, as large as fits."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._image: NDArray[np.uint8] | None = None
        self._title = "Test image"
        self._blocks = False

    def update(self, image: NDArray[np.uint8] | None, title: str, *, blocks: bool) -> None:
        """Draw this image (side × side, None while there is none yet)."""
        self._image, self._title, self._blocks = image, title, blocks
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        rows = self.size.height - 1
        title = self.title(self._title, key=KEY)
        if self._image is None:
            self.show([title, Text(), Text("  loading the images …", self.ink("quiet"))])
            return
        image, rows = fitted(self._image, rows, self.size.width)
        if self._blocks:
            picture = block_rows(image, rows, self.blends("title", SHADES))
        else:
            picture = [
                Text(row, self.ink("title"), no_wrap=True) for row in ascii_rows(image, rows)
            ]
        pad = max(0, (self.size.width - (2 if rows >= len(image) else 1) * len(image)) // 2)
        self.show([title, *(Text(" " * pad).append_text(row) for row in picture)])
