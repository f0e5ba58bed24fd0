"""What the default run learns: a short look here, all of it in tests.manual.measure.accuracy."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import next_mistake, probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.trainer import Trainer


@pytest.mark.slow
def test_a_hundred_updates_of_the_default_run_answer_four_in_five_right(mnist: Dataset) -> None:
    trainer = Trainer(mnist.train, mnist.test, Hyperparameters())
    untrained = trainer.measure()
    assert 0.02 < untrained.test_accuracy < 0.25
    *_, last = islice(trainer.steps(), 100)
    assert last.test_accuracy > 0.8
    assert last.train_accuracy > 0.8
    # And the same, counted here rather than by the trainer.
    answers = probabilities(trainer.parameters, mnist.test.images).argmax(axis=0)
    wrong = np.flatnonzero(answers != mnist.test.labels)
    assert 1 - len(wrong) / 10_000 == last.test_accuracy
    # Going from mistake to mistake finds them all, in order, either way round.
    found = [-1]
    for _ in wrong[:50]:
        found.append(next_mistake(trainer.parameters, mnist.test, found[-1], 1) or 0)
    assert found[1:] == wrong[:50].tolist()
    assert next_mistake(trainer.parameters, mnist.test, found[1], -1) == wrong[-1]


def test_mini_batches_learn_more_in_one_epoch(mnist: Dataset) -> None:
    chosen = Hyperparameters(batch_size=64, iterations=938)
    *_, last = Trainer(mnist.train, mnist.test, chosen).steps()
    assert last.test_accuracy > 0.85
