"""The selected test image, as characters or as blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..render.glyphs import ascii_rows, block_rows
from ..render.resample import enlarged, fitted
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
        self._blocks = self._large = False

    def update(
        self,
        image: NDArray[np.uint8] | None,
        title: str,
        *,
        blocks: bool,
        large: bool = False,
    ) -> None:
        """Draw this image.

        Args:
            image: side × side; None while there is none yet.
            title: what it is called.
            blocks: whether it is drawn in blocks instead of characters.
            large: whether it fills all the room there is.
        """
        self._image, self._title, self._blocks, self._large = image, title, blocks, large
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        rows = self.size.height - 1
        title = self.title(self._title, key=KEY)
        if self._image is None:
            self.show([title, Text(), Text("  loading the images …", self.ink("quiet"))])
            return
        fit = enlarged if self._large and rows > 0 and self.size.width > 1 else fitted
        image, rows = fit(self._image, rows, self.size.width)
        if self._blocks:
            picture = block_rows(image, rows, self.blends("title", SHADES))
        else:
            picture = [
                Text(row, self.ink("title"), no_wrap=True) for row in ascii_rows(image, rows)
            ]
        pad = max(0, (self.size.width - (2 if rows >= len(image) else 1) * len(image)) // 2)
        self.show([title, *(Text(" " * pad).append_text(row) for row in picture)])
