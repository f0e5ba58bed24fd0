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

MAX_BAR_COLUMNS = 84  # columns of a bar beside words
NARROW = 66  # columns; below, terms leave out where a pixel is
MIN_LIST_COLUMNS, MAX_LIST_COLUMNS = 18, 96  # columns of the list of units


def scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw the body of the page."""
    kind, last = state.stage.kind, len(state.lens.W)
    if kind == "x":
        return digit_scene(state, ink, width, height)
    if kind == "loss":
        return loss_scene(state, ink, width, height)
    if kind == "update":
        return update_scene(state, ink, width, height)
    if state.stage.sources:
        return sum_scene(state, ink, width, height)
    if kind == "A":
        of = softmax_scene if state.stage.layer == last else relu_scene
        return of(state, ink, width, height)
    of = error_scene if state.stage.layer == last else gate_scene
    return of(state, ink, width, height)


def sum_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw a layer's numbers, the terms of one of them and, for the first layer, its weights."""
    stage = state.stage
    name = f"dZ{stage.layer}" if stage.kind == "dW" else stage.symbol
    values = [(name, state.values())]
    terms = Columns(state, ink, wide=width >= NARROW)
    of = gradients_block if stage.kind == "dW" else terms_block
    room = width - terms.width - 2
    if stage.kind == "dA" or stage.layer > 1:
        room = min(MAX_LIST_COLUMNS, room)
        return side_by_side(
            (room, listed(state, values, ink, room, height)), (terms.width, of(terms, height))
        )
    full = height >= state.side + 2 and room >= 2 * state.side + 2 + MIN_LIST_COLUMNS
    wide = max((2 if full else 1) * state.side, len(LEGEND))
    picture = row_picture(state, ink, state.side if full else state.side // 2, height)
    if room - wide - 2 >= MIN_LIST_COLUMNS:
        room = min(MAX_LIST_COLUMNS, room - wide - 2)
        return side_by_side(
            (room, listed(state, values, ink, room, height)),
            (terms.width, of(terms, height)),
            (wide, picture),
        )
    right = picture if state.picture else of(terms, height)
    return side_by_side((room, listed(state, values, ink, room, height)), (terms.width, right))


def row_picture(state: MathsState, ink: Ink, rows: int, height: int) -> Block:
    """Draw the chosen unit's row of W1, or of dW1, as a picture: one number per pixel."""
    name = "dW" if state.stage.kind == "dW" else "W"
    matrix = (state.lens.dW if name == "dW" else state.lens.W)[0][state.unit]
    square = matrix.reshape(state.side, state.side)
    head = Text(f"{name}1[{state.unit}, i] as a picture", ink("title"))
    return [head, *signed_rows(square, min(rows, height - 2), ink), Text(LEGEND, ink("quiet"))]


def relu_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw Z and A of every unit, and work out the rule for one."""
    n, unit, lens = state.stage.layer, state.unit, state.lens
    Z, A = lens.Z[n - 1][:, 0], lens.A[n][:, 0]
    z, a = float(Z[unit]), float(A[unit])
    silent = f"{np.count_nonzero(Z <= 0)} of {len(A)} units are silent at this {state.thing}"
    passes = "The sum is positive: it passes as it is." if z > 0 else "Not positive: it is silent."
    mask = lens.mask(n)
    if mask is None:
        facts = (f"A{n}[{unit}] = max(0, {z:.4f}) = {a:.4f}", passes, f"{silent}.")
        return _table(state, [(f"Z{n}", Z), (f"A{n}", A)], facts, ink, width, height)
    M = mask[:, 0]
    factor = float(M[unit])
    kept = f"Dropout keeps this unit: M{n} is {factor:.4g}." if factor else "Dropout leaves it out."
    facts = (
        f"A{n}[{unit}] = max(0, {z:.4f}) · {factor:.4g} = {a:.4f}",
        f"{kept if z > 0 or not factor else passes}",
        f"{silent}, {np.count_nonzero(M == 0)} are left out.",
    )
    columns = [(f"Z{n}", Z), (f"M{n}", M), (f"A{n}", A)]
    return _table(state, columns, facts, ink, width, height)


def softmax_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw logit, power and share of every class."""
    n, k, lens = state.stage.layer, state.unit, state.lens
    Z, A = lens.Z[-1][:, 0], lens.A[-1][:, 0]
    shares = softmax_steps(lens)
    best = int(A.argmax())
    first = float(Z.max())
    label = an(called(state.names, lens.label), digits=state.thing == "digit")
    verdict = "right ✓" if best == lens.label else f"wrong ✗: it is {label}"
    facts = (
        f"A{n}[{k}] = {shares.powers[k]:.4f} / {shares.total:.4f} = {float(A[k]):.4f}",
        f"The answer is {called(state.names, best)}, {verdict}.",
        f"The largest logit, {first:.4f}, is taken off all: no share changes, nothing overflows.",
    )
    columns = [(f"Z{n}", Z), ("e^(Z−max)", shares.powers), (f"A{n}", A)]
    return _table(state, columns, facts, ink, width, height)


def error_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw probability minus truth."""
    n, k, lens = state.stage.layer, state.unit, state.lens
    A, Y, dZ = lens.A[-1][:, 0], lens.Y[:, 0], lens.dZ[-1][:, 0]
    places = 8 if 0 < abs(dZ[k]) < 0.01 else 4  # of a small error four would say nothing
    truth = f"Y is 1 at the label, {lens.label}, and 0 elsewhere."
    facts = (
        f"dZ{n}[{k}] = {A[k]:.{places}f} − {Y[k]:.0f} = {dZ[k]:.{places}f}",
        f"{truth} Only there dZ is negative: that logit is to grow, all others are to shrink.",
    )
    return _table(state, [(f"A{n}", A), ("Y", Y), (f"dZ{n}", dZ)], facts, ink, width, height)


def gate_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw what ReLU lets back."""
    n, unit, lens = state.stage.layer, state.unit, state.lens
    Z, dA, dZ = lens.Z[n - 1][:, 0], lens.dA[n][:, 0], lens.dZ[n - 1][:, 0]
    z = float(Z[unit])
    gate = f"Z{n}[{unit}] is {z:.4f}: {'open' if z > 0 else 'shut'}."
    mask = lens.mask(n)
    masked = "" if mask is None else f" · {float(mask[unit, 0]):.4g}"
    facts = (
        f"dZ{n}[{unit}] = {float(dA[unit]):.4g} · {int(z > 0)}{masked} = {float(dZ[unit]):.4g}",
        f"[Z{n} > 0] is 1 where the sum is positive and 0 elsewhere. {gate}",
    )
    columns = [(f"Z{n}", Z), (f"dA{n}", dA), (f"dZ{n}", dZ)]
    if mask is not None:
        columns.insert(1, (f"M{n}", mask[:, 0]))
    return _table(state, columns, facts, ink, width, height)


def _table(
    state: MathsState,
    columns: list[tuple[str, np.ndarray]],
    facts: tuple[str, ...],
    ink: Ink,
    width: int,
    height: int,
) -> Block:
    """Draw the units with several numbers, and words about one beside or below them."""
    least = 7 + 11 * len(columns) + 1
    beside_it = min(44, width - least - 3)
    formula = "chosen" if facts else "quiet"
    if beside_it >= 24:
        room = min(least + MAX_BAR_COLUMNS, width - beside_it - 3)
        right: Block = []
        for words_ in facts:
            right += [*words(words_, beside_it, ink(formula)), Text()]
            formula = "title"
        return side_by_side(
            (room, listed(state, columns, ink, room, height)), (beside_it, right), gap=3
        )
    below: Block = []
    for words_ in facts:
        lines = words(words_, width - 2, ink(formula))
        formula = "title"
        if height - len(below) - len(lines) > len(state.units()):  # the list comes first
            below += [Text("  ").append_text(line) for line in lines]
    return [*listed(state, columns, ink, width, height - len(below)), *below]
