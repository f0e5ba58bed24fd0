"""The two stages of the maths room that are no layer's: the digit itself, and the loss."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from .....net.inspection.softmax_steps import negative_log
from ....render.glyphs import ascii_rows, bar, window_start
from ...layout import Block, Ink, pick, side_by_side, words
from ..walk.state import MathsState
from .unit_list import MARK

HERE = "as it is"
LOSS = """\
log is the natural logarithm, its unit the nat. The other probabilities do not count by \
themselves: what they have, the right one lacks."""


def pixels_of(looked: MathsState) -> np.ndarray:
    """The digit as bytes, side × side."""
    ink = np.rint(looked.lens.x[:, 0] * 255).astype(np.uint8)
    return ink.reshape(looked.side, looked.side)


def digit_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """The digit, and the numbers round the chosen pixel."""
    side, chosen = looked.side, looked.path[0]
    image = pixels_of(looked)
    rows = side if height >= side and width >= 2 * side + 44 else min(height, side // 2)
    picture = [Text(row, ink("title"), no_wrap=True) for row in ascii_rows(image, rows)]
    wide = 2 * side if rows >= side else side
    row, column = divmod(chosen, side)
    value = float(looked.lens.x[chosen, 0])
    inked = int(np.count_nonzero(image))
    room = max(20, width - wide - 3)
    told = words(f"{inked} of {side * side} pixels have ink; ↑ ↓ follow them.", room, ink("quiet"))
    block = [
        Text(f"x[{chosen}] = {image[row, column]} / 255 = {value:.4f}", ink("chosen")),
        *words(
            f"row {row}, column {column}: {row}·{side} + {column} = {chosen}", room, ink("quiet")
        ),
        Text(),
        Text("the numbers round it", ink("quiet")),
    ]
    around = max(1, min(5, (room - 8) // 10, (height - len(block) - len(told) - 3) // 2))
    columns = range(column - around, column + around + 1)
    inside = [c if 0 <= c < side else None for c in columns]
    head = "".join(f"{'' if c is None else c:>5}" for c in inside)
    block.append(Text(f"{'':>3}{head}", ink("quiet")))
    for r in range(row - around, row + around + 1):
        if not 0 <= r < side:
            continue
        line = Text(f"{r:>3}", ink("quiet"))
        for c in inside:
            if c is None:
                continue
            mine = r == row and c == column
            number = float(looked.lens.x[r * side + c, 0])
            style = ink("chosen") if mine else ink("quiet") if number == 0 else ink("title")
            line.append(f"{number:5.2f}", style + pick(0, r * side + c))
        if inside[0] is None:
            line.pad_left(5 * inside.count(None))
        block.append(line)
    block += [Text(), *told]
    return side_by_side((wide, _marked(picture, looked, rows, ink)), (room, block), gap=3)


def _marked(picture: Block, looked: MathsState, rows: int, ink: Ink) -> Block:
    """The picture with the chosen pixel marked, and every pixel to be clicked at."""
    side = looked.side
    row, column = divmod(looked.path[0], side)
    full = rows >= side
    image = pixels_of(looked)
    start = 0 if full else window_start(image, 2 * rows)
    for y, line in enumerate(picture):
        for c in range(side):
            r = y if full else start + 2 * y
            span = (2 * c, 2 * c + 2) if full else (c, c + 1)
            mine = c == column and (r == row or (not full and r + 1 == row))
            line.stylize(pick(0, min(r, side - 1) * side + c), *span)
            if mine:
                line.stylize(ink("chosen"), *span)
                line.stylize("reverse", *span)
    return picture


def loss_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """The probability of the label on a ruler of probabilities and what they cost."""
    lens = looked.lens
    label, classes = lens.label, lens.sizes[-1]
    p = float(lens.A[-1][label, 0])
    last = len(lens.W)
    block = [
        Text(f"  loss = −log A{last}[{label}] = −log {p:.6f} = {lens.loss:.6f}", ink("chosen")),
        Text(),
        Text(f"  {'if it had been':<17}{'the loss':>9}", ink("quiet")),
    ]
    ruler = {0.99: "", 0.9: "", 0.5: "", 0.1: "", 0.01: "", 0.001: ""}
    ruler[1 / classes] = "a blind guess"
    marks = [*ruler.items(), (p, HERE)]
    marks.sort(key=lambda mark: -mark[0])
    room = max(0, min(60, width - 46))
    longest = max(negative_log(min(ruler)), lens.loss if np.isfinite(lens.loss) else 0.0)
    for share, name in marks:
        mine = name == HERE
        cost = lens.loss if mine else negative_log(share)
        role = ink("chosen" if mine else "quiet")
        line = Text(no_wrap=True).append(f"{MARK if mine else ' '} {share:<10.6f}", role)
        line.append(f"{cost:14.4f} ", ink("chosen") if mine else "")
        line.append(f"{bar(cost / longest, room):<{room}} ", ink("moving" if mine else "quiet"))
        line.append(name, ink("chosen" if mine else "quiet"))
        block.append(line)
    told = words(LOSS, min(76, width - 3), ink("quiet"))
    block += [Text(), *(Text("  ").append_text(line) for line in told)]
    return block[:height]
