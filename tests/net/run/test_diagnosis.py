"""The coach's eye: each way to fail is noticed in time and told with its numbers; health is not."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.hyperparameters import OPTIMIZERS, Hyperparameters
from mnist_tui.net.run.diagnosis import (
    MIN_SAMPLES,
    PLATEAU_UPDATES,
    WINDOW_UPDATES,
    DivergedError,
    silent_units,
)
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import Samples, first, is_finite, noise, trainer_of

ENDLESS = 1_000_000
BATCHES = pytest.mark.parametrize("batch_size", [None, 64, 1])
HEALTHY = {"gd": 0.15, "momentum": 0.02, "nesterov": 0.02, "adam": 0.001}


def troubles(trainer: Trainer, updates: int) -> dict[str, int]:
    """Each kind of trouble met in so many updates, and when it was met first."""
    met: dict[str, int] = {}
    for progress in islice(trainer.steps(), updates):
        if trainer.diagnosis:
            met.setdefault(trainer.diagnosis.kind, progress.iteration)
    return met


@BATCHES
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("before", [0, 7])
def test_an_update_out_of_the_finite_numbers_is_taken_back_and_told(
    digits: Digits, batch_size: int | None, optimizer: str, before: int
) -> None:
    chosen: dict[str, Any] = {
        "alpha": 1e-3, "optimizer": optimizer, "batch_size": batch_size, "iterations": ENDLESS,
    }  # fmt: skip
    trainer = trainer_of(digits, **chosen)
    assert len(list(islice(trainer.steps(), before))) == before
    trainer.change(replace(trainer.hyperparameters, alpha=1e38))
    kept = trainer.parameters.vector.copy()
    with pytest.raises(DivergedError):
        next(trainer.steps())
    trouble = trainer.diagnosis
    assert trouble is not None
    assert trouble.kind == "diverged"
    assert (trouble.iteration, trouble.alpha) == (before, 1e38)
    assert trainer.parameters.vector.tobytes() == kept.tobytes()
    assert is_finite(kept)
    assert trouble.largest_weight == pytest.approx(np.abs(kept).max())
    assert np.isfinite([trouble.loss, trouble.gradient_norm, trouble.largest_gradient]).all()
    assert trouble.largest_gradient > 0
    # Nothing is left of it: a smaller alpha goes on from there.
    trainer.change(Hyperparameters(**chosen))
    assert len(list(islice(trainer.steps(), 5))) == 5
    assert trainer.diagnosis is None
    assert is_finite(trainer.parameters.vector)


def test_a_loss_many_times_the_first_is_exploding(digits: Digits) -> None:
    trainer = trainer_of(digits, alpha=50, iterations=ENDLESS)
    assert troubles(trainer, 1) == {"exploding": 1}
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.loss > 10 * trainer.diagnosis.first_loss
    assert trainer.diagnosis.first_loss == pytest.approx(trainer.history.at(0).loss)


def test_a_run_that_has_recovered_is_in_no_trouble(digits: Digits) -> None:
    trainer = trainer_of(digits, iterations=ENDLESS)
    trainer.measure()
    trainer.parameters.vector[:] *= 20
    assert troubles(trainer, 1) == {"exploding": 1}
    trainer.parameters.vector[:] /= 20
    next(trainer.steps())
    assert trainer.diagnosis is None


@pytest.mark.parametrize("hidden", [(1,), (10,), (6, 5)])
def test_a_network_of_zeros_is_dead_within_one_update(
    digits: Digits, hidden: tuple[int, ...]
) -> None:
    trainer = trainer_of(digits, init="zero", hidden=hidden)
    assert troubles(trainer, 1) == {"dead": 1}
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.silent == hidden
    assert trainer.diagnosis.largest_weight < 0.1  # an output bias
    assert not trainer.diagnosis.had_gradient


@pytest.mark.parametrize("layer", [0, 1])
def test_a_silent_layer_is_dead_and_the_others_units_are_counted(
    digits: Digits, layer: int
) -> None:
    trainer = trainer_of(digits, hidden=(7, 5))
    trainer.parameters.b[layer][:] = -1000
    assert troubles(trainer, 1) == {"dead": 1}
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.silent[layer] == (7, 5)[layer]
    if layer == 1:
        assert trainer.diagnosis.silent[0] < 7


def test_silent_units_are_those_that_no_digit_wakes(digits: Digits) -> None:
    parameters = trainer_of(digits, hidden=(6,)).parameters
    parameters.b[0][:] = [[-1000], [1000], [-1000], [0.5], [0], [-0.01]]
    silent = silent_units(parameters, digits.images)[0].tolist()
    X = digits.images.T / np.float32(255)
    assert silent == [not (row > 0).any() for row in parameters.W[0] @ X + parameters.b[0]]
    assert silent[:3] == [True, False, True]


@pytest.mark.parametrize("batch_size", [64, 1])
def test_a_network_that_dies_in_small_batches_is_told_when_enough_samples_say_so(
    mnist: Dataset, batch_size: int
) -> None:
    trainer = trainer_of(first(mnist.train, 3000), batch_size=batch_size, iterations=ENDLESS)
    trainer.measure()
    trainer.parameters.b[0][:] = -1000
    assert list(troubles(trainer, MIN_SAMPLES // batch_size - 2)) == []
    assert "dead" in troubles(trainer, 4)
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.had_gradient


@pytest.mark.parametrize("alpha", [1e-12, 1e-6])
@pytest.mark.parametrize("batch_size", [None, 64])
def test_updates_that_move_nothing_are_stuck_within_the_window(
    digits: Digits, alpha: float, batch_size: int | None
) -> None:
    trainer = trainer_of(digits, alpha=alpha, batch_size=batch_size, iterations=ENDLESS)
    # Whatever they begin with, these weights answer by chance: all ten digits the same.
    trainer.parameters.vector[:] *= 0.01
    assert troubles(trainer, WINDOW_UPDATES - 2) == {}
    assert list(troubles(trainer, 3)) == ["stuck"]


def test_labels_without_meaning_are_stuck_within_the_window() -> None:
    trainer = trainer_of(noise(20_000, pixels=25), iterations=ENDLESS)
    assert troubles(trainer, WINDOW_UPDATES) == {"stuck": WINDOW_UPDATES - 1}


@pytest.mark.slow
def test_one_hidden_unit_is_never_more_than_a_trouble_with_a_name(digits: Digits) -> None:
    for seed in range(6):
        for batch_size in (None, 64, 1):
            trainer = trainer_of(digits, hidden=(1,), seed=seed, batch_size=batch_size)
            assert set(troubles(trainer, 300)) <= {"dead", "stuck"}
            assert is_finite(trainer.parameters.vector)


@pytest.mark.slow
@BATCHES
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_healthy_run_is_in_no_trouble(
    mnist: Dataset, optimizer: str, batch_size: int | None, seed: int
) -> None:
    samples = first(mnist.train, 3000)
    alpha = HEALTHY[optimizer] / (10 if batch_size == 1 else 1)
    chosen = Hyperparameters(
        alpha=alpha, optimizer=optimizer, batch_size=batch_size, seed=seed, iterations=ENDLESS
    )
    trainer = Trainer(samples, first(mnist.test, 50), chosen)
    updates = 2 * MIN_SAMPLES + 500 if batch_size == 1 else 2 * WINDOW_UPDATES
    assert troubles(trainer, updates) == {}
    rows = trainer.history.rows()
    assert rows[-500:, 3].mean() > 0.35


def test_answers_as_right_as_can_be_are_no_trouble() -> None:
    """Where every loss is zero, so is every gradient: that is no dead network."""
    images = np.eye(10, 16, dtype=np.uint8) * np.uint8(255)
    ten = Samples(images, np.arange(10, dtype=np.uint8))
    trainer = trainer_of(ten, iterations=ENDLESS)
    for W in trainer.parameters.W:
        W[:] = 1000 * np.eye(*W.shape)
    assert troubles(trainer, 3) == {}
    assert trainer.history.at(3).gradient_norm == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    "chosen",
    [
        {"batch_size": 64, "hidden": (2,), "alpha": 0.1},
        {"batch_size": 64, "alpha": 0.003},
        {"batch_size": 64, "alpha": 0.02, "optimizer": "momentum"},
    ],
    ids=str,
)
@pytest.mark.parametrize("wrong", [0.0, 0.6])
def test_what_small_networks_and_hard_data_allow_is_no_plateau(
    mnist: Dataset, chosen: dict[str, Any], wrong: float
) -> None:
    """Six of ten labels drawn at random leave little to learn; that is not the network's fault."""
    samples, generator = first(mnist.train, 3000), np.random.default_rng(0)
    drawn = generator.integers(0, 10, 3000, np.uint8)
    labels = np.where(generator.random(3000) < wrong, drawn, samples.labels)
    trainer = trainer_of(Samples(samples.images, labels), **chosen, iterations=ENDLESS)
    assert "plateau" not in troubles(trainer, 3 * PLATEAU_UPDATES)
