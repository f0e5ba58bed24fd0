"""Lay out blocks of lines side by side, and the visible part of long lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap

from rich.style import Style
from rich.text import Text

Ink = Callable[[str], Style]  # the theme's style of a role
Block = list[Text]
MAX_PROSE_COLUMNS = 80  # of a line that is read
MIN_PROSE_COLUMNS = 56  # of each of two columns
PROSE_GAP = 4
MAX_ROW_LINES = 4


def side_by_side(*blocks: tuple[int, Block], gap: int = 2) -> Block:
    """Join blocks of these widths side by side; pad or cut each line to its block's width."""
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
    """Wrap a text to this width."""
    return [Text(line, style, no_wrap=True) for line in wrap(text, max(8, width))]


def prose(paragraphs: Sequence[str], width: int, style: Style) -> Block:
    """Wrap paragraphs, with a blank line after each, in two columns where both have room."""
    column = min(MAX_PROSE_COLUMNS, (width - PROSE_GAP) // 2)
    if column < MIN_PROSE_COLUMNS or len(paragraphs) < 2:
        column = min(MAX_PROSE_COLUMNS, width)
    blocks = [[*words(text, column, style), Text()] for text in paragraphs]
    if 2 * column + PROSE_GAP > width or len(paragraphs) < 2:
        return [line for block in blocks for line in block]
    heights = [len(block) for block in blocks]
    cuts = range(1, len(blocks))
    cut = min(cuts, key=lambda i: max(sum(heights[:i]), sum(heights[i:])))
    left, right = (
        [line for block in part for line in block] for part in (blocks[:cut], blocks[cut:])
    )
    return side_by_side((column, left), (column, right), gap=PROSE_GAP)


def row_lines(rows: int, room: int) -> int:
    """Return the lines that each row takes where there is more room than rows: 1 to 4.

    The last of several lines stays blank, so that rows stand apart.
    """
    return max(1, min(MAX_ROW_LINES, room // max(1, rows)))


def tall_row(before: Text, bar: Text, lines: int, after: Text | None = None) -> Block:
    """Draw a row of `lines` lines: a bar on all but the last, words at its middle."""
    height = max(1, lines - 1)
    block: Block = []
    for y in range(height):
        if y == (height - 1) // 2:
            line = before.copy().append_text(bar).append_text(after or Text())
        else:
            line = Text(" " * before.cell_len, no_wrap=True).append_text(bar)
        block.append(line)
    return [*block, *(Text() for _ in range(lines - height))]


def visible_range(count: int, at: int, room: int) -> range:
    """Return the rows that a list of `count` rows shows in `room` lines; row `at` is among them.

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
    """Return the style by which a click on a row chooses that unit of that layer."""
    return Style(meta={"pick": (layer, index)})
