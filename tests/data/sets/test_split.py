"""Parting a set in two: each class by its share, always the same images, none lost or twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.data.errors import DataError
from mnist_tui.data.sets.split import draw_test_mask, split_train_test

from tests.helpers.datasets.source_files import in_order, same, together
from tests.helpers.support import traced_peak


@given(
    counts=st.lists(st.integers(0, 30), min_size=2, max_size=9).filter(lambda c: max(c) > 1),
    share=st.floats(0.01, 0.99),
)
def test_every_class_gives_its_share(counts: list[int], share: float) -> None:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    chosen = draw_test_mask(labels, share)
    for label, count in enumerate(counts):
        tested = int(chosen[labels == label].sum())
        assert tested < max(count, 1)  # one is left to learn from
        assert tested >= min(1, count - 1)
        if 1 <= round(share * count) < count:
            assert tested == round(share * count)


def test_no_image_is_lost_or_twice_and_the_order_stays(mnist: Dataset) -> None:
    whole = Digits(mnist.test.images[:3000], mnist.test.labels[:3000])
    chosen = draw_test_mask(whole.labels, 0.3)
    train, test = split_train_test(whole.images.copy(), whole.labels, 0.3)
    assert same(train, Digits(whole.images[~chosen], whole.labels[~chosen]))
    assert same(test, Digits(whole.images[chosen], whole.labels[chosen]))
    assert same(in_order(together(train, test)), in_order(whole))


def test_the_same_set_is_always_parted_the_same_way(digits: Digits) -> None:
    first, again = draw_test_mask(digits.labels, 0.2), draw_test_mask(digits.labels.copy(), 0.2)
    assert np.array_equal(first, again)
    # These very ones: other versions of this program are to draw them, too.
    assert np.flatnonzero(first)[:8].tolist() == [4, 17, 25, 33, 34, 36, 37, 38]


def test_images_that_may_not_be_written_to_are_left_alone(digits: Digits) -> None:
    before = digits.images.copy()
    split_train_test(digits.images, digits.labels)
    assert np.array_equal(digits.images, before)


def test_parting_takes_no_second_set_of_images(mnist: Dataset) -> None:
    images, labels = mnist.test.images.copy(), mnist.test.labels
    with traced_peak() as peak:
        split_train_test(images, labels, 0.2)
    assert peak.bytes < 0.4 * images.nbytes


@pytest.mark.parametrize("labels", [[0], [0, 1, 2]])
def test_a_set_that_can_spare_no_image_is_refused(labels: list[int]) -> None:
    with pytest.raises(DataError, match="no class of more than one image"):
        draw_test_mask(np.array(labels, np.uint8))
