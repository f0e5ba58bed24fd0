"""The body of each stage of the maths room, below its formula, in the space available."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from .....net.inspection.softmax_steps import softmax_steps
from ....render.labels import a as an
from ....render.labels import called
from ...layout import Block, Ink, side_by_side, words
from ..walk.state import MathsState
from .input_and_loss import digit_scene, loss_scene
from .signed_picture import LEGEND, signed_rows
from .terms_table import Columns, gradients_block, terms_block
from .unit_list import listed
from .update import update_scene

MOST_BAR = 84  # columns of a bar beside words
NARROW = 66  # columns; below, terms leave out where a pixel is
LEAST_LIST, MOST_LIST = 18, 96  # columns of the list of units


def scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw the body of the page."""
    kind, last = looked.stage.kind, len(looked.lens.W)
    if kind == "x":
        return digit_scene(looked, ink, width, height)
    if kind == "loss":
        return loss_scene(looked, ink, width, height)
    if kind == "update":
        return update_scene(looked, ink, width, height)
    if looked.stage.sources:
        return sum_scene(looked, ink, width, height)
    if kind == "A":
        of = softmax_scene if looked.stage.layer == last else relu_scene
        return of(looked, ink, width, height)
    of = error_scene if looked.stage.layer == last else gate_scene
    return of(looked, ink, width, height)


def sum_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw a layer's numbers, the terms of one of them and, for the first layer, its weights."""
    stage = looked.stage
    name = f"dZ{stage.layer}" if stage.kind == "dW" else stage.symbol
    values = [(name, looked.values())]
    terms = Columns(looked, ink, wide=width >= NARROW)
    of = gradients_block if stage.kind == "dW" else terms_block
    room = width - terms.width - 2
    if stage.kind == "dA" or stage.layer > 1:
        room = min(MOST_LIST, room)
        return side_by_side(
            (room, listed(looked, values, ink, room, height)), (terms.width, of(terms, height))
        )
    full = height >= looked.side + 2 and room >= 2 * looked.side + 2 + LEAST_LIST
    wide = max((2 if full else 1) * looked.side, len(LEGEND))
    picture = row_picture(looked, ink, looked.side if full else looked.side // 2, height)
    if room - wide - 2 >= LEAST_LIST:
        room = min(MOST_LIST, room - wide - 2)
        return side_by_side(
            (room, listed(looked, values, ink, room, height)),
            (terms.width, of(terms, height)),
            (wide, picture),
        )
    right = picture if looked.picture else of(terms, height)
    return side_by_side((room, listed(looked, values, ink, room, height)), (terms.width, right))


def row_picture(looked: MathsState, ink: Ink, rows: int, height: int) -> Block:
    """Draw the chosen unit's row of W1, or of dW1, as a picture: one number per pixel."""
    name = "dW" if looked.stage.kind == "dW" else "W"
    matrix = (looked.lens.dW if name == "dW" else looked.lens.W)[0][looked.unit]
    square = matrix.reshape(looked.side, looked.side)
    head = Text(f"{name}1[{looked.unit}, i] as a picture", ink("title"))
    return [head, *signed_rows(square, min(rows, height - 2), ink), Text(LEGEND, ink("quiet"))]


def relu_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw Z and A of every unit, and work out the rule for one."""
    n, unit, lens = looked.stage.layer, looked.unit, looked.lens
    Z, A = lens.Z[n - 1][:, 0], lens.A[n][:, 0]
    z, a = float(Z[unit]), float(A[unit])
    silent = int(np.count_nonzero(A == 0))
    told = (
        f"A{n}[{unit}] = max(0, {z:.4f}) = {a:.4f}",
        "The sum is positive: it passes as it is."
        if a > 0
        else "Not positive: the unit is silent.",
        f"{silent} of {len(A)} units are silent at this {looked.thing}.",
    )
    return _table(looked, [(f"Z{n}", Z), (f"A{n}", A)], told, ink, width, height)


def softmax_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw logit, power and share of every class."""
    n, k, lens = looked.stage.layer, looked.unit, looked.lens
    Z, A = lens.Z[-1][:, 0], lens.A[-1][:, 0]
    shares = softmax_steps(lens)
    best = int(A.argmax())
    first = float(Z.max())
    label = an(called(looked.names, lens.label), digits=looked.thing == "digit")
    verdict = "right ✓" if best == lens.label else f"wrong ✗: it is {label}"
    told = (
        f"A{n}[{k}] = {shares.powers[k]:.4f} / {shares.total:.4f} = {float(A[k]):.4f}",
        f"The answer is {called(looked.names, best)}, {verdict}.",
        f"The largest logit, {first:.4f}, is taken off all: no share changes, nothing overflows.",
    )
    columns = [(f"Z{n}", Z), ("e^(Z−max)", shares.powers), (f"A{n}", A)]
    return _table(looked, columns, told, ink, width, height)


def error_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw probability minus truth."""
    n, k, lens = looked.stage.layer, looked.unit, looked.lens
    A, Y, dZ = lens.A[-1][:, 0], lens.Y[:, 0], lens.dZ[-1][:, 0]
    places = 8 if 0 < abs(dZ[k]) < 0.01 else 4  # of a small error four would say nothing
    truth = f"Y is 1 at the label, {lens.label}, and 0 elsewhere."
    told = (
        f"dZ{n}[{k}] = {A[k]:.{places}f} − {Y[k]:.0f} = {dZ[k]:.{places}f}",
        f"{truth} Only there dZ is negative: that logit is to grow, all others are to shrink.",
    )
    return _table(looked, [(f"A{n}", A), ("Y", Y), (f"dZ{n}", dZ)], told, ink, width, height)


def gate_scene(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw what ReLU lets back."""
    n, unit, lens = looked.stage.layer, looked.unit, looked.lens
    Z, dA, dZ = lens.Z[n - 1][:, 0], lens.dA[n][:, 0], lens.dZ[n - 1][:, 0]
    z = float(Z[unit])
    gate = f"Z{n}[{unit}] is {z:.4f}: {'open' if z > 0 else 'shut'}."
    told = (
        f"dZ{n}[{unit}] = {float(dA[unit]):.4g} · {int(z > 0)} = {float(dZ[unit]):.4g}",
        f"[Z{n} > 0] is 1 where the sum is positive and 0 elsewhere. {gate}",
    )
    return _table(looked, [(f"Z{n}", Z), (f"dA{n}", dA), (f"dZ{n}", dZ)], told, ink, width, height)


def _table(
    looked: MathsState,
    columns: list[tuple[str, np.ndarray]],
    told: tuple[str, ...],
    ink: Ink,
    width: int,
    height: int,
) -> Block:
    """Draw the units with several numbers, and words about one beside or below them."""
    least = 7 + 11 * len(columns) + 1
    beside_it = min(44, width - least - 3)
    formula = "chosen" if told else "quiet"
    if beside_it >= 24:
        room = min(least + MOST_BAR, width - beside_it - 3)
        right: Block = []
        for words_ in told:
            right += [*words(words_, beside_it, ink(formula)), Text()]
            formula = "title"
        return side_by_side(
            (room, listed(looked, columns, ink, room, height)), (beside_it, right), gap=3
        )
    below: Block = []
    for words_ in told:
        lines = words(words_, width - 2, ink(formula))
        formula = "title"
        if height - len(below) - len(lines) > len(looked.units()):  # the list comes first
            below += [Text("  ").append_text(line) for line in lines]
    return [*listed(looked, columns, ink, width, height - len(below)), *below]
