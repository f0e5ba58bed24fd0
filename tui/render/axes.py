"""Axes: the range of numbers shown, its scale, and its round tick values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

MIN_LOG_VALUE = 1e-9  # stands for zero on a logarithmic axis
NO_ERROR = 1e-5  # stands for 100 % on the error scale: a tenth of one digit in 10 000
ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of numbers, its scale, and their notation.

    scale: linear; log, powers of ten equally far apart; or error, for an accuracy: 90, 99 and
    99.9 % equally far apart, as the errors 10, 1 and 0.1 % are on a logarithmic axis.
    """

    low: float
    high: float
    scale: str = "linear"
    percent: bool = False

    def places(self, values: Numbers) -> Numbers:
        """Return the positions of values along the axis: 0 at its beginning, 1 at its end."""
        import numpy as np

        low, high, these = (
            self._spread(np.asarray(v, float)) for v in (self.low, self.high, values)
        )
        with np.errstate(over="ignore"):  # values far beyond the axis may become infinite
            return (these - low) / (high - low)

    def value(self, place: float) -> float:
        """Return the value at a position between 0 and 1."""
        import numpy as np

        low, high = self._spread(np.array([self.low, self.high])).tolist()
        spread = low + place * (high - low)
        if self.scale == "log":
            return 10.0**spread
        return 1 - 10.0**-spread if self.scale == "error" else spread

    def _spread(self, values: Numbers) -> Numbers:
        import numpy as np

        if self.scale == "log":
            return np.log10(np.maximum(values, MIN_LOG_VALUE))
        if self.scale == "error":
            return -np.log10(np.maximum(1 - values, NO_ERROR))
        return values

    def ticks(self, at_most: int) -> list[float]:
        """Round numbers along the axis, ends included where they are round."""
        if self.scale == "linear":
            return _even(self.low, self.high, at_most)
        if self.scale == "log":
            return _decades(self.low, self.high, at_most)
        errors = _decades(max(NO_ERROR, 1 - self.high), 1 - self.low, at_most)
        return [0.0] * (self.low <= 0) + [1 - error for error in reversed(errors) if error < 1]

    def tick_sets(self, at_most: int) -> Iterator[list[float]]:
        """Ways to mark the axis, the best first; a later one where an earlier one does not fit.

        The last ones are so fine that they come close to both ends of any axis.
        """
        yield self.ticks(at_most)
        for times in (1, 2, 4, 8, 16, 32):
            yield _even(self.low, self.high, times * max(2, at_most))

    def written(self, value: float) -> str:
        """Format a number for the axis."""
        if self.percent:
            return f"{100 * value:.6g}%"
        return f"{value:,.10g}".replace(",", " ")


def _even(low: float, high: float, at_most: int) -> list[float]:
    rough = (high - low) / max(1, at_most - 1)
    decade = 10.0 ** floor(log10(rough))
    step = next(m * decade for m in (*ROUND, 10) if m * decade >= rough * 0.999)
    first = ceil(low / step - 1e-9)
    return [i * step for i in range(first, floor(high / step + 1e-9) + 1)]


def _decades(low: float, high: float, at_most: int) -> list[float]:
    """Powers of ten; with twice and five times of them if few would be seen."""
    low, high = max(low, MIN_LOG_VALUE), max(high, MIN_LOG_VALUE)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    every = [m * 10.0**p for p in powers for m in ROUND]
    shown = [mark for mark in every if low * (1 - 1e-9) <= mark <= high * (1 + 1e-9)]
    if len(shown) <= at_most:
        return shown
    tens = [mark for mark in shown if abs(log10(mark) - round(log10(mark))) < 1e-9] or shown
    return tens[:: ceil(len(tens) / at_most)]


def nice_end(x: float, last: float) -> float:
    """Return the end of an axis from 0 that shows x: 10, 20, 50, 100 … at most `last`.

    The end jumps only a few times in a run and stands still in between, so that the chart uses
    its width from the first points on without creeping.
    """
    decade = 10.0 ** max(1, floor(log10(max(x, 1))))
    for end in (decade, 2 * decade, 5 * decade, 10 * decade):
        if x <= end:
            return max(1.0, min(end, last))
    raise AssertionError("x is less than ten times its decade")
