"""A picture in a frame, its ink's centre of mass marked along the edge; one to draw on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.color import Color
from textual import events
from textual.message import Message

from ..frames import EDGE, cell_of, framed, picture, place_of
from .rows import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHADES = 16
LEFT, RIGHT = 1, 3  # buttons of the mouse


class Framed(Rows):
    """Shows the image it was given last, as wide as it was told."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = 0  # of the picture, without its frame
        self._title = title
        self._image: NDArray[np.uint8] | None = None
        self._balance: tuple[float, float] | None = None
        self._blocks = True
        self._pen: tuple[float, float, str] | None = None

    def size_to(self, columns: int) -> None:
        """Be so many columns wide, and the frame; 0: do not show."""
        self.columns = columns
        self.display = columns > 0
        self.styles.width = columns + EDGE
        self.styles.height = (columns + 1) // 2 + EDGE
        self.redraw()

    def update(
        self,
        image: NDArray[np.uint8],
        balance: tuple[float, float] | None,
        *,
        blocks: bool,
        pen: tuple[float, float, str] | None = None,
    ) -> None:
        """Show a square image, its centre of mass (x, y), and a pen at (x, y) by a character."""
        self._image, self._balance, self._blocks, self._pen = image, balance, blocks, pen
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._image is None or not self.columns:
            return
        side = len(self._image)
        lines = picture(self._image, self.columns, self._shades(), blocks=self._blocks)
        if self._pen is not None:
            x, y, sign = self._pen
            column, row = cell_of(x, y, side, self.columns)
            ground = lines[row].get_style_at_offset(self.app.console, column)
            style = ground.background_style + self.ink("chosen")
            marked = lines[row][:column].append(sign, style)
            lines[row] = marked.append_text(lines[row][column + 1 :])
        quiet, moving = self.ink("quiet"), self.ink("moving")
        middle = cell_of(side / 2, side / 2, side, self.columns)
        marks = {("below", middle[0]): ("┴", quiet), ("right", middle[1]): ("┤", quiet)}
        if self._balance is not None:
            column, row = cell_of(*self._balance, side, self.columns)
            marks |= {("below", column): ("▲", moving), ("right", row): ("◀", moving)}
        self.show(framed(lines, self.columns, (self._title, self.ink("title")), quiet, marks))

    def _shades(self) -> list[Color]:
        """From paper to ink in the theme's colours."""
        paper, ink = self.background_colors[1], self.styles.color
        return [paper.blend(ink, step / (SHADES - 1)).rich_color for step in range(SHADES)]


class Canvas(Framed):
    """A framed picture that tells where the mouse draws."""

    _stroke = False  # whether a button went down here and is not up yet

    @dataclass
    class Drawn(Message):
        """The mouse, with a button down, is here."""

        x: float
        y: float
        """In pixels of the image, pixel i at i; may lie outside."""
        erase: bool
        """Whether it is the right button."""
        begins: bool
        """Whether the button has only just gone down."""

    class Lifted(Message):
        """The button is up again."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A stroke begins."""
        if event.button in (LEFT, RIGHT):
            self._stroke = True
            self.capture_mouse()
            self._tell(event, begins=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A stroke goes on."""
        if self._stroke and event.button in (LEFT, RIGHT):
            self._tell(event, begins=False)

    def on_mouse_up(self) -> None:
        """A stroke ends."""
        self._stroke = False
        self.release_mouse()
        self.post_message(self.Lifted())

    def _tell(self, event: events.MouseEvent, *, begins: bool) -> None:
        event.stop()
        if self._image is None:
            return
        # Some terminals tell the place within a cell; from others it is taken to be the middle.
        x, y = (v + 0.5 if v == int(v) else v for v in (event.pointer_x, event.pointer_y))
        place = place_of(x - 1, y - 1, len(self._image), self.columns)
        self.post_message(self.Drawn(*place, erase=event.button == RIGHT, begins=begins))
