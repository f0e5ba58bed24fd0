"""The part of a saved run that is no array, to JSON and back; nothing in it is believed."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..engine.batches import BatchCursor, check_generator
from ..errors import NetError
from ..hyperparameters import Hyperparameters
from .provenance import Provenance
from .state import HyperparameterLog, RunState


def run_to_json(state: RunState, provenance: Provenance) -> dict[str, Any]:
    """All of a run that is no array, as simple as JSON."""
    return {
        "made": dataclasses.asdict(provenance),
        "iteration": state.iteration,
        "updates": state.updates,
        "hyperparameters": dataclasses.asdict(state.hyperparameters),
        "course": [
            (since, dataclasses.asdict(chosen)) for since, chosen in state.hyperparameter_log
        ],
        "place": dataclasses.asdict(state.cursor),
    }


def hyperparameters_from_json(chosen: dict[str, Any], sizes: tuple[int, ...]) -> Hyperparameters:
    """As `as_json` wrote them; raises ValueError for a value of the wrong kind or range."""
    default = dataclasses.asdict(Hyperparameters())
    for name, value in chosen.items():
        kind = type(value).__name__
        # JSON has no tuples, writes 1.0 as it likes, and None stands for a full batch.
        usual = {type(default[name]).__name__, "int", "list"}
        if kind not in ({"int", "NoneType"} if name == "batch_size" else usual):
            raise ValueError(f"{name} is {str(value)[:24]!r}")
    hidden = tuple(checked_count(units) for units in chosen["hidden"])
    if hidden != sizes[1:-1]:
        raise ValueError(f"hidden is {hidden} for a network {sizes}")
    try:
        return Hyperparameters(**dict[str, Any](chosen, hidden=hidden))
    except NetError as problem:
        raise ValueError(str(problem)) from problem


def hyperparameter_log_from_json(
    course: list[list[Any]], sizes: tuple[int, ...]
) -> HyperparameterLog:
    """As `as_json` wrote it: it begins at 0 and each change comes after the one before."""
    found = tuple(
        (checked_count(since), hyperparameters_from_json(chosen, sizes)) for since, chosen in course
    )
    begins = [since for since, _ in found]
    if not begins or begins[0] != 0 or begins != sorted(begins):
        raise ValueError("its course does not begin at 0 and go on from there")
    return found


def cursor_from_json(place: dict[str, Any]) -> BatchCursor:
    """As `as_json` wrote it; raises likewise for a state that no generator has."""
    check_generator(place["generator"])
    return BatchCursor(
        place["generator"], checked_count(place["epoch"]), checked_count(place["position"])
    )


def checked_count(value: object) -> int:
    """A count out of JSON, which has numbers of every kind."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{str(value)[:24]!r} is not a count")
    return value
