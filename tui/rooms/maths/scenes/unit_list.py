"""The maths room's list of units: the numbers of each, and a bar."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ....render.glyphs import bar, signed_bar
from ....render.labels import called, widest
from ...layout import Block, Ink, pick, row_lines, tall_row, visible_range
from ..walk.state import MathsState, Values
from .number_format import WIDTH, scale_of

MARK, RESTING = "▸", "▹"  # of what is chosen, in the list that the arrows are in, and elsewhere


def listed(
    state: MathsState, columns: Sequence[tuple[str, Values]], ink: Ink, width: int, height: int
) -> Block:
    """Draw the units of the stage's layer with columns of numbers, and a bar for the last."""
    layer, rows = state.stage.layers[0], state.units()
    n, chosen = state.lens.sizes[layer], state.unit
    digits = max(5 if width > WIDTH + 7 else 4, len(str(n - 1)))
    what = "class" if layer == len(state.lens.sizes) - 1 else "unit"
    if what == "class" and widest(state.names, n) > len(str(n - 1)):
        digits = min(digits + 4, len(str(n - 1)) + 1 + widest(state.names, n))
    scales = [scale_of(float(max(abs(values), default=0))) for _, values in columns]
    heads = (
        f"{name} {scale.unit}".rstrip() for (name, _), scale in zip(columns, scales, strict=True)
    )
    head = f"  {what[:digits]:<{digits}}" + "".join(f"{name:>{WIDTH + 1}}" for name in heads)
    block = [Text(head, ink("quiet"), no_wrap=True)]
    lines = max(1, height - 1)
    shown = visible_range(len(rows), rows.index(chosen), max(1, lines - (len(rows) > lines)))
    each = row_lines(len(shown), lines)
    values = columns[-1][1]
    largest = float(max(abs(values), default=0)) or 1.0
    both = bool((values < 0).any())  # signs: else all bars begin at the left
    room = max(0, width - (2 + digits + (WIDTH + 1) * len(columns)) - 1)
    for i in shown:
        unit = rows[i]
        mine = unit == chosen
        line = Text(no_wrap=True)
        mark = RESTING if state.inner else MARK
        line.append(f"{mark if mine else ' '} ", ink("chosen"))
        number = str(unit)
        if what == "class" and (name := called(state.names, unit)) != number:
            number = f"{number} {name[: digits - len(number) - 1]:<{digits - len(number) - 1}}"
        line.append(f"{number:>{digits}}", ink("chosen" if mine else "quiet"))
        line.append("◂" if what == "class" and unit == state.lens.label else " ", ink("chosen"))
        written = (
            scale.write(float(numbers[unit]))
            for scale, (_, numbers) in zip(scales, columns, strict=True)
        )
        line.append(" ".join(written), ink("chosen") if mine else "")
        share = float(values[unit]) / largest
        line.append(" ")
        drawn = signed_bar(share, room) if both else bar(share, room)
        role = "moving" if values[unit] > 0 else "run2"
        row = tall_row(line, Text(drawn, ink(role), no_wrap=True), each)
        for part in row:
            part.stylize(pick(layer, unit))
        block += row
    if len(rows) > len(shown):
        order = "largest first" if state.sorts else "by number"
        others = f"  … {len(rows) - len(shown)} more, {order}"
        block.append(Text(others, ink("quiet"), no_wrap=True))
    return block
