"""The page of the sweep room: heat map or curves, what their signs mean, and the cell in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.message import Message

from ...sweep.watch.overview import Overview
from ...sweep.watch.plan import At
from ...terminal.driver import SlowLinkDriver, has_shades
from ...widgets.lines import LinesWidget
from ..layout import Block, words
from . import curves, heatmap, reading
from .heatmap import TINTS, Layout, Pen, Signs
from .labels import shortened
from .welcome import welcome

SEPARATOR = "   "
FEW_COLORS = (None, "standard")  # in Rich's words: too few for a scale
MIN_CURVES_ROWS, MAX_CURVES_ROWS = 10, 30  # beneath a heat map that leaves them
MIN_LEGEND_ROWS, MIN_OTHERS_ROWS = 8, 10  # rows of a page with room for these lines
MAX_TROUBLE_ROWS = 3
READING_ROWS = ((16, 3), (9, 2), (0, 1))  # rows of a page, and those for words about the cell
Piece = Sequence[tuple[str, Style]]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page shows."""

    shown: Overview
    cursor: tuple[int, int]
    """Indices of the row and the column."""
    selected: str
    """Which of the other hyperparameters the keys hold; empty if there is none."""
    is_curves: bool
    is_joined: bool
    """Whether a line between neighboring points means something."""
    name: str
    state: str
    """What the sweep is doing, in a word."""
    trouble: str = ""
    """Why it has ended or cannot be read, in a line."""

    @property
    def at(self) -> At | None:
        """The values at the cursor; None if the grid is empty."""
        rows, columns = self.shown.grid.row_values, self.shown.grid.column_values
        if not (rows and columns):
            return None
        return rows[self.cursor[0]], columns[self.cursor[1]]


class SweepPage(LinesWidget):
    """Shows the latest view; without one, what a sweep is."""

    @dataclass
    class Pointed(Message):
        """A cell was clicked."""

        cell: tuple[int, int]
        """Indices of its row and its column."""

    def __init__(self, *, may_begin: bool, id: str | None = None) -> None:
        """may_begin: whether sweeps can be begun and opened here."""
        super().__init__(id=id)
        self.view: View | None = None
        self._may_begin = may_begin
        self._message = ""
        self._is_waiting = False
        self._cells: Layout | None = None  # as drawn last; None: no heat map
        self._first = 1  # row that they begin in

    def wait(self) -> None:
        """Say that the sweep is being read."""
        self.view, self._is_waiting = None, True
        self.redraw()

    def update(self, view: View | None, message: str = "") -> None:
        """Show a view; None: what a sweep is, after a message if there is one."""
        self.view, self._message, self._is_waiting = view, message, False
        self.redraw()

    def on_click(self, event: Click) -> None:
        """Point at a cell."""
        cell = self._cells.cell(event.x, event.y - self._first) if self._cells else None
        if cell is not None:
            self.post_message(self.Pointed(cell))

    def redraw(self) -> None:
        """Draw what was given last."""
        self._cells = None
        if self._is_waiting:
            self.show([self.title("Sweep"), Text(" reading …", self.ink("quiet"))])
            return
        if self.view is None:
            room = self.size.width, self.size.height - 1
            body = welcome(room, self.ink, message=self._message, may_begin=self._may_begin)
            self.show([self.title("Sweep"), *body])
            return
        self.show(self._lines(self.view))

    def _lines(self, view: View) -> Block:
        ascii_only = SlowLinkDriver.ascii_only
        has_tints = has_shades() and self.app.console.color_system not in FEW_COLORS
        tints = self.blends("moving", TINTS) if has_tints else []
        pen = Pen(self.ink, tints, Signs.of(ascii_only=ascii_only))
        width, height = self.size
        below = self._below(view, pen)
        head = [self._title(view)]
        if view.trouble:
            lines = words(view.trouble, width - 2, self.ink("warning"))[:MAX_TROUBLE_ROWS]
            head += [Text(" ").append_text(line) for line in lines]
        room = max(2, height - len(head) - len(below))
        if view.at is None:
            waiting = Text(" waiting for the first result …", self.ink("quiet"))
            body: Block = [waiting]
        elif view.is_curves:
            body = self._curves(view, pen, (width, room))
        else:
            place = heatmap.layout(view.shown, view.cursor, width, room)
            body, self._cells = heatmap.draw(view.shown, view.cursor, place, pen), place
            if (rest := room - len(body) - 1) >= MIN_CURVES_ROWS:
                both = (width, min(rest, MAX_CURVES_ROWS))
                body = [*body, Text(), *self._curves(view, pen, both)]
        gap = [Text()] * (1 if len(head) + len(body) + len(below) < height else 0)
        self._first = len(head)
        return [*head, *body[:room], *gap, *below]

    def _curves(self, view: View, pen: Pen, size: tuple[int, int]) -> Block:
        head = [curves.title_line(view.shown, self.ink)] if size[1] > heatmap.MAX_CELL_ROWS else []
        plot = curves.draw_curves(
            view.shown,
            view.cursor,
            (size[0], size[1] - len(head)),
            self.ink,
            pen.signs,
            ascii_only=SlowLinkDriver.ascii_only,
            joined=view.is_joined,
        )
        return [*head, *plot.lines] if plot else head

    def _title(self, view: View) -> Text:
        shown = view.shown
        runs = f"{shown.finished:,} of {shown.planned:,} runs"
        state = (f"   {view.state}", self.ink("moving"))
        notes = [(runs, self.ink("title"))] if shown.planned else []
        notes += [state] if view.state else []
        room = self.size.width - sum(len(note) for note, _ in notes) - len("─ Sweep  ─── ─")
        name = shortened(view.name, max(0, room))
        return self.title(f"Sweep {name}".rstrip(), *notes)

    def _below(self, view: View, pen: Pen) -> Block:
        """Return the lines under the drawing: signs, other hyperparameters, the cell in words."""
        height, width, lines = self.size.height, self.size.width, list[Text]()
        shown, quiet = view.shown, self.ink("quiet")
        if height >= MIN_LEGEND_ROWS:
            signs = (
                curves.legend(shown, self.ink, pen.signs)
                if view.is_curves
                else heatmap.legend(shown, pen)
            )
            lines += _flowed(signs, width, 1) if signs else []
        others = reading.others(shown, view.selected)
        if others and height >= MIN_OTHERS_ROWS:
            pieces: list[Piece] = [[("others:", quiet)]]
            for other, is_selected in others:
                sign = "▸ " if is_selected else ""
                pieces.append([(f"{sign}{other}", self.ink("chosen" if is_selected else "quiet"))])
            lines += _flowed(pieces, width, 1)
        if view.at is not None:
            rows = next(rows for least, rows in READING_ROWS if height >= least)
            lines += _flowed(self._reading(view, view.at, is_short=rows == 1), width, rows)
        return lines

    def _reading(self, view: View, at: At, *, is_short: bool) -> list[Piece]:
        shown = view.shown
        summary, standing = shown.at(at), shown.standing(at)
        is_sound = summary is not None and summary.mean is not None
        role = "title" if is_sound else "warning" if summary is not None else "quiet"
        first, *rest = reading.accuracy(summary, standing, is_short=is_short)
        rest += reading.facts(summary, shown.runs_at(at))
        pieces: list[Piece] = [
            [(reading.where(shown, at), self.ink("chosen"))],
            [(first, self.ink(role))],
            *([("the best", self.ink("chosen"))] for _ in range(at == shown.best)),
            *([(part, self.ink("quiet"))] for part in rest),
        ]
        if is_short:  # the accuracy matters most
            pieces[:2] = reversed(pieces[:2])
        return pieces


def _flowed(pieces: Sequence[Piece], width: int, rows: int) -> Block:
    """Lay pieces out in at most this many lines; one that does not fit whole is cut."""
    lines: Block = []
    for piece in pieces:
        text = Text.assemble(*piece, no_wrap=True)
        if lines and lines[-1].cell_len + len(SEPARATOR) + text.cell_len < width:
            lines[-1].append(SEPARATOR).append_text(text)
        elif len(lines) < rows:
            lines.append(Text(" ", no_wrap=True).append_text(text))
    return lines
