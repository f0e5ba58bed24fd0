"""What is left out of a frame is not missed: the terminal shows the same picture."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.terminal.sgr import without_repeats

from tests.helpers.programs.pty_terminal import seen

COLUMNS, ROWS = 30, 5
COLORS = st.sampled_from(["38;2;1;2;3", "38;5;74", "31", "97", "39", ""])
GROUNDS = st.sampled_from(["48;2;9;8;7", "48;5;200", "44", "103", "49", ""])
FLAGS = st.sampled_from(["", "1", "3", "4", "7", "1;4", "9"])
TEXTS = st.sampled_from(["a", "▀▄", " ", " " * 16, " " * 30, "x    y", "", "\r\n", "─ Title "])


@st.composite
def frames(draw: st.DrawFn) -> str:
    """Text in any styles at any places, each style in full and taken back, as Rich writes it."""
    frame, column = "", 1
    for _ in range(draw(st.integers(0, 12))):
        if column > COLUMNS or not frame or draw(st.booleans()):
            row, column = draw(st.integers(1, ROWS)), draw(st.integers(1, COLUMNS))
            frame += f"\x1b[{row};{column}H"
        codes = ";".join(filter(None, (draw(FLAGS), draw(COLORS), draw(GROUNDS))))
        text = draw(TEXTS)[: COLUMNS + 1 - column]  # no row goes on in the next
        column = 1 if text == "\r\n" else column + len(text)
        frame += f"\x1b[{codes}m{text}\x1b[0m" if codes else text
    return frame


def shown(frames_: list[str]) -> list[tuple[object, ...]]:
    """Every cell of a terminal that gets these."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    for frame in frames_:
        stream.feed(frame)
    assert screen.cursor.attrs == screen.default_char  # who writes next finds it plain
    return [seen(screen.buffer[y][x]) for y in range(ROWS) for x in range(COLUMNS)]


@given(st.lists(frames(), max_size=4), st.booleans())
def test_the_picture_is_the_same(all_of_them: list[str], erases: bool) -> None:
    lean = [without_repeats(frame, erases=erases) for frame in all_of_them]
    assert shown(lean) == shown(all_of_them)


@given(frames())
def test_it_is_never_longer_by_more_than_a_reset(frame: str) -> None:
    assert len(without_repeats(frame, erases=True)) <= len(frame) + len("\x1b[0m")


def test_a_style_is_told_once() -> None:
    style = "\x1b[38;2;1;2;3;48;2;4;5;6m"
    assert without_repeats(f"{style}a\x1b[0m{style}b\x1b[0m") == f"{style}ab\x1b[0m"
    other = "\x1b[38;2;3;2;1;48;2;4;5;6m"
    assert without_repeats(f"{style}a\x1b[0m{other}b\x1b[0m") == (
        f"{style}a\x1b[38;2;3;2;1mb\x1b[0m"
    )
