"""The values of a grid's hyperparameters as text, and where there is room for them."""

from __future__ import annotations

from ...sweep.axes import format_axis_value
from ...sweep.watch.overview import Overview

DIGITS = (6, 4, 3)  # of a value over its column; the words about the cell have all of them


def row_labels(shown: Overview) -> list[str]:
    """Return the rows' values as text."""
    return [format_axis_value(shown.choice.row, value) for value in shown.grid.row_values]


def column_labels(shown: Overview, columns: int) -> list[str]:
    """Return the columns' values as text; numbers in as many digits as fit and tell them apart."""
    values = shown.grid.column_values
    exact = [format_axis_value(shown.choice.column, value) for value in values]
    if all(isinstance(value, float) for value in values):
        for digits in DIGITS:
            texts = [f"{value:.{digits}g}" for value in values]
            if max(map(len, texts)) < columns and len(set(texts)) == len(texts):
                return texts
    return exact


def place_labels(
    middles: dict[int, int], texts: dict[int, str], width: int, *, first: int
) -> dict[int, int]:
    """Return where labels begin, in `width` columns; those that would touch others are left out.

    Args:
        middles: The column that each label belongs to.
        texts: The labels.
        width: Columns.
        first: The label that must not be left out.
    """
    taken: set[int] = set()
    placed: dict[int, int] = {}
    ends = [*middles][:1] + [*middles][-1:]
    for key in [k for k in (first, *ends, *middles) if k in middles]:
        text = texts[key]
        start = max(0, min(middles[key] - (len(text) - 1) // 2, width - len(text)))
        cells = set(range(start - 1, start + len(text) + 1))
        if key not in placed and not cells & taken:
            placed[key] = start
            taken |= set(range(start, start + len(text)))
    return placed


def shortened(text: str, columns: int) -> str:
    """Return a text in at most this many columns; of a long one, the beginning and the end."""
    if len(text) <= columns:
        return text
    if columns < 2:
        return text[: max(0, columns)]
    end = (columns - 1) // 2
    return f"{text[: columns - 1 - end]}…{text[len(text) - end :]}"
