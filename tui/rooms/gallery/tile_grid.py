"""A page of small captioned pictures with a cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip

from ...render.tiles import TILE_GAP, Tile, TilePage, page
from ...widgets.lines import LinesWidget
from .thumbnails import thumbnail_row

ROOMY = 20  # rows from which the full foot comes before the pictures
Note = tuple[str, Style]


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a grid; pictures are drawn when they become visible."""

    title: str
    notes: Sequence[Note]  # at the title's right end, before the page's number
    count: int
    side: int  # of a picture in pixels, 0 if there are captions only
    caption: int  # columns that a caption takes; 0: the whole width
    draw: Callable[
        [int, int], tuple[Tile, Text]
    ]  # picture and caption of one, for a number of columns
    foot: Callable[[int], Sequence[Text]]  # the lines at the bottom, about the one at the cursor
    feet: int = 1  # number of lines at the bottom
    nothing: str = ""  # shown if there are no pictures


class TileGrid(LinesWidget):
    """Shows the latest contents."""

    @dataclass
    class Picked(Message):
        """The user chose the picture at the cursor."""

        index: int
        """The picture's index."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self._contents: Contents | None = None
        self._page: TilePage | None = None
        self._drawn: dict[int, tuple[Tile, Text]] = {}  # of this page

    @property
    def count(self) -> int:
        """Number of pictures on all pages."""
        return self._contents.count if self._contents else 0

    @property
    def cells(self) -> int:
        """Number of screen cells that the pictures of a page take."""
        here = self._page
        return min(self.count, here.count) * here.columns * here.rows if here else 0

    def update(self, contents: Contents) -> None:
        """Show these instead."""
        self._contents = contents
        self.cursor = max(0, min(self.cursor, contents.count - 1))
        self.redraw()

    def move(self, across: int, down: int) -> None:
        """Move the cursor by this many tiles, within the pictures."""
        if self._page is not None:
            self.go_to(self.cursor + across + down * self._page.across)

    def turn(self, pages: int) -> None:
        """So many pages on."""
        if self._page is not None:
            self.go_to(self.cursor + pages * self._page.count)

    def go_to(self, index: int) -> None:
        """Move the cursor to this picture, or the nearest one."""
        if self._contents is not None and self._contents.count:
            self.cursor = max(0, min(index, self._contents.count - 1))
            self._show_page()

    def pick(self) -> None:
        """Choose the one at the cursor."""
        if self._contents is not None and self._contents.count:
            self.post_message(self.Picked(self.cursor))

    def redraw(self) -> None:
        """Redraw every picture: the images, colours or size may have changed."""
        self._drawn = {}
        self._show_page()

    def _show_page(self) -> None:
        """Title, the page the cursor is on, and what there is to say of the one at the cursor."""
        contents = self._contents
        if contents is None or self.size.width < 2:
            return
        feet = contents.feet if self.size.height >= ROOMY else 1
        width, height = self.size.width, max(0, self.size.height - 1 - feet)
        here = page(
            width, height, contents.side, contents.count, contents.caption or width - TILE_GAP
        )
        spare = max(0, min(contents.feet - feet, height - here.down * here.high))
        feet, height = feet + spare, height - spare
        if here != self._page:
            self._page, self._drawn = here, {}
        first = self.cursor // here.count * here.count
        shown = range(first, min(first + here.count, contents.count))
        # Drawn pictures are reused while the cursor moves within the page.
        self._drawn = {
            index: self._drawn.get(index)
            or contents.draw(index, here.columns or max(1, width - TILE_GAP))
            for index in shown
        }
        pages = -(-contents.count // here.count)
        place = f"  {first + 1}–{shown.stop} of {contents.count}" if contents.count else ""
        turned = f"  page {self.cursor // here.count + 1}/{pages}" if pages > 1 else ""
        notes = [*contents.notes, (place, self.ink("title")), (turned, self.ink("quiet"))]
        while notes and cell_len(contents.title + "".join(note for note, _ in notes)) + 8 > width:
            del notes[-1]  # the least important is last
        lines: list[Text | Strip] = [self.title(contents.title, *notes)]
        for begin in range(shown.start, shown.stop, here.across):
            these = [self._drawn[i] for i in range(begin, min(begin + here.across, shown.stop))]
            lines += thumbnail_row(self, these, here, self.cursor - begin)
        if not contents.count:
            lines += [Text(), Text(f"  {contents.nothing}", self.ink("quiet"))]
        lines = lines[: height + 1] + [Text()] * (height + 1 - len(lines))
        self.show([*lines, *(list(contents.foot(self.cursor))[:feet] if contents.count else [])])

    def _at(self, x: int, y: int) -> int | None:
        """Return the index of the picture at a position."""
        if self._page is None or self._contents is None or y < 1:
            return None
        here = self._page
        column, row = (x - here.left(self.size.width)) // here.wide, (y - 1) // here.high
        first = self.cursor // here.count * here.count
        index = first + row * here.across + column
        inside = 0 <= column < here.across and row < here.down
        return index if inside and index < self._contents.count else None

    def on_click(self, event: Click) -> None:
        """Move the cursor here; a click on the cursor itself chooses the picture."""
        index = self._at(event.x, event.y)
        if index == self.cursor:
            self.pick()
        elif index is not None:
            self.go_to(index)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Turn to the next page."""
        event.stop()
        self.turn(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Turn to the previous page."""
        event.stop()
        self.turn(-1)
