"""Presets: whole sets of hyperparameters that go together, each for what it teaches.

The choices were made on the last 10 000 of a fixed permutation of the training set, never on
the test set. What each reaches and how long it takes, as measured on two cores, is told
with it; README.md has the figures of three seeds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .hyperparameters import Hyperparameters

TRAINING_IMAGES = 60_000  # to train on
UPDATES_PER_EPOCH = -(-TRAINING_IMAGES // 128)  # updates in an epoch with batches of 128


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of hyperparameters and the reason to try it."""

    teaches: str
    hyperparameters: Hyperparameters


PRESETS = {
    "original": Preset(
        "the script it grew from: the plainest gradient descent (92.4 %, 40 s)",
        Hyperparameters(),
    ),
    "sprint": Preset(
        "the same network, small batches, momentum, falling alpha (93.5 %, 2 s)",
        Hyperparameters(
            alpha=0.02,
            iterations=12 * -(-TRAINING_IMAGES // 64),
            batch_size=64,
            optimizer="momentum",
            schedule="cosine",
        ),
    ),
    "wide": Preset(
        "what more hidden units bring: 800 instead of 10 (98.4 %, 42 s)",
        Hyperparameters(
            alpha=0.1,
            iterations=20 * UPDATES_PER_EPOCH,
            hidden=(800,),
            batch_size=128,
            optimizer="momentum",
            weight_decay=1e-4,
            schedule="cosine",
        ),
    ),
    "champion": Preset(
        "what more data bring: every epoch bends every digit anew (99.5 %, 9 min)",
        Hyperparameters(
            alpha=0.08,
            iterations=100 * UPDATES_PER_EPOCH,
            hidden=(1000, 500, 250),
            batch_size=128,
            optimizer="momentum",
            schedule="cosine",
            augment="elastic",
        ),
    ),
}


def preset_of(hyperparameters: Hyperparameters) -> str | None:
    """The name of the preset these are, whatever their seed; None if of none."""
    for name, preset in PRESETS.items():
        if replace(hyperparameters, seed=preset.hyperparameters.seed) == preset.hyperparameters:
            return name
    return None
