"""Axes: the values of one hyperparameter that a sweep tries, from text such as 0.01:1:log9.

    0.01,0.1,1      these values
    0.01:1:log9     nine values at equal ratios, both ends included
    0:0.9:lin10     ten values at equal distances, both ends included
    0:5             whole numbers from 0 on and below 5, as Python's range; 0:50:10 in steps of 10
    64,full         words, where a hyperparameter has them
    32,128-64       hidden layers: commas separate values, so that - joins layers
    0.01:1:log      any value between, for random sweeps

Computed values are rounded to four significant digits, so that a value read off a table is the one
that was used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..config.fields import BY_NAME, Field, format_value
from ..config.numbers import whole_number
from ..errors import UserError
from ..text import printable

MAX_VALUES = 100_000  # of one axis
MAX_LENGTH = 100_000  # characters of its text
DIGITS = 4  # significant ones of a computed value
SCALES = ("log", "lin")


@dataclass(frozen=True, slots=True)
class Span:
    """All values between two numbers."""

    low: float
    high: float
    scale: str  # log: at equal ratios; lin: at equal distances
    is_whole: bool  # whether the values are whole numbers

    def at(self, share: float) -> float:
        """Return the rounded value at a share of the way, 0 to 1."""
        if share in (0.0, 1.0):
            value = self.high if share else self.low
        elif self.scale == "log":
            logarithm = (1 - share) * math.log(self.low) + share * math.log(self.high)
            value = _rounded(math.exp(logarithm))
        else:
            value = _rounded((1 - share) * self.low + share * self.high)
        return round(value) if self.is_whole else value


@dataclass(frozen=True, slots=True)
class Axis:
    """One hyperparameter and the values to try: a list of them, or all within a span."""

    name: str  # of the attribute of Hyperparameters
    text: str  # as typed; `parse_axis` makes the same axis of it
    values: tuple[Any, ...]  # distinct, in the order given; empty if there is a span
    span: Span | None = None

    def draw(self, share: float) -> Any:
        """Return the value at a share of the axis, 0 to less than 1."""
        if self.span is not None:
            return self.span.at(share)
        return self.values[int(share * len(self.values))]


def parse_axis(name: str, text: str) -> Axis:
    """Return the axis that a text describes; the module's docstring has the grammar.

    Args:
        name: Of the attribute of Hyperparameters.
        text: As typed.

    Raises:
        UserError: One line that says what is wrong and what was expected.
    """
    field = BY_NAME[name]
    if len(text) > MAX_LENGTH:
        raise UserError(f"{field.label}: the list has more than {MAX_LENGTH:,} characters")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1 and (span := _free_span(field, parts[0])):
        return Axis(name, text, (), span)
    values: dict[Any, None] = {}  # distinct, in order
    for part in parts:
        values |= dict.fromkeys(_values(field, part))
        if len(values) > MAX_VALUES:
            raise UserError(f"{field.label}: more than {MAX_VALUES:,} values")
    return Axis(name, text, tuple(values))


def format_axis_value(name: str, value: object) -> str:
    """Format a value as `parse_axis` reads it back: layers are joined by -."""
    text = format_value(value)
    return text.replace(",", "-") if name == "hidden" else text


def _values(field: Field, part: str) -> list[Any]:
    """Return the values of one part of the list."""
    if ":" not in part:
        return [field.parse(part.replace("-", ",") if field.name == "hidden" else part)]
    ends, last = _split(field, part)
    if last[:3] not in SCALES:
        return [_value(field, value) for value in _whole_range(field, part, ends, last)]
    count = _count(field, part, last[3:])
    span = _span(field, part, ends, last[:3])
    values = [span.at(i / (count - 1)) for i in range(count)]
    # Rounding to whole numbers may leave fewer values of a short span; otherwise it is a mistake.
    if not span.is_whole and len(set(values)) < count:
        raise _wrong(field, part, f"{count:,} values differ in fewer than {DIGITS} digits")
    return [_value(field, value) for value in values]


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _value(field: Field, value: float) -> Any:
    """Return a computed value with the type of the field."""
    return (value,) if field.name == "hidden" else value


def _free_span(field: Field, part: str) -> Span | None:
    """Return the span of a part such as 0.01:1:log, which names no number of values."""
    if part.count(":") != 2 or part.rpartition(":")[2].strip().lower() not in SCALES:
        return None
    if field.name == "hidden":
        raise _wrong(field, part, "say how many widths: 16:512:log6")
    ends, scale = _split(field, part)
    return _span(field, part, ends, scale)


def _split(field: Field, part: str) -> tuple[list[float], str]:
    """Return the two ends of a range, and the word or number after them in lower case."""
    if field.choices and field.name != "batch_size":
        raise _wrong(field, part, f"expected some of {','.join(field.choices)}")
    low, _, rest = part.partition(":")
    high, _, last = rest.partition(":")
    return [_end(field, text) for text in (low, high)], last.strip().lower()


def _end(field: Field, text: str) -> float:
    value = field.parse(text)
    if value is None:  # a full batch
        raise UserError(f"{field.label}: a range goes between numbers, not from or to full")
    return value[0] if field.name == "hidden" else value


def _is_whole(field: Field) -> bool:
    return field.name in ("hidden", "batch_size", "iterations", "seed")


def _whole_range(field: Field, part: str, ends: list[float], step: str) -> range:
    if not _is_whole(field):
        raise _wrong(field, part, f"say how many values: {part.rstrip(':')}:log9 or :lin9")
    try:
        stride = whole_number(step) if step else 1
    except ValueError:
        stride = 0
    if stride < 1:
        raise _wrong(field, part, "expected a step such as 10, or log9 or lin9, at the end")
    values = range(int(ends[0]), int(ends[1]), stride)
    if not values:
        raise _wrong(field, part, "holds no value; the end, which is left out, must be larger")
    if len(values) > MAX_VALUES:
        raise _wrong(field, part, f"holds more than {MAX_VALUES:,} values")
    return values


def _count(field: Field, part: str, text: str) -> int:
    try:
        count = whole_number(text)
    except ValueError:
        count = 0
    if not 2 <= count <= MAX_VALUES:
        raise _wrong(field, part, "expected a number of values of 2 or more, as in log9")
    return count


def _span(field: Field, part: str, ends: list[float], scale: str) -> Span:
    low, high = ends
    if not low < high or not math.isfinite(high - low):
        raise _wrong(field, part, "expected the smaller number first")
    if scale == "log" and low <= 0:
        raise _wrong(field, part, "equal ratios cannot begin at 0 or below; use lin")
    return Span(low, high, scale, _is_whole(field))


def _wrong(field: Field, part: str, what: str) -> UserError:
    return UserError(f"{field.label}, “{printable(part, 40)}”: {what}")
