"""The mathematics of the network, against differences, paper and its own definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.input_blocks import CHUNK_PIXELS
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Array, Parameters, backward, cross_entropy, forward, softmax
from mnist_tui.net.optimizers import GradientDescent, Step

from tests.helpers.support import Samples, noise

H = 1e-5  # half the distance between the two points of a central difference


def mean_loss(parameters: Parameters, X: Array, labels: Array) -> float:
    return float(cross_entropy(forward(parameters, X).Z[-1], labels.astype(int)).mean())


def gradient_of(parameters: Parameters, X: Array, labels: Array, m: int) -> Parameters:
    gradient = Parameters.zeros(parameters.sizes, np.float64)
    backward(parameters, forward(parameters, X), labels.astype(int), m, gradient)
    return gradient


def away_from_kinks(sizes: tuple[int, ...], m: int, seed: int) -> tuple[Parameters, Array, Array]:
    """A network and samples where no hidden sum is so near 0 that a step of H crosses ReLU's kink.

    There the loss has no derivative, so that no gradient could agree with a difference.
    """
    generator = np.random.default_rng(seed)
    while True:
        parameters = Parameters.zeros(sizes, np.float64)
        parameters.vector[:] = generator.normal(0, 0.7, len(parameters.vector))
        X = generator.uniform(0, 1, (sizes[0], m))
        hidden = forward(parameters, X).Z[:-1]
        both = all((Z > 0).any() and (Z < 0).any() for Z in hidden)
        if both and min(float(np.abs(Z).min()) for Z in hidden) > 100 * H:
            return parameters, X, generator.integers(0, sizes[-1], m).astype(float)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    "sizes", [(6, 4, 3), (5, 1, 2), (7, 5, 4, 3), (9, 10, 10), (4, 3, 1, 3), (3, 4, 4, 4, 2)]
)
def test_the_gradient_agrees_with_central_differences(sizes: tuple[int, ...], seed: int) -> None:
    m = 6
    parameters, X, labels = away_from_kinks(sizes, m, seed)
    analytic = gradient_of(parameters, X, labels, m).vector
    numeric = np.empty_like(analytic)
    for i, here in enumerate(parameters.vector.copy()):
        parameters.vector[i] = here + H
        above = mean_loss(parameters, X, labels)
        parameters.vector[i] = here - H
        below = mean_loss(parameters, X, labels)
        parameters.vector[i] = here
        numeric[i] = (above - below) / (2 * H)
    distance = np.linalg.norm(analytic - numeric)
    assert distance / (np.linalg.norm(analytic) + np.linalg.norm(numeric)) < 1e-6


def test_an_update_is_the_one_worked_out_on_paper() -> None:
    # Two pixels, two hidden units, two classes, one sample x = (2, 1) with label 1.
    parameters = Parameters.zeros((2, 2, 2), np.float64)
    parameters.W[0][:] = [[1, -1], [0.5, 0.5]]
    parameters.b[0][:] = [[0], [-2]]
    parameters.W[1][:] = [[1, 5], [2, 3]]
    parameters.b[1][:] = [[1 + math.log(3)], [0]]
    X, labels = np.array([[2.0], [1.0]]), np.array([1])

    activations = forward(parameters, X)
    # Z1 = (1·2 - 1·1 + 0, 0.5·2 + 0.5·1 - 2) = (1, -0.5), and ReLU silences the second
    assert activations.Z[0][:, 0] == pytest.approx([1, -0.5])
    assert activations.A[1][:, 0] == pytest.approx([1, 0])
    # Z2 = (1·1 + 5·0 + 1 + ln 3, 2·1 + 3·0 + 0) = (2 + ln 3, 2); softmax: 3 to 1
    assert activations.Z[1][:, 0] == pytest.approx([2 + math.log(3), 2])
    assert activations.A[2][:, 0] == pytest.approx([0.75, 0.25])
    # loss = -ln 0.25
    assert cross_entropy(activations.Z[1], labels) == pytest.approx([math.log(4)])

    gradient = Parameters.zeros((2, 2, 2), np.float64)
    backward(parameters, activations, labels, 1, gradient)
    # dZ2 = A2 - Y = (0.75, 0.25) - (0, 1) = (0.75, -0.75);  dW2 = dZ2 · A1ᵀ;  db2 = dZ2
    assert gradient.W[1] == pytest.approx(np.array([[0.75, 0], [-0.75, 0]]))
    assert gradient.b[1][:, 0] == pytest.approx([0.75, -0.75])
    # dA1 = W2ᵀ · dZ2 = (1·0.75 - 2·0.75, 5·0.75 - 3·0.75) = (-0.75, 1.5); silent: dZ1 = (-0.75, 0)
    # dW1 = dZ1 · xᵀ = ((-0.75·2, -0.75·1), (0, 0));  db1 = dZ1
    assert gradient.W[0] == pytest.approx(np.array([[-1.5, -0.75], [0, 0]]))
    assert gradient.b[0][:, 0] == pytest.approx([-0.75, 0])

    GradientDescent(parameters).update(Step(parameters, gradient, 0.1, Hyperparameters()))
    # W ← W - 0.1·dW
    assert parameters.W[0] == pytest.approx(np.array([[1.15, -0.925], [0.5, 0.5]]))
    assert parameters.b[0][:, 0] == pytest.approx([0.075, -2])
    assert parameters.W[1] == pytest.approx(np.array([[0.925, 5], [2.075, 3]]))
    assert parameters.b[1][:, 0] == pytest.approx([0.925 + math.log(3), 0.075])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_stands_numbers_of_any_size(dtype: type[np.floating]) -> None:
    Z = np.array([[1e4, -1e4, 0, 1e4], [-1e4, -1e4, 0, 1e4], [0, -1e4, 0, -1e4]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        A = softmax(Z)
    assert A.sum(axis=0) == pytest.approx(np.ones(4))
    expected = np.array([[1, 1 / 3, 1 / 3, 0.5], [0, 1 / 3, 1 / 3, 0.5], [0, 1 / 3, 1 / 3, 0]])
    assert pytest.approx(expected) == A


def test_losses_are_finite_where_the_probability_is_too_small_for_a_float() -> None:
    Z = np.array([[1e4], [-1e4]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert cross_entropy(Z, np.array([1])) == pytest.approx([2e4])
        assert cross_entropy(Z, np.array([0])) == pytest.approx([0])


def test_losses_are_minus_the_logarithm_of_softmax() -> None:
    Z = np.random.default_rng(3).normal(0, 5, (10, 40))
    labels = np.arange(40) % 10
    assert cross_entropy(Z, labels) == pytest.approx(-np.log(softmax(Z)[labels, np.arange(40)]))


def test_the_gradients_of_the_parts_add_up_to_that_of_the_whole() -> None:
    parameters, X, labels = away_from_kinks((6, 4, 3), 9, seed=5)
    whole = gradient_of(parameters, X, labels, 9).vector
    parts = sum(
        gradient_of(parameters, X[:, part], labels[part], 9).vector
        for part in (slice(0, 2), slice(2, 8), slice(8, 9))
    )
    assert parts == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("m", [1, CHUNK_PIXELS - 1, CHUNK_PIXELS, 2 * CHUNK_PIXELS + 1])
def test_the_engine_finds_over_bytes_what_one_pass_over_fractions_finds(m: int) -> None:
    samples = noise(m)
    parameters, _, _ = away_from_kinks((16, 5, 10), 4, seed=1)
    gradient = Parameters.zeros(parameters.sizes, np.float64)
    score = Engine(samples).gradient(parameters, gradient, None)
    X, labels = samples.images.T / 255.0, samples.labels.astype(float)
    assert gradient.vector == pytest.approx(
        gradient_of(parameters, X, labels, m).vector, rel=1e-9, abs=1e-15
    )
    assert score.loss == pytest.approx(mean_loss(parameters, X, labels))
    answers = forward(parameters, X).A[-1].argmax(axis=0)
    assert score.accuracy == pytest.approx((answers == samples.labels).mean())


def test_the_engine_looks_at_the_rows_it_is_given_and_no_others() -> None:
    samples, rows = noise(50), np.array([41, 3, 17])
    chosen = Samples(samples.images[rows], samples.labels[rows])
    parameters, _, _ = away_from_kinks((16, 5, 10), 4, seed=2)
    some, same = (Parameters.zeros(parameters.sizes, np.float64) for _ in range(2))
    of_rows = Engine(samples).gradient(parameters, some, rows)
    of_all = Engine(chosen).gradient(parameters, same, None)
    assert (of_rows.loss, of_rows.accuracy) == (of_all.loss, of_all.accuracy)
    for score, gradient in ((of_rows, some), (of_all, same)):
        assert score.gradient_norm == pytest.approx(np.linalg.norm(gradient.vector))
    assert some.vector == pytest.approx(same.vector)
    assert some.vector.any()


def test_parameters_are_views_of_one_vector() -> None:
    parameters = Parameters.zeros((3, 2, 2))
    parameters.W[1][0, 1] = 7
    parameters.b[0][1, 0] = 8
    assert sorted(parameters.vector)[-2:] == [7, 8]
    copy = parameters.copy()
    parameters.vector[:] = 0
    assert sorted(copy.vector)[-2:] == [7, 8]
