"""The optimizers: each against updates worked by hand, and against a bowl it must get down into."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mnist_tui.net import hyperparameters, initialization, optimizers
from mnist_tui.net.hyperparameters import (
    INITIALIZATIONS,
    OPTIMIZERS,
    SCHEDULES,
    Hyperparameters,
    scheduled_alpha,
)
from mnist_tui.net.initialization import INITIALIZERS, initial_parameters
from mnist_tui.net.network import Array, Parameters
from mnist_tui.net.optimizers import OPTIMIZER_CLASSES, GradientDescent, Step

SIZES = (1, 1, 1)  # two weights and two biases: four numbers


def test_every_name_that_hyperparameters_accept_has_an_implementation() -> None:
    # The names are listed apart, because hyperparameters.py does without NumPy.
    assert tuple(OPTIMIZER_CLASSES) == OPTIMIZERS
    assert tuple(INITIALIZERS) == INITIALIZATIONS


def moved(name: str, gradients: list[float], momentum: float = 0.9) -> list[float]:
    """Where the first weight, which begins at 1, stands after each gradient; alpha 0.1."""
    parameters = Parameters(SIZES, np.array([1.0, 0, 0, 0]))
    optimizer = OPTIMIZER_CLASSES[name](parameters)
    chosen = Hyperparameters(optimizer=name, momentum=momentum)
    places: list[float] = []
    for g in gradients:
        gradient = Parameters(SIZES, np.array([g, 0, 0, 0], float))
        optimizer.update(Step(parameters, gradient, 0.1, chosen))
        places.append(float(parameters.vector[0]))
    return places


def test_gradient_descent_goes_down_by_alpha_times_the_gradient() -> None:
    # 1 - 0.1·2 = 0.8;  0.8 - 0.1·(-1) = 0.9;  0.9 - 0.1·4 = 0.5
    assert moved("gd", [2, -1, 4]) == pytest.approx([0.8, 0.9, 0.5])


def test_momentum_keeps_a_share_of_its_speed() -> None:
    # v = -0.2, θ = 0.8;  v = 0.5·-0.2 - 0.1·2 = -0.3, θ = 0.5;  v = 0.5·-0.3 = -0.15, θ = 0.35
    assert moved("momentum", [2, 2, 0], momentum=0.5) == pytest.approx([0.8, 0.5, 0.35])


def test_nesterov_is_half_a_step_ahead_of_momentum() -> None:
    # v = -0.2, θ = 1 + 0.5·-0.2 - 0.2 = 0.7
    # v = -0.1 - 0.2 = -0.3, θ = 0.7 - 0.15 - 0.2 = 0.35;  v = -0.15, θ = 0.35 - 0.075 = 0.275
    assert moved("nesterov", [2, 2, 0], momentum=0.5) == pytest.approx([0.7, 0.35, 0.275])


def test_adam_first_steps_by_alpha_however_steep() -> None:
    # m̂ = g and ŝ = g² at first, so the step is 0.1·g/|g|, whatever g is.
    for g in (1e-3, 1.0, 1e3):
        assert moved("adam", [g], momentum=0.9) == pytest.approx([0.9], rel=1e-4)
    # second, g = 0: m = 0.9·0.2 = 0.18, m̂ = 0.18/0.19; s = 0.999·0.004, ŝ = s/0.001999
    m_hat, s_hat = 0.18 / 0.19, 0.999 * 0.004 / 0.001999
    step = 0.1 * m_hat / math.sqrt(s_hat)
    assert moved("adam", [2, 0], momentum=0.9) == pytest.approx([0.9, 0.9 - step])


def test_max_norm_scales_down_the_weights_into_hidden_units_that_are_too_long() -> None:
    # Rows of length 5 and 1.3, and of length 10 in the last layer; biases and gradient 0.
    parameters = Parameters.zeros((2, 2, 2), np.float64)
    parameters.W[0][:] = [[3, -4], [0.5, 1.2]]
    parameters.b[0][:] = [[7], [8]]
    parameters.W[1][:] = [[6, 8], [0, 0]]
    gradient = Parameters.zeros((2, 2, 2), np.float64)
    GradientDescent(parameters).update(Step(parameters, gradient, 0.1, Hyperparameters(max_norm=2)))
    # (3, -4) · 2/5 = (1.2, -1.6); the other row is short enough, the last layer is left alone.
    assert parameters.W[0] == pytest.approx(np.array([[1.2, -1.6], [0.5, 1.2]]))
    assert parameters.b[0][:, 0].tolist() == [7, 8]
    assert parameters.W[1].tolist() == [[6, 8], [0, 0]]


@pytest.mark.parametrize("optimizer", OPTIMIZER_CLASSES)
def test_with_max_norm_no_units_weights_are_ever_longer(optimizer: str) -> None:
    chosen = Hyperparameters(max_norm=1.0, alpha=0.5, optimizer=optimizer)
    parameters = initial_parameters((6, 5, 4, 3), "he", np.random.default_rng(0))
    steps = OPTIMIZER_CLASSES[optimizer](parameters)
    for seed in range(5):
        gradient = initial_parameters((6, 5, 4, 3), "uniform", np.random.default_rng(seed))
        steps.update(Step(parameters, gradient, 0.5, chosen))
        for W in parameters.W[:-1]:
            assert np.linalg.norm(W, axis=1).max() <= 1 + 1e-6
    assert np.linalg.norm(parameters.W[-1], axis=1).max() > 1


def test_weight_decay_draws_weights_to_zero_and_leaves_biases_alone() -> None:
    parameters = Parameters(SIZES, np.array([1.0, -1, 1, -1]))
    chosen = Hyperparameters(weight_decay=0.5)
    gradient = Parameters.zeros(SIZES, np.float64)
    OPTIMIZER_CLASSES["gd"](parameters).update(Step(parameters, gradient, 0.1, chosen))
    # W - 0.1·0.5·W = 0.95·W
    assert parameters.vector == pytest.approx(np.array([0.95, -0.95, 1, -1]))


@pytest.mark.parametrize("name", OPTIMIZER_CLASSES)
def test_blocks_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Hyperparameters(optimizer=name, weight_decay=0.01, max_norm=1.5)

    def updated() -> tuple[bytes, bytes, float]:
        parameters = initial_parameters((6, 5, 4, 3), "he", np.random.default_rng(0), np.float64)
        optimizer, before = OPTIMIZER_CLASSES[name](parameters), np.empty_like(parameters.vector)
        squares = 0.0
        for seed in range(4):
            gradient = initial_parameters((6, 5, 4, 3), "he", np.random.default_rng(seed), float)
            squares = optimizer.update(Step(parameters, gradient, 0.1, chosen, before))
        return parameters.vector.tobytes(), before.tobytes(), round(squares, 9)

    whole = updated()
    monkeypatch.setattr(optimizers, "BLOCK", 7)  # 62 weights and 12 biases: one block has both
    assert updated() == whole


def test_an_update_that_runs_out_of_memory_tells_all_that_was_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parameters = Parameters(SIZES, np.array([1.0, -1, 1, -1]))
    before, moves = np.zeros(4), 0

    def move(*_: object) -> None:
        nonlocal moves
        moves += 1
        if moves == 2:
            raise MemoryError
        parameters.vector[0] = 0.5

    monkeypatch.setattr(GradientDescent, "move", move)
    monkeypatch.setattr(optimizers, "BLOCK", 1)
    gradient = Parameters(SIZES, np.ones(4))
    with pytest.raises(MemoryError):
        GradientDescent(parameters).update(
            Step(parameters, gradient, 0.5, Hyperparameters(), before)
        )
    assert parameters.vector.tolist() == [0.5, -1, 1, -1], "it was half made"
    assert before.tolist() == [1, -1, 1, -1]


@pytest.mark.parametrize("name", ["momentum", "nesterov", "adam"])
def test_what_a_weight_keeps_of_long_ago_becomes_nothing_and_moves_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too small a number would remain for ever, and is slow to multiply."""
    smallest = float(np.finfo(np.float32).tiny)

    def updated() -> tuple[Array, set[str]]:
        generator = np.random.default_rng(1)
        parameters = Parameters(SIZES, generator.standard_normal(4).astype(np.float32))
        optimizer = OPTIMIZER_CLASSES[name](parameters)
        gradient = Parameters(SIZES, np.zeros(4, np.float32))
        slow = set[str]()
        for update in range(1500):
            gradient.vector[:] = generator.standard_normal(4) if update < 3 else 0
            gradient.vector[0] = 1
            chosen = Hyperparameters(optimizer=name, momentum=0.9)
            optimizer.update(Step(parameters, gradient, 0.01, chosen))
            for memory, vector in optimizer.memory.items():
                if ((vector != 0) & (np.abs(vector) < smallest)).any():
                    slow.add(memory)
        return parameters.vector.copy(), slow

    weights, slow = updated()
    assert slow == set()
    monkeypatch.setattr(optimizers, "UPDATES_PER_FLUSH", 10_000)
    weights_without, slow = updated()
    assert slow
    assert weights.tobytes() == weights_without.tobytes()


@pytest.mark.parametrize(("name", "alpha"), [(name, 0.05) for name in OPTIMIZER_CLASSES])
def test_each_gets_to_the_bottom_of_a_bowl(name: str, alpha: float) -> None:
    # f(θ) = Σ cᵢ·(θᵢ - bᵢ)²/2, steep one way and shallow another; its gradient is c·(θ - b).
    steepness, bottom = np.array([10.0, 1, 5, 0.5]), np.array([3.0, -2, 1, 0.5])
    parameters = Parameters(SIZES, np.zeros(4))
    optimizer = OPTIMIZER_CLASSES[name](parameters)
    for _ in range(1500):
        slope: Array = steepness * (parameters.vector - bottom)
        chosen = Hyperparameters(optimizer=name)
        optimizer.update(Step(parameters, Parameters(SIZES, slope), alpha, chosen))
    assert parameters.vector == pytest.approx(bottom, abs=1e-3)


def test_cosine_goes_from_alpha_to_nothing() -> None:
    assert [scheduled_alpha(2, "cosine", done) for done in (0, 0.5, 1, 2)] == pytest.approx(
        [2, 1, 0, 0]
    )


def test_step_takes_a_tenth_twice() -> None:
    shares = [0, 0.49, 0.5, 0.74, 0.75, 1]
    assert [scheduled_alpha(1, "step", done) for done in shares] == [1, 1, 0.1, 0.1, 0.01, 0.01]


def test_every_schedule_begins_at_alpha() -> None:
    assert {scheduled_alpha(0.3, schedule, 0) for schedule in SCHEDULES} == {0.3}


def test_every_name_that_may_be_chosen_has_its_mathematics() -> None:
    assert tuple(OPTIMIZERS) == hyperparameters.OPTIMIZERS
    assert tuple(initialization.INITIALIZERS) == hyperparameters.INITIALIZATIONS
