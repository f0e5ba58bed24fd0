"""The pen: strokes as thick as the nib and grey at their edges; every step can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.rooms.draw.pen import WIDTHS, Drawing, balance, segment

SIDE = 28


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("end", [(24.0, 14.0), (14.0, 24.0)])
def test_a_straight_stroke_is_as_thick_as_the_nib(width: float, end: tuple[float, float]) -> None:
    start = (4.0, 14.0) if end[1] == 14.0 else (14.0, 4.0)
    ink = segment(SIDE, start, end, width).astype(float) / 255
    across = ink[:, 14] if end[1] == 14.0 else ink[14]
    assert across.sum() == pytest.approx(width, abs=0.3)
    assert across.max() == 1


def test_a_slanting_stroke_is_grey_at_its_edges() -> None:
    ink = segment(SIDE, (5, 5), (20, 14), 2.5)
    assert len(np.unique(ink)) > 8
    assert ink.max() == 255


def test_a_dot_is_round_and_lies_under_the_pen() -> None:
    ink = segment(SIDE, (9, 17), (9, 17), 3.0)
    assert np.array_equal(
        ink[17 - 3 : 17 + 4, 9 - 3 : 9 + 4], ink[17 - 3 : 17 + 4, 9 - 3 : 9 + 4].T
    )
    assert balance(ink) == pytest.approx((9, 17))


def test_blank_paper_has_no_centre_of_mass() -> None:
    assert balance(np.zeros((SIDE, SIDE), np.uint8)) is None


def test_the_pen_draws_only_while_it_is_down_and_stays_on_the_paper() -> None:
    drawing = Drawing(SIDE)
    drawing.move(5, 0)
    assert not drawing.pixels.any()
    drawing.put(down=True)
    drawing.move(100, -100)
    assert (drawing.x, drawing.y) == (27, 0)
    assert drawing.pixels[14, 19] == drawing.pixels[0, 27] == 255
    drawing.put(down=False)
    before = drawing.pixels
    drawing.move(-27, 27)
    assert drawing.pixels is before


def test_the_eraser_takes_away_what_lies_under_it() -> None:
    drawing = Drawing(SIDE)
    drawing.replace(np.full((SIDE, SIDE), 255, np.uint8))
    drawing.change_tool()
    drawing.put(down=True)
    drawing.move(6, 0)
    assert not drawing.pixels[14, 14:21].any()
    assert drawing.pixels[20:].all()


def test_a_step_of_undo_is_a_whole_stroke() -> None:
    drawing = Drawing(SIDE)
    drawing.put(down=True)
    for _ in range(5):
        drawing.move(1, 0)
    one = drawing.pixels
    drawing.put(down=False)
    drawing.move(0, 5)
    drawing.put(down=True)
    drawing.move(-5, 0)
    two = drawing.pixels
    assert drawing.steps == (2, 0)
    assert drawing.undo()
    assert drawing.pixels is one
    assert drawing.redo()
    assert drawing.pixels is two
    assert drawing.undo()
    assert drawing.undo()
    assert not drawing.pixels.any()
    assert not drawing.undo()
    drawing.clear()
    assert drawing.steps == (1, 0), "what was undone is gone once something else is done"
    assert not drawing.redo()


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-9, 9), st.integers(-9, 9)),
        st.tuples(st.just("push"), st.integers(-9, 9), st.integers(-9, 9)),
        st.tuples(st.just("put"), st.booleans(), st.just(0)),
        st.tuples(st.just("clear"), st.just(0), st.just(0)),
    ),
    max_size=20,
)


@given(MOVES)
def test_undoing_everything_gives_blank_paper_and_redoing_everything_the_drawing(
    moves: list[tuple[str, int, int]],
) -> None:
    drawing = Drawing(SIDE)
    for what, a, b in moves:
        if what == "put":
            drawing.put(down=bool(a))
        elif what == "clear":
            drawing.clear()
        else:
            getattr(drawing, what)(a, b)
    drawn = drawing.pixels.copy()
    while drawing.undo():
        pass
    assert not drawing.pixels.any()
    while drawing.redo():
        pass
    assert np.array_equal(drawing.pixels, drawn)


@given(st.integers(-40, 40), st.integers(-40, 40))
def test_pushing_loses_no_ink(dx: int, dy: int) -> None:
    drawing = Drawing(SIDE)
    drawing.put(down=True)
    drawing.move(4, 7)
    ink = drawing.pixels.sum(dtype=int)
    drawing.push(dx, dy)
    assert drawing.pixels.sum(dtype=int) == ink


def test_on_other_paper_the_pen_is_up_and_pushed_ink_leaves_it_where_it_is() -> None:
    drawing = Drawing(SIDE)
    drawing.put(down=True)
    drawing.move(4, 0)
    drawing.push(1, 0)
    assert drawing.down
    drawing.clear()
    drawing.move(4, 0)
    assert not drawing.down
    assert not drawing.pixels.any()
    drawing.put(down=True)
    drawing.replace(np.zeros_like(drawing.pixels))
    drawing.move(-4, 0)
    assert not drawing.pixels.any()
