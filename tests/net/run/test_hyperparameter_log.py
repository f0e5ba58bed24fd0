"""The hyperparameter log of a run, followed again: the same updates, the same bits."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.diagnosis import DivergedError
from mnist_tui.net.run.hyperparameter_log import changed, effective, optimizer_resets
from mnist_tui.net.trainer import Trainer, replay

from tests.helpers.support import fingerprint, noise, steer, trainer_of

SAMPLES = noise(60)


def steered(chosen: dict[str, Any], *changes: tuple[int, dict[str, Any]]) -> Trainer:
    """A run whose hyperparameters somebody changes after so many updates."""
    return steer(trainer_of(SAMPLES, **chosen), changes)


CHANGES: list[list[tuple[int, dict[str, Any]]]] = [
    [],
    [(5, {"alpha": 0.05})],
    [(0, {"alpha": 0.5})],
    [(3, {"batch_size": 7}), (4, {"batch_size": None}), (9, {"batch_size": 16, "alpha": 0.01})],
    [(6, {"optimizer": "adam", "alpha": 0.001}), (8, {"schedule": "cosine", "momentum": 0.5})],
    [(20, {"iterations": 30})],
    [(4, {"iterations": 10})],
    [(2, {"alpha": 1.0}), (2, {"alpha": 0.2}), (7, {"alpha": 0.15})],
]


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("batch_size", [None, 16])
def test_following_a_course_makes_the_same_run(
    changes: list[tuple[int, dict[str, Any]]], batch_size: int | None
) -> None:
    chosen: dict[str, Any] = {"batch_size": batch_size, "iterations": 20, "optimizer": "momentum"}
    run = steered(chosen | {"alpha": 0.1}, *changes)
    log = effective(run.hyperparameter_log)
    again = Trainer(SAMPLES, SAMPLES, log[0][1])
    updates = [progress.iteration for progress in replay(again, log)]
    assert updates == list(range(1, run.iteration + 1))
    assert again.parameters.vector.tobytes() == run.parameters.vector.tobytes()
    assert effective(again.hyperparameter_log) == log
    if all(since for since, _ in changes):  # a change before any update is known only here
        assert fingerprint(again) == fingerprint(run)


def test_what_was_tried_and_led_no_update_is_left_out() -> None:
    one, two, three = (Hyperparameters(alpha=alpha) for alpha in (0.1, 0.2, 0.3))
    assert effective(((0, one), (0, two), (4, three), (4, two), (6, one))) == ((0, two), (6, one))
    assert changed(one, replace(two, seed=7)) == {"alpha": 0.2, "seed": 7}


def test_where_an_update_diverged_is_in_the_course_once() -> None:
    trainer = trainer_of(SAMPLES, optimizer="momentum", alpha=0.1)
    assert len(list(islice(trainer.steps(), 4))) == 4
    steady = trainer.hyperparameters
    trainer.change(replace(steady, alpha=1e30))
    for _ in range(3):
        with pytest.raises(DivergedError):
            next(trainer.steps())
    assert optimizer_resets(trainer.hyperparameter_log) == (4,)
    trainer.change(steady)
    assert len(list(islice(trainer.steps(), 3))) == 3
    assert optimizer_resets(trainer.hyperparameter_log) == (4,)
    assert effective(trainer.hyperparameter_log) == ((0, steady),)
