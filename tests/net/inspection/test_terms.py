"""Follow one number: terms add up to what is shown, without a rounding lie."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.single_step import SampleStep, trace_step
from mnist_tui.net.inspection.terms import Terms, terms_of_dA, terms_of_Z, total
from mnist_tui.net.inspection.weight import Weight, weight_update

from tests.helpers.networks import SIZES, digit, drawn

EPSILON = float(np.finfo(np.float32).eps)


def lens_on(sizes: tuple[int, ...]) -> SampleStep:
    parameters = drawn(sizes, 1)
    return trace_step(parameters, digit(parameters, 2), 3, 0.15)


WIDE = lens_on((49, 800, 10))


def all_terms(lens: SampleStep) -> list[Terms]:
    """Of every Z and every dA, up to twenty a layer."""
    layers = range(1, len(lens.sizes))
    of_Z = [terms_of_Z(lens, i, j) for i in layers for j in range(min(20, lens.sizes[i]))]
    below = range(len(lens.sizes) - 1)
    return of_Z + [terms_of_dA(lens, i, j) for i in below for j in range(min(20, lens.sizes[i]))]


@pytest.mark.parametrize("sizes", SIZES)
def test_the_total_is_the_true_sum_of_the_terms_to_the_last_bit(sizes: tuple[int, ...]) -> None:
    for terms in all_terms(lens_on(sizes)):
        pairs = zip(terms.weights.tolist(), terms.values.tolist(), strict=True)
        exact = [Fraction(weight) * Fraction(value) for weight, value in pairs]
        assert exact == [Fraction(product) for product in terms.products.tolist()]
        assert terms.total == float(sum(exact, Fraction(terms.bias)))


@pytest.mark.parametrize("sizes", SIZES)
def test_the_networks_own_sum_differs_by_its_rounding_alone(sizes: tuple[int, ...]) -> None:
    for terms in all_terms(lens_on(sizes)):
        # Each of n additions is off by at most half an ε of what has come together by then.
        room = (len(terms.products) + 1) * EPSILON * (np.abs(terms.products).sum() + 1)
        assert abs(terms.difference) <= room
        assert terms.difference == terms.network - terms.total


@pytest.mark.parametrize("sizes", SIZES)
def test_the_terms_stand_largest_first_and_none_is_missing(sizes: tuple[int, ...]) -> None:
    for terms in all_terms(lens_on(sizes)):
        assert (np.diff(np.abs(terms.products)) <= 0).all()
        assert sorted(terms.indices) == list(range(len(terms.products)))


def test_the_terms_of_a_unit_are_its_weights_times_what_it_reads() -> None:
    lens = lens_on((16, 5, 4, 3, 10))
    terms = terms_of_Z(lens, 2, 3)
    assert np.array_equal(terms.weights, lens.W[1][3, terms.indices])
    assert np.array_equal(terms.values, lens.A[1][terms.indices, 0])
    assert terms.bias == lens.b[1][3, 0]
    assert terms.network == lens.Z[1][3, 0]


def test_the_terms_of_a_da_are_the_next_layers_weights_times_its_errors() -> None:
    lens = lens_on((16, 5, 4, 3, 10))
    terms = terms_of_dA(lens, 1, 2)
    assert np.array_equal(terms.weights, lens.W[1][terms.indices, 2])
    assert np.array_equal(terms.values, lens.dZ[1][terms.indices, 0])
    assert terms.bias == 0
    assert terms.network == lens.dA[1][2, 0]
    assert terms_of_dA(lens, 0, 7).network == lens.dA[0][7, 0]


@given(st.integers(0, 820), st.integers(0, 9))
def test_shown_terms_and_the_rest_add_up_to_the_total(shown: int, unit: int) -> None:
    for terms in (terms_of_Z(WIDE, 2, unit), terms_of_Z(WIDE, 1, unit), terms_of_dA(WIDE, 1, unit)):
        rest = terms.rest(shown)
        together = math.fsum([*terms.products[:shown], terms.bias, rest])
        # The rest and the total are rounded once each; no other rounding is between them.
        assert abs(together - terms.total) <= math.ulp(rest) + math.ulp(terms.total)
        assert rest == math.fsum(terms.products[shown:])


@given(st.integers(0, 820), st.integers(0, 9), st.integers(0, 9))
def test_what_is_printed_adds_up_digit_by_digit(shown: int, unit: int, decimals: int) -> None:
    terms = terms_of_Z(WIDE, 2, unit)
    printed = terms.printed(shown, decimals)
    assert len(printed.products) + printed.others == len(terms.products) == 800
    numbers = [*printed.products, printed.rest, printed.bias, printed.rounding]
    exact = sum(Fraction(f"{number:.{decimals}f}") for number in numbers)
    assert exact == Fraction(f"{printed.total:.{decimals}f}")
    # Each of them is rounded by at most half a unit of the last decimal, and so is the total.
    largest = (len(printed.products) + 3) / 2 * 10.0**-decimals
    assert abs(printed.rounding) <= largest * (1 + 1e-9)
    assert f"{printed.total:.{decimals}f}" == f"{terms.total:.{decimals}f}"


@pytest.mark.parametrize(
    "weight", [Weight(1, 2, 3), Weight(2, 3, 1), Weight(4, 9, 0), Weight(3, 1)]
)
def test_a_weights_step_is_error_times_input_and_alpha_of_that(weight: Weight) -> None:
    lens = lens_on((16, 5, 4, 3, 10))
    step = weight_update(lens, weight)
    i, j = weight.layer - 1, weight.unit
    assert step.dZ == lens.dZ[i][j, 0]
    if weight.source is None:
        assert (step.a, step.before) == (1, lens.b[i][j, 0])
        assert (step.gradient, step.after) == (lens.db[i][j, 0], lens.b_after[i][j, 0])
    else:
        assert (step.a, step.before) == (lens.A[i][weight.source, 0], lens.W[i][j, weight.source])
        assert step.gradient == lens.dW[i][j, weight.source]
        assert step.after == lens.W_after[i][j, weight.source]
    # The network rounds the product once, and then each step of the update.
    assert step.gradient == np.float32(step.product)
    assert step.difference == step.gradient - step.product
    moved = np.float32(step.before) - np.float32(0.15) * np.float32(step.gradient)
    assert step.after == moved


def test_some_weight_of_a_speaking_unit_does_move() -> None:
    lens = lens_on((16, 5, 4, 3, 10))
    step = weight_update(lens, Weight(4, 3))
    assert step.gradient < 0  # the label's own bias is pushed up
    assert step.after > step.before


@pytest.mark.parametrize(("layer", "unit"), [(0, 0), (3, 0), (-1, 0), (1, 5), (2, 10), (1, -1)])
def test_a_unit_the_network_has_not_is_refused(layer: int, unit: int) -> None:
    with pytest.raises(NetError, match="layer"):
        terms_of_Z(lens_on((16, 5, 10)), layer, unit)


@pytest.mark.parametrize(("layer", "unit"), [(2, 0), (-1, 0), (0, 16), (1, 5)])
def test_a_da_the_network_has_not_is_refused(layer: int, unit: int) -> None:
    with pytest.raises(NetError, match="layer"):
        terms_of_dA(lens_on((16, 5, 10)), layer, unit)


@pytest.mark.parametrize(
    "weight", [Weight(0, 0, 0), Weight(1, 5, 0), Weight(1, 0, 16), Weight(3, 0)]
)
def test_a_weight_the_network_has_not_is_refused(weight: Weight) -> None:
    with pytest.raises(NetError):
        weight_update(lens_on((16, 5, 10)), weight)


def test_weights_have_the_names_of_the_formulas() -> None:
    assert Weight(1, 3, 412).name == "W1[3, 412]"
    assert Weight(2, 7).name == "b2[7]"


def test_sums_beyond_the_finite_numbers_are_told_and_not_raised() -> None:
    parameters = drawn((16, 5, 10))
    parameters.W[0][:] = 3e38
    parameters.W[1][:] = np.where(np.arange(5) % 2, 3e38, -3e38)
    lens = trace_step(parameters, np.full(16, 255, np.uint8), 3, 0.1)
    terms = terms_of_Z(lens, 2, 0)
    assert not math.isfinite(terms.total)
    assert not math.isfinite(terms.rest(1))
    assert math.isinf(total([1e308, 1e308]))
    assert math.isnan(total([math.inf, -math.inf]))
