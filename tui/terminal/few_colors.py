"""Terminals of 16 colors: between a dark ink and white paper they have none that can be read."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

LIGHT = 0.5  # brightness of a ground on which nothing is dimmed
UNDIMMED = Style(dim=False)


def has_few_colors(console: Console) -> bool:
    """Return whether the terminal has 16 colors, whether asked for or found out."""
    return console.color_system == "standard"


class UndimOnLight(LineFilter):
    """Shows dimmed inks undimmed on a light ground, where they would be gray on white or white."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments, without what Textual's own filters would dim there."""
        if background.brightness < LIGHT:
            return segments
        return [
            Segment(text, style + UNDIMMED if style and style.dim else style, control)
            for text, style, control in segments
        ]
