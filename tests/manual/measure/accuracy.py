"""Check 92 % for every seed of the default run: `python -m tests.manual.measure.accuracy`."""

from __future__ import annotations

import sys
import time

from mnist_tui.data.dataset import load
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.trainer import Trainer

from tests.helpers.arguments import numbers

ENOUGH = 0.92
SEEDS = range(5)


def main() -> int:
    """Train with each seed to the end and print a row; 1 if one of them stays below."""
    mnist, say = load("mnist"), sys.stdout.write
    say("seed  train accuracy  test accuracy   loss  seconds\n")
    below = 0
    for seed in SEEDS:
        begun = time.perf_counter()
        *_, last = Trainer(mnist.train, mnist.test, Hyperparameters(seed=seed)).steps()
        seconds = time.perf_counter() - begun
        below += last.test_accuracy < ENOUGH
        say(
            f"{seed:4}  {last.train_accuracy:14.2%}  {last.test_accuracy:13.2%}  "
            f"{last.loss:5.3f}  {seconds:7.1f}\n"
        )
        sys.stdout.flush()
    say(f"{below} of {len(SEEDS)} seeds are below {ENOUGH:.0%}\n")
    return int(below > 0)


if __name__ == "__main__":
    sys.exit(main(*numbers(__doc__)))
