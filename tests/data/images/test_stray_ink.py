"""What is left out of a picture's ink: specks and ruled lines, and nothing of the digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.images.stray_ink import cleaned
from mnist_tui.data.source_content import Bytes


def paper(size: int = 400) -> Bytes:
    """With a seven of some thickness on it."""
    ink = np.zeros((size, size), np.uint8)
    ink[160:172, 160:240] = 255
    for i in range(100):
        ink[160 + i, 230 - i // 2 : 242 - i // 2] = 255
    return ink


def test_a_speck_far_away_is_left_out() -> None:
    clean = paper()
    ink = clean.copy()
    ink[4:6, 6:8] = 255
    found = cleaned(ink)
    assert (found.specks, found.rulings) == (1, 0)
    assert np.array_equal(found.ink, clean)


@pytest.mark.parametrize("strength", [60, 255])
def test_ruled_lines_are_left_out_and_the_ink_on_them_stays(strength: int) -> None:
    clean = paper()
    ruled = clean.copy()
    for y in range(30, 400, 40):
        ruled[y] = np.maximum(ruled[y], strength)
    for lines in (ruled, ruled.T):
        found = cleaned(np.ascontiguousarray(lines))
        ink = found.ink if lines is ruled else found.ink.T
        assert (found.specks, found.rulings) == (0, 10)
        # Where a line is as dark as the ink, one pixel of the digit goes with it.
        assert np.count_nonzero(ink != clean) <= (0 if strength == 60 else 3 * 12)
        assert not ink[clean == 0].any()


def test_a_bar_apart_and_a_dot_stay() -> None:
    five, i = np.zeros((2, 100, 100), np.uint8)
    five[30:80, 30:38] = 255
    five[72:80, 30:60] = 255
    five[20:26, 66:80] = 255  # the bar, up and away: a tenth of the ink
    i[40:90, 48:54] = 255
    i[26:31, 49:53] = 255  # the dot: a fifteenth
    for ink in (five, i):
        found = cleaned(ink)
        assert found.specks == 0
        assert np.array_equal(found.ink, ink)


def test_a_broken_faint_digit_stays_whole() -> None:
    generator = np.random.default_rng(0)
    broken = np.where(generator.random((400, 400)) < 0.6, paper() // 3, 0).astype(np.uint8)
    found = cleaned(broken)
    assert found.ink.sum() >= 0.995 * broken.sum()


def test_a_digit_cut_off_close_keeps_its_bar() -> None:
    seven = paper()[160:260, 160:242]
    assert np.array_equal(cleaned(seven).ink, seven)


def test_next_to_nothing_of_mnists_digits_is_stray(mnist: Dataset) -> None:
    """In 15 of 1000 there is a speck, usually a pixel or two; at most 8 % of the ink."""
    images = mnist.test.images[:1000].reshape(-1, 28, 28)
    found = [cleaned(image) for image in images]
    assert sum(one.specks > 0 for one in found) <= 30
    kept = [one.ink.sum() / image.sum() for one, image in zip(found, images, strict=True)]
    assert min(kept) > 0.92


@given(
    stn.arrays(
        np.uint8,
        st.tuples(st.integers(1, 90), st.integers(1, 90)),
        elements=st.sampled_from([0, 0, 0, 80, 255]),
    )
)
def test_ink_is_only_ever_taken_away(ink: Bytes) -> None:
    before = ink.copy()
    found = cleaned(ink)
    assert np.array_equal(ink, before)
    changed = found.ink != ink
    assert not found.ink[changed].any()
    assert bool(changed.any()) == bool(found.specks or found.rulings)
    if ink.any() and not found.rulings:
        assert found.ink.any()
