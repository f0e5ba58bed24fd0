"""The gradient check: a right gradient passes, a wrong one is found, a kink is named."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.gradient_check import (
    STEP_SIZE,
    THRESHOLD,
    Check,
    check_gradient,
    compare,
    judge,
)
from mnist_tui.net.inspection.weight import Weight, sample_weights
from mnist_tui.net.network import Array, Images, Labels, Parameters, backward, forward
from mnist_tui.net.validation import as_columns

from tests.helpers.networks import SIZES, SMALL, digit_off_the_kinks, drawn
from tests.helpers.support import noise


def every_weight(sizes: tuple[int, ...]) -> list[Weight]:
    """All of them, biases too."""
    found: list[Weight] = []
    for layer in range(1, len(sizes)):
        for unit in range(sizes[layer]):
            found += [Weight(layer, unit, source) for source in range(sizes[layer - 1])]
            found.append(Weight(layer, unit))
    return found


def smooth(sizes: tuple[int, ...]) -> tuple[Parameters, Images, Labels]:
    """A network and a digit of label 3 where no step comes near a kink."""
    parameters = drawn(sizes, 1)
    return parameters, digit_off_the_kinks(parameters, 100 * STEP_SIZE)[np.newaxis], np.array([3])


def of_tampered(sizes: tuple[int, ...], tamper: Callable[[Parameters], None]) -> dict[str, Check]:
    """Every weight's check, of a gradient that somebody has had his hands in."""
    parameters, images, labels = smooth(sizes)
    exact = Parameters(sizes, parameters.vector.astype(np.float64))
    gradient = Parameters.zeros(sizes, np.float64)
    X = as_columns(exact, images)
    backward(exact, forward(exact, X), labels, 1, gradient)
    tamper(gradient)
    checks = compare(exact, X, labels, gradient, every_weight(sizes))
    return {check.weight.name: check for check in checks}


@pytest.mark.parametrize("sizes", SMALL)
def test_every_weight_of_the_gradient_is_right_away_from_the_kinks(sizes: tuple[int, ...]) -> None:
    parameters, images, labels = smooth(sizes)
    checks = list(check_gradient(parameters, images, labels, every_weight(sizes)))
    assert len(checks) == len(parameters.vector)
    assert {check.verdict for check in checks} <= {"right", "too small to tell"}
    right = [check for check in checks if check.verdict == "right"]
    assert len(right) > 0.95 * len(checks)
    assert max(check.error for check in right) <= THRESHOLD
    assert sum(check.analytic != 0 for check in right) > len(checks) / 10


@pytest.mark.parametrize("sizes", SIZES)
def test_no_weight_is_called_wrong_for_several_digits_at_once(sizes: tuple[int, ...]) -> None:
    samples, parameters = noise(7, sizes[0]), drawn(sizes)
    labels = samples.labels % sizes[-1]
    weights = sample_weights(parameters, samples.images, np.random.default_rng(0), 20)
    checks = list(check_gradient(parameters, samples.images, labels, weights))
    assert len(checks) == len(weights)
    verdicts = [check.verdict for check in checks]
    assert "wrong" not in verdicts
    assert verdicts.count("right") > 0.8 * len(verdicts)


def test_a_gradient_one_part_in_ten_thousand_too_large_is_wrong() -> None:
    def tamper(gradient: Parameters) -> None:
        gradient.vector *= 1.0001

    checks = of_tampered((16, 10, 10), tamper).values()
    told = [check for check in checks if abs(check.analytic) > 1e-4]
    assert len(told) > 50
    assert {check.verdict for check in told} == {"wrong"}
    assert all(check.error == pytest.approx(1e-4, rel=0.1) for check in told)


def test_the_one_weight_that_was_tampered_with_is_found_among_all() -> None:
    def tamper(gradient: Parameters) -> None:
        gradient.W[1][3, 2] += 1e-3

    checks = of_tampered((16, 5, 4, 3, 10), tamper)
    assert [name for name, check in checks.items() if check.verdict == "wrong"] == ["W2[3, 2]"]


def test_a_backward_pass_that_forgets_relu_is_found_in_the_layers_below() -> None:
    sizes = (16, 10, 10)
    parameters, images, labels = smooth(sizes)
    exact = Parameters(sizes, parameters.vector.astype(np.float64))
    activations = forward(exact, as_columns(exact, images))
    silent = np.flatnonzero(activations.Z[0][:, 0] <= 0)
    error = activations.A[-1] - np.eye(10)[:, labels]

    def tamper(gradient: Parameters) -> None:
        gradient.b[0][:] = exact.W[1].T @ error
        gradient.W[0][:] = gradient.b[0] @ activations.A[0].T

    checks = of_tampered(sizes, tamper)
    wrong = {check.weight for check in checks.values() if check.verdict == "wrong"}
    assert {weight.layer for weight in wrong} == {1}
    assert {weight.unit for weight in wrong} == set(silent.tolist())
    assert len(silent) > 0


def two_sided(b: float) -> tuple[Parameters, Images, Labels]:
    """One pixel of full ink, one hidden unit of Z1 = b, two classes."""
    parameters = Parameters.zeros((1, 1, 2), np.float64)
    parameters.W[1][:] = [[2], [-1]]
    parameters.b[0][:] = b
    return parameters, np.array([[255]], np.uint8), np.array([1])


@pytest.mark.parametrize("b", [0.3 * STEP_SIZE, -0.3 * STEP_SIZE, 0.0])
@pytest.mark.parametrize("weight", [Weight(1, 0, 0), Weight(1, 0)])
def test_a_step_across_relus_kink_is_named_as_such(b: float, weight: Weight) -> None:
    (check,) = check_gradient(*two_sided(b), [weight])
    assert check.verdict == "kink"
    assert check.error > THRESHOLD
    # The slope is (A2[0] - Y[0])·2 + (A2[1] - Y[1])·(-1) = 0.5·2 + 0.5 = 1.5 on one side, 0 on the
    # other: backward has one of them, and the difference a mixture.
    assert check.analytic == pytest.approx(1.5 if b > 0 else 0, rel=1e-4)
    assert 0 < check.numeric < 1.5


@pytest.mark.parametrize("b", [3 * STEP_SIZE, -3 * STEP_SIZE])
def test_a_step_that_stays_on_one_side_of_the_kink_is_not_excused(b: float) -> None:
    (check,) = check_gradient(*two_sided(b), [Weight(1, 0, 0)])
    assert check.verdict == "right"


def test_a_weight_above_a_kink_is_right_whatever_happens_below() -> None:
    (check,) = check_gradient(*two_sided(0.3 * STEP_SIZE), [Weight(2, 1)])
    assert check.verdict == "right"


def sure_network() -> tuple[Parameters, Images, Labels]:
    """As `two_sided`, but as good as certain of the label: the other class has e^-24."""
    parameters, images, labels = two_sided(8.0)
    return parameters, images, 0 * labels


def test_a_gradient_below_the_losss_own_rounding_proves_nothing_and_says_so() -> None:
    (check,) = check_gradient(*sure_network(), [Weight(2, 0)])
    assert check.verdict == "too small to tell"
    assert 0 < abs(check.analytic - check.numeric) <= check.noise
    assert abs(check.analytic) == pytest.approx(math.exp(-24), rel=1e-3)


def test_the_verdict_goes_by_error_then_kink_then_noise() -> None:
    def verdict(analytic: float, numeric: float, *, kink: bool = False) -> str:
        return judge(Weight(1, 0), analytic, numeric, 1e-9, kink=kink).verdict

    assert verdict(1, 1 + 0.5 * THRESHOLD) == "right"
    assert verdict(1, 1 + 2 * THRESHOLD) == "wrong"
    assert verdict(1, -1) == "wrong"
    assert verdict(0, 0) == "right"
    assert verdict(1e-10, 6e-10) == "too small to tell"
    assert verdict(1e-8, 2e-8) == "wrong"
    assert verdict(0, 0.5, kink=True) == "kink"
    assert verdict(0.5, 0.5, kink=True) == "right"
    assert verdict(math.nan, 1) == "wrong"


def test_the_network_is_checked_in_float64_and_left_alone() -> None:
    parameters, images, labels = smooth((16, 5, 10))
    before = parameters.vector.copy()
    checks = check_gradient(parameters, images, labels, every_weight(parameters.sizes))
    parameters.vector[:] = 0  # the check has its own copy from the start
    assert {check.verdict for check in checks} <= {"right", "too small to tell"}
    assert not parameters.vector.any()
    again = Parameters(parameters.sizes, before)
    (check,) = check_gradient(again, images, labels, [Weight(2, 3)])
    exact = Parameters.zeros(again.sizes, np.float64)
    wide = Parameters(again.sizes, before.astype(np.float64))
    backward(wide, forward(wide, as_columns(wide, images)), labels, 1, exact)
    assert check.analytic == exact.b[1][3, 0]


def test_weights_are_drawn_from_every_layer_where_there_is_ink_and_none_twice() -> None:
    parameters = drawn((16, 5, 4, 3, 10))
    image = np.zeros((1, 16), np.uint8)
    image[0, [3, 8, 11]] = 200
    weights = sample_weights(parameters, image, np.random.default_rng(0), 6)
    assert len(set(weights)) == len(weights)
    kinds = [(weight.layer, weight.source is None) for weight in weights]
    # W1 has 5 × 3 weights with ink, b1 to b3 have 5, 4 and 3 biases in all.
    counts = {kind: kinds.count(kind) for kind in kinds}
    assert [counts[i, False] for i in (1, 2, 3, 4)] == [6, 6, 6, 6]
    assert [counts[i, True] for i in (1, 2, 3, 4)] == [5, 4, 3, 6]
    assert {w.source for w in weights if w.layer == 1} <= {3, 8, 11, None}


def test_weights_can_be_drawn_for_a_blank_digit_too() -> None:
    blank = np.zeros((1, 16), np.uint8)
    assert len(sample_weights(drawn((16, 5, 10)), blank, np.random.default_rng(0), 4)) == 16


@pytest.mark.parametrize(
    ("pixels", "labels", "weight", "complaint"),
    [
        (15, [3], Weight(1, 0, 0), "rows of 16 pixels"),
        (16, [10], Weight(1, 0, 0), "label 10"),
        (16, [3, 3], Weight(1, 0, 0), "1 images need 1 labels, not 2"),
        (16, [3], Weight(1, 0, 16), r"no W1\[0, 16\]"),
        (16, [3], Weight(3, 0), "no layer 3"),
    ],
)
def test_what_cannot_be_checked_is_refused_at_once(
    pixels: int, labels: list[int], weight: Weight, complaint: str
) -> None:
    with pytest.raises(NetError, match=complaint):
        check_gradient(
            drawn((16, 5, 10)), np.zeros((1, pixels), np.uint8), np.array(labels), [weight]
        )


def test_a_gradient_of_no_digit_is_refused() -> None:
    nothing: Array = np.empty(0)
    with pytest.raises(NetError, match="at least one digit"):
        check_gradient(
            drawn((16, 5, 10)), np.empty((0, 16), np.uint8), nothing.astype(int), [Weight(1, 0)]
        )
