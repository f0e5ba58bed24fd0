"""The heat map drawn: a cell for each pair of values, its accuracy as a number and as a shade.

What a cell is can be seen without color: by its number, its shade's density, or its sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.color import Color
from rich.style import Style
from rich.text import Text

from ...config.fields import BY_NAME
from ...sweep.watch.overview import Overview, Standing
from ...sweep.watch.plan import At
from ..layout import Block, Ink, visible_range
from .labels import column_labels, place_labels, row_labels, shortened

MIN_LABEL, MAX_LABEL = 4, 24  # columns of the row's values
GAP = 2  # columns after them
MAX_CELL_COLUMNS, MAX_CELL_ROWS = 18, 3
DECIMALS_COLUMNS = 8  # of a cell with room for two decimals
NUMBER_COLUMNS, WHOLE_COLUMNS = 5, 4  # of a cell with room for one decimal; for none
BLOCKS, CHARACTERS = "░▒▓█", ":-=+%#@"  # shades, the lightest first; in ASCII
TINTS = 17  # blends from the background to the color
LIGHT, DARK = 2, 9  # of them: those of the lowest and the highest shade; words stay legible


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters for what is no number; translated to ASCII, they still differ."""

    shades: str
    best: str = "◆"
    diverged: str = "✗"
    partly: str = "/"
    stopped: str = "▽"
    pending: str = "·"

    @classmethod
    def of(cls, *, ascii_only: bool) -> Signs:
        """Return those that this terminal shows apart."""
        return cls(CHARACTERS, pending=".") if ascii_only else cls(BLOCKS)

    def shade(self, share: float) -> str:
        """Return the shade of a share of the scale, 0 to 1."""
        return self.shades[min(int(share * len(self.shades)), len(self.shades) - 1)]


@dataclass(frozen=True, slots=True)
class Pen:
    """How the terminal is drawn on."""

    ink: Ink
    tints: Sequence[Color]  # from the background to that of accuracy, TINTS; none: few colors
    signs: Signs


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of the cells; if not all fit, of those around the cursor."""

    label: int  # columns of the rows' values
    wide: int  # columns of a cell
    high: int  # rows of a cell
    rows: range  # shown, as indices of the grid's values
    columns: range

    @property
    def left(self) -> int:
        """Columns before the first cell."""
        return self.label + GAP

    def cell(self, x: int, y: int) -> tuple[int, int] | None:
        """Return the indices of the cell at a place counted from the first line of the drawing."""
        row, column = (y - 1) // self.high, (x - self.left) // self.wide
        if 0 <= row < len(self.rows) and 0 <= column < len(self.columns):
            return self.rows[row], self.columns[column]
        return None


def layout(shown: Overview, cursor: tuple[int, int], width: int, height: int) -> Layout:
    """Return the largest cells that fit into columns × rows; 1 × 1 if none do.

    Args:
        shown: What is to be drawn.
        cursor: Indices of the row and the column that must be seen.
        width: Columns.
        height: Rows, a line for the columns' values included.
    """
    rows, columns = len(shown.grid.row_values), len(shown.grid.column_values)
    longest = max((len(text) for text in row_labels(shown)), default=0)
    longest = max(longest, len(_axis_words(shown)))
    label = min(max(MIN_LABEL, longest), MAX_LABEL, max(MIN_LABEL, width // 4))
    space = max(1, width - label - GAP - 1)
    wide = max(1, min(MAX_CELL_COLUMNS, space // max(1, columns)))
    room = max(1, height - 1)
    high = max(1, min(MAX_CELL_ROWS, room // max(1, rows)))
    return Layout(
        label,
        wide,
        high,
        visible_range(rows, cursor[0], max(1, room // high)),
        visible_range(columns, cursor[1], max(1, space // wide)),
    )


def draw(shown: Overview, cursor: tuple[int, int], place: Layout, pen: Pen) -> Block:
    """Draw the columns' values and the cells."""
    labels = row_labels(shown)
    lines: Block = [_heading(shown, cursor[1], place, pen)]
    for row in place.rows:
        is_here = row == cursor[0]
        for y in range(place.high):
            is_middle = y == (place.high - 1) // 2
            name = shortened(labels[row], place.label) if is_middle else ""
            line = Text(no_wrap=True)
            line.append(
                f"{name:>{place.label}}{' ▸' if is_here and is_middle else '  '}",
                pen.ink("chosen" if is_here else "title"),
            )
            for column in place.columns:
                at = shown.grid.row_values[row], shown.grid.column_values[column]
                words, style = _cell(shown, at, y - (place.high - 1) // 2, place, pen)
                if (row, column) == cursor:
                    style = pen.ink("chosen") + Style(reverse=True)
                line.append(words, style)
            lines.append(line)
    return lines


def legend(shown: Overview, pen: Pen) -> list[list[tuple[str, Style]]]:
    """Return the scale, and each sign that is there, as pieces that belong together."""
    quiet, signs = pen.ink("quiet"), pen.signs
    found: list[list[tuple[str, Style]]] = []
    if any(summary.mean is not None for summary in shown.grid.summaries.values()):
        low, high = (shown.scale.written(end) for end in (shown.scale.low, shown.scale.high))
        found.append([(f"{low} ", quiet), *_scale(pen), (f" {high}", quiet)])
    standings = shown.standings()
    words = {
        Standing.DIVERGED: (signs.diverged, "warning", "diverged"),
        Standing.PARTLY_DIVERGED: (signs.partly, "warning", "some diverged"),
        Standing.STOPPED: (signs.stopped, "quiet", "stopped early"),
        Standing.PENDING: (signs.pending, "quiet", "pending"),
    }
    if shown.best is not None:
        found.append([(signs.best, pen.ink("chosen")), (" best", quiet)])
    for standing, (sign, role, word) in words.items():
        if standing in standings:
            found.append([(sign, pen.ink(role)), (f" {word}", quiet)])
    return found


def _scale(pen: Pen) -> list[tuple[str, Style]]:
    """Draw the shades from the lowest to the highest accuracy."""
    if not pen.tints:
        return [(pen.signs.shades, pen.ink("moving"))]
    return [("  ", Style(bgcolor=tint)) for tint in pen.tints[LIGHT : DARK + 1]]


def _heading(shown: Overview, chosen: int, place: Layout, pen: Pen) -> Text:
    """Draw the names of the two hyperparameters, and the columns' values over their cells."""
    width = len(place.columns) * place.wide
    labels = column_labels(shown, place.wide)
    middles = {
        column: i * place.wide + (place.wide - 1) // 2 for i, column in enumerate(place.columns)
    }
    texts = {column: shortened(labels[column], max(place.wide, width)) for column in place.columns}
    placed = place_labels(middles, texts, width, first=chosen)
    line = Text(f"{shortened(_axis_words(shown), place.label):>{place.label}}", pen.ink("quiet"))
    line.no_wrap = True
    line.append(" " * GAP)
    at = 0
    for column, start in sorted(placed.items(), key=lambda item: item[1]):
        line.append(" " * (start - at))
        line.append(texts[column], pen.ink("chosen" if column == chosen else "title"))
        at = start + len(texts[column])
    return line


def _axis_words(shown: Overview) -> str:
    """Name the two hyperparameters: the row's, then the column's."""
    return f"{BY_NAME[shown.choice.row].label} \\ {BY_NAME[shown.choice.column].label}"


Cell = tuple[str, Style]


def _cell(shown: Overview, at: At, line: int, place: Layout, pen: Pen) -> Cell:
    """Return a line of a cell, `place.wide` columns; line 0 is its middle one."""
    standing, summary, wide = shown.standing(at), shown.at(at), place.wide
    if standing is Standing.ABSENT:
        return " " * wide, pen.ink("quiet")
    if summary is None or summary.mean is None:
        is_pending = standing is Standing.PENDING
        sign = pen.signs.pending if is_pending else pen.signs.diverged
        words = (sign * wide if wide < 3 and not is_pending else sign) if line == 0 else ""
        return words.center(wide), pen.ink("quiet" if is_pending else "warning")
    share = shown.share(summary.mean)
    role, sign = _sign(shown, at, standing, pen, share)
    style = pen.ink(role)
    if pen.tints:
        style += Style(bgcolor=pen.tints[LIGHT + round(share * (DARK - LIGHT))])
    if wide < WHOLE_COLUMNS:
        return _narrow(f"{100 * summary.mean:.0f}", sign, wide, line), style
    if line == 0:
        return _numbered(summary.mean, sign, wide), style
    if line == 1 and summary.spread is not None and wide > NUMBER_COLUMNS:
        decimals = 2 if wide >= DECIMALS_COLUMNS else 1
        return _centered(f"±{100 * summary.spread:.{decimals}f}", " ", wide), style
    return " " * wide, style


def _narrow(number: str, sign: str, wide: int, line: int) -> str:
    if wide < WHOLE_COLUMNS - 1:
        return sign * wide
    return f"{number:>{wide - 1}}{sign}"[-wide:] if line == 0 else " " * wide


def _numbered(mean: float, sign: str, wide: int) -> str:
    """Return an accuracy in percent with its sign after it."""
    decimals = 2 if wide >= DECIMALS_COLUMNS else 1 if wide >= NUMBER_COLUMNS else 0
    number = f"{100 * mean:.{decimals}f}"
    if len(number) >= wide:  # a hundred
        number = f"{100 * mean:.0f}"
    return _centered(number, sign, wide)


def _centered(number: str, sign: str, wide: int) -> str:
    """Return a number with its sign; numbers of one width lie below one another."""
    after = max(0, wide - len(number) - 1) // 2
    return f"{number}{sign}{' ' * after}".rjust(wide)


def _sign(shown: Overview, at: At, standing: Standing, pen: Pen, share: float) -> tuple[str, str]:
    """Return the role and the sign of a cell that has a mean."""
    signs = pen.signs
    if at == shown.best:
        return "chosen", signs.best
    if standing is Standing.PARTLY_DIVERGED:
        return "warning", signs.partly
    if standing is Standing.STOPPED:
        return "quiet", signs.stopped
    return "title", " " if pen.tints else signs.shade(share)
