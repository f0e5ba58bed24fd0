"""What of a network is shown where: columns of nodes and connections, rows of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ....net.inspection.connections import Connection, strongest_connections
from ...render.labels import class_columns, widest
from ..layout import visible_range
from .state import NetworkState

MIN_GAP, MIN_DIGIT = 3, 10  # columns
UNIT, ANSWER = 6, 9  # columns of a unit or an answer besides its number or name, at least
UNIT_GROWTH, ANSWER_GROWTH = (4, 8, 14), (8, 14, 30)  # and by how much they grow with more room
GAPS, DIGITS = (8, 12, 18), (20, 28)  # columns that they grow to
DIGIT_SHARE = 0.3  # of the width, where there is plenty
MAX_STEP = 6  # rows from one unit to the next
LINES_PER_ROW = 1.0  # connections that a gap shows for each of its rows
Cell = tuple[int, int]  # column, row


@dataclass(frozen=True)
class Nodes:
    """A column of units or answers, or the digit."""

    layer: int
    left: int
    width: int
    rows: Mapping[int, int]
    """Of each unit shown its row; empty for the digit."""
    others: int
    """Units that there is no room for."""


@dataclass(frozen=True)
class Links:
    """The connections between two columns of nodes, the strongest first."""

    layer: int
    """That they lead to."""
    left: int
    width: int
    connections: tuple[Connection, ...]

    @cached_property
    def largest(self) -> float:
        """The largest product, either way, that any of them has."""
        return max((abs(one.product) for one in self.connections), default=0.0)


@dataclass(frozen=True)
class Plan:
    """All columns that are shown, from left to right."""

    height: int
    nodes: tuple[Nodes, ...]
    links: tuple[Links, ...]

    def nodes_of(self, layer: int) -> Nodes | None:
        """Return the column of a layer, if it is shown."""
        return next((one for one in self.nodes if one.layer == layer), None)

    def links_of(self, layer: int) -> Links | None:
        """Return the connections that lead to a layer, if they are shown."""
        return next((one for one in self.links if one.layer == layer), None)


def plan(state: NetworkState, width: int, height: int) -> Plan:
    """Arrange as many layers as fit in these cells, those at the cursor among them."""
    shown, widths, gaps = _share_out(state, width, height)
    nodes: list[Nodes] = []
    left = 0
    lefts: list[int] = []
    for layer, wide, gap in zip(shown, widths, (*gaps, 0), strict=True):
        rows, others = ({}, 0) if layer == 0 else _rows(state, layer, height)
        nodes.append(Nodes(layer, left, wide, rows, others))
        lefts.append(left + wide)
        left += wide + gap
    count = round(LINES_PER_ROW * height)
    links = [
        Links(after.layer, at, gap, _connections(state, before, after, count))
        for before, after, at, gap in zip(nodes, nodes[1:], lefts, gaps, strict=False)
    ]
    return Plan(height, tuple(nodes), tuple(links))


def _connections(
    state: NetworkState, before: Nodes, after: Nodes, count: int
) -> tuple[Connection, ...]:
    """Return the strongest between the units shown, and the one that is followed."""
    sources = [*before.rows] if before.layer else None
    found = strongest_connections(
        state.parameters, state.activations, after.layer, [*after.rows], sources, count
    )
    followed = state.followed(after.layer)
    is_shown = followed.target in after.rows and (not sources or followed.source in sources)
    if is_shown and followed.ends not in {one.ends for one in found}:
        found.append(followed)
    return tuple(found)


def _rows(state: NetworkState, layer: int, height: int) -> tuple[dict[int, int], int]:
    """Return the row of each unit shown, all in order or the largest, and how many are not."""
    count = state.parameters.sizes[layer]
    if count <= height:
        shown, others = list(range(count)), 0
    else:
        room = max(1, height - 1)  # below them stands how many more there are
        ranked, followed = state.ranked(layer), state.path[layer]
        if state.column == 2 * layer:
            places = visible_range(count, ranked.index(followed), room)
            shown = ranked[places.start : places.stop]
        else:
            shown = ranked[:room]
            label = state.subject.label
            must = [followed] if label is None or layer < state.layers else [followed, label]
            missing = [unit for unit in dict.fromkeys(must) if unit not in shown][:room]
            shown[room - len(missing) :] = missing
        others = count - len(shown)
    free = height - (1 if others else 0)
    step = max(1, min(MAX_STEP, (free - 1) // max(1, len(shown) - 1)))
    top = max(0, free - (len(shown) - 1) * step - 1) // 2
    return {unit: top + step * place for place, unit in enumerate(shown)}, others


def _share_out(state: NetworkState, width: int, height: int) -> tuple[range, list[int], list[int]]:
    """Return the layers shown, the columns of each, and those of the gaps between them."""
    sizes = state.parameters.sizes
    needs = [_need(state, layer, width) for layer in range(len(sizes))]
    shown = _window(needs, state, width)
    widths = [needs[layer] for layer in shown]
    gaps = [MIN_GAP] * (len(shown) - 1)
    rest = width - sum(widths) - sum(gaps)
    digit, last = 2 * height, len(sizes) - 1

    def grow_gaps(to: int) -> None:
        nonlocal rest
        for i in range(len(gaps)):
            more = max(0, min(to - gaps[i], rest // (len(gaps) - i)))
            gaps[i] += more
            rest -= more

    def grow(layers: Iterable[int], by: int) -> None:
        """Give columns of these layers up to this many more than they need."""
        nonlocal rest
        for i, layer in enumerate(shown):
            if layer in layers:
                more = max(0, min(needs[layer] + by - widths[i], rest))
                widths[i] += more
                rest -= more

    hidden = range(1, last)
    digits = (*DIGITS, round(DIGIT_SHARE * width))
    steps = zip(GAPS, digits, UNIT_GROWTH, ANSWER_GROWTH, strict=True)
    for gap, columns, unit, answer in steps:
        grow_gaps(gap)
        grow((0,), min(columns, digit) - needs[0])
        grow(hidden, unit)
        grow((last,), answer)
    grow_gaps(width)
    if rest > 0:
        widths[-1] += rest
    return shown, widths, gaps


def _need(state: NetworkState, layer: int, width: int) -> int:
    """Return the columns that a layer takes at least in a picture of this width."""
    sizes = state.parameters.sizes
    if layer == 0:
        return min(MIN_DIGIT, state.subject.side)
    if layer == len(sizes) - 1:
        return widest(state.subject.names, sizes[-1], class_columns(width)) + ANSWER
    return len(str(sizes[layer] - 1)) + UNIT


def _window(needs: list[int], state: NetworkState, width: int) -> range:
    """As many neighbouring layers as fit, with those at the cursor as far inside as possible."""
    last, here = len(needs) - 1, state.layer
    must = range(here - 1, here + 1) if state.is_on_connection else range(here, here + 1)
    for count in range(len(needs), len(must), -1):
        windows = [
            range(first, first + count)
            for first in range(max(0, must[-1] - count + 1), min(must[0], last - count + 1) + 1)
        ]
        fitting = [
            one for one in windows if sum(needs[i] for i in one) + MIN_GAP * (count - 1) <= width
        ]
        if fitting:
            middle = sum(must) / len(must)
            return min(fitting, key=lambda one: abs(sum(one) / len(one) - middle))
    return must
