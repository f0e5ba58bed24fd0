"""Splits a set without a test part, each class by the same fraction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..images.mapped_file import is_mapped
from ..source_content import Bytes, Digits

TEST_SHARE = 0.2  # of each class, to test on
SEED = 0  # of the draw: the same images and share are parted the same way, always
MAX_TEST_IMAGES = 20_000  # images at the end of a large set that are tested on
CHUNK_IMAGES = 1 << 10  # images moved at once


def draw_test_mask(labels: Bytes, share: float = TEST_SHARE) -> NDArray[np.bool_]:
    """Draw the images to test on, class by class with SEED.

    Each class gives its share, rounded and at least one image, but keeps one to train on.
    Raises DataError for a share that is not between 0 and 1, or if no image can be spared.
    """
    if not 0 < share < 1:
        raise DataError(f"the test share is {share}; expected a number between 0 and 1")
    generator = np.random.default_rng(SEED)
    chosen = np.zeros(len(labels), np.bool_)
    for label in range(int(labels.max()) + 1):
        members = np.flatnonzero(labels == label)
        count = min(max(1, round(share * len(members))), len(members) - 1)
        if count > 0:
            # By sorting plain random numbers, whose stream no version of NumPy is likely to change.
            order = np.argsort(generator.random(len(members)), kind="stable")
            chosen[members[order[:count]]] = True
    if not chosen.any():
        raise DataError("has no class of more than one image, so none can be kept to test on")
    return chosen


def split_train_test(
    images: Bytes, labels: Bytes, share: float = TEST_SHARE
) -> tuple[Digits, Digits]:
    """Split images into a training and a test part, both in their old order.

    The images are moved in place if their memory is writable, so that no second copy is needed:
    the caller gives them up.
    """
    if is_mapped(images):
        return _split_mapped(images, labels, share)
    chosen = draw_test_mask(labels, share)
    if not images.flags.writeable:
        images = images.copy()
    tested = images[chosen]
    kept = np.flatnonzero(~chosen)
    # Each goes to a place at or before its own, never onto one that is still to be moved.
    for start in range(0, len(kept), CHUNK_IMAGES):
        part = kept[start : start + CHUNK_IMAGES]
        images[start : start + len(part)] = images[part]
    images[len(kept) :] = tested
    return (
        Digits(images[: len(kept)], labels[~chosen]),
        Digits(images[len(kept) :], labels[chosen]),
    )


def _split_mapped(images: Bytes, labels: Bytes, share: float) -> tuple[Digits, Digits]:
    """Split a mapped set: test on its last images if these have every class."""
    count = max(1, min(MAX_TEST_IMAGES, round(share * len(labels))))
    train, test = labels[:-count], labels[-count:]
    if set(np.unique(train)) != set(np.unique(test)):
        raise DataError(
            "is too large to be parted at random, and its last images are not of every class; "
            "give a file to test on with --test"
        )
    return Digits(images[:-count], train), Digits(images[-count:], test)
