"""The last stage: the weights along the path, the loss and the probabilities, before and after."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from .....net.inspection.weight import WeightUpdate, weight_update
from ....render.glyphs import bar
from ....render.labels import SHORT_CLASS_COLUMNS, called, widest
from ...layout import Block, Ink, row_lines, side_by_side, tall_row, visible_range, words
from ..walk.stages import vector
from ..walk.state import MathsState
from .unit_list import MARK

DECIMALS = 8  # what a weight's smallest change can still be seen with
NAME, NUMBER = 15, 13  # columns
FULL = 40  # columns that a step's figures take, with their names
HEADS = {1: ("after",), 2: ("before", "after"), 3: ("before", "− α·dW", "after")}
RIGHT = 24  # columns of the probabilities without names and bars
MAX_RIGHT_COLUMNS = 110


def update_scene(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw weights and their arithmetic on the left, the answer before and after on the right."""
    least = RIGHT + _name_columns(state)
    columns = min(3, max(1, (width - least - 3 - NAME) // NUMBER))
    left = NAME + columns * NUMBER
    right = max(least, min(MAX_RIGHT_COLUMNS, width - left - 3))
    return side_by_side(
        (left, _weights(state, ink, left, height, columns)),
        (right, _answers(state, ink, right, height)),
        gap=3,
    )


def _weights(state: MathsState, ink: Ink, width: int, height: int, columns: int) -> Block:
    steps = [weight_update(state.lens, weight) for weight in state.followed()]
    heads = HEADS[columns]
    first = f"  {'on your path':<13}" + "".join(f"{head:>{NUMBER}}" for head in heads)
    block = [Text(first, ink("quiet"), no_wrap=True)]
    row = min(state.row, len(steps) - 1)
    detail = _detail(steps[row], ink, width)
    shown = visible_range(len(steps), row, max(2, height - 2 - len(detail)))
    for i in shown:
        printed = steps[i].printed(DECIMALS)
        mine = i == row
        style: str | Style = ink("chosen") if mine else ""
        line = Text(no_wrap=True)
        line.append(f"{MARK if mine else ' '} {steps[i].weight.name:<13}", style)
        numbers = {"before": printed.before, "− α·dW": printed.change, "after": printed.after}
        for head in heads:
            changed = head == "after" and not mine
            line.append(_write(numbers[head]), ink("moving") if changed else style)
        line.stylize(Style(meta={"row": i}))
        block.append(line)
    return [*block, Text(), *detail]


def _write(number: float) -> str:
    text = f"{number:{NUMBER}.{DECIMALS}f}"
    return text if len(text) <= NUMBER else f"{number:{NUMBER}.4e}"


def _detail(step: WeightUpdate, ink: Ink, width: int) -> Block:
    """Work out one step: the gradient from its two factors, the new value from the old."""
    weight, printed = step.weight, step.printed(DECIMALS)
    n, unit = weight.layer, weight.unit
    error, read = f"dZ{n}[{unit}]", "1"
    if weight.source is not None:
        read = f"{vector(n - 1)}[{weight.source}]"
    figures = [f"d{weight.name} = {error} · {read}"] if width >= FULL else []
    if width >= FULL:
        figures.append(f"= {step.dZ:.6g} · {step.a:.6g} = {step.gradient:.6g}")
    else:
        figures.append(f"{step.dZ:.4g} · {step.a:.4g} = {step.gradient:.6g}")
    figures.append(f"α·d{weight.name[0]} = {step.alpha:g} · {step.gradient:.6g}")
    if width >= FULL:
        figures.append(f"after = {printed.before:.{DECIMALS}f} {_signed(printed.change)}")
    else:
        figures += [f"{printed.before:.{DECIMALS}f}", _signed(printed.change)]
    if printed.rounding:
        figures.append(f"{_signed(printed.rounding)} that rounding hides")
    figures.append(f"= {printed.after:.{DECIMALS}f}" + (", as before" if not step.gradient else ""))
    lines = [line for text in figures for line in words(text, width - 2, ink("chosen"))]
    return [Text("  ").append_text(line) for line in lines]


def _signed(number: float) -> str:
    return f"{'−' if number < 0 else '+'} {abs(number):.{DECIMALS}f}"


def _name_columns(state: MathsState) -> int:
    return max(2, widest(state.names, state.lens.sizes[-1], SHORT_CLASS_COLUMNS))


def _answers(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    lens, names = state.lens, _name_columns(state)
    fixed = RIGHT + names
    before, after = lens.A[-1][:, 0], lens.A_after[-1][:, 0]
    falls = lens.loss_after < lens.loss
    fate = "falls ↓" if falls else "stays" if lens.loss_after == lens.loss else "grows ↑"
    block = [
        Text.assemble(
            ("loss ", ink("quiet")),
            (f"{lens.loss:8.5f} → {lens.loss_after:8.5f}", ink("moving")),
            (f" {fate}" if width > fixed + 6 else "", ink("quiet")),
        ),
        Text(f"  {'':>{names}}{'before':>9}   {'after':>8}", ink("quiet")),
    ]
    room = width - fixed - 2 if width > fixed + 6 else 0
    at, lines = lens.label, max(1, height - 2)
    shown = visible_range(len(before), at, lines)
    each = row_lines(len(shown), lines)
    for k in shown:
        mine = k == at
        name = called(state.names, k, names)
        line = Text(no_wrap=True)
        line.append(f"{'◂' if mine else ' '} {name:>{names}}", ink("chosen" if mine else "quiet"))
        line.append(f"{100 * float(before[k]):7.2f} % → {100 * float(after[k]):6.2f} %")
        line.append(f" {_way(float(before[k]), float(after[k]))} ", ink("moving"))
        block += tall_row(line, Text(bar(float(after[k]), room), ink("moving")), each)
    return block


def _way(before: float, after: float) -> str:
    """Return the direction of a change, if two decimals show it."""
    if round(100 * before, 2) == round(100 * after, 2):
        return " "
    return "↑" if after > before else "↓"
