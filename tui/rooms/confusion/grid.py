"""Layout and shading of a confusion matrix with any number of classes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

LABEL = 4  # columns to the left: the label of a row
RECALL = 6  # columns to the right
MARGIN = 1  # column free at the right edge
FRAME = 2  # rows above and below the cells: the classes, and precision
MAX_CELL_COLUMNS, MAX_CELL_ROWS = 12, 3
SHADES = " ░▒▓█"
STEPS = (0.01, 0.03, 0.1, 0.3)  # fractions of a row at which a mistake's shade darkens
LEGEND = tuple((SHADES[level + 1], f"{step:.0%}") for level, step in enumerate(STEPS))


@dataclass(frozen=True, slots=True)
class Grid:
    """The positions of the cells; if not all fit, of those around the selected one."""

    wide: int  # columns of a cell
    high: int  # rows of a cell
    labels: range  # shown rows
    answers: range  # shown columns
    left: int  # first column of the labels

    @property
    def rows(self) -> int:
        """Rows of the grid, with headings and precision."""
        return len(self.labels) * self.high + FRAME

    def cell(self, x: int, y: int) -> tuple[int, int] | None:
        """Return the cell, label and answer, at a place counted from the grid's own corner."""
        column, row = (x - self.left - LABEL) // self.wide, (y - 1) // self.high
        if 0 <= column < len(self.answers) and 0 <= row < len(self.labels):
            return self.labels[row], self.answers[column]
        return None


def grid(
    width: int, height: int, classes: int, most: int, chosen: tuple[int, int], below: int
) -> Grid:
    """Return the largest cells that fit, with `below` rows to spare if possible.

    Args:
        width: columns.
        height: rows.
        classes: number of classes.
        most: the largest count in a cell.
        chosen: row and column of the cell to show.
        below: rows wanted under the grid.
    """
    # A number, a class or “100” percent of precision, and a shade.
    least = max(3, len(str(most)), len(str(classes - 1))) + 1
    space = max(least, width - LABEL - RECALL - MARGIN)
    columns = min(classes, space // least)
    rows = max(1, min(classes, height - FRAME - 1))
    if classes + FRAME + below <= height:
        high = min(MAX_CELL_ROWS, (height - FRAME - below) // classes)
    else:
        high = 1
    wide = min(MAX_CELL_COLUMNS, space // columns)
    left = max(0, width - LABEL - RECALL - MARGIN - wide * columns) // 2
    return Grid(
        wide, high, _around(chosen[0], rows, classes), _around(chosen[1], columns, classes), left
    )


def _around(chosen: int, shown: int, classes: int) -> range:
    """Return `shown` of the classes, with the chosen one as central as possible."""
    start = max(0, min(chosen - shown // 2, classes - shown))
    return range(start, start + shown)


def level(share: float) -> int:
    """Return the shade of a share of a row, as an index into SHADES; 0 for NaN."""
    return 0 if isnan(share) else sum(share >= step for step in STEPS)
