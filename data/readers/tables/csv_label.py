"""Which column of a table without names is the label: few values, each often, and evenly so.

A column of pixels among pixels has hundreds of values, or nearly always the paper's.
"""

from __future__ import annotations

import math
from collections import Counter

from ...source_content import MAX_CLASSES, image_side

MAX_VALUES = 4096  # different cells that are counted
FIT = 0.9  # of the cells have to be what a label can be: a few may be damaged
FEW = 12  # different labels that need not come often
EVEN, UNEVEN = 0.8, 0.6  # of the most even spread over the values: labels have more, pixels less


class EndColumn:
    """The cells of one column, counted."""

    def __init__(self) -> None:
        self._counts: Counter[bytes] = Counter()
        self._rows = 0

    def add(self, cell: bytes) -> None:
        """Count one."""
        self._rows += 1
        if len(self._counts) < MAX_VALUES:
            self._counts[cell.strip(b' \t\r\n"')] += 1

    def could_be_label(self) -> bool:
        """Return whether nearly all cells are a few whole numbers or words, each frequent."""
        for fits in (_is_class, _is_word):
            values = {cell: n for cell, n in self._counts.items() if fits(cell)}
            enough = sum(values.values()) >= FIT * self._rows
            most = max(self._rows // 2, min(self._rows, FEW))
            if enough and 2 <= len(values) <= min(MAX_CLASSES, most):
                return True
        return False

    def evenness(self) -> float:
        """Return the entropy of the cells as a fraction of the maximum for as many values."""
        shares = [n / self._rows for n in self._counts.values()]
        return -sum(p * math.log(p) for p in shares) / math.log(max(2, len(shares)))


def label_end(first: EndColumn, last: EndColumn) -> str | None:
    """Return which of the two is the label, "first" or "last"; None if that is unclear."""
    could = first.could_be_label(), last.could_be_label()
    if could == (True, False):
        return "first"
    if could == (False, True):
        return "last"
    if could == (True, True):
        one, other = first.evenness(), last.evenness()
        if max(one, other) >= EVEN and min(one, other) <= UNEVEN:
            return "first" if one > other else "last"
    return None


def one_hot_columns(rows: list[list[bytes]], count: int) -> tuple[int, ...]:
    """Return the columns at the end, or the beginning, that are one-hot in every row."""
    for classes in range(2, MAX_CLASSES + 1):
        if image_side(count - classes) is None:
            continue
        for columns in (range(count - classes, count), range(classes)):
            if rows and all(_is_one_hot(row[columns.start : columns.stop]) for row in rows):
                return tuple(columns)
    return ()


def _is_one_hot(cells: list[bytes]) -> bool:
    try:
        numbers = list(map(float, cells))
    except ValueError:
        return False
    return sorted(numbers) == [0.0] * (len(cells) - 1) + [1.0]


def _is_class(cell: bytes) -> bool:
    try:
        number = float(cell)
    except ValueError:
        return False
    return 0 <= number < MAX_CLASSES and number == int(number)


def _is_word(cell: bytes) -> bool:
    try:
        float(cell)
    except ValueError:
        return bool(cell)
    return False
