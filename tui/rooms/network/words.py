"""What the network room says: its title, what the cursor is on, and what the lines mean."""

from __future__ import annotations

import numpy as np
from rich.text import Text

from ....net.architecture import architecture_name
from ...render.labels import a, called, network_in_words, spoken
from ...terminal.driver import SlowLinkDriver
from ...widgets.lines import LinesWidget
from .state import NetworkState


def titled(rows: LinesWidget, state: NetworkState) -> Text:
    """Return the title: what is looked at, the network in words, and the answer."""
    subject, quiet = state.subject, rows.ink("quiet")
    right = subject.label is None or state.answer == subject.label
    names, digits = subject.names, subject.thing == "digit"
    answer = spoken(called(names, state.answer), digits=digits)
    verdict = answer
    if subject.label is not None:
        wrong = f" ✗ it is {a(called(names, subject.label), digits=digits)}"
        verdict += " ✓ right" if right else wrong
    ink = rows.ink("moving" if right else "warning")
    sizes = state.parameters.sizes
    networks = network_in_words(sizes, subject.thing), architecture_name(sizes)
    for notes in (
        *([(f"{each}   ", quiet), (verdict, ink)] for each in networks),
        [(verdict, ink)],
    ):
        if len(subject.title) + sum(len(words) for words, _ in notes) + 9 <= rows.size.width:
            return rows.title(subject.title, *notes)
    return rows.title(subject.title)


def described(rows: LinesWidget, state: NetworkState) -> Text:
    """Return a line about what is under the cursor, and what Enter does there."""
    line = Text()
    for words, more in _descriptions(state):
        line = Text(f" {words}", rows.ink("title"), no_wrap=True)
        line.append(f"  Enter: {more}", rows.ink("chosen"))
        if line.cell_len <= rows.size.width:
            break
    line.truncate(rows.size.width, overflow="ellipsis")
    return line


def _descriptions(state: NetworkState) -> list[tuple[str, str]]:
    """Return what to say, the longest first."""
    if state.column == 0:
        return _of_digit(state)
    if state.is_on_connection:
        return _of_connection(state)
    return _of_answer(state) if state.layer == state.layers else _of_unit(state)


def _of_digit(state: NetworkState) -> list[tuple[str, str]]:
    inked, pixels = int(np.count_nonzero(state.subject.image)), len(state.subject.image)
    opens = "which pixels speak for what"
    if state.subject.label is None:
        opens = "draw on"
    return [
        (f"The input x: {pixels} pixels, {inked} of them with ink.", opens),
        (f"{inked} of {pixels} pixels have ink.", "pixels" if opens != "draw on" else opens),
    ]


def _of_unit(state: NetworkState) -> list[tuple[str, str]]:
    layer, unit = state.layer, state.path[state.layer]
    Z = float(state.activations.Z[layer - 1][unit, 0])
    reads = "pixels" if layer == 1 else "units"
    says = f"A{layer} = {Z:.3g}" if Z > 0 else "silent"
    count = state.parameters.sizes[layer - 1]
    ends = f"so it is active: A{layer} = {Z:.3g}." if Z > 0 else "not above 0, so it is silent."
    return [
        (f"Unit {unit} adds up {count} {reads}: Z{layer} = {Z:+.3g}, {ends}", "what it looks for"),
        (f"Unit {unit}: Z{layer} = {Z:+.3g}, {says}.", "its weights"),
        (f"Unit {unit}: {says}", "open"),
    ]


def _of_answer(state: NetworkState) -> list[tuple[str, str]]:
    k, subject = state.path[-1], state.subject
    share = float(state.values(state.layers)[k])
    logit = float(state.activations.Z[-1][k, 0])
    name = spoken(called(subject.names, k), digits=subject.thing == "digit")
    says = "This is the answer" if k == state.answer else "Not the answer"
    if k == subject.label:
        says += ", and right" if k == state.answer else ", though it is one"
    elif k == state.answer and subject.label is not None:
        says += ", and wrong"
    if k == subject.label and k != state.answer:
        says = "The right class, but not the answer"
    return [
        (f"{name}: {share:.1%}, from a logit of {logit:+.3g}. {says}.", "what adds up to it"),
        (f"{name}: {share:.1%}, logit {logit:+.3g}.", "what adds up to it"),
        (f"{name}: {share:.1%}", "open"),
    ]


def _of_connection(state: NetworkState) -> list[tuple[str, str]]:
    layer, subject = state.layer, state.subject
    one = state.followed(layer)
    last = layer == state.layers
    name = spoken(called(subject.names, one.target), digits=subject.thing == "digit")
    to = f"the logit of {name}" if last else f"Z{layer} of unit {one.target}"
    row, column = divmod(one.source, subject.side)
    value = f"x[{one.source}]" if layer == 1 else f"A{layer - 1}[{one.source}]"
    where = f" (row {row}, column {column})" if layer == 1 else ""
    sum_ = f"W{layer}[{one.target}, {one.source}] {one.weight:+.3g} × {value} {one.value:.3g}"
    whole = f"{sum_} = {one.product:+.3g}"
    return [
        (f"{whole} to {to}{where}.", "follow this weight through one update"),
        (f"{whole} to {to}.", "its mathematics"),
        (f"{whole}.", "its mathematics"),
        (f"{one.weight:+.3g} × {one.value:.3g} = {one.product:+.3g}", "open"),
    ]


def legend(rows: LinesWidget) -> Text:
    """Return a line that says what the lines mean, as much of it as fits."""
    quiet, is_ascii = rows.ink("quiet"), SlowLinkDriver.ascii_only
    plus, minus = ("+++", "---") if is_ascii else ("⠒⠒⠒", "⠒ ⠒")
    thicker = "denser" if is_ascii else "thicker"
    parts = [
        (f"{plus} adds", rows.ink("plus")),
        (f"   {minus} takes away", rows.ink("minus")),
        (f", {thicker}: more", quiet),
        ("   ▸ ▹ the path of the largest terms", rows.ink("chosen")),
        ("   · silent", quiet),
    ]
    line = Text(" ", no_wrap=True)
    for words, ink in parts:
        if line.cell_len + len(words) <= rows.size.width:
            line.append(words, ink)
    return line
