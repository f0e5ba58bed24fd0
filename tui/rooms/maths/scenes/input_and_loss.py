"""The two stages of the maths room that belong to no layer: the input image and the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.text import Text

from .....net.inspection.softmax_steps import negative_log
from ....render.glyphs import ascii_rows, bar, window_start
from ...layout import MAX_PROSE_COLUMNS, Block, Ink, pick, row_lines, side_by_side, tall_row, words
from ..walk.state import MathsState
from .unit_list import MARK

HERE = "as it is"
MIN_NUMBERS = 44  # columns beside a picture whose pixels have two columns each, or more
MAX_AROUND = 14  # pixels to either side of the chosen one
MAX_BAR_COLUMNS = 120  # columns
LOSS = """\
log is the natural logarithm, its unit the nat. The other probabilities do not count by \
themselves: what they have, the right one lacks."""


def pixels_of(state: MathsState) -> np.ndarray:
    """Return the image as bytes, side × side; pixels that dropout leaves out are 0."""
    mask = state.lens.mask(0)
    left = state.lens.pixels if mask is None else state.lens.pixels * (mask[:, 0] > 0)
    return left.reshape(state.side, state.side)


@dataclass(frozen=True, slots=True)
class Frame:
    """Part of the digit that is drawn, and the cells of each pixel."""

    zoom: int  # rows of a pixel, half its columns; 0: two pixels above one another in a character
    start: int  # first row of pixels
    rows: int  # rows of pixels

    @property
    def wide(self) -> int:
        """Columns of a pixel."""
        return 2 * self.zoom or 1


def frame(image: np.ndarray, chosen_row: int, width: int, height: int) -> Frame:
    """Return the largest picture beside which the numbers have room; paper rows may be cut off."""
    side = len(image)
    inked = np.flatnonzero(image.any(axis=1))
    least = int(inked[-1] - inked[0]) + 1 if len(inked) else side
    zoom = min((width - MIN_NUMBERS) // (2 * side), height // least)
    if zoom < 1:
        rows = min(side, 2 * height) // 2 * 2
        return Frame(0, window_start(image, rows), rows)
    rows = min(side, height // zoom)
    start = window_start(image, rows)
    return Frame(zoom, min(max(start, chosen_row + 1 - rows), chosen_row), rows)


def digit_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw the digit, and the numbers around the chosen pixel."""
    side, chosen = state.side, state.path[0]
    image = pixels_of(state)
    row, column = divmod(chosen, side)
    shown = frame(image, row, width, height)
    wide = shown.wide * side
    value = float(state.lens.x[chosen, 0])
    inked = int(np.count_nonzero(state.lens.pixels))
    room = max(20, width - wide - 3)
    mask, factor, left_out = state.lens.mask(0), "", ""
    if mask is not None:
        factor = f" · {float(mask[chosen, 0]):.4g}"
        left_out = f" Dropout leaves {np.count_nonzero(mask == 0)} of all out."
    explanation = words(
        f"{inked} of {side * side} pixels have ink; ↑ ↓ follow them.{left_out}", room, ink("quiet")
    )
    byte = state.lens.pixels[chosen]
    block = [
        Text(f"x[{chosen}] = {byte} / 255{factor} = {value:.4f}", ink("chosen")),
        *words(
            f"row {row}, column {column}: {row}·{side} + {column} = {chosen}", room, ink("quiet")
        ),
        Text(),
        Text("the numbers round it", ink("quiet")),
    ]
    beside = max(1, min(MAX_AROUND, (room - 8) // 10))
    above = max(1, min(MAX_AROUND, (height - len(block) - len(explanation) - 3) // 2))
    columns = range(column - beside, column + beside + 1)
    inside = [c if 0 <= c < side else None for c in columns]
    head = "".join(f"{'' if c is None else c:>5}" for c in inside)
    block.append(Text(f"{'':>3}{head}", ink("quiet")))
    for r in range(row - above, row + above + 1):
        if not 0 <= r < side:
            continue
        line = Text(f"{r:>3}", ink("quiet"))
        for c in inside:
            if c is None:
                continue
            mine = r == row and c == column
            number = float(state.lens.x[r * side + c, 0])
            style = ink("chosen") if mine else ink("quiet") if number == 0 else ink("title")
            line.append(f"{number:5.2f}", style + pick(0, r * side + c))
        if inside[0] is None:
            line.pad_left(5 * inside.count(None))
        block.append(line)
    block += [Text(), *explanation]
    return side_by_side((wide, _marked(state, image, shown, ink)), (room, block), gap=3)


def _marked(state: MathsState, image: np.ndarray, shown: Frame, ink: Ink) -> Block:
    """Draw the picture with the chosen pixel marked, and every pixel to be clicked at."""
    side, zoom, wide = state.side, shown.zoom, shown.wide
    row, column = divmod(state.path[0], side)
    part = image[shown.start : shown.start + shown.rows]
    if zoom:
        part = part.repeat(zoom, axis=0).repeat(zoom, axis=1)
    # As many lines as `part` has rows, each pixel two characters; or half as many.
    lines = ascii_rows(part, len(part)) if zoom else ascii_rows(image, shown.rows // 2)
    picture: Block = []
    for y, characters in enumerate(lines):
        line = Text(characters, ink("title"), no_wrap=True)
        r = shown.start + (y // zoom if zoom else 2 * y)
        for c in range(side):
            span = wide * c, wide * (c + 1)
            line.stylize(pick(0, min(r, side - 1) * side + c), *span)
            if c == column and (r == row or (not zoom and r + 1 == row)):
                line.stylize(ink("chosen"), *span)
                line.stylize("reverse", *span)
        picture.append(line)
    return picture


def loss_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw the label's probability among others, each with its loss."""
    lens = state.lens
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
    explanation = words(LOSS, min(MAX_PROSE_COLUMNS, width - 3), ink("quiet"))
    each = row_lines(len(marks), height - len(block) - len(explanation) - 1)
    room = max(0, min(MAX_BAR_COLUMNS, width - 46))
    longest = max(negative_log(min(ruler)), lens.loss if np.isfinite(lens.loss) else 0.0)
    for share, name in marks:
        mine = name == HERE
        cost = lens.loss if mine else negative_log(share)
        role = ink("chosen" if mine else "quiet")
        line = Text(no_wrap=True).append(f"{MARK if mine else ' '} {share:<10.6f}", role)
        line.append(f"{cost:14.4f} ", ink("chosen") if mine else "")
        drawn = f"{bar(cost / longest, room):<{room}} "
        note = Text(name, ink("chosen" if mine else "quiet"))
        block += tall_row(line, Text(drawn, ink("moving" if mine else "quiet")), each, note)
    block += [Text(), *(Text("  ").append_text(line) for line in explanation)]
    return block[:height]
