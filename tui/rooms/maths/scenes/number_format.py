"""Numbers in columns of fixed width, with as many digits as are informative."""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH = 10  # of a number in a column
PLACES = 5  # behind the point
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """The notation of a column of numbers: one power of ten, the same number of decimals."""

    exponent: int = 0

    @property
    def decimals(self) -> int:
        """Decimals, as in Python's round(), that a number is rounded to before it is written."""
        return PLACES - self.exponent

    @property
    def unit(self) -> str:
        """The power of ten for the column's heading; empty if the numbers are plain."""
        return f"×10{str(self.exponent).translate(SUPERSCRIPT)}" if self.exponent else ""

    def write(self, value: float) -> str:
        """Format a number, right-aligned; one too large for its column in scientific notation."""
        if not math.isfinite(value):
            return f"{value:>{WIDTH}}"
        text = f"{round(value, self.decimals) * 10.0**-self.exponent:z{WIDTH}.{PLACES}f}"
        return text if len(text) <= WIDTH else f"{value:{WIDTH}.2e}"


def scale_of(largest: float) -> Scale:
    """Return a scale for numbers up to this one: plain, or in ×10³ or ×10⁻³ where needed.

    The exponent is a multiple of three, so that it seldom changes while the numbers do.
    """
    size = abs(largest)
    if not math.isfinite(size) or size == 0 or 0.01 <= size < 1000:
        return Scale()
    return Scale(max(-42, 3 * math.floor(math.log10(size) / 3)))
