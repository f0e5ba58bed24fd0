"""Presets: whole sets of hyperparameters that go together, each for what it teaches.

The choices were made on the last 10 000 of a fixed permutation of the training set, never on
the test set. README.md has what each reaches and how long it takes, as measured.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .hyperparameters import Hyperparameters

IMAGES = 60_000  # to train on
EPOCH = -(-IMAGES // 128)  # updates in an epoch with batches of 128


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of hyperparameters and the reason to try it."""

    teaches: str
    hyperparameters: Hyperparameters


PRESETS = {
    "original": Preset(
        "the script it all grew from: the plainest gradient descent there is",
        Hyperparameters(),
    ),
    "sprint": Preset(
        "the same network in seconds: small batches, momentum and a falling alpha",
        Hyperparameters(
            alpha=0.02,
            iterations=12 * -(-IMAGES // 64),
            batch_size=64,
            optimizer="momentum",
            schedule="cosine",
        ),
    ),
    "wide": Preset(
        "what more hidden units bring: 800 instead of 10",
        Hyperparameters(
            alpha=0.1,
            iterations=20 * EPOCH,
            hidden=(800,),
            batch_size=128,
            optimizer="momentum",
            weight_decay=1e-4,
            schedule="cosine",
        ),
    ),
    "champion": Preset(
        "what more data bring: every epoch bends every digit anew",
        Hyperparameters(
            alpha=0.08,
            iterations=100 * EPOCH,
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
