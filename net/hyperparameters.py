"""Hyperparameters: everything a person chooses about a run, checked, frozen, in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .architecture import check_hidden
from .errors import NetError

# Which fields act only through a reset: they decide what the first weights are.
NEED_RESET = frozenset({"hidden", "seed", "init"})
INITIALIZATIONS = ("he", "uniform", "zero")
OPTIMIZERS = ("gd", "momentum", "nesterov", "adam")
AUGMENTATIONS = ("none", "elastic")
SCHEDULES = ("constant", "cosine", "step")
MAX_ITERATIONS = 1_000_000_000
MAX_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """One run's choices; the defaults are the original script's run.

    Raises NetError, naming the field, for a value that no run could use.
    """

    alpha: float = 0.15  # the learning rate: how far one update goes down the gradient
    iterations: int = 1500  # updates until the run ends
    hidden: tuple[int, ...] = (10,)  # units of each hidden layer, input side first
    batch_size: int | None = None  # samples an update looks at; None: all of them
    optimizer: str = "gd"
    momentum: float = 0.9  # what an update keeps of the one before; gd has none
    weight_decay: float = 0.0  # how strongly weights are drawn to zero
    schedule: str = "constant"  # how alpha changes along the run
    augment: str = "none"  # elastic: every epoch sees every digit turned, scaled, shifted, bent
    seed: int = 0  # of the one generator behind first weights and batches
    init: str = "he"

    def __post_init__(self) -> None:
        """Refuse what makes no sense whatever the data."""
        if not (math.isfinite(self.alpha) and self.alpha > 0):
            raise NetError(f"alpha must be a positive finite number, not {self.alpha:g}")
        if not 1 <= self.iterations <= MAX_ITERATIONS:
            raise NetError(
                f"iterations must be from 1 to {MAX_ITERATIONS:,}, not {self.iterations:,}"
            )
        check_hidden(self.hidden)
        if self.batch_size is not None and self.batch_size < 1:
            raise NetError(
                f"batch must be full or a positive whole number, not {self.batch_size:,}"
            )
        if not 0 <= self.momentum < 1:
            raise NetError(f"momentum must be from 0 to less than 1, not {self.momentum:g}")
        if not 0 <= self.weight_decay <= 1:
            raise NetError(f"decay must be from 0 to 1, not {self.weight_decay:g}")
        if not 0 <= self.seed <= MAX_SEED:
            raise NetError(f"seed must be from 0 to {MAX_SEED}, not {self.seed}")
        _one_of("init", self.init, INITIALIZATIONS)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("augment", self.augment, AUGMENTATIONS)
        if self.augment != "none" and self.batch_size is None:
            raise NetError("augment elastic needs a batch that is not full (or: augment none)")


def check_batch(batch_size: int | None, m: int) -> None:
    """Refuse, with NetError, a batch larger than the m training samples."""
    if batch_size is not None and batch_size > m:
        raise NetError(f"batch is {batch_size:,}, but there are only {m:,} training samples")


def check_fits(wanted: Hyperparameters, samples: int, inputs: int, classes: int) -> None:
    """Refuse, with NetError, what cannot train on so many samples, pixels and classes."""
    check_hidden(wanted.hidden, inputs, classes)
    check_batch(wanted.batch_size, samples)


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise NetError(f"{field} must be {' or '.join(known)}, not {value[:24]!r}")


def scheduled_alpha(alpha: float, schedule: str, done: float) -> float:
    """The alpha of an update when the share `done`, 0 to 1, of the run is behind it.

    constant: alpha. cosine: down to 0 along half a cosine (Loshchilov and Hutter, "SGDR", 2017).
    step: a tenth after half of the run, a hundredth after three quarters.
    """
    if schedule == "cosine":
        return alpha * (1 + math.cos(math.pi * min(done, 1.0))) / 2
    if schedule == "step":
        return alpha * (0.01 if done >= 0.75 else 0.1 if done >= 0.5 else 1.0)
    return alpha
