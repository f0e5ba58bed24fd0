"""Numbers in columns: as many digits as tell something, in a width that never changes."""

from __future__ import annotations

import math
from dataclasses import dataclass

WIDTH = 10  # of a number in a column
PLACES = 5  # behind the point
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Scale:
    """How a column of numbers is written: all in the same power of ten, with the same places."""

    exponent: int = 0

    @property
    def decimals(self) -> int:
        """What a number is rounded to, in Python's sense, before it is written."""
        return PLACES - self.exponent

    @property
    def unit(self) -> str:
        """What the column's heading says of it; nothing if the numbers are plain."""
        return f"×10{str(self.exponent).translate(SUPERSCRIPT)}" if self.exponent else ""

    def write(self, value: float) -> str:
        """The number, right-aligned; one far too large for its column in powers of ten."""
        if not math.isfinite(value):
            return f"{value:>{WIDTH}}"
        text = f"{round(value, self.decimals) * 10.0**-self.exponent:z{WIDTH}.{PLACES}f}"
        return text if len(text) <= WIDTH else f"{value:{WIDTH}.2e}"


def scale_of(largest: float) -> Scale:
    """A scale for numbers up to this one: plain, or where that says too little, in ×10³ or ×10⁻³.

    The exponent is a multiple of three, so that it seldom changes while the numbers do.
    """
    size = abs(largest)
    if not math.isfinite(size) or size == 0 or 0.01 <= size < 1000:
        return Scale()
    return Scale(max(-42, 3 * math.floor(math.log10(size) / 3)))
