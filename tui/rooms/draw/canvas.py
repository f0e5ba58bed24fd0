"""A framed picture with its ink's center of mass marked along the edge, and one to draw on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.strip import Strip

from ...widgets.lines import LinesWidget
from .frame import EDGE, bottom, cell_of, pixel_row, place_of, scaled, top

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHADES = 16
LEFT, RIGHT = 1, 3  # buttons of the mouse


class FramedPicture(LinesWidget):
    """Shows the latest image in a given width."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = 0  # of the picture, without its frame
        self._title = title
        self._image: NDArray[np.uint8] | None = None
        self._balance: tuple[float, float] | None = None
        self._blocks = True
        self._pen: tuple[float, float, str] | None = None
        self._strips: dict[
            object, Strip
        ] = {}  # the shown rows, by everything that determines their look

    def size_to(self, columns: int) -> None:
        """Make picture and frame this many columns wide; 0: hide them."""
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
        side, columns = len(self._image), self.columns
        quiet, moving = self.ink("quiet"), self.ink("moving")
        middle = cell_of(side / 2, side / 2, side, columns)
        below, right = {middle[0]: ("┴", quiet)}, {middle[1]: ("┤", quiet)}
        if self._balance is not None:
            column, row = cell_of(*self._balance, side, columns)
            below[column], right[row] = ("▲", moving), ("◀", moving)
        shades = self.blends("title", SHADES)
        pixels = scaled(self._image, columns)
        strips: dict[object, Strip] = {}
        rows: list[Text | Strip] = [top(columns, self._title, self.ink("title"), quiet)]
        for y in range(len(pixels) // 2):
            pair, wall = pixels[2 * y : 2 * y + 2], right.get(y, ("│", quiet))
            pen = self._pen_in(y)
            # Everything that determines a row's look, so that unchanged rows are reused.
            look = y, pair.tobytes(), wall, pen, self._blocks, columns, quiet, tuple(shades)
            if (strip := self._strips.get(look)) is None:
                line = pixel_row(pair, shades, blocks=self._blocks)
                line.stylize_before(self.ink("title"))
                strip = self.strip(self._walled(line, wall, pen, quiet))
            strips[look] = strip
            rows.append(strip)
        self._strips = strips
        self.show([*rows, bottom(columns, quiet, below)])

    def _pen_in(self, row: int) -> tuple[int, str] | None:
        """Return the pen's column and sign, if it is in this row of cells."""
        if self._pen is None or self._image is None:
            return None
        x, y, sign = self._pen
        column, its_row = cell_of(x, y, len(self._image), self.columns)
        return (column, sign) if its_row == row else None

    def _walled(
        self, line: Text, wall: tuple[str, Style], pen: tuple[int, str] | None, rule: Style
    ) -> Text:
        """Draw a row between the frame's sides, with the pen on the background of its cell."""
        if pen is not None:
            column, sign = pen
            ground = line.get_style_at_offset(self.app.console, column).background_style
            marked = line[:column].append(sign, ground + self.ink("chosen"))
            line = marked.append_text(line[column + 1 :])
        row = Text.assemble(("│", rule), no_wrap=True)
        return row.append_text(line).append(*wall)


class Canvas(FramedPicture):
    """A framed picture that reports where the mouse draws."""

    _stroke = False  # whether a button was pressed here and is still down

    @dataclass
    class Drawn(Message):
        """The mouse moved with a button down."""

        x: float
        y: float
        """In pixels of the image, pixel i at i; may lie outside."""
        erase: bool
        """Whether the button is the right one."""
        begins: bool
        """Whether the button has just been pressed."""

    class Lifted(Message):
        """The button was released."""

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a stroke."""
        if event.button in (LEFT, RIGHT):
            self._stroke = True
            self.capture_mouse()
            self._tell(event, begins=True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Continue a stroke."""
        if self._stroke and event.button in (LEFT, RIGHT):
            self._tell(event, begins=False)

    def on_mouse_up(self) -> None:
        """End a stroke."""
        self._stroke = False
        self.release_mouse()
        self.post_message(self.Lifted())

    def _tell(self, event: events.MouseEvent, *, begins: bool) -> None:
        event.stop()
        if self._image is None:
            return
        # Some terminals report the position within a cell; for others the middle is assumed.
        x, y = (v + 0.5 if v == int(v) else v for v in (event.pointer_x, event.pointer_y))
        place = place_of(x - 1, y - 1, len(self._image), self.columns)
        self.post_message(self.Drawn(*place, erase=event.button == RIGHT, begins=begins))
