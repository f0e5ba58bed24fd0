"""The runs' paths on the map: as lines of dots, or of the run's number where there is no colour."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from ...config.fields import format_value
from ...render.plot import Plot
from ...render.subcells import ACROSS, DOWN, glyphs, nearest
from ..layout import Ink
from .heatmap import Cell, Glyphs
from .landscape import Landscape, MapPath

if TYPE_CHECKING:
    from ...render.axes import Axis

    Numbers = NDArray[np.float64]
    Indices = NDArray[np.int_]

HUES = 4  # of the other runs
FIRST, CHANGE, VIEWED = "○", "▲", "◀"


def cell_of(plot: Plot, place: tuple[float, float]) -> Cell:
    """Return the cell that shows a place, or the nearest on the edge."""
    columns, rows = _dots(plot, np.array([place]))
    return _cell(plot, int(columns[0]) // ACROSS, int(rows[0]) // DOWN)


def place_of(plot: Plot, cell: Cell) -> tuple[float, float]:
    """Return the place in the middle of a cell."""
    row, column = cell
    return plot.x_at(column), plot.y.value(1 - row / max(1, plot.rows - 1))


def line(plot: Plot, path: MapPath) -> dict[Cell, str]:
    """Return the cells that a path passes through, each with its dots."""
    columns, rows = _dots(plot, path.places)
    points: list[Cell] = list(zip(columns.tolist(), rows.tolist(), strict=True))
    passed = [(columns[:1], rows[:1]), *(_between(*ends) for ends in pairwise(points))]
    all_columns, all_rows = (np.concatenate(parts) for parts in zip(*passed, strict=True))
    drawn = glyphs(all_columns, all_rows, ascii_only=False)
    return {_cell(plot, column, row): dots for (column, row), dots in drawn.items()}


def moment_cells(plot: Plot, path: MapPath) -> dict[Cell, list[int]]:
    """Return the cells that show moments of a path, with the indices of those."""
    found: dict[Cell, list[int]] = {}
    for index, (x, y) in enumerate(path.places.tolist()):
        found.setdefault(cell_of(plot, (x, y)), []).append(index)
    return found


def change_cells(plot: Plot, path: MapPath) -> dict[Cell, list[tuple[int, float, float]]]:
    """Return the cells where alpha was changed, with the changes."""
    found: dict[Cell, list[tuple[int, float, float]]] = {}
    for change in path.changes:
        found.setdefault(cell_of(plot, path.place(change[0])), []).append(change)
    return found


def path_glyphs(
    plot: Plot, land: Landscape, ink: Ink, viewed: int | None, *, in_signs: bool
) -> Glyphs:
    """Return the cells of all paths and of their marks, the followed one above the others.

    Args:
        plot: the frame.
        land: the map.
        ink: styles by role.
        viewed: updates of the past network that is shown, if any.
        in_signs: whether a path consists of its run's number instead of dots.
    """
    cells: Glyphs = {}
    marks: Glyphs = {}
    chosen = ink("chosen")
    for path in land.paths:
        role = "moving" if path is land.paths[-1] else f"run{path.number % HUES}"
        style = ink(role) + Style(bold=True)
        for cell, dots in line(plot, path).items():
            cells[cell] = str(path.number % 10) if in_signs else dots, style
        first, last = (cell_of(plot, (x, y)) for x, y in path.places[[0, -1]].tolist())
        marks[first] = FIRST, style
        _write(marks, plot, last, str(path.number), style + Style(reverse=True))
    for path in land.paths:
        for cell, changes in change_cells(plot, path).items():
            marks[cell] = CHANGE, chosen
            said = f"α {format_value(changes[0][1])}→{format_value(changes[-1][2])}"
            start = _free_start(plot, cell, said, {*cells, *marks})
            if start is not None:
                _write(marks, plot, (cell[0], start), said, chosen)
    if viewed is not None:
        marks[cell_of(plot, land.paths[-1].place(viewed))] = VIEWED, chosen
    return cells | marks


def _write(cells: Glyphs, plot: Plot, at: Cell, said: str, style: Style) -> None:
    """Put words into cells, moved to the left where they would leave the map."""
    row, column = at
    column = max(0, min(column, plot.columns - len(said)))
    for i, character in enumerate(said[: plot.columns]):
        cells[row, column + i] = character, style


def _free_start(plot: Plot, cell: Cell, said: str, taken: Collection[Cell]) -> int | None:
    """Return the column at which words fit beside a cell, right of it or left; None: neither."""
    row, column = cell
    for start in (column + 1, column - len(said)):
        wanted = range(start, start + len(said))
        is_inside = start >= 0 and wanted.stop <= plot.columns
        if is_inside and not any((row, there) in taken for there in wanted):
            return start
    return None


def _dots(plot: Plot, places: Numbers) -> tuple[Indices, Indices]:
    """Return the sub-cells of places, k × 2: their columns, and their rows from below."""

    def along(axis: Axis, values: Numbers, count: int) -> Indices:
        return nearest(axis.places(values).clip(0, 1), count)

    return (
        along(plot.x, places[:, 0], ACROSS * plot.columns),
        along(plot.y, places[:, 1], DOWN * plot.rows),
    )


def _between(begin: Cell, end: Cell) -> tuple[Indices, Indices]:
    """Return the dots of a straight line, without its beginning."""
    steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
    along = np.arange(1, steps + 1) / steps
    columns, rows = (
        np.rint(a + (b - a) * along).astype(int) for a, b in zip(begin, end, strict=True)
    )
    return columns, rows


def _cell(plot: Plot, column: int, row_from_below: int) -> Cell:
    return plot.rows - 1 - row_from_below, column
