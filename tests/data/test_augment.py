"""Deformed digits: the same for the same seed, recognisable, and ready when they are wanted."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from mnist_tui.data.augment import Deformation, Epochs, deformed, deformed_alike, weaker
from mnist_tui.data.dataset import Dataset

NONE = Deformation(rotation=0, scale=0, shear=0, shift=0, alpha=0)


@pytest.mark.parametrize("group", [1, 7, 100])
def test_no_deformation_changes_nothing(mnist: Dataset, group: int) -> None:
    images = mnist.test.images[:250]
    assert np.array_equal(deformed(images, NONE, np.random.default_rng(0), group), images)


def test_the_same_seed_gives_the_same_digits_and_another_seed_others(mnist: Dataset) -> None:
    images = mnist.test.images[:300]
    first, again, other = (
        deformed(images, Deformation(), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_originals_stay_as_they_are(mnist: Dataset) -> None:
    images = mnist.test.images[:300].copy()
    kept = images.copy()
    assert not np.array_equal(deformed(images, Deformation(), np.random.default_rng(0)), images)
    assert np.array_equal(images, kept)


def test_a_shift_moves_the_whole_digit(mnist: Dataset) -> None:
    # A group of one draws a shift of its own: within two pixels each way the same picture is found.
    image = mnist.test.images[:1].reshape(28, 28)
    shift = Deformation(rotation=0, scale=0, shear=0, shift=2, alpha=0)
    moved = deformed(image[np.newaxis], shift, np.random.default_rng(3), 1)[0]
    near = [
        np.abs(np.roll(image, (y, x), (0, 1)).astype(int) - moved).mean()
        for y in range(-2, 3)
        for x in range(-2, 3)
    ]
    assert np.abs(image.astype(int) - moved).mean() > 2 * min(near)
    assert moved.sum() == pytest.approx(image.sum(), rel=0.02)  # no ink is lost


def test_deformed_digits_keep_about_their_ink_and_place(mnist: Dataset) -> None:
    images = mnist.test.images[:1000]
    changed = deformed(images, Deformation(), np.random.default_rng(0))
    assert changed.mean() == pytest.approx(images.mean(), rel=0.1)
    y = np.indices((28, 28))[0].ravel()
    middles = [(part @ y) / part.sum(axis=1) for part in (images.astype(float), changed)]
    assert np.abs(middles[0] - middles[1]).max() < 6


@pytest.mark.parametrize("side", [8, 28, 32])
def test_other_square_sizes_work(side: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (30, side, side), np.uint8)
    assert deformed(images, Deformation(), np.random.default_rng(0)).shape == images.shape


def test_images_that_are_not_square_are_refused() -> None:
    with pytest.raises(ValueError, match="not square"):
        deformed(np.zeros((3, 783), np.uint8), Deformation(), np.random.default_rng(0))


def test_an_epoch_depends_on_seed_and_number_alone(mnist: Dataset) -> None:
    images = mnist.train.images[:500]
    walked, jumped = Epochs(images), Epochs(images)
    in_order = [walked.images(5, epoch).copy() for epoch in range(4)]
    for epoch in (3, 0, 0, 2, 1):
        assert np.array_equal(jumped.images(5, epoch), in_order[epoch])
    assert not np.array_equal(jumped.images(6, 1), in_order[1])


def test_copies_for_all_do_not_depend_on_what_is_beside_an_image(mnist: Dataset) -> None:
    def copies(images: np.ndarray) -> np.ndarray:
        endless = deformed_alike(images, Deformation(), np.random.default_rng(0))
        return np.stack([*islice(endless, 3)])

    together, alone = copies(mnist.test.images[:250]), copies(mnist.test.images[207:208])
    assert together.shape == (3, 250, 784)
    assert np.array_equal(together[:, 207], alone[:, 0])
    assert not np.array_equal(together[0], together[1])


def test_copies_for_all_share_their_deformation(mnist: Dataset) -> None:
    def difference(some: np.ndarray, others: np.ndarray) -> float:
        return float(np.abs(some.astype(int) - others).mean())

    images = np.repeat(mnist.test.images[:1], 5, axis=0)
    copy = next(deformed_alike(images, Deformation(), np.random.default_rng(0)))
    assert np.array_equal(copy, np.repeat(copy[:1], 5, axis=0))
    assert not np.array_equal(copy, images)
    none = weaker(Deformation(), 0)
    assert np.array_equal(next(deformed_alike(images, none, np.random.default_rng(0))), images)
    half = next(deformed_alike(images, weaker(Deformation(), 0.5), np.random.default_rng(0)))
    assert 0 < difference(half, images) < difference(copy, images)
    with pytest.raises(ValueError, match="not square"):
        next(deformed_alike(np.zeros((3, 783), np.uint8), NONE, np.random.default_rng(0)))


def test_every_second_copy_is_the_opposite_of_the_one_before() -> None:
    # A dot of ink in the middle pixel; what is moved one way is moved as far the other way.
    dot = np.zeros((9, 9), np.uint8)
    dot[4, 4] = 240
    shift = Deformation(rotation=0, scale=0, shear=0, shift=2, alpha=0)
    copies = deformed_alike(dot.reshape(1, 81), shift, np.random.default_rng(0))
    places: list[list[float]] = []
    for copy in islice(copies, 4):
        ink = copy.reshape(9, 9) / copy.sum()
        places.append([float((ink * grid).sum()) - 4 for grid in np.indices((9, 9))])
    first, opposite, third, its_opposite = places
    assert max(map(abs, first)) > 0.2
    assert opposite == pytest.approx([-move for move in first], abs=0.1)
    assert its_opposite == pytest.approx([-move for move in third], abs=0.1)
    assert third != pytest.approx(first, abs=0.1)
