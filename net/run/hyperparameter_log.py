"""The course of a run: which hyperparameters came into force when; read, and followed again."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise
from typing import Any

from ..hyperparameters import Hyperparameters
from .state import HyperparameterLog


def effective(course: HyperparameterLog) -> HyperparameterLog:
    """The same without what never led an update: one entry each time that something changed."""
    last = dict(course)  # of entries at the same update the last one led it
    entries = sorted(last.items())
    return (
        *entries[:1],
        *(after for before, after in pairwise(entries) if after[1] != before[1]),
    )


def changed(before: Hyperparameters, after: Hyperparameters) -> dict[str, Any]:
    """The fields that differ, with their later values."""
    return {
        field.name: getattr(after, field.name)
        for field in fields(Hyperparameters)
        if getattr(before, field.name) != getattr(after, field.name)
    }


def optimizer_resets(course: HyperparameterLog) -> tuple[int, ...]:
    """After which updates one diverged, so that the optimizer began again to remember.

    The trainer notes it in the course by an entry that changes nothing.
    """
    return tuple(after[0] for before, after in pairwise(course) if after[1] == before[1])
