"""The first images of a set, as they lie and with rows and columns exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.strip import Strip

from ..render.tiles import sizes
from ..terminal.driver import has_shades
from .digit_tile import digit_tile
from .lines import LinesWidget

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...data.dataset import Dataset

AT_MOST = 8  # images in a row
ENOUGH = 4  # of them, rather than larger ones
LOOKED_AT = 20_000  # labels among which images of different classes are looked for
HEIGHT = 16  # rows that two rows of MNIST's digits take, each with its heading
LOW = 8  # rows where both lie beside each other
AROUND = 8  # rows of the window around them
WORDS = {False: ("as they lie", "as they lie"), True: ("exchanged", "rows and columns exchanged")}


class TransposePreview(LinesWidget):
    """Two rows of images, of which one is marked as chosen."""

    def __init__(self) -> None:
        super().__init__(classes="preview")
        self.styles.height = HEIGHT
        self._images: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None = None
        self._is_transposed = False

    def look_at(self, dataset: Dataset, *, was_transposed: bool) -> None:
        """Show a set's first images, each of another class.

        was_transposed: whether rows and columns were exchanged when they were read.
        """
        labels: list[int] = dataset.train.labels[:LOOKED_AT].tolist()
        rows = sorted(labels.index(label) for label in set(labels))
        as_read = dataset.train.images[rows[:AT_MOST]].reshape(-1, dataset.side, dataset.side)
        exchanged = as_read.swapaxes(1, 2)
        self._images = (exchanged, as_read) if was_transposed else (as_read, exchanged)
        self.choose(transposed=was_transposed)

    def choose(self, *, transposed: bool) -> None:
        """Mark the row that is to be opened."""
        self._is_transposed = transposed
        self.redraw()

    def fit(self, height: int) -> None:
        """Be as high as a screen of this height has room for."""
        self.styles.height = HEIGHT if height >= HEIGHT + AROUND else LOW

    def redraw(self) -> None:
        """Both rows, as many images as fit; beside each other where there is no height for two."""
        if self._images is None or not self.size.width:
            return
        width, height = self.size
        side = self._images[0].shape[1]
        fitting = [
            columns
            for columns in sizes(side)
            if 2 * (-(-columns // 2) + 1) <= height and ENOUGH * (columns + 2) <= width
        ]
        if fitting:
            blocks = [self._block(transposed, fitting[0], width) for transposed in (False, True)]
            self.show([*blocks[0], *blocks[1]])
            return
        left, right = (
            self._block(transposed, sizes(side)[-1], width // 2) for transposed in (False, True)
        )
        self.show([Strip.join(pair) for pair in zip(left, right, strict=True)])

    def _block(self, transposed: bool, columns: int, width: int) -> list[Strip]:
        """Draw a heading and a row of images, each line of this width."""
        assert self._images is not None
        is_chosen = transposed == self._is_transposed
        words = next((one for one in reversed(WORDS[transposed]) if len(one) < width), "")
        heading = Text(("▌" if is_chosen else " ") + words)
        heading.style = self.ink("chosen" if is_chosen else "quiet")
        images = self._images[transposed][: max(1, width // (columns + 2))]
        tiles = [digit_tile(self, image, columns, in_dots=not has_shades()) for image in images]
        lines = [self.strip(heading)]
        lines += [
            Strip.join([cell for part in parts for cell in (Strip.blank(2), part)])
            for parts in zip(*tiles, strict=True)
        ]
        return [line.adjust_cell_length(width) for line in lines]
