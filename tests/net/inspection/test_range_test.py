"""The range test: on a parabola the break is known; on a network it leaves the run alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.inspection.range_test import (
    HIGHEST,
    LOWEST,
    MAX_GROWTH,
    UPDATES,
    RangeTest,
    find_alpha,
    range_test,
)
from mnist_tui.net.optimizers import OPTIMIZER_CLASSES


def parabola(curvature: float, dimensions: int = 1) -> Callable[[float], float]:
    """Gradient descent on λ/2·x²; in more dimensions the others are flatter."""
    curvatures = curvature / np.arange(1, dimensions + 1)
    x = np.ones(dimensions)

    def update(alpha: float) -> float:
        nonlocal x
        x = x - alpha * curvatures * x
        return float((curvatures * x * x / 2).sum())

    return update


@pytest.mark.parametrize("curvature", [0.5, 1.0, 4.0, 30.0, 900.0])
def test_on_a_parabola_the_break_is_at_two_over_its_curvature(curvature: float) -> None:
    test = range_test(parabola(curvature), curvature / 2)
    step = (HIGHEST / LOWEST) ** (1 / (UPDATES - 1))  # from one alpha to the next
    assert test.breaks_at is not None
    assert 2 / curvature <= test.breaks_at <= 2 / curvature * step
    assert test.suggestion <= test.breaks_at / 2
    assert test.steepest < 2 / curvature


def test_a_flat_parabola_does_not_break() -> None:
    test = range_test(parabola(0.1), 0.05)  # it would at 20
    assert test.breaks_at is None
    assert len(test.alphas) == UPDATES
    assert test.suggestion == test.steepest


def test_the_steepest_of_many_valleys_decides() -> None:
    test = range_test(parabola(10.0, 5), 5 * (1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5))
    assert test.breaks_at is not None
    # Along the steepest direction it grows from 0.2 on; the sum follows once that outweighs.
    assert 0.2 <= test.breaks_at < 1.0


def test_it_ends_where_the_loss_explodes() -> None:
    test = range_test(parabola(900.0), 450.0)
    assert len(test.alphas) < UPDATES
    assert test.losses[-1] > MAX_GROWTH * 450
    assert np.isfinite(test.smooth).all()
    exploding = range_test(lambda alpha: float("nan") if alpha > 0.01 else 1.0, 1.0)
    assert exploding.breaks_at is not None
    assert np.isfinite(exploding.smooth).all()


def test_the_running_mean_is_a_mean_and_as_long_as_the_losses() -> None:
    losses = np.array([5.0, 4.0, 3.0, 2.0, 6.0])
    test = RangeTest(5.0, np.geomspace(0.1, 1, 5), losses, window=3)
    assert test.smooth.tolist() == pytest.approx([14 / 3, 4.0, 3.0, 11 / 3, 14 / 3])
    assert RangeTest(5.0, test.alphas, losses).smooth.tolist() == losses.tolist()


@pytest.mark.parametrize("optimizer", OPTIMIZER_CLASSES)
@pytest.mark.parametrize("batch_size", [None, 50])
def test_a_networks_own_weights_stay_as_they_are(
    small: Dataset, optimizer: str, batch_size: int | None
) -> None:
    chosen = Hyperparameters(optimizer=optimizer, batch_size=batch_size)
    parameters = initial_parameters((784, 10, 10), "he", np.random.default_rng(0))
    before = parameters.vector.copy()
    test = find_alpha(parameters, small.train, chosen)
    assert np.array_equal(parameters.vector, before)
    assert LOWEST <= test.suggestion <= HIGHEST
    assert test.smooth.min() < test.first_loss
    again = find_alpha(parameters, small.train, chosen)
    assert np.array_equal(again.losses, test.losses, equal_nan=True)


def test_the_suggestion_trains_and_ten_times_the_break_does_not(small: Dataset) -> None:
    """What the test promises of a network, held against training by it."""
    parameters = initial_parameters((784, 10, 10), "he", np.random.default_rng(0))
    test = find_alpha(parameters, small.train, Hyperparameters())
    assert test.breaks_at is not None

    def loss_after(alpha: float) -> float:
        from mnist_tui.net.network import Parameters, backward, cross_entropy, forward
        from mnist_tui.net.validation import as_columns

        network, gradient = parameters.copy(), Parameters.zeros(parameters.sizes)
        X, labels = as_columns(network, small.train.images), small.train.labels
        for _ in range(60):
            activations = forward(network, X)
            backward(network, activations, labels, len(labels), gradient)
            network.vector -= np.float32(alpha) * gradient.vector
        return float(cross_entropy(forward(network, X).Z[-1], labels).mean())

    assert loss_after(test.suggestion) < 0.7 * test.first_loss
    assert loss_after(test.suggestion) < loss_after(10 * test.breaks_at)


def test_it_learns_as_the_run_would_and_is_measured_on_images_as_they_are(small: Dataset) -> None:
    parameters = initial_parameters((784, 10, 10), "he", np.random.default_rng(0))
    plain, moved = (
        find_alpha(parameters, small.train, Hyperparameters(batch_size=16, adversary=epsilon))
        for epsilon in (0.0, 1.0)
    )
    assert plain.first_loss == moved.first_loss
    assert moved.suggestion < plain.suggestion, "moved images have steeper slopes"


def test_the_losses_of_mini_batches_are_of_the_same_images(small: Dataset) -> None:
    """Alphas of 0.0001 change next to nothing, so the first losses are all but one number."""
    parameters = initial_parameters((784, 10, 10), "he", np.random.default_rng(0))
    test = find_alpha(parameters, small.train, Hyperparameters(batch_size=16))
    assert np.ptp(test.losses[:5]) < 0.01 * test.first_loss
    assert test.first_loss == pytest.approx(test.losses[0], rel=0.01)
