"""A drawing: a pen with a round nib over side × side pixels, with undo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

MAX_UNDO = 200  # steps
WIDTHS = (1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # of the nib, in pixels of an image of 28
FIRST_WIDTH = 2.5  # about as thick as the strokes of MNIST's own digits
USUAL_SIDE = 28


def segment(side: int, start: tuple[float, float], end: tuple[float, float], width: float) -> Bytes:
    """Draw a straight stroke, side × side, 0 to 255; points are (x, y), pixel i lies at i.

    A pixel half under the edge of the nib is half grey, which is anti-aliasing.
    """
    y, x = np.mgrid[:side, :side].astype(np.float64)
    ax, ay = start
    dx, dy = end[0] - ax, end[1] - ay
    length = dx * dx + dy * dy
    along = np.clip(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) if length else 0.0
    distance = np.hypot(x - ax - along * dx, y - ay - along * dy)
    return np.rint(255 * np.clip(width / 2 + 0.5 - distance, 0, 1)).astype(np.uint8)


def balance(image: Bytes) -> tuple[float, float] | None:
    """Return the ink's center of mass, (x, y); None if there is no ink."""
    mass = image.astype(np.float64)
    if not mass.any():
        return None
    places = np.arange(len(image))
    return float(mass.sum(axis=0) @ places / mass.sum()), float(
        mass.sum(axis=1) @ places / mass.sum()
    )


class Drawing:
    """The pixels, the pen over them, and the steps so far.

    One undo reverts a step, which is a whole stroke, from pen down to pen up.
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self.pixels: Bytes = np.zeros((side, side), np.uint8)  # ink high on paper 0
        self.x = self.y = float(side // 2)  # of the pen
        self.down = self.erases = False
        self._width = WIDTHS.index(FIRST_WIDTH)
        self._before: list[Bytes] = []
        self._undone: list[Bytes] = []
        self._open = False  # whether the stroke's beginning was kept for undo

    @property
    def width(self) -> float:
        """Width of the nib in pixels of this drawing."""
        return WIDTHS[self._width] * self.side / USUAL_SIDE

    @property
    def steps(self) -> tuple[int, int]:
        """The numbers of steps that can be undone, and redone."""
        return len(self._before), len(self._undone)

    def thicken(self, by: int) -> None:
        """Choose the next nib, thicker or thinner."""
        self._width = min(max(self._width + by, 0), len(WIDTHS) - 1)

    def put(self, *, down: bool) -> None:
        """Set the pen down, which makes a dot, or lift it."""
        self.down = down
        if down:
            self._lay((self.x, self.y), erase=self.erases)
        else:
            self._open = False

    def move(self, dx: float, dy: float) -> None:
        """Move the pen by this many pixels, at most to the edge; it draws if it is down."""
        self.go(self.x + dx, self.y + dy, draw=self.down, erase=self.erases)

    def go(self, x: float, y: float, *, draw: bool, erase: bool) -> None:
        """Move the pen to a point, drawing a stroke on the way if it is to draw."""
        before = self.x, self.y
        last = float(self.side - 1)
        self.x, self.y = min(max(x, 0.0), last), min(max(y, 0.0), last)
        if draw:
            self._lay(before, erase=erase)

    def change_tool(self) -> None:
        """Switch between pen and eraser, and end the stroke."""
        self.erases = not self.erases
        self.lift()

    def lift(self) -> None:
        """End the stroke: the next one is a separate undo step."""
        self._open = False

    def _lay(self, start: tuple[float, float], *, erase: bool) -> None:
        ink = segment(self.side, start, (self.x, self.y), self.width)
        laid = np.minimum(self.pixels, 255 - ink) if erase else np.maximum(self.pixels, ink)
        if not self._open:
            self._keep()
            self._open = True
        self.pixels = laid

    def replace(self, pixels: Bytes) -> None:
        """Other pixels in place of these, as one step; the pen is up."""
        self.put(down=False)
        self._change(pixels)

    def _change(self, pixels: Bytes) -> None:
        self._keep()
        self._open = False
        self.pixels = pixels

    def clear(self) -> None:
        """Blank paper, and the pen off it."""
        self.replace(np.zeros_like(self.pixels))

    def push(self, dx: int, dy: int) -> None:
        """All ink by whole pixels; it stops at the edge, so that none is lost."""
        rows, columns = (np.flatnonzero(self.pixels.any(axis=axis)) for axis in (1, 0))
        if not len(rows):
            return
        last = self.side - 1
        dx = int(np.clip(dx, -columns[0], last - columns[-1]))
        dy = int(np.clip(dy, -rows[0], last - rows[-1]))
        if dx or dy:
            self._change(np.roll(self.pixels, (dy, dx), axis=(0, 1)))

    def undo(self) -> bool:
        """Take the last step back; whether there was one."""
        self._open = False
        return self._travel(self._before, self._undone)

    def redo(self) -> bool:
        """Make the step that was undone last once more; whether there was one."""
        self._open = False
        return self._travel(self._undone, self._before)

    def _travel(self, source: list[Bytes], other: list[Bytes]) -> bool:
        if not source:
            return False
        other.append(self.pixels)
        self.pixels = source.pop()
        return True

    def _keep(self) -> None:
        self._before = [*self._before[1 - MAX_UNDO :], self.pixels]
        self._undone = []
