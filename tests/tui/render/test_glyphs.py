"""Pictures out of characters: no ink is lost, and a bar is as long as its share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.render.glyphs import (
    EIGHTHS,
    RAMP,
    ascii_rows,
    bar,
    block_rows,
    signed_bar,
    window,
)
from rich.color import Color

SHADES = [Color.from_rgb(20 * i, 20 * i, 20 * i) for i in range(12)]


@given(st.floats(0, 1), st.integers(1, 80))
def test_a_bar_is_as_long_as_its_share_to_an_eighth_of_a_cell(share: float, width: int) -> None:
    drawn = bar(share, width)
    eighths = sum(8 if cell == "█" else EIGHTHS.index(cell) for cell in drawn)
    assert abs(eighths - share * width * 8) <= 0.5
    assert len(drawn) <= width
    assert "█" not in drawn.lstrip("█")


@pytest.mark.parametrize("share", [float("nan"), float("inf"), -float("inf"), -1.0, 1e308])
def test_a_share_that_is_none_still_gives_a_bar(share: float) -> None:
    assert len(bar(share, 10)) <= 10


def test_bars_worked_out_by_hand() -> None:
    assert [bar(share, 4) for share in (0, 0.25, 0.5, 0.53125, 1)] == ["", "█", "██", "██▏", "████"]


def test_twenty_rows_show_all_ink_of_every_test_digit(mnist: Dataset) -> None:
    for image in mnist.test.images.reshape(-1, 28, 28):
        seen = window(image, 20)
        assert len(seen) == 20
        assert seen.sum(dtype=int) == image.sum(dtype=int)


def test_the_window_is_as_central_as_the_ink_allows() -> None:
    image = np.zeros((28, 28), np.uint8)
    image[10, 3] = 9
    assert np.flatnonzero(window(image, 20).any(axis=1)).tolist() == [6]  # rows 4 to 23
    image[1, 3] = 9
    assert np.flatnonzero(window(image, 20).any(axis=1)).tolist() == [0, 9]
    assert window(image, 28) is image


def test_the_ramp_goes_from_paper_to_ink() -> None:
    image = np.repeat(np.linspace(0, 255, 28).astype(np.uint8)[None, :], 28, axis=0)
    rows = ascii_rows(image, 14)
    assert len(rows) == 14
    places = [RAMP.index(character) for character in rows[0]]
    assert places == sorted(places)
    assert (rows[0][0], rows[0][-1]) == (" ", "@")
    assert set(rows[0]) == set(RAMP)


@pytest.mark.parametrize(("rows", "lines", "width"), [(28, 28, 56), (14, 14, 28), (10, 10, 28)])
def test_pictures_have_the_size_asked_for(
    mnist: Dataset, rows: int, lines: int, width: int
) -> None:
    image = mnist.test.images[0].reshape(28, 28)
    letters, blocks = ascii_rows(image, rows), block_rows(image, rows, SHADES)
    assert [len(row) for row in letters] == [width] * lines
    assert [row.cell_len for row in blocks] == [width] * lines
    assert "".join(letters).isascii()


def test_blocks_have_ink_where_the_digit_has(mnist: Dataset) -> None:
    image = mnist.test.images[0].reshape(28, 28)
    for drawn, pair in zip(block_rows(image, 14, SHADES), image.reshape(14, 56), strict=True):
        above, below = pair[:28], pair[28:]
        for character, one, other in zip(drawn.plain, above, below, strict=True):
            assert (character == "▀") == (max(one, other) > 11)


EIGHTHS_OF = {" ": 0, **{sign: 8 - i for i, sign in enumerate("█▉▊▋▌▍▎▏")}, "▐": 4}


@given(st.floats(-1, 1), st.integers(3, 90))
def test_a_bar_of_either_sign_is_as_long_as_its_share(share: float, width: int) -> None:
    left, line, right = signed_bar(share, width).partition("│")
    half = (width - 1) // 2
    assert line
    assert len(left) == len(right) == half
    drawn = [sum(EIGHTHS_OF[sign] for sign in side) / 8 for side in (left, right)]
    assert abs(drawn[0] - max(0.0, -share) * half) <= 1 / 4 + 1e-9
    assert abs(drawn[1] - max(0.0, share) * half) <= 1 / 16 + 1e-9
    assert left == left.lstrip().rjust(half)  # it touches the line
    assert right == right.rstrip().ljust(half)
