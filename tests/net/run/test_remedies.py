"""What the coach offers, done as it says: the run trains without trouble, and its loss falls."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.diagnosis import MIN_SAMPLES, DivergedError, Remedy, best_moment, remedy_for
from mnist_tui.net.run.history import LOSS, TRAIN_ACCURACY
from mnist_tui.net.run.state import RunState
from mnist_tui.net.run.timeline import Timeline
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import first, trainer_of

ENDLESS = 1_000_000


def watched(trainer: Trainer, timeline: Timeline, updates: int) -> None:
    """Go on as the app does, keeping moments, until something is wrong."""
    trainer.measure()
    timeline.offer(trainer.iteration, trainer.moment)
    try:
        for _ in islice(trainer.steps(), updates):
            timeline.offer(trainer.iteration, trainer.moment)
            if trainer.diagnosis:
                return
    except DivergedError:
        return


def cured(mnist: Dataset, ill: Trainer, offered: Remedy) -> Trainer:
    """The run that the cure's key would begin."""
    samples = first(mnist.train, 3000)
    if offered.moment is None:
        return Trainer(samples, samples, offered.hyperparameters)
    moment = offered.moment
    trainer = Trainer(samples, samples, moment.hyperparameters)
    rows = ill.history.rows()[: moment.iteration + 1]
    trainer.restore(
        RunState(**vars(moment), history=rows, hyperparameter_log=((0, moment.hyperparameters),))
    )
    trainer.measure()
    trainer.change(offered.hyperparameters)
    return trainer


ILL: list[tuple[str, dict[str, Any]]] = [
    ("diverged", {"alpha": 1e30}),
    ("diverged", {"alpha": 1e30, "batch_size": 64}),
    ("diverged", {"alpha": 1e38, "optimizer": "adam"}),
    ("exploding", {"alpha": 50.0}),
    ("exploding", {"alpha": 50.0, "init": "uniform"}),
    ("exploding", {"alpha": 30.0, "hidden": (40, 40)}),
    ("exploding", {"alpha": 10.0, "optimizer": "adam"}),
    ("dead", {"init": "zero"}),
    ("dead", {"init": "zero", "batch_size": 64}),
    ("dead", {"hidden": (1,), "seed": 1}),
    ("dead", {"alpha": 3.0, "optimizer": "momentum"}),
    ("dead", {"alpha": 3.0, "optimizer": "nesterov"}),
    ("plateau", {"alpha": 0.5, "batch_size": 64, "optimizer": "momentum"}),
    ("plateau", {"alpha": 0.5, "batch_size": 64, "optimizer": "momentum", "seed": 2}),
    ("stuck", {"alpha": 1e-12}),
    ("stuck", {"alpha": 1e-9, "batch_size": 64}),
    ("stuck", {"alpha": 1e-9, "optimizer": "adam"}),
    ("stuck", {"alpha": 1.0, "batch_size": 1}),
    ("stuck", {"hidden": (1,)}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "chosen"), ILL, ids=str)
def test_the_cure_cures(mnist: Dataset, kind: str, chosen: dict[str, Any]) -> None:
    samples, timeline = first(mnist.train, 3000), Timeline(64 << 20)
    ill = trainer_of(samples, **chosen, iterations=ENDLESS)
    watched(ill, timeline, MIN_SAMPLES + 10)
    assert ill.diagnosis is not None
    assert ill.diagnosis.kind == kind
    well = cured(mnist, ill, remedy_for(ill.diagnosis, ill.history, timeline))
    start, updates = well.iteration, 3000 if chosen.get("batch_size") == 1 else 200
    for _ in islice(well.steps(), updates):
        assert well.diagnosis is None
    rows = well.history.rows()[start:]
    few = 500 if chosen.get("batch_size") == 1 else 10
    assert rows[-few:, LOSS].mean() < 0.7 * rows[:few, LOSS].mean()
    assert rows[-few:, TRAIN_ACCURACY].mean() > 0.6


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("alpha", [2.0, 5.0, 8.0])
def test_from_too_large_an_alpha_it_recovers_whatever_the_first_weights(
    mnist: Dataset, alpha: float, seed: int
) -> None:
    """An update or two may answer a fifth right and have silenced half of the units on the way."""
    samples, timeline = first(mnist.train, 3000), Timeline(64 << 20)
    ill = trainer_of(samples, alpha=alpha, seed=seed, iterations=ENDLESS)
    watched(ill, timeline, 100)
    assert ill.diagnosis is not None
    well = cured(mnist, ill, remedy_for(ill.diagnosis, ill.history, timeline))
    for _ in islice(well.steps(), 60):
        pass
    assert well.history.rows()[-1, TRAIN_ACCURACY] > 0.7


@pytest.mark.parametrize("alpha", [20.0, 1e30])
@pytest.mark.parametrize("batch_size", [None, 64])
def test_what_was_learnt_before_it_went_wrong_is_not_lost(
    mnist: Dataset, alpha: float, batch_size: int | None
) -> None:
    chosen = Hyperparameters(batch_size=batch_size, iterations=ENDLESS)
    samples, timeline = first(mnist.train, 3000), Timeline(64 << 20)
    ill = Trainer(samples, samples, chosen)
    watched(ill, timeline, 150)
    learnt = ill.history.rows()[-30:, TRAIN_ACCURACY].mean()
    ill.change(replace(chosen, alpha=alpha))
    watched(ill, timeline, 100)
    assert ill.diagnosis is not None
    offered = remedy_for(ill.diagnosis, ill.history, timeline)
    assert offered.moment is not None
    assert 100 <= offered.moment.iteration <= 152
    if offered.moment.iteration <= 150:
        assert offered.hyperparameters.alpha <= 0.15, "no larger than what went well so far"
    well = cured(mnist, ill, offered)
    for _ in islice(well.steps(), 100):
        assert well.diagnosis is None
    assert well.history.rows()[-30:, TRAIN_ACCURACY].mean() > learnt


def test_the_best_moment_of_small_batches_is_no_lucky_one(mnist: Dataset) -> None:
    """A dead network answers every tenth sample right; that makes it no good place to begin."""
    samples, timeline = first(mnist.train, 3000), Timeline(64 << 20)
    trainer = trainer_of(samples, alpha=0.01, batch_size=1, iterations=ENDLESS)
    watched(trainer, timeline, 4000)
    trainer.parameters.b[0][:] = -1000
    watched(trainer, timeline, 4000)
    assert trainer.diagnosis is not None
    moment = best_moment(trainer.history, timeline, 1)
    assert 500 < moment.iteration < 4000
    assert not np.any(moment.parameters.b[0] < -100)
