"""Values one step up or down: round numbers for quantities, the next item for choices."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

# Steps of about a quarter, in few digits. Up and down are inverses on the series.
SERIES = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
TOLERANCE = 1e-9  # relative: a value this close to a round number is that number
BATCHES = (16, 32, 64, 128, 256, 512)
FULL = "full"
MOMENTA = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
DECAYS = (0.0, *(float(f"{digit}e{power}") for power in range(-6, -1) for digit in (1, 2, 5)), 0.1)
NORMS = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
ADVERSARIES = (0.0, 0.2, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
DROPOUTS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Step = Callable[[str, int], str]  # text as typed, and 1 (up) or -1 (down), to text


def round_step(value: float, by: int) -> float:
    """Return the next round number above (`by` 1) or below (-1) a positive value.

    Beyond the largest and the smallest float it is inf and 0.
    """
    power = math.floor(math.log10(value))
    series = [float(f"{digit}e{power + shift}") for shift in (-1, 0, 1) for digit in SERIES]
    if by > 0:
        return next((one for one in series if one > value * (1 + TOLERANCE)), math.inf)
    return next((one for one in reversed(series) if one < value * (1 - TOLERANCE)), 0.0)


def round_whole(value: int, by: int) -> int:
    """As `round_step`, but only through whole numbers; never below 1."""
    if value < 1 or (value == 1 and by < 0):
        return 1
    found = round_step(value, by)
    while math.isfinite(found) and found != int(found):
        found = round_step(found, by)
    return int(found) if math.isfinite(found) else value


def along(values: Sequence[float], value: float, by: int) -> float:
    """Return the next of some ascending values; the last one in that direction if none is left."""
    if by > 0:
        return next((one for one in values if one > value), values[-1])
    return next((one for one in reversed(values) if one < value), values[0])


def step_number(text: str, by: int) -> str:
    """Step a positive number."""
    return f"{round_step(float(text), by):.6g}"


def step_whole(text: str, by: int) -> str:
    """Step a positive whole number."""
    return str(round_whole(int(text), by))


def step_seed(text: str, by: int) -> str:
    """Step by one; not below 0."""
    return str(max(0, int(text) + by))


def step_layers(text: str, by: int) -> str:
    """Step the last of several whole numbers separated by commas."""
    before, comma, last = text.rpartition(",")
    return f"{before}{comma}{step_whole(last, by)}"


def step_batch(text: str, by: int) -> str:
    """Step the size of a batch; the full set lies above all of them."""
    if text.strip().lower() == FULL:
        return FULL if by > 0 else str(BATCHES[-1])
    size = int(text)
    return FULL if by > 0 and size >= BATCHES[-1] else f"{along(BATCHES, size, by):g}"


def step_along(values: Sequence[float]) -> Step:
    """Make a step through some ascending values."""
    return lambda text, by: f"{along(values, float(text), by):.6g}"


def step_choice(choices: Sequence[str]) -> Step:
    """Make a step through a list of words: down is the next one, and after the last the first."""

    def step(text: str, by: int) -> str:
        return choices[(choices.index(text.strip().lower()) - by) % len(choices)]

    return step
