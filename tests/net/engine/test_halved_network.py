"""The halves of a network: together they compute what the page of mathematics says."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.engine.halved_network import (
    HalvedNetwork,
    can_be_halved,
    copy_half,
    gradient_by_halves,
)
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Parameters, backward, cross_entropy, forward

WIDTHS = [(20, 8, 5), (20, 7, 5), (20, 2, 5), (20, 9, 6, 5), (20, 6, 4, 3, 5)]


def network(sizes: tuple[int, ...]) -> Parameters:
    return initial_parameters(sizes, "he", np.random.default_rng(3), np.float64)


@pytest.mark.parametrize("sizes", WIDTHS)
@pytest.mark.parametrize("dropout", [None, Dropout(0.2, 0.5, 1, 3, 7), Dropout(0, 0.5, 1, 3, 7)])
def test_the_halves_are_the_whole(sizes: tuple[int, ...], dropout: Dropout | None) -> None:
    generator = np.random.default_rng(5)
    images = generator.integers(0, 256, (30, sizes[0]), np.uint8)
    labels = generator.integers(0, sizes[-1], 30)
    parameters, expected, found = network(sizes), Parameters.zeros(sizes, float), network(sizes)
    M = dropout.masks(sizes, 30, np.float64) if dropout else ()
    activations = forward(parameters, images.T / 255, M)
    backward(parameters, activations, labels, 30, expected)
    loss, right = gradient_by_halves(HalvedNetwork(parameters, found), images, labels, dropout)
    np.testing.assert_allclose(found.vector, expected.vector, atol=1e-12)
    assert loss == pytest.approx(cross_entropy(activations.Z[-1], labels).sum())
    assert right == (activations.A[-1].argmax(axis=0) == labels).sum()


@pytest.mark.parametrize("sizes", WIDTHS)
def test_both_halves_are_all_but_the_second_layers_biases(sizes: tuple[int, ...]) -> None:
    source, target = network(sizes), Parameters.zeros(sizes, float)
    for half in range(2):
        copy_half(source, target, half)
    for W, its_copy in zip(source.W[:2], target.W[:2], strict=True):
        assert (its_copy == W).all()


def test_a_layer_of_one_unit_and_none_cannot_be_halved() -> None:
    assert not can_be_halved((784, 10))
    assert not can_be_halved((784, 1, 10))
    assert all(map(can_be_halved, WIDTHS))
