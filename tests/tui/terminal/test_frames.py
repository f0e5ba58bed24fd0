"""A frame that draws the same as the one just before need not be sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.terminal.driver import are_same_frame

ROWS = st.lists(st.text("ab #", min_size=6, max_size=6), min_size=1, max_size=4)


def drawn(rows: list[str], cuts: list[int]) -> str:
    """Rows as Textual draws them: in pieces that begin at these columns, a jump before each."""
    return "\n".join(
        "".join(
            f"\x1b[{y};{start + 1}H{row[start:end]}"
            for start, end in zip(cuts, [*cuts[1:], 6], strict=True)
        )
        for y, row in enumerate(rows, start=1)
    )


@given(rows=ROWS, cuts=st.sets(st.integers(1, 5)))
def test_a_screen_whole_and_in_pieces_is_the_same(rows: list[str], cuts: set[int]) -> None:
    whole, pieces = drawn(rows, [0]), drawn(rows, [0, *sorted(cuts)])
    assert are_same_frame(whole, pieces, len(rows))
    assert are_same_frame(pieces, whole, len(rows))


@given(rows=ROWS, other=ROWS, cuts=st.sets(st.integers(1, 5)))
def test_other_text_is_another_frame(rows: list[str], other: list[str], cuts: set[int]) -> None:
    whole, pieces = drawn(rows, [0]), drawn(other, [0, *sorted(cuts)])
    assert are_same_frame(whole, pieces, len(rows)) == (rows == other)


def test_the_same_text_elsewhere_is_another_frame() -> None:
    one, other = "\x1b[1;1Ha\x1b[1;3Hb", "\x1b[1;1Ha\x1b[1;5Hb"
    assert not are_same_frame(one, other, 1)
    assert not are_same_frame("\x1b[2;1Hab", "\x1b[2;1Ha\x1b[2;5Hb", 5), "a part of the screen"
