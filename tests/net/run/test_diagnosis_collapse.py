"""The coach notices a run that has lost what it had learnt, and the cure brings it back."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.diagnosis import WINDOW_UPDATES, remedy_for
from mnist_tui.net.run.state import RunState
from mnist_tui.net.run.timeline import Timeline
from mnist_tui.net.trainer import Trainer


def test_dropout_that_begins_on_the_way_is_no_collapse(small: Dataset) -> None:
    chosen = Hyperparameters(alpha=0.1, batch_size=50, iterations=10_000)
    trainer = Trainer(small.train, small.test, chosen)
    steps = trainer.steps()
    high = max(next(steps).train_accuracy for _ in range(200))
    trainer.change(replace(chosen, dropout=0.8))
    lows: list[float] = []
    for _ in range(2 * WINDOW_UPDATES):
        lows.append(next(steps).train_accuracy)
        assert trainer.diagnosis is None or trainer.diagnosis.kind != "collapsed"
    assert sum(lows) / len(lows) < 0.6 * high, "it looks like a collapse"


@pytest.mark.parametrize("adversary", [2.0, 10.0, 28.0])
def test_an_adversary_that_begins_on_the_way_is_no_problem(
    small: Dataset, adversary: float
) -> None:
    chosen = Hyperparameters(alpha=0.1, batch_size=50, iterations=10_000, hidden=(32,))
    trainer = Trainer(small.train, small.test, chosen)
    steps = trainer.steps()
    high = max(next(steps).train_accuracy for _ in range(300))
    trainer.change(replace(chosen, adversary=adversary, alpha=1e-6))
    lows: list[float] = []
    for _ in range(3 * WINDOW_UPDATES):
        lows.append(next(steps).train_accuracy)
        assert trainer.diagnosis is None
    assert sum(lows) / len(lows) < 0.6 * high, "it looks like a problem"


def test_a_problem_is_told_with_an_adversary_as_well(small: Dataset) -> None:
    chosen = Hyperparameters(alpha=0.1, batch_size=50, iterations=10_000, adversary=1.0)
    trainer = Trainer(small.train, small.test, chosen)
    steps = trainer.steps()
    list(islice(steps, 20))
    trainer.parameters.W[1][:] = 0  # it answers 7 to everything
    trainer.parameters.b[1][7] = 3.0
    trainer.change(replace(chosen, alpha=1e-9))
    while trainer.diagnosis is None and trainer.iteration < 20 + 2 * WINDOW_UPDATES:
        next(steps)
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.kind == "stuck"


def test_a_run_that_collapses_is_noticed_within_the_window_and_can_be_brought_back(
    small: Dataset,
) -> None:
    chosen = Hyperparameters(iterations=10_000)
    trainer = Trainer(small.train, small.test, chosen)
    timeline, steps = Timeline(1 << 24), trainer.steps()
    trainer.measure()
    timeline.offer(0, trainer.moment)
    for _ in range(200):
        next(steps)
        timeline.offer(trainer.iteration, trainer.moment)
    assert trainer.diagnosis is None
    high = trainer.history.at(200).train_accuracy
    trainer.parameters.W[0][2:] = -1.0  # all hidden units but two are silent from here on
    trainer.parameters.b[0][2:] = -1.0
    trainer.change(replace(chosen, alpha=1e-9))
    while trainer.diagnosis is None and trainer.iteration < 200 + 2 * WINDOW_UPDATES:
        next(steps)
        timeline.offer(trainer.iteration, trainer.moment)
    assert trainer.diagnosis is not None
    assert trainer.diagnosis.kind == "collapsed"
    assert sum(trainer.diagnosis.silent) >= 8
    found = remedy_for(trainer.diagnosis, trainer.history, timeline)
    assert found.moment is not None
    assert found.moment.iteration > 100
    rows = trainer.history.rows()[: found.moment.iteration + 1]
    state = RunState(**vars(found.moment), history=rows, hyperparameter_log=((0, chosen),))
    trainer.restore(state)
    assert trainer.measure().train_accuracy > 0.9 * high
