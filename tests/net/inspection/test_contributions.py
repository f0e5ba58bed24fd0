"""Contributions: what the units add to a logit, with the bias, is that logit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.contributions import contributions
from mnist_tui.net.inspection.single_step import trace_step
from mnist_tui.net.inspection.terms import terms_of_Z
from mnist_tui.net.network import forward

from tests.helpers.networks import SIZES, digit, drawn


@pytest.mark.parametrize("sizes", SIZES)
def test_contributions_and_bias_add_up_to_the_logit(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1)
    found = contributions(parameters, digit(parameters, 2))
    assert found.products.shape == (sizes[-1], sizes[-2])
    for row, bias, total in zip(found.products, found.bias, found.totals, strict=True):
        assert total == float(sum(map(Fraction, row.tolist()), Fraction(float(bias))))
    # And the network's own float32 sum is that, but for rounding at each addition.
    room = np.finfo(np.float32).eps * sizes[-2] * (np.abs(found.products).sum(axis=1) + 1)
    assert (np.abs(found.logits - found.totals) <= room).all()


@pytest.mark.parametrize("sizes", SIZES)
def test_in_float64_they_add_up_to_twelve_digits(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1, np.float64)
    found = contributions(parameters, digit(parameters, 2))
    np.testing.assert_allclose(found.totals, found.logits, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_logits_and_probabilities_are_the_networks_own(sizes: tuple[int, ...]) -> None:
    parameters = drawn(sizes, 1)
    image = digit(parameters, 2)
    found = contributions(parameters, image)
    activations = forward(parameters, image[:, np.newaxis] / np.float32(255))
    assert np.array_equal(found.logits, activations.Z[-1][:, 0])
    assert np.array_equal(found.probabilities, activations.A[-1][:, 0])


def test_they_are_the_terms_that_the_lens_shows() -> None:
    parameters = drawn((16, 5, 4, 3, 10), 1)
    image = digit(parameters, 2)
    found = contributions(parameters, image)
    for k in range(10):
        terms = terms_of_Z(trace_step(parameters, image, 3, 0.1), 4, k)
        assert np.array_equal(found.products[k, terms.indices], terms.products)
        assert (found.bias[k], found.totals[k]) == (terms.bias, terms.total)


def test_a_silent_unit_contributes_nothing_and_a_speaking_one_by_its_weights_sign() -> None:
    parameters = drawn((16, 10, 10), 1)
    image = digit(parameters, 2)
    found = contributions(parameters, image)
    A = forward(parameters, image[:, np.newaxis] / np.float32(255)).A[1][:, 0]
    silent = A == 0
    assert 0 < silent.sum() < 10
    assert not found.products[:, silent].any()
    signs = np.sign(parameters.W[1][:, ~silent])
    assert np.array_equal(np.sign(found.products[:, ~silent]), signs)


def test_a_digit_of_another_size_is_refused() -> None:
    with pytest.raises(NetError, match="rows of 16 pixels"):
        contributions(drawn((16, 5, 10)), np.zeros(17, np.uint8))
