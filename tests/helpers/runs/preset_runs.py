"""Whole runs for the commands that choose presets and measure them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from mnist_tui.data.augment import Epochs
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.state import RunState
from mnist_tui.net.trainer import Trainer


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and what it took."""

    accuracy: float  # of the images that it was measured on, 0 to 1
    seconds: float  # of training, tests along the way included
    processor_ms: float  # per update, of this process alone: all of it where threads is 1
    state: RunState  # what it was left with


def outcomes(
    train: Digits,
    test: Digits,
    chosen: Hyperparameters,
    seeds: Iterable[int],
    threads: int | None = None,
) -> Iterator[Outcome]:
    """Train with each seed to the end, and measure on `test`."""
    for seed in seeds:
        engine = Engine(train, threads)
        augmented = Epochs(train.images).images
        trainer = Trainer(
            train, test, replace(chosen, seed=seed), engine=engine, augmented=augmented
        )
        begun, processor = time.perf_counter(), time.process_time()
        for _ in trainer.steps():
            pass
        seconds, processor = time.perf_counter() - begun, time.process_time() - processor
        accuracy = trainer.measure().test_accuracy
        engine.close()
        yield Outcome(accuracy, seconds, 1e3 * processor / trainer.iteration, trainer.state())


def say_row(name: str, found: Sequence[Outcome]) -> None:
    """Print each run's accuracy, and the medians."""
    accuracies = [outcome.accuracy for outcome in found]
    sys.stdout.write(
        f"{median(accuracies):7.2%}  {median(o.processor_ms for o in found):6.2f} ms  "
        f"{median(o.seconds for o in found):7.1f} s  "
        f"{' '.join(f'{100 * accuracy:.2f}' for accuracy in accuracies)}  {name}\n"
    )
    sys.stdout.flush()


HEAD = " median   update  training  each seed\n"
