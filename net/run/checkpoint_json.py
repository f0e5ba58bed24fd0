"""The JSON part of a checkpoint: everything of a run that is no array; untrusted when read."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..engine.batches import BatchCursor, check_generator
from ..errors import NetError
from ..hyperparameters import Hyperparameters
from .provenance import MAX_TEXT_LENGTH, Provenance
from .state import HyperparameterLog, RunState


def run_to_json(state: RunState, provenance: Provenance) -> dict[str, Any]:
    """Return everything of a run that is no array, as values that JSON can represent."""
    return {
        "made": dataclasses.asdict(provenance),
        "iteration": state.iteration,
        "updates": state.updates,
        "hyperparameters": dataclasses.asdict(state.hyperparameters),
        "course": [
            (since, dataclasses.asdict(hyperparameters))
            for since, hyperparameters in state.hyperparameter_log
        ],
        "place": dataclasses.asdict(state.cursor),
        **({"origin": state.origin} if state.origin else {}),
    }


def hyperparameters_from_json(values: dict[str, Any], sizes: tuple[int, ...]) -> Hyperparameters:
    """Read hyperparameters as `run_to_json` wrote them.

    Args:
        values: The JSON object.
        sizes: Widths of the network that they must belong to.

    Raises:
        ValueError: A value has the wrong type or is out of range.
    """
    try:
        hyperparameters = Hyperparameters.from_json(values)
    except NetError as error:
        raise ValueError(str(error)) from error
    if hyperparameters.hidden != sizes[1:-1]:
        raise ValueError(f"hidden is {hyperparameters.hidden} for a network {sizes}")
    return hyperparameters


def hyperparameter_log_from_json(
    entries: list[list[Any]], sizes: tuple[int, ...]
) -> HyperparameterLog:
    """Read a hyperparameter log as `run_to_json` wrote it.

    Raises:
        ValueError: The log does not begin at 0, or does not ascend.
    """
    log = tuple(
        (checked_count(since), hyperparameters_from_json(values, sizes))
        for since, values in entries
    )
    starts = [since for since, _ in log]
    if not starts or starts[0] != 0 or starts != sorted(starts):
        raise ValueError("its course does not begin at 0 and go on from there")
    return log


def cursor_from_json(cursor: dict[str, Any]) -> BatchCursor:
    """Read a batch cursor as `run_to_json` wrote it.

    Raises:
        ValueError: The generator's state or a count is invalid; also TypeError and KeyError.
    """
    check_generator(cursor["generator"])
    return BatchCursor(
        cursor["generator"], checked_count(cursor["epoch"]), checked_count(cursor["position"])
    )


def origin_from_json(run: dict[str, Any]) -> str:
    """Read where the first weights come from; empty if they were drawn here.

    Raises:
        ValueError: It is no text, or is too long.
    """
    origin: Any = run.get("origin", "")
    if not isinstance(origin, str) or len(origin) > MAX_TEXT_LENGTH:
        raise ValueError("origin is no text, or is too long")
    return origin


def checked_count(value: object) -> int:
    """Return a count from JSON; raises ValueError if it is no whole number or is negative."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{str(value)[:24]!r} is not a count")
    return value
