"""The terms of one number of a stage, largest first, down to their sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.style import Style
from rich.text import Text

from ...layout import Block, Ink, pick, visible_range
from ..walk.stages import Stage, vector
from ..walk.state import MathsState
from .number_format import WIDTH, Scale, scale_of
from .unit_list import MARK, RESTING

MIN_TERMS = 3  # terms


@dataclass(frozen=True, slots=True)
class Columns:
    """A table of products: source, two factors, and product."""

    state: MathsState
    ink: Ink
    wide: bool  # a pixel's row and column stand beside its number

    @property
    def label(self) -> int:
        """Columns of a term's source."""
        n = self.state.lens.sizes[self.state.stage.layers[1]]
        return max(len(self._first), len(self.name(n - 1)), 3)

    @property
    def _first(self) -> str:
        return "i  row,col" if self.wide and not self.state.stage.layers[1] else "i"

    @property
    def width(self) -> int:
        """Width of the table, in columns."""
        return 2 + self.label + 3 * WIDTH + 5

    def name(self, source: int) -> str:
        """Return a source's number; for a pixel, also its row and column."""
        if self.state.stage.layers[1] or not self.wide:
            return str(source)
        row, column = divmod(source, self.state.side)
        return f"{source} {row},{column}"

    def head(self, heads: Sequence[str]) -> Text:
        """Draw the names of the columns."""
        rest = f"{heads[0]:>{WIDTH}} ·{heads[1]:>{WIDTH}} ={heads[2]:>{WIDTH}}"
        return Text(f"  {self._first:<{self.label}} {rest}", self.ink("quiet"), no_wrap=True)

    def row(self, source: int, parts: Sequence[str], product: str) -> Text:
        """Draw one product; a click on it follows its source."""
        layer = self.state.stage.layers[1]
        mine = source == self.state.path[layer]
        style: str | Style = self.ink("chosen") if mine else ""
        mark = MARK if self.state.inner else RESTING
        line = Text(no_wrap=True).append(f"{mark if mine else ' '} ", self.ink("chosen"))
        line.append(f"{self.name(source):<{self.label}}", style or self.ink("quiet"))
        line.append(f" {parts[0]} ·{parts[1]} =", style).append(product, style)
        line.stylize(pick(layer, source))
        return line

    def foot(self, words: str, number: str, role: str) -> Text:
        """Draw a line below the products, with its number in their column."""
        rest = self.width - 2 - WIDTH
        return Text(f"  {words:<{rest}}{number}", self.ink(role), no_wrap=True)


def formula_of_one(stage: Stage, unit: int) -> tuple[str, list[str]]:
    """Return the formula of one number, and the headings of its columns."""
    n = stage.layer
    if stage.kind == "dW":
        return f"dW{n}[{unit}, i] = dZ{n}[{unit}]·{vector(n - 1)}[i]", [
            f"dZ{n}[{unit}]",
            f"{vector(n - 1)}[i]",
            "dW",
        ]
    if stage.kind == "Z":
        weight, value, bias = f"W{n}[{unit}, i]", f"{vector(n - 1)}[i]", f"b{n}[{unit}] + "
    else:
        weight, value, bias = f"W{n + 1}[i, {unit}]", f"dZ{n + 1}[i]", ""
    return f"{stage.symbol}[{unit}] = {bias}Σ {weight}·{value}", [weight, value, "product"]


def _head(name: str, scale: Scale) -> str:
    """Return a factor's heading; with a power of ten, without its index where that does not fit."""
    short = f"{name.partition('[')[0]} {scale.unit}" if scale.unit else name
    return short if len(short) <= WIDTH else scale.unit or name


def terms_block(columns: Columns, height: int) -> Block:
    """Draw the chosen unit's sum, its largest terms first, down to the total.

    What is not shown, and what rounding hides, have a line each: the column adds up. A term that
    is followed stands last among those shown, if it is not one of the largest.
    """
    state = columns.state
    stage, unit = state.stage, state.unit
    terms = state.terms()
    bias = stage.kind == "Z"
    count = len(terms.indices)
    shown = max(MIN_TERMS, height - 4 - bias)  # heads, rounding and total
    if count > shown:
        shown = max(MIN_TERMS, shown - 1)  # for the line of the others
    shown = min(shown, count)
    followed = state.path[stage.layers[1]]
    place = terms.rank_of(followed)
    terms = terms.move_forward(followed, shown - 1)
    scale = scale_of(max(abs(terms.total), abs(terms.bias), abs(float(terms.products[0]))))
    printed = terms.printed(shown, scale.decimals)
    formula, heads = formula_of_one(stage, unit)
    scales = [scale_of(float(np.abs(part[:shown]).max())) for part in (terms.weights, terms.values)]
    heads = [*map(_head, heads, scales), scale.unit or heads[2]]
    block = [Text(formula, columns.ink("title"), no_wrap=True), columns.head(heads)]
    for i in range(shown):
        factors = float(terms.weights[i]), float(terms.values[i])
        product = scale.write(printed.products[i])
        parts = [each.write(factor) for each, factor in zip(scales, factors, strict=True)]
        block.append(columns.row(int(terms.indices[i]), parts, product))
    if printed.others:
        others = f"… and {printed.others} others"
        rank = f" ({followed} is no. {place + 1})"
        if place >= shown and len(others + rank) <= columns.width - 2 - WIDTH:
            others += rank
        block.append(columns.foot(others, scale.write(printed.rest), "quiet"))
    if bias:
        name = f"b{stage.layer}[{unit}]"
        block.append(columns.foot(name, scale.write(printed.bias), "quiet"))
    block.append(columns.foot("rounding of these", scale.write(printed.rounding), "quiet"))
    name = f"{stage.symbol}[{unit}], the sum"
    block.append(columns.foot(name, scale.write(printed.total), "moving"))
    return block


def gradients_block(columns: Columns, height: int) -> Block:
    """Draw the chosen unit's row of dW, the largest first: its error times each input."""
    state = columns.state
    stage, unit, lens = state.stage, state.unit, state.lens
    n, here = stage.layer, stage.layer - 1
    row, values = lens.dW[here][unit], lens.A[here][:, 0]
    error = float(lens.dZ[here][unit, 0])
    rows = state.sources()
    scale = scale_of(max(abs(float(row[rows[0]])), abs(error)))
    formula, heads = formula_of_one(stage, unit)
    heads = [_head(heads[0], scale), heads[1], scale.unit or heads[2]]
    block = [Text(formula, columns.ink("title"), no_wrap=True), columns.head(heads)]
    room = max(MIN_TERMS, height - 3)
    if len(rows) > room:
        room = max(MIN_TERMS, room - 1)
    shown = visible_range(len(rows), rows.index(state.path[stage.layers[1]]), room)
    for i in shown:
        source = rows[i]
        parts = [scale.write(error), Scale().write(float(values[source]))]
        block.append(columns.row(source, parts, scale.write(float(row[source]))))
    if len(rows) > len(shown):
        none = len(row) - int(np.count_nonzero(row))
        others = f"  … {len(rows) - len(shown)} more; {none} of all are 0"
        block.append(Text(others, columns.ink("quiet"), no_wrap=True))
    block.append(columns.foot(f"db{n}[{unit}] = dZ{n}[{unit}]", scale.write(error), "moving"))
    return block
