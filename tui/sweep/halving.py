"""Successive halving: short runs of all settings, longer ones of the best.

Each rung keeps one setting in FACTOR and trains it FACTOR times as long, up to the complete run at
the last. A run goes on from where it stood, so that a rung costs only what is new, and the runs
that reach the end are those that `mnist-tui train` makes, bit for bit. See Jamieson and Talwalkar,
Non-stochastic Best Arm Identification and Hyperparameter Optimization (2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from .cells import Cell


@dataclass(frozen=True, slots=True)
class Rung:
    """How many settings are left, and how far they are trained."""

    settings: int
    numerator: int  # the share of a complete run, as a fraction
    denominator: int

    def budget(self, cell: Cell) -> int:
        """Return the number of updates after which this rung ends."""
        return max(1, -(-cell.iterations * self.numerator // self.denominator))


def rungs(settings: int, factor: int | None) -> tuple[Rung, ...]:
    """Return the rungs for a number of settings; without a factor, one that keeps them all."""
    if factor is None:
        return (Rung(settings, 1, 1),)
    counts = [settings]
    while counts[-1] >= factor:
        counts.append(counts[-1] // factor)
    top = len(counts) - 1
    return tuple(Rung(count, 1, factor ** (top - i)) for i, count in enumerate(counts))


def promoted(
    cells: Sequence[Cell], accuracies: Mapping[str, float | None], count: int
) -> tuple[Cell, ...]:
    """Return the cells of the settings with the best mean test accuracy, in the order given.

    A setting of which a run has diverged is not promoted, so that fewer than `count` may be left.

    Args:
        cells: All cells of a rung.
        accuracies: Their test accuracies, by recipe; None: the run diverged.
        count: Settings to keep.
    """
    settings: dict[str, list[float | None]] = {}
    for cell in cells:
        settings.setdefault(cell.setting, []).append(accuracies[cell.recipe])
    means = {
        setting: fmean(accuracy for accuracy in found if accuracy is not None)
        for setting, found in settings.items()
        if None not in found
    }
    kept = sorted(means, key=lambda setting: -means[setting])[:count]  # stable: ties by order
    return tuple(cell for cell in cells if cell.setting in set(kept))
