"""Lines of braille dots: every dot of every stroke is there, whatever was drawn before."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from mnist_tui.tui.render.plotext_canvas import draw_spans
from mnist_tui.tui.render.subcells import ACROSS, BITS, DOWN, Spans
from rich.style import Style

COLUMNS, ROWS = 4, 3
COLORS = ("#4cc9c0", "#8fa3b5", "#ffb454")
ENDS = st.tuples(st.integers(0, DOWN * ROWS - 1), st.integers(0, DOWN * ROWS - 1))
LINES = st.lists(
    st.tuples(st.dictionaries(st.integers(0, ACROSS * COLUMNS - 1), ENDS), st.sampled_from(COLORS)),
    max_size=3,
)
Strokes = dict[int, tuple[int, int]]


def as_spans(strokes: Strokes) -> Spans:
    columns = sorted(strokes)
    low, high = ([extreme(strokes[at]) for at in columns] for extreme in (min, max))
    return Spans(*(np.array(numbers, int) for numbers in (columns, low, high)))


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_each_cell_has_the_dots_of_all_lines_and_the_color_of_the_last(
    lines: list[tuple[Strokes, str]],
) -> None:
    dots: dict[tuple[int, int], int] = {}
    colors: dict[tuple[int, int], str] = {}
    for strokes, color in lines:
        for across, ends in strokes.items():
            for up in range(min(ends), max(ends) + 1):
                cell = across // ACROSS, ROWS - 1 - up // DOWN
                bit = BITS[DOWN - 1 - up % DOWN][across % ACROSS]
                dots[cell] = dots.get(cell, 0) | bit
                colors[cell] = color
    drawn = draw_spans(
        COLUMNS, ROWS, [(as_spans(strokes), Style(color=color)) for strokes, color in lines]
    )
    found = {(at, row): cell for at, column in enumerate(drawn) for row, cell in column.items()}
    assert {cell: glyph for cell, (glyph, _) in found.items()} == {
        cell: chr(0x2800 + bits) for cell, bits in dots.items()
    }
    assert {cell: style.color for cell, (_, style) in found.items() if style} == {
        cell: Style(color=color).color for cell, color in colors.items()
    }
