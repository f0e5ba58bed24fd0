"""Dropout: its masks, what they do to an update, and that a run with them can be made again."""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

import numpy as np
import pytest
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.inspection.gradient_check import check_gradient
from mnist_tui.net.inspection.range_test import find_alpha
from mnist_tui.net.inspection.weight import Weight
from mnist_tui.net.network import Array, Parameters, backward, forward
from mnist_tui.net.trainer import Trainer

from tests.helpers.networks import digit, drawn
from tests.helpers.support import fingerprint, noise

SIZES = (784, 30, 20, 10)
CHOSEN = Hyperparameters(batch_size=50, dropout=0.5, input_dropout=0.2)


def dropout_of(chosen: Hyperparameters = CHOSEN, seed: int = 0) -> Dropout:
    dropout = Dropout.chosen_by(chosen, np.random.PCG64(seed).state)
    assert dropout is not None
    return dropout


def test_an_update_with_masks_is_the_one_worked_out_on_paper() -> None:
    # Two pixels, two hidden units, two classes, one sample x = (2, 1) with label 1; p = 1/2.
    parameters = Parameters.zeros((2, 2, 2), np.float64)
    parameters.W[0][:] = [[1, -1], [0.5, 0.5]]
    parameters.b[0][:] = [[0], [-1]]
    parameters.W[1][:] = [[1, 5], [2, 3]]
    parameters.b[1][:] = [[math.log(3) - 4], [0]]
    X, labels = np.array([[2.0], [1.0]]), np.array([1])
    M = [np.array([[2.0], [0.0]]), np.array([[0.0], [2.0]])]

    activations = forward(parameters, X, M)
    # A0 = (2·2, 1·0) = (4, 0);  Z1 = (1·4 - 1·0 + 0, 0.5·4 + 0.5·0 - 1) = (4, 1)
    assert activations.A[0][:, 0] == pytest.approx([4, 0])
    assert activations.Z[0][:, 0] == pytest.approx([4, 1])
    # A1 = (4·0, 1·2) = (0, 2);  Z2 = (5·2 + ln 3 - 4, 3·2) = (6 + ln 3, 6); softmax: 3 to 1
    assert activations.A[1][:, 0] == pytest.approx([0, 2])
    assert activations.A[2][:, 0] == pytest.approx([0.75, 0.25])

    gradient = Parameters.zeros((2, 2, 2), np.float64)
    backward(parameters, activations, labels, 1, gradient)
    # dZ2 = (0.75, -0.75);  dW2 = dZ2 · A1ᵀ
    assert gradient.W[1] == pytest.approx(np.array([[0, 1.5], [0, -1.5]]))
    # dA1 = W2ᵀ · dZ2 = (0.75 - 1.5, 3.75 - 2.25) = (-0.75, 1.5);  times M1: dZ1 = (0, 3)
    # dW1 = dZ1 · A0ᵀ = ((0, 0), (3·4, 3·0));  db1 = dZ1
    assert gradient.b[0][:, 0] == pytest.approx([0, 3])
    assert gradient.W[0] == pytest.approx(np.array([[0, 0], [12, 0]]))


@pytest.mark.parametrize("sizes", [(16, 9, 10), (16, 8, 7, 10)])
def test_the_gradient_agrees_with_central_differences_of_the_same_network(
    sizes: tuple[int, ...],
) -> None:
    parameters = drawn(sizes, 4)
    masks = dropout_of().masks(sizes, 5, np.float64)
    images, labels = np.stack([digit(parameters, seed) for seed in range(5)]), np.arange(5)
    weights = [
        Weight(layer, unit, source)
        for layer in range(1, len(sizes))
        for unit in range(sizes[layer])
        for source in (None, *range(sizes[layer - 1]))
    ]
    checks = list(check_gradient(parameters, images, labels, weights, masks))
    assert {check.verdict for check in checks} <= {"right", "kink", "too small to tell"}
    assert sum(check.verdict == "right" for check in checks) > len(checks) / 2
    # And those of the whole network are others.
    whole = check_gradient(parameters, images, labels, weights)
    assert [check.analytic for check in whole] != [check.analytic for check in checks]


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.5, 0.9])
def test_a_mask_leaves_out_its_share_and_has_a_mean_of_one(rate: float) -> None:
    chosen = Hyperparameters(batch_size=1, dropout=rate, input_dropout=rate)
    for mask in dropout_of(chosen).masks(SIZES, 2000):
        assert mask is not None
        left_out = (mask == 0).mean()
        assert left_out == pytest.approx(rate, abs=0.01)
        assert np.unique(mask).tolist() == pytest.approx([0, 1 / (1 - rate)], rel=0.02)
        assert mask.mean() == pytest.approx(1, abs=0.05)


def test_a_layer_whose_rate_is_zero_has_no_mask() -> None:
    only_units = Hyperparameters(batch_size=1, dropout=0.3)
    only_pixels = Hyperparameters(batch_size=1, input_dropout=0.3)
    assert [M is None for M in dropout_of(only_units).masks(SIZES, 3)] == [True, False, False]
    assert [M is None for M in dropout_of(only_pixels).masks(SIZES, 3)] == [False, True, True]
    assert Dropout.chosen_by(Hyperparameters(), np.random.PCG64(0).state) is None


def test_blank_bytes_times_their_factor_are_the_masked_pixels() -> None:
    drawn = dropout_of().draw(SIZES, 40)
    images = np.random.default_rng(0).integers(0, 256, (40, SIZES[0]), np.uint8)
    M = drawn.mask(0, np.float64)
    assert M is not None
    expected = images * M.T
    drawn.blank(images)
    np.testing.assert_allclose(images * drawn.pixel_factor, expected)


def test_without_dropout_of_pixels_none_is_blank() -> None:
    drawn = dropout_of(Hyperparameters(batch_size=1, dropout=0.3)).draw(SIZES, 40)
    images = np.full((40, SIZES[0]), 7, np.uint8)
    drawn.blank(images)
    assert (images == 7).all()
    assert drawn.pixel_factor == 1


def test_the_mask_of_some_units_is_that_of_all_but_the_others() -> None:
    drawn, units = dropout_of().draw(SIZES, 40), slice(3, 7)
    some, all_ = drawn.mask(1, np.float32, units), drawn.mask(1, np.float32)
    assert some is not None
    assert all_ is not None
    assert np.array_equal(some, all_[units])


def test_an_images_masks_depend_on_its_place_alone() -> None:
    whole, dropout = dropout_of().masks(SIZES, 64), dropout_of()
    for first, count in ((0, 7), (7, 1), (8, 56)):
        part = dropout.after(first).masks(SIZES, count)
        for one, all_ in zip(part, whole, strict=True):
            assert one is not None
            assert all_ is not None
            assert np.array_equal(one, all_[:, first : first + count])


def test_no_two_images_layers_or_seeds_share_a_mask() -> None:
    def columns(dropout: Dropout) -> list[bytes]:
        masks = dropout.masks((64, 64, 64, 10), 50)
        return [column.tobytes() for M in masks if M is not None for column in (M > 0).T]

    drawn_masks = [*columns(dropout_of(seed=0)), *columns(dropout_of(seed=1))]
    assert len(set(drawn_masks)) == len(drawn_masks) == 300


def losses(trainer: Trainer, updates: int) -> list[float]:
    return [progress.loss for progress in islice(trainer.steps(), updates)]


def test_it_changes_the_updates_but_not_the_batches_nor_the_first_weights() -> None:
    samples = noise(90, pixels=64)
    plain = Hyperparameters(batch_size=20, iterations=12, hidden=(30,))
    masked = Hyperparameters(batch_size=20, iterations=12, hidden=(30,), dropout=0.5)
    one, other = Trainer(samples, samples, plain), Trainer(samples, samples, masked)
    assert one.parameters.vector.tobytes() == other.parameters.vector.tobytes()
    assert losses(one, 12) != losses(other, 12)
    assert one.cursor == other.cursor


def test_the_test_set_meets_the_whole_network() -> None:
    samples = noise(60, pixels=64)
    chosen = Hyperparameters(batch_size=20, iterations=5, hidden=(30,), dropout=0.5)
    trainer = Trainer(samples, samples, chosen)
    *_, last = trainer.steps()
    answers = forward(trainer.parameters, samples.images.T / np.float32(255)).A[-1].argmax(axis=0)
    assert last.test_accuracy == (answers == samples.labels).mean()


def test_a_run_can_be_taken_up_after_any_update() -> None:
    samples = noise(30)
    chosen = Hyperparameters(
        alpha=0.01, iterations=8, batch_size=10, hidden=(9,), dropout=0.5, input_dropout=0.1
    )
    whole = Trainer(samples, samples, chosen)
    losses(whole, 8)
    for updates in range(8):
        first, second = (Trainer(samples, samples, chosen) for _ in range(2))
        losses(first, updates)
        second.restore(first.state())
        losses(second, 8 - updates)
        assert fingerprint(second) == fingerprint(whole), f"after {updates} updates"


def test_a_change_of_the_rate_acts_on_the_very_next_update() -> None:
    samples = noise(60)
    chosen = Hyperparameters(iterations=9, batch_size=20, hidden=(9,))
    masked = Hyperparameters(iterations=9, batch_size=20, hidden=(9,), dropout=0.5)
    stayed, again = (Trainer(samples, samples, chosen) for _ in range(2))
    losses(stayed, 4)
    again.restore(stayed.state())  # what `stayed` knows of its next update, it does not
    for trainer in (stayed, again):
        trainer.change(masked)
        losses(trainer, 5)
    assert fingerprint(stayed) == fingerprint(again)


@pytest.mark.parametrize("name", ["dropout", "input_dropout"])
def test_a_rate_out_of_range_or_without_batches_is_refused(name: str) -> None:
    chosen: dict[str, Any]
    for rate in (-0.1, 0.95, math.nan):
        chosen = {"batch_size": 64, name: rate}
        with pytest.raises(NetError, match=r"must be from 0 to 0\.9"):
            Hyperparameters(**chosen)
    chosen = {name: 0.5}
    with pytest.raises(NetError, match="needs a batch that is not full"):
        Hyperparameters(**chosen)


def test_the_range_test_leaves_out_as_training_does() -> None:
    samples, parameters = noise(200), drawn((16, 30, 10), 1)
    plain = Hyperparameters(batch_size=20, hidden=(30,))
    masked = Hyperparameters(batch_size=20, hidden=(30,), dropout=0.5)

    def found(chosen: Hyperparameters) -> Array:
        return find_alpha(parameters, samples, chosen).losses

    assert np.array_equal(found(masked), found(masked))
    assert not np.array_equal(found(masked)[:20], found(plain)[:20])
