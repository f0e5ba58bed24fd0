"""What stands for paper and for ink in the images that a network from elsewhere reads."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ..errors import UserError

MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081  # of the pixels, 0 to 1, of MNIST's training part
STANDARDIZED = "mnist"
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
RANGE = re.compile(rf"\s*({NUMBER})\s*\.\.\s*({NUMBER})\s*")
EXPECTED = "PAPER..INK, such as 0..1, 0..255 or 1..0, or mnist"


@dataclass(frozen=True, slots=True)
class InputScale:
    """The numbers that stand for paper and for full ink."""

    paper: float = 0.0
    ink: float = 1.0

    def __str__(self) -> str:
        """Return it as the option takes it."""
        return NAMES.get(self, f"{self.paper:.4g}..{self.ink:.4g}")

    @property
    def words(self) -> str:
        """What the network reads, in words."""
        ends = f"{self.paper:.4g} (paper) to {self.ink:.4g} (ink)"
        by = ", by MNIST's mean 0.1307 and deviation 0.3081" * (
            self in (MNIST_SCALE, MNIST_SCALE_INVERTED)
        )
        return f"pixels from {ends}{by}"


def standardized(paper: float, ink: float) -> InputScale:
    """Return these values less MNIST's mean, in its deviations."""
    return InputScale(*((value - MNIST_MEAN) / MNIST_DEVIATION for value in (paper, ink)))


MNIST_SCALE, MNIST_SCALE_INVERTED = standardized(0, 1), standardized(1, 0)
NAMES = {MNIST_SCALE: STANDARDIZED}
# What is tried, the likeliest first; the latter four are for dark ink on light paper.
CANDIDATES = (
    InputScale(0, 1),
    InputScale(0, 255),
    MNIST_SCALE,
    InputScale(-1, 1),
    InputScale(1, 0),
    InputScale(255, 0),
    MNIST_SCALE_INVERTED,
    InputScale(1, -1),
)


def parse_input_scale(text: str) -> InputScale:
    """Parse the value of --input-scale. Raises UserError."""
    if text.strip().lower() == STANDARDIZED:
        return MNIST_SCALE
    match = RANGE.fullmatch(text)
    paper, ink = (float(part) for part in match.groups()) if match else (0.0, 0.0)
    if not (math.isfinite(paper) and math.isfinite(ink) and paper != ink):
        raise UserError(f"input scale must be {EXPECTED}, not {text[:24]!r}")
    return InputScale(paper, ink)
