"""The 256-color palette, which takes half as many bytes as true color."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from textual.color import Color, rgb_to_lab

FIRST, LAST = 16, 255  # the first 16 depend on the terminal's theme


@lru_cache(maxsize=256)
def nearest(color: RichColor) -> RichColor:
    """Return the most similar of the 256 colors; unlike Rich's cube, keep the hue."""
    wanted = rgb_to_lab(Color(*color.get_truecolor()))

    def distance(number: int) -> float:
        lab = rgb_to_lab(Color(*RichColor.from_ansi(number).get_truecolor()))
        return (lab.L - wanted.L) ** 2 + (lab.a - wanted.a) ** 2 + (lab.b - wanted.b) ** 2

    return RichColor.from_ansi(min(range(FIRST, LAST + 1), key=distance))
