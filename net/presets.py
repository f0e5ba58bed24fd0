"""Presets: complete sets of hyperparameters, each chosen for what it teaches.

They were chosen on 10 000 samples of a fixed permutation of the training set, never on the test
set; docs/presets.md says how, and states accuracies and durations.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .hyperparameters import Hyperparameters

TRAINING_IMAGES = 60_000  # of MNIST
UPDATES_PER_EPOCH = -(-TRAINING_IMAGES // 128)  # with batches of 128


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
        "the same network, small batches, Nesterov, falling alpha (93.5 %)",
        Hyperparameters(
            alpha=0.12,
            iterations=7 * UPDATES_PER_EPOCH,
            batch_size=128,
            optimizer="nesterov",
            momentum=0.8,
            schedule="cosine",
        ),
    ),
    "medium": Preset(
        "what more hidden units bring: 128 instead of 10 (98.1 %)",
        Hyperparameters(
            alpha=0.1,
            iterations=8 * UPDATES_PER_EPOCH,
            hidden=(128,),
            batch_size=128,
            optimizer="nesterov",
            schedule="cosine",
        ),
    ),
    "wide": Preset(
        "what an adversary brings: 800 units learn each digit where they err most (99 %)",
        Hyperparameters(
            alpha=0.2,
            iterations=40 * -(-TRAINING_IMAGES // 256),
            hidden=(800,),
            batch_size=256,
            optimizer="momentum",
            adversary=1.0,
            schedule="cosine",
        ),
    ),
    "champion": Preset(
        "what more data bring: every epoch bends every digit anew (99.5 %, 8 min)",
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
    """Return the name of the preset with these hyperparameters, whatever the seed, or None."""
    for name, preset in PRESETS.items():
        if replace(hyperparameters, seed=preset.hyperparameters.seed) == preset.hyperparameters:
            return name
    return None
