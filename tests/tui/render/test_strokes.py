"""Lines between two columns: where they run, which lies uppermost, and signs without colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.render.strokes import LEVELS, Drawing, Stroke, draw_strokes, level
from rich.style import Style

INKS = {(sign, n): Style() for sign in (1, -1) for n in range(1, LEVELS + 1)}
LIT = {1: Style(bold=True), -1: Style(bold=True)}
SIZE = 12, 9  # columns, rows


def drawn(*strokes: Stroke, ascii_only: bool = False, size: tuple[int, int] = SIZE) -> Drawing:
    return draw_strokes(strokes, size, INKS, LIT, ascii_only=ascii_only)


def dots(drawing: Drawing) -> int:
    """How many dots of braille there are."""
    text = "".join(line.plain for line in drawing.lines)
    return sum((ord(character) - 0x2800).bit_count() for character in text if character != " ")


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize(("begin", "end"), [(0, 8), (8, 0), (3, 3), (4, 5)])
def test_a_line_runs_from_row_to_row_without_a_gap(begin: int, end: int, ascii_only: bool) -> None:
    columns, rows = SIZE
    drawing = drawn(Stroke(begin, end, 1.0), ascii_only=ascii_only)
    assert (0, begin) in drawing.owners
    assert (columns - 1, end) in drawing.owners
    assert {x for x, _ in drawing.owners} == set(range(columns))
    if not ascii_only:
        assert {y for _, y in drawing.owners} == set(range(min(begin, end), max(begin, end) + 1))
    assert len(drawing.lines) == rows
    assert all(line.cell_len == columns for line in drawing.lines)


def test_what_is_negative_is_dashed_without_any_colour() -> None:
    solid, dashed = drawn(Stroke(2, 6, 0.5)), drawn(Stroke(2, 6, -0.5))
    assert dots(dashed) < 0.75 * dots(solid)


def test_ascii_lines_consist_of_their_sign() -> None:
    for strength, sign in ((1.0, "+"), (-1.0, "-")):
        drawing = drawn(Stroke(1, 7, strength), ascii_only=True)
        assert set("".join(line.plain for line in drawing.lines)) == {" ", sign}


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_stronger_a_line_the_more_of_it_there_is(ascii_only: bool) -> None:
    def amount(strength: float) -> int:
        drawing = drawn(Stroke(2, 6, strength), ascii_only=ascii_only)
        return len(drawing.owners) if ascii_only else dots(drawing)

    weak, strong = amount(0.1), amount(1.0)
    assert weak < strong


def test_the_stronger_lies_above_and_what_is_lit_above_all() -> None:
    weak, strong, lit = Stroke(4, 4, 0.2), Stroke(4, 4, -1.0), Stroke(4, 4, 0.01, is_lit=True)
    assert set(drawn(strong, weak).owners.values()) == {0, 1}  # through the gaps of the dashes
    assert drawn(weak, Stroke(4, 4, 0.9)).owners == dict.fromkeys(((x, 4) for x in range(12)), 1)
    everyone = drawn(lit, weak, strong)
    assert set(everyone.owners.values()) == {0}
    assert all(span.style == Style(bold=True) for span in everyone.lines[4].spans)


@given(
    size=st.tuples(st.integers(0, 60), st.integers(1, 40)),
    ends=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39), st.floats(-1, 1)), max_size=9),
    ascii_only=st.booleans(),
)
def test_any_size_holds_its_lines(
    size: tuple[int, int], ends: list[tuple[int, int, float]], ascii_only: bool
) -> None:
    columns, rows = size
    strokes = [Stroke(min(a, rows - 1), min(b, rows - 1), c, is_lit=c > 0.9) for a, b, c in ends]
    drawing = drawn(*strokes, ascii_only=ascii_only, size=size)
    assert [line.cell_len for line in drawing.lines] == [columns] * rows
    assert all(0 <= x < columns and 0 <= y < rows for x, y in drawing.owners)


def test_levels_grow_with_strength_of_either_sign() -> None:
    levels = [level(strength / 10) for strength in range(11)]
    assert levels == sorted(levels)
    assert (levels[0], levels[-1]) == (1, LEVELS)
    assert level(-0.9) == level(0.9)
