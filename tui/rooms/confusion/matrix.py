"""The confusion matrix: a row per label, a column per answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from ...render.labels import called
from ...widgets.lines import LinesWidget
from .grid import LABEL, LEGEND, RECALL, SHADES, Grid, grid, level

if TYPE_CHECKING:
    from ....net.inspection.confusion import Confusion

TINTS = (0, 2, 4, 6, 8)  # of 16, by level: the strength of the warning color under a mistake
FRAME = 7  # columns of a title's rule and gaps
AXES = (
    ": row: what it is, column: what the network said",
    ": row what it is, column the answer",
    "",
)
ROOMY = 6  # columns of a cell with room for decimals
BELOW = 9  # rows wanted by the strip under the matrix: a rule, pictures, captions

Below = Callable[[int, int], Sequence[Text | Strip]]  # for a number of columns and rows


class Matrix(LinesWidget):
    """Shows the latest matrix, with a cursor on one cell."""

    @dataclass
    class Chosen(Message):
        """The cursor has moved to another cell."""

    @dataclass
    class Opened(Message):
        """The user asks for the images of the cell at the cursor."""

    def __init__(self, below: Below, *, id: str | None = None) -> None:
        """Create an empty matrix; `below` returns the lines drawn under it."""
        super().__init__(id=id)
        self.confusion: Confusion | None = None
        self.cell = 0, 0  # label and answer at the cursor
        self.has_legend = False  # whether the latest title explains the shades
        self._below = below
        self._names: Sequence[str] = ()  # of the classes
        self._grid: Grid | None = None

    def update(
        self, confusion: Confusion, names: Sequence[str] = (), cell: tuple[int, int] | None = None
    ) -> None:
        """Show a matrix.

        Args:
            confusion: the counts.
            names: of the classes.
            cell: where to put the cursor; None: leave it where it is.
        """
        self.confusion, self._names = confusion, names
        self.go_to(*(cell or self.cell))

    def go_to(self, label: int, predicted: int) -> None:
        """Move the cursor to this cell, or to the nearest."""
        if self.confusion is not None:
            last = len(self.confusion.counts) - 1
            self.cell = max(0, min(label, last)), max(0, min(predicted, last))
            self.redraw()

    def on_click(self, event: Click) -> None:
        """Move the cursor there and open its images."""
        at = self._grid.cell(event.x, event.y - 1) if self._grid else None
        if at is not None:
            self.go_to(*at)
            self.post_message(self.Opened())

    def redraw(self) -> None:
        """Draw the title, the matrix, and the strip below."""
        if self.confusion is None:
            self.show([self.title("Confusion"), Text(), Text("  counting …", self.ink("quiet"))])
            return
        counts = self.confusion.counts
        width, height = self.size.width, self.size.height - 1
        most = int(counts.sum(axis=1).max())
        here = self._grid = grid(width, height, len(counts), most, self.cell, BELOW)
        lines: list[Text | Strip] = [self._title(len(counts)), self._head(here)]
        for label in here.labels:
            lines += [self._row(here, label, y) for y in range(here.high)]
        lines.append(self._precision(here))
        rest = height + 1 - len(lines)
        self.show([*lines, *self._below(width, rest)] if rest > 0 else lines)

    def _title(self, classes: int) -> Text:
        assert self.confusion is not None
        counts = self.confusion.counts
        right, whole = int(counts.trace()), int(counts.sum())
        quiet = self.ink("quiet")
        notes = [(f"{right} right, ", quiet), (f"{whole - right} wrong", quiet)]
        title = "Confusion"
        if self._grid and len(self._grid.labels) * len(self._grid.answers) < classes**2:
            labels, answers = self._grid.labels, self._grid.answers
            ends = labels[0], labels[-1], answers[0], answers[-1]
            title += ": {}–{} taken for {}–{}".format(*(called(self._names, k) for k in ends))
        # The words before the legend, which otherwise is drawn below the matrix.
        ways = [(AXES[0], [*self.legend(), *notes]), *((words, notes) for words in AXES)]
        for i, (words, right_end) in enumerate(ways):
            self.has_legend = i == 0
            if FRAME + len(title + words) + _length(right_end) <= self.size.width:
                return self.title(title + words, *right_end)
        return self.title(title, *notes)

    def legend(self) -> list[tuple[str, Style]]:
        """Explain the shades: each with its share of a row."""
        words: list[tuple[str, Style]] = []
        for shade, share in LEGEND:
            words += [(shade, self.ink("warning")), (f" {share}  ", self.ink("quiet"))]
        return [*words, ("of its row   ", self.ink("quiet"))]

    def _head(self, here: Grid) -> Text:
        """Draw the headings: the classes answered."""
        line = Text(" " * here.left + f"{'as →':<{LABEL}}", self.ink("quiet"), no_wrap=True)
        for predicted in here.answers:
            chosen = predicted == self.cell[1]
            # The first one stands apart from the words before it, too.
            gap = 2 if predicted == here.answers[0] else 1
            name = called(self._names, predicted, here.wide - gap)
            line.append(f"{name:>{here.wide - 1}} ", self.ink("chosen" if chosen else "title"))
        return line.append(f"{'recall':>{RECALL}}", self.ink("quiet"))

    def _row(self, here: Grid, label: int, y: int) -> Text:
        """Draw one line of a label's row."""
        assert self.confusion is not None
        counts, middle = self.confusion.counts[label], (here.high - 1) // 2
        whole = int(counts.sum())
        ink = self.ink("chosen" if label == self.cell[0] else "title")
        columns = here.left + LABEL - 1  # what is free to the left is the name's, but for a blank
        name = called(self._names, label, max(LABEL, columns) - 1) if y == middle else ""
        line = Text(f"{name:>{columns}} ", ink, no_wrap=True)
        for predicted in here.answers:
            count = int(counts[predicted])
            share = count / whole if whole else 0.0
            right = label == predicted
            dark = 0 if right else level(share)
            words = (
                f"{count or '·':>{here.wide - 1}}{SHADES[dark]}"
                if y == middle
                else f"{f'{share:.1%}' if count else '':>{here.wide - 1}} "
                if y == middle + 1
                else " " * here.wide
            )
            line.append(words, self._ink((label, predicted), count, dark, y == middle))
        recall = _percent(self.confusion.recall[label]) if y == middle else ""
        return line.append(f"{recall:>{RECALL}}", self.ink("quiet"))

    def _ink(self, cell: tuple[int, int], count: int, dark: int, first: bool) -> Style:
        if cell == self.cell:
            return self.ink("chosen") + Style(reverse=True)
        if not count:
            return self.ink("quiet") + Style(dim=True)
        if cell[0] == cell[1]:
            return self.ink("moving") + Style(bold=first)
        ground = self.blends("warning", 17)[TINTS[dark]] if dark else None
        return self.ink("title" if first else "quiet") + Style(bgcolor=ground)

    def _precision(self, here: Grid) -> Text:
        """Draw the precision of each class and, in the corner, the accuracy."""
        assert self.confusion is not None
        quiet = self.ink("quiet")
        line = Text(" " * here.left + f"{'prec':<{LABEL}}", quiet, no_wrap=True)
        for predicted in here.answers:
            precision = _percent(self.confusion.precision[predicted], whole=here.wide < ROOMY)
            line.append(f"{precision:>{here.wide - 1}} ", quiet)
        whole = _percent(self.confusion.accuracy)
        return line.append(f"{whole:>{RECALL}}", self.ink("moving"))


def _length(notes: Sequence[tuple[str, Style]]) -> int:
    return sum(len(text) for text, _ in notes)


def _percent(share: float, *, whole: bool = False) -> str:
    """Format a share in percent, in four characters or without decimals; – for NaN."""
    if share != share:  # noqa: PLR0124  (only NaN differs from itself)
        return "–"
    return f"{100 * share:.0f}" if whole or share >= 0.9995 else f"{100 * share:.1f}"
