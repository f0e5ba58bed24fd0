"""Hyperparameters: every choice that defines a run, validated and frozen in one place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any

from .architecture import check_hidden
from .errors import NetError

# Fields that determine the initial weights, so that changing them requires a reset.
NEED_RESET = frozenset({"hidden", "seed", "init"})
INITIALIZATIONS = ("he", "uniform", "zero")
OPTIMIZERS = ("gd", "momentum", "nesterov", "adam")
AUGMENTATIONS = ("none", "elastic")
SCHEDULES = ("constant", "cosine", "step")
MAX_ITERATIONS = 1_000_000_000
MAX_SEED = 2**63 - 1
MAX_DROPOUT = 0.9
MAX_ADVERSARY = 28.0  # from a blank image of 28 × 28 to one full of ink
# JSON has no tuples and may write 1.0 as 1; None stands for a full batch.
JSON_TYPES: dict[type[object], tuple[type[object], ...]] = {
    tuple: (tuple, list),
    float: (float, int),
    NoneType: (NoneType, int),
}


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """The hyperparameters of one run; the defaults are those of the original script.

    Raises:
        NetError: A value is out of range for any data; the message names the field.
    """

    alpha: float = 0.15  # learning rate: the step length per unit of gradient
    iterations: int = 1500  # updates until the run ends
    hidden: tuple[int, ...] = (10,)  # units of each hidden layer, input side first
    batch_size: int | None = None  # samples per update; None: all of them
    optimizer: str = "gd"
    momentum: float = 0.9  # fraction of the previous update that is kept; gd ignores it
    weight_decay: float = 0.0  # strength of the pull of weights towards zero
    max_norm: float = 0.0  # longest that the weights into a hidden unit may be; 0: no limit
    dropout: float = 0.0  # fraction of the hidden units left out, anew for each image
    input_dropout: float = 0.0  # fraction of the pixels left out
    adversary: float = 0.0  # how far each image is moved towards a larger loss: adversarial.py
    schedule: str = "constant"  # how alpha changes over the run
    augment: str = "none"  # elastic: each epoch rotates, scales, shifts and bends every digit
    seed: int = 0  # of the generator that draws initial weights and batches
    init: str = "he"

    def __post_init__(self) -> None:
        """Validate everything that does not depend on the data."""
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
        if not (math.isfinite(self.max_norm) and self.max_norm >= 0):
            raise NetError(f"max-norm must be 0 or a positive number, not {self.max_norm:g}")
        for name, value, most in (
            ("dropout", self.dropout, MAX_DROPOUT),
            ("input-drop", self.input_dropout, MAX_DROPOUT),
            ("adversary", self.adversary, MAX_ADVERSARY),
        ):
            if not 0 <= value <= most:
                raise NetError(f"{name} must be from 0 to {most:g}, not {value:g}")
            if value and self.batch_size is None:
                raise NetError(f"{name} needs a batch that is not full (or: {name} 0)")
        if not 0 <= self.seed <= MAX_SEED:
            raise NetError(f"seed must be from 0 to {MAX_SEED}, not {self.seed}")
        _check_choice("init", self.init, INITIALIZATIONS)
        _check_choice("optimizer", self.optimizer, OPTIMIZERS)
        _check_choice("schedule", self.schedule, SCHEDULES)
        _check_choice("augment", self.augment, AUGMENTATIONS)
        if self.augment != "none" and self.batch_size is None:
            raise NetError("augment elastic needs a batch that is not full (or: augment none)")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Hyperparameters:
        """Restore hyperparameters from the JSON of their fields; absent ones have defaults.

        Raises:
            ValueError: A value has the wrong type.
            KeyError: A field is unknown, or `hidden` is absent.
            NetError: A value is out of range.
        """
        defaults = asdict(cls())
        for name, value in values.items():
            default: object = defaults[name]
            kind = type(default)
            if type(value) not in JSON_TYPES.get(kind, (kind,)):
                raise ValueError(f"{name} is {str(value)[:24]!r}")
        hidden = tuple(values["hidden"])
        if not all(type(units) is int for units in hidden):
            raise ValueError(f"hidden is {str(hidden)[:24]!r}")
        return cls(**dict(values, hidden=hidden))


def check_batch(batch_size: int | None, m: int) -> None:
    """Raise NetError if a batch is larger than the m training samples."""
    if batch_size is not None and batch_size > m:
        raise NetError(f"batch is {batch_size:,}, but there are only {m:,} training samples")


def check_fits(wanted: Hyperparameters, samples: int, inputs: int, classes: int) -> None:
    """Refuse, with NetError, what cannot train on so many samples, pixels and classes."""
    check_hidden(wanted.hidden, inputs, classes)
    check_batch(wanted.batch_size, samples)


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise NetError(f"{field} must be {' or '.join(choices)}, not {value[:24]!r}")


def scheduled_alpha(alpha: float, schedule: str, fraction_done: float) -> float:
    """Return the learning rate of an update under a schedule.

    constant: alpha. cosine: down to 0 along half a cosine (Loshchilov and Hutter, "SGDR", 2017).
    step: a tenth after half of the run, a hundredth after three quarters.

    Args:
        alpha: The learning rate at the beginning of the run.
        schedule: One of SCHEDULES.
        fraction_done: Fraction of the run's updates already made, 0 to 1.
    """
    if schedule == "cosine":
        return alpha * (1 + math.cos(math.pi * min(fraction_done, 1.0))) / 2
    if schedule == "step":
        return alpha * (0.01 if fraction_done >= 0.75 else 0.1 if fraction_done >= 0.5 else 1.0)
    return alpha
