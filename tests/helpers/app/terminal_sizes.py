"""Terminal sizes that tests go through; one of them in the quick selection, all in the whole."""

from __future__ import annotations

import pytest

Size = tuple[int, int]  # columns, rows
USUAL: Size = (80, 24)
EVERY: tuple[Size, ...] = ((60, 20), USUAL, (120, 40), (200, 60))


def at_sizes(*sizes: Size) -> pytest.MarkDecorator:
    """Run a test at each of these sizes; all but the usual one, or the first, are slow."""
    quick = USUAL if USUAL in sizes else sizes[0]
    return pytest.mark.parametrize(
        "size",
        [
            pytest.param(size, marks=() if size == quick else pytest.mark.slow, id=f"{size}")
            for size in sizes
        ],
    )
