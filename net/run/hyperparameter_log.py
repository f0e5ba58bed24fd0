"""The hyperparameter log of a run: what was changed, and after which update."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import Any

from ..hyperparameters import Hyperparameters
from .state import HyperparameterLog


def effective(log: HyperparameterLog) -> HyperparameterLog:
    """Return the log without entries that led no update or changed nothing."""
    last = dict(log)  # the last of several entries at one iteration is the one that was used
    entries = sorted(last.items())
    return (
        *entries[:1],
        *(after for before, after in pairwise(entries) if after[1] != before[1]),
    )


def changed(before: Hyperparameters, after: Hyperparameters) -> dict[str, Any]:
    """Return the fields that differ, with their later values."""
    return {
        field.name: getattr(after, field.name)
        for field in fields(Hyperparameters)
        if getattr(before, field.name) != getattr(after, field.name)
    }


def optimizer_resets(log: HyperparameterLog) -> tuple[int, ...]:
    """Return the iterations at which the optimizer was reset because the next update diverged.

    The trainer logs a reset as an entry that changes nothing.
    """
    return tuple(after[0] for before, after in pairwise(log) if after[1] == before[1])
