"""A digit's prediction history as shaded strips: a column a range of iterations, a row a class."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from ....net.inspection.prediction_history import PredictionHistory
from ...render.axes import Axis
from ...render.glyphs import RAMP
from ..layout import Block, Ink

BLOCKS = " ░▒▓█"
NAMES = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # of classes, one cell each
)
NOBODY = -1  # no prediction yet


@dataclass(frozen=True, slots=True)
class Span:
    """The iterations of the columns; each covers those after its edge, up to the next."""

    start: float
    end: float
    done: int  # updates made; later columns are blank
    width: int  # columns

    def rows(self, trace: PredictionHistory) -> NDArray[np.intp]:
        """Return for each column the row of the trace that it shows: the newest at its end."""
        edges = np.linspace(self.start, self.end, self.width + 1)
        rounding = 1e-9 * max(1.0, self.end - self.start)
        rows = trace.at(edges[1:] + rounding)
        later = edges[:-1] >= self.done - rounding
        later[:1] = False  # the first column holds the start itself
        rows[later] = NOBODY
        return rows

    def column(self, iteration: float) -> int:
        """Return the column that an iteration is in."""
        place = (iteration - self.start) / max(1e-9, self.end - self.start)
        column = int(np.ceil(round(place * self.width, 6))) - 1
        return max(0, min(self.width - 1, column))

    def iteration(self, column: int) -> float:
        """Return the last iteration of a column."""
        return self.start + (column + 1) * (self.end - self.start) / max(1, self.width)


def heat(trace: PredictionHistory, span: Span, k: int, ink: Ink, *, blocks: bool) -> Text:
    """Draw the probability of class k along the iterations.

    Cells where k is the answer have the color of right or wrong; the row of answers says it too.
    """
    ramp = BLOCKS if blocks else RAMP
    shares, classes = np.nan_to_num(trace.probabilities[:, k]), trace.classes
    steps = np.rint(shares * (len(ramp) - 1)).astype(int).tolist()
    answered = _role(right=k == trace.label)
    return _runs(
        [
            (" ", "quiet")
            if row == NOBODY
            else (ramp[steps[row]], answered if classes[row] == k else "quiet")
            for row in span.rows(trace).tolist()
        ],
        ink,
    )


def answers(trace: PredictionHistory, span: Span, ink: Ink) -> Text:
    """Draw the answered class, column by column."""
    classes: list[int] = trace.classes.tolist()
    rows: list[int] = span.rows(trace).tolist()
    taken = [None if row == NOBODY else classes[row] for row in rows]
    return _runs(
        [
            (" ", "quiet") if k is None else (NAMES[k % len(NAMES)], _role(right=k == trace.label))
            for k in taken
        ],
        ink,
    )


def _role(*, right: bool) -> str:
    return "moving" if right else "warning"


def _runs(cells: list[tuple[str, str]], ink: Ink) -> Text:
    """Characters with their roles, neighbours of the same role in one: fewer bytes on the line."""
    line = Text(no_wrap=True)
    for role, run in groupby(cells, key=lambda cell: cell[1]):
        line.append("".join(character for character, _ in run), ink(role))
    return line


def ruler(span: Span, mark: int | None, ink: Ink) -> Block:
    """Draw the axis: its numbers below their ticks; ▲ marks the past moment shown, if any."""
    if span.width < 1:
        return [Text(), Text()]
    cells, axis = ["─"] * span.width, Axis(span.start, span.end)
    numbers = [" "] * span.width
    free = 0
    for tick in axis.ticks(max(2, span.width // 12)):
        column, text = span.column(tick), axis.written(tick)
        begin = min(max(0, column - len(text) // 2), span.width - len(text))
        cells[column] = "┬"
        if begin >= free:  # never so where the number is longer than the axis
            numbers[begin : begin + len(text)] = text
            free = begin + len(text) + 1
    line = Text("".join(cells), ink("quiet"), no_wrap=True)
    if mark is not None:
        column = span.column(mark)
        line = Text(no_wrap=True).append("".join(cells[:column]), ink("quiet"))
        line.append("▲", ink("chosen")).append("".join(cells[column + 1 :]), ink("quiet"))
    return [line, Text("".join(numbers), ink("quiet"), no_wrap=True)]


def rows_of(trace: PredictionHistory, room: int) -> list[int]:
    """Return the classes that fit in this many rows: the label, then the likeliest ever."""
    n = trace.probabilities.shape[1]
    if n <= room:
        return list(range(n))
    peaks = np.nan_to_num(trace.probabilities).max(axis=0)
    peaks[trace.label] = 2
    return sorted(np.argsort(-peaks, kind="stable")[: max(1, room)].tolist())
