"""Drawings brought into MNIST's form: as its makers did, measured on their own digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from mnist_tui.data.dataset import Dataset
from mnist_tui.data.images.normalization import areas, centered
from mnist_tui.data.source_content import Bytes
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.network import Parameters
from mnist_tui.net.presets import PRESETS
from mnist_tui.net.trainer import Trainer
from numpy.typing import NDArray

DIGITS = 2000


@pytest.fixture(scope="module")
def answers(mnist: Dataset) -> Callable[[Bytes], NDArray[np.intp]]:
    """What a network answers that was trained as the preset sprint has it, about two seconds."""
    trainer = Trainer(mnist.train, mnist.test, PRESETS["sprint"].hyperparameters)
    for _ in trainer.steps():
        pass
    learnt: Parameters = trainer.parameters
    return lambda images: probabilities(learnt, images.reshape(len(images), -1)).argmax(axis=0)


def drawn(image: Bytes, size: int, canvas: int, generator: np.random.Generator) -> Bytes:
    """A digit of 28 × 28, its field scaled to size × size, its ink anywhere on a canvas."""
    scale = areas(size, 28)
    large = np.rint(scale @ image.reshape(28, 28) @ scale.T).astype(np.uint8)
    rows, columns = (np.flatnonzero(large.any(axis=axis)) for axis in (1, 0))
    ink = large[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    drawing = np.zeros((canvas, canvas), np.uint8)
    top, left = (int(place) for place in generator.integers(0, canvas + 1 - np.array(ink.shape)))
    drawing[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return drawing


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "canvas", "agree", "exact"),
    [
        (28, 28, 1.0, 1.0),  # shifted alone
        (56, 56, 1.0, 1.0),  # drawn twice as large
        (84, 84, 1.0, 1.0),
        (84, 200, 1.0, 1.0),
        (70, 84, 0.97, 0.0),  # 2.5 times: 98.4 % were measured
    ],
)
def test_mnists_digits_drawn_larger_and_shifted_come_back(
    mnist: Dataset,
    answers: Callable[[Bytes], NDArray[np.intp]],
    size: int,
    canvas: int,
    agree: float,
    exact: float,
) -> None:
    generator = np.random.default_rng(1)
    images = mnist.test.images[:DIGITS].reshape(-1, 28, 28)
    back = np.array([centered(drawn(image, size, canvas, generator)) for image in images])
    assert (answers(back) == answers(images)).mean() >= agree
    assert (back == images).all(axis=(1, 2)).mean() >= exact


def test_mnists_own_digits_are_in_this_form_already(mnist: Dataset) -> None:
    """All but those that are smaller than the box: 2 of the first 10 000."""
    images = mnist.train.images[:DIGITS].reshape(-1, 28, 28)
    assert sum(np.array_equal(centered(image), image) for image in images) >= DIGITS - 2


@given(
    image=stn.arrays(
        np.uint8,
        st.tuples(st.integers(1, 60), st.integers(1, 60)),
        elements=st.sampled_from([0, 0, 1, 90, 255]),
    ),
    side=st.sampled_from([4, 16, 28, 128]),
)
def test_any_drawing_gets_this_form(image: Bytes, side: int) -> None:
    found = centered(image, side)
    assert found.shape == (side, side)
    assert found.dtype == np.uint8
    if (image >= 90).sum() * 4 > image.size:  # faint ink may be averaged away
        assert found.any()
    if found.any():
        rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
        box = round(side * 20 / 28)
        assert rows[-1] - rows[0] < box
        assert columns[-1] - columns[0] < box
        if box + 9 < side:  # where there is room to, the centre of mass is in the middle
            mass = found.astype(float)
            place = [mass.sum(axis=axis) @ np.arange(side) / mass.sum() for axis in (1, 0)]
            slack = (side - box) / 2 - 1
            for middle in place:
                assert abs(middle - side / 2) < box / 2 - slack + 1.5


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (300, 20)])
def test_a_blank_drawing_stays_blank(shape: tuple[int, int]) -> None:
    assert not centered(np.zeros(shape, np.uint8)).any()


def test_no_ink_leaves_the_field() -> None:
    """A heavy blot with a far dot: its centre of mass would push the dot over the edge."""
    image = np.zeros((40, 40), np.uint8)
    image[:12, :12] = 255
    image[39, 39] = 255
    found = centered(image)
    assert found.astype(int).sum() * 4 == pytest.approx(image.astype(int).sum(), rel=0.01)


def test_the_aspect_is_kept() -> None:
    image = np.zeros((90, 90), np.uint8)
    image[10:70, 30:45] = 255  # 60 × 15
    rows, columns = (np.flatnonzero(centered(image).any(axis=axis)) for axis in (1, 0))
    assert (len(rows), len(columns)) == (20, 5)


@given(new=st.integers(1, 40), old=st.integers(1, 40))
def test_areas_are_shares_of_a_whole(new: int, old: int) -> None:
    shares = areas(new, old)
    assert shares.min() >= 0
    assert np.allclose(shares.sum(axis=1), 1)
    assert np.allclose(shares.sum(axis=0), new / old)


def test_areas_worked_by_hand() -> None:
    assert np.allclose(areas(2, 3), [[2 / 3, 1 / 3, 0], [0, 1 / 3, 2 / 3]])
    assert np.allclose(areas(4, 2), [[1, 0], [1, 0], [0, 1], [0, 1]])
