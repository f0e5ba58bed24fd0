"""Blocks of lines beside one another, and lists that show a part of many rows."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap

from rich.style import Style
from rich.text import Text

Ink = Callable[[str], Style]  # the theme's style of a role
Block = list[Text]


def side_by_side(*blocks: tuple[int, Block], gap: int = 2) -> Block:
    """Blocks of these widths side by side, each line padded or cut to its block's width."""
    lines: Block = []
    for y in range(max((len(block) for _, block in blocks), default=0)):
        line = Text(no_wrap=True)
        for i, (width, block) in enumerate(blocks):
            part = block[y].copy() if y < len(block) else Text()
            part.truncate(max(0, width), overflow="crop", pad=True)
            line.append_text(part).append(" " * (gap if i + 1 < len(blocks) else 0))
        lines.append(line)
    return lines


def words(text: str, width: int, style: Style) -> Block:
    """A text in as many lines as it takes."""
    return [Text(line, style, no_wrap=True) for line in wrap(text, max(8, width))]


def visible_range(count: int, at: int, room: int) -> range:
    """Which of `count` rows a list with room for `room` shows, so that row `at` is among them.

    It moves by half its height, so that it stands still while the choice moves within.
    """
    if count <= room:
        return range(count)
    step = max(1, room // 2)
    start = min(max(0, (at // step) * step - (room - step) // 2), count - room)
    while at >= start + room:
        start += 1
    return range(start, start + room)


def pick(layer: int, index: int) -> Style:
    """What a click on a row chooses: that unit of that layer."""
    return Style(meta={"pick": (layer, index)})
