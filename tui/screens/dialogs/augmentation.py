"""The selected digit beside deformed copies, as a run with `augment` trains on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding

from ...render.glyphs import ascii_rows
from ...render.resample import shrunk
from ...widgets.lines import LinesWidget
from .base import Dialog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GAP = 2  # columns between two digits


class Copies(LinesWidget):
    """Shows as many copies as fit, the original first."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        super().__init__()
        self._image = image  # side × side
        self._seed = 0

    def another(self) -> None:
        """Draw other deformations."""
        self._seed += 1
        self.redraw()

    def redraw(self) -> None:
        """Original and copies, in rows and columns."""
        import numpy as np

        from ....data.augment import Deformation, deformed

        height, width = self.size.height - 3, self.size.width - GAP
        most = max(2, min(2 * height, width) // 2 * 2)  # pixels, one column and half a row each
        side = min(len(self._image), most)
        across = max(1, self.size.width // (side + GAP))
        down = max(1, height // (side // 2))
        # The rest is distributed between them.
        gap = max(GAP, (self.size.width - across * side) // across)
        blank = [Text()] * max(0, (height - down * (side // 2)) // down)
        same = np.repeat(self._image[np.newaxis], across * down - 1, axis=0)
        pictures = [self._image]
        if len(same):
            generator = np.random.default_rng(self._seed)
            pictures += list(deformed(same, Deformation(), generator, group=1))
        words = "First as it is; with augment elastic, each epoch learns from other copies."
        lines = [
            self.title("As it is, and deformed"),
            Text(f" {words}", self.ink("quiet")),
        ]
        for begin in range(0, len(pictures), across):
            fitting = [
                picture if len(picture) == side else shrunk(picture, side)
                for picture in pictures[begin : begin + across]
            ]
            cells = [ascii_rows(picture, side // 2) for picture in fitting]
            for parts in zip(*cells, strict=True):
                line = Text()
                for x, part in enumerate(parts):
                    original = begin + x == 0
                    line.append(" " * (gap // 2), "")
                    line.append(part, self.ink("chosen" if original else "title"))
                    line.append(" " * (gap - gap // 2), "")
                lines.append(line)
            lines += blank
        lines.append(Text(" Space: others   Esc: back", self.ink("quiet")))
        self.show(lines)


class AugmentationDialog(Dialog[None]):
    """Space draws other deformations, Esc goes back."""

    BINDINGS = [
        Binding("escape,q,e", "leave", "Back"),
        Binding("space,right", "another", "Others"),
    ]

    def __init__(self, image: NDArray[np.uint8]) -> None:
        super().__init__()
        self._image = image

    def compose(self) -> ComposeResult:
        """One widget, as large as the screen."""
        yield Copies(self._image)

    def action_another(self) -> None:
        """Other deformations of the same digit."""
        self.query_one(Copies).another()

    def action_leave(self) -> None:
        """Back to the main screen."""
        self.dismiss(None)
