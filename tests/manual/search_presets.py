"""Choose a preset on a part of the training set: `python -m tests.manual.search_presets NAME`.

Trains the candidates of a preset, or recipes given in its place, on the training set without
10 000 digits of a fixed permutation, measures them on these, and prints a row for each. The test
set is not looked at; `measure_presets` does that, once, with what was chosen here. A candidate's
iterations are meant for all 60 000 digits: here it makes as many epochs of 50 000.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from mnist_tui.data.dataset import Digits, load
from mnist_tui.net.presets import PRESETS, TRAINING_IMAGES
from mnist_tui.tui.config.recipe import format_recipe, parse_recipe

from tests.helpers.arguments import parser
from tests.helpers.runs.preset_runs import HEAD, outcomes, say_row

HELD_OUT = 10_000
PERMUTATION_SEED = 12345
SPRINT = "schedule=cosine optimizer=nesterov"
MEDIUM = f"batch=128 {SPRINT}"
WIDE = "batch=128 schedule=cosine optimizer=momentum"
CANDIDATES: dict[str, tuple[str, ...]] = {
    "sprint": (
        "schedule=cosine optimizer=momentum batch=64 alpha=0.02 iterations=7504",
        f"{SPRINT} batch=64 alpha=0.02 iterations=7504",
        f"{SPRINT} batch=64 alpha=0.03 iterations=7504",
        f"{SPRINT} batch=64 alpha=0.04 iterations=7504",
        f"{SPRINT} batch=64 alpha=0.03 iterations=9380",
        f"{SPRINT} batch=32 alpha=0.01 iterations=9375",
        f"{SPRINT} batch=128 alpha=0.05 iterations=5159",
        f"{SPRINT} batch=128 alpha=0.03 iterations=5159 momentum=0.95",
    ),
    "medium": (
        f"{MEDIUM} hidden=128 alpha=0.1 iterations=5628",
        f"{MEDIUM} hidden=200 alpha=0.1 iterations=4690",
        f"{MEDIUM} hidden=200 alpha=0.1 iterations=4690 input-drop=0.1",
        f"{SPRINT} batch=256 hidden=256 alpha=0.15 iterations=2820",
    ),
    "wide": (
        f"{WIDE} hidden=800 alpha=0.1 iterations=9380 decay=0.0001",
        f"{WIDE} hidden=800 alpha=0.1 iterations=9380 dropout=0.25 input-drop=0.1",
        f"{WIDE} hidden=800 alpha=0.1 iterations=23450 dropout=0.4 input-drop=0.2",
        f"{WIDE} hidden=800 alpha=0.1 iterations=23450 dropout=0.4 input-drop=0.2 max-norm=2",
        f"{WIDE} hidden=600,600 alpha=0.05 iterations=14070 dropout=0.3 input-drop=0.2",
    ),
}


def split(digits: Digits) -> tuple[Digits, Digits]:
    """Return what to learn from, and what to choose by."""
    order = np.random.default_rng(PERMUTATION_SEED).permutation(len(digits.labels))
    images, labels = digits.images[order], digits.labels[order]
    return (
        Digits(images[:-HELD_OUT], labels[:-HELD_OUT]),
        Digits(images[-HELD_OUT:], labels[-HELD_OUT:]),
    )


def main() -> int:
    """Print a row for each candidate."""
    arguments = parser(__doc__)
    arguments.add_argument("what", nargs="+", help=f"{', '.join(CANDIDATES)}, or recipes in quotes")
    arguments.add_argument("--seeds", type=int, default=1, help="runs of each, usually 1")
    asked = arguments.parse_args()
    train, test = split(load("mnist").train)
    sys.stdout.write(HEAD)
    for recipe in [one for what in asked.what for one in CANDIDATES.get(what, (what,))]:
        name = recipe in PRESETS and format_recipe(((0, PRESETS[recipe].hyperparameters),))
        ((_, chosen),) = parse_recipe(name or recipe)
        iterations = chosen.iterations * len(train.labels) // TRAINING_IMAGES
        chosen = replace(chosen, iterations=iterations)
        # One thread: then the processor's time is that of one process, whoever else works here.
        say_row(recipe, list(outcomes(train, test, chosen, range(asked.seeds), threads=1)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
