"""Signs over a digit: every pixel that is shown says which way it goes, without any colour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.rooms.saliency.overlay import (
    FAINT,
    GROUNDS,
    LEVELS,
    STEEP,
    Colors,
    Palette,
    cells,
    following,
    levels,
    sign,
    sign_row,
)
from rich.style import Style
from textual.color import Color

PALETTE = Palette(
    Colors(
        Color(0, 0, 0), Color(255, 255, 255), Color(0, 255, 255), Color(255, 0, 0), Style(bold=True)
    )
)


@pytest.mark.parametrize(
    ("share", "wide", "flipped", "text"),
    [
        (0.0, 2, False, "  "),
        (FAINT / 2, 2, False, "  "),
        (0.2, 2, False, "+ "),
        (-0.2, 2, False, "− "),
        (STEEP, 2, False, "++"),
        (-1.0, 2, False, "−−"),
        (1.0, 1, False, "+"),
        (-0.2, 1, False, "−"),
        (1.0, 2, True, "+×"),
        (0.0, 2, True, "× "),
        (-1.0, 1, True, "×"),
        (1.0, 4, False, "++++"),
        (0.2, 4, False, "++  "),
    ],
)
def test_signs_worked_out_by_hand(share: float, wide: int, flipped: bool, text: str) -> None:
    assert sign(int(share * LEVELS), wide, flipped=flipped) == text


@given(st.integers(2, 64), st.integers(1, 200), st.integers(1, 60))
def test_the_picture_never_hangs_over_its_edge(side: int, width: int, height: int) -> None:
    shown = cells(side, width, height)
    assert shown.columns * shown.wide <= width
    assert shown.rows * shown.high <= height
    assert 1 <= shown.columns <= side
    assert 1 <= shown.rows <= side


@given(st.integers(2, 64), st.data())
def test_the_part_shown_follows_the_cursor(side: int, data: st.DataObject) -> None:
    shown = data.draw(st.integers(1, side))
    start = None
    for cursor in data.draw(st.lists(st.integers(0, side - 1), min_size=1, max_size=9)):
        before, start = start, following(start, cursor, shown, side)
        assert start <= cursor < start + shown
        assert 0 <= start <= side - shown
        if before is not None and before <= cursor < before + shown:
            assert start == before, "it moves only if it must"


def test_mnists_ink_is_all_seen_from_twenty_rows_on() -> None:
    for rows in range(20, 29):
        start = following(None, 14, rows, 28)
        assert start <= 4
        assert start + rows >= 24


def test_each_pixel_is_in_its_place() -> None:
    generator = np.random.default_rng(0)
    shares = generator.uniform(-1, 1, (9, 9))
    image = generator.integers(0, 256, (9, 9), np.uint8)
    grounds, slopes = levels(image, shares)
    cells = sign_row(grounds[2].tolist(), slopes[2].tolist(), 2, 4, {0}, PALETTE)
    text = "".join(part.text for part in cells)
    styles = [part.style for part in cells for _ in part.text]
    assert len(text) == 18
    for x in range(9):
        assert text[2 * x : 2 * x + 2] == sign(int(LEVELS * shares[2, x]), 2, flipped=x == 0)
        style = styles[2 * x]
        assert style is not None
        assert bool(style.reverse) == (x == 4)
        assert bool(style.bold) == (x in {0, 4})


def test_levels_keep_any_ink_and_the_thresholds() -> None:
    assert int(FAINT * LEVELS) == FAINT * LEVELS
    assert int(STEEP * LEVELS) == STEEP * LEVELS
    image = np.array([[0, 1, 255]], np.uint8)
    grounds, slopes = levels(image, np.array([[-1.0, FAINT, 0.999 * FAINT]]))
    assert grounds.tolist() == [[0, 1, GROUNDS]]
    assert slopes.tolist() == [[-LEVELS, FAINT * LEVELS, FAINT * LEVELS - 1]]
