"""The network drawn: the digit, bars for units and answers, and lines for connections."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message

from ....net.inspection.connections import Connection
from ...render.glyphs import ascii_rows, bar, block_rows
from ...render.labels import called, class_columns, widest
from ...render.resample import shrunk, square_side
from ...render.strokes import LEVELS, Drawing, Stroke, draw_strokes
from ...terminal.driver import SlowLinkDriver, has_shades
from ...widgets.lines import LinesWidget
from .plan import Links, Nodes, Plan, plan
from .state import NetworkState
from .words import described, legend, titled

SHADES = 8  # of the digit
DIM = 0.45  # of the way from the ground to a colour: the weakest lines
ROOMY, SPACIOUS = 5, 14  # rows from which one or two of words stand below
Item = TypeVar("Item")


class NetworkPicture(LinesWidget):
    """Shows the state it was given last, and moves the cursor over it."""

    class Opened(Message):
        """You want to see more of what is under the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: NetworkState | None = None
        self._plan: Plan | None = None
        self._blocks = False
        self._owners: dict[int, Drawing] = {}  # of each column of lines, by layer

    @property
    def state(self) -> NetworkState | None:
        """What is shown."""
        return self._state

    @property
    def plan(self) -> Plan | None:
        """Where it is shown."""
        return self._plan

    def update(self, state: NetworkState, *, blocks: bool) -> None:
        """Show this state; blocks: whether the digit is drawn in blocks."""
        self._state, self._blocks = state, blocks
        self.redraw()

    # The cursor

    def across(self, by: int) -> None:
        """Move the cursor this many columns to the right."""
        if self._state is not None:
            self.go(self._state.moved(by))

    def down(self, by: int) -> None:
        """Move the cursor this many units, answers or connections down."""
        state, here = self._state, self._plan
        if state is None or here is None or state.column == 0:
            return
        layer = state.layer
        if state.is_on_connection:
            links = here.links_of(layer)
            ends = [one.ends for one in links.connections] if links else []
            if ends:
                followed = state.followed(layer).ends
                target, source = ends[_beside(ends, followed, by)]
                self.go(state.at(state.column, {layer: target, layer - 1: source}))
            return
        nodes = here.nodes_of(layer)
        if nodes is not None:
            units = state.ranked(layer) if nodes.others else [*nodes.rows]
            unit = units[_beside(units, state.path[layer], by)]
            self.go(state.at(state.column, {layer: unit}))

    def go(self, state: NetworkState) -> None:
        """Show the cursor or the path somewhere else."""
        self._state = state
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on what was clicked; where it is already, open that."""
        state, here = self._state, self._plan
        if state is None or here is None:
            return
        x, y = event.x, event.y - 1
        for nodes in here.nodes:
            if nodes.left <= x < nodes.left + nodes.width:
                self._pointed_at_nodes(state, nodes, y)
        for links in here.links:
            if links.left <= x < links.left + links.width:
                owner = self._owners[links.layer].owners.get((x - links.left, y))
                if owner is not None:
                    target, source = links.connections[owner].ends
                    chosen = {links.layer: target, links.layer - 1: source}
                    self._point(state, 2 * links.layer - 1, chosen)

    def _pointed_at_nodes(self, state: NetworkState, nodes: Nodes, y: int) -> None:
        if nodes.layer == 0:
            self._point(state, 0, state.chosen)
        elif nodes.rows:
            unit = min(nodes.rows, key=lambda unit: abs(nodes.rows[unit] - y))
            self._point(state, 2 * nodes.layer, {nodes.layer: unit})

    def _point(self, state: NetworkState, column: int, chosen: Mapping[int, int]) -> None:
        is_here = state.column == column and all(
            state.path[layer] == unit for layer, unit in chosen.items()
        )
        if is_here:
            self.post_message(self.Opened())
        else:
            self.go(state.at(column, chosen))

    # Drawing

    def redraw(self) -> None:
        """Draw what was given last."""
        state, (width, height) = self._state, self.size
        if state is None or width < 2 or height < 1:
            return
        words = 2 if height >= SPACIOUS else 1 if height >= ROOMY else 0
        rows = max(0, height - 1 - words)
        self._plan = here = plan(state, width, max(1, rows))
        columns: list[list[Text]] = []
        for nodes in here.nodes:
            draw = self._digit if nodes.layer == 0 else self._units
            columns.append(draw(state, nodes, here.height))
            if (links := here.links_of(nodes.layer + 1)) is not None:
                columns.append(self._links(state, links, here))
        lines: list[Text] = [titled(self, state)]
        for y in range(rows):
            line = Text(no_wrap=True)
            for column in columns:
                line.append_text(column[y])
            lines.append(line)
        lines += [described(self, state), legend(self)][:words]
        self.show(lines)

    def _digit(self, state: NetworkState, nodes: Nodes, height: int) -> list[Text]:
        """Return the image, and in it the pixel that the path begins at."""
        side = square_side(state.subject.side, height, nodes.width)
        image = shrunk(state.subject.image.reshape(state.subject.side, -1), side)
        if self._blocks:
            rows = block_rows(image, side // 2, self.blends("title", SHADES))
        else:
            ink = self.ink("title")
            rows = [Text(row, ink, no_wrap=True) for row in ascii_rows(image, side // 2)]
        top, left = max(0, height - len(rows)) // 2, (nodes.width - side) // 2
        y, x = _pixel_cell(state.path[0], state.subject.side, side)
        if state.column <= 1 and y < len(rows):
            rows[y].stylize(self.ink("chosen") + Style(reverse=True), x, x + 1)
        lines: list[Text] = []
        for row in range(height):
            line = Text(" " * max(0, left), no_wrap=True)
            if top <= row < top + len(rows):
                line.append_text(rows[row - top])
            line.truncate(nodes.width, overflow="crop", pad=True)
            lines.append(line)
        if state.column == 0 and left > 0:
            for row in range(top, min(height, top + len(rows))):
                lines[row] = Text.assemble(("▌", self.ink("chosen")), lines[row][1:])
        return lines

    def _units(self, state: NetworkState, nodes: Nodes, height: int) -> list[Text]:
        """Return a bar for each unit or answer."""
        lines = [Text(" " * nodes.width, no_wrap=True) for _ in range(height)]
        draw = self._answer if nodes.layer == state.layers else self._unit
        for unit, row in nodes.rows.items():
            if row < height:
                line = draw(state, nodes, unit)
                line.truncate(nodes.width, overflow="crop", pad=True)
                lines[row] = line
        if nodes.others and height > 1:
            words = Text(f" {nodes.others} more", self.ink("quiet"), no_wrap=True)
            words.truncate(nodes.width, overflow="crop", pad=True)
            lines[min(height - 1, max(nodes.rows.values()) + 1)] = words
        return lines

    def _mark(self, state: NetworkState, layer: int, unit: int) -> tuple[str, Style]:
        """Return the cursor, or that the path runs through here."""
        if state.path[layer] != unit:
            return " ", Style()
        return ("▸" if state.column == 2 * layer else "▹"), self.ink("chosen")

    def _unit(self, state: NetworkState, nodes: Nodes, unit: int) -> Text:
        values = state.values(nodes.layer)
        value, largest = float(values[unit]), float(values.max())
        digits = len(str(len(values) - 1))
        is_lit = state.path[nodes.layer] == unit
        line = Text(no_wrap=True)
        line.append(*self._mark(state, nodes.layer, unit))
        line.append(f"{unit:>{digits}} ", self.ink("chosen" if is_lit else "quiet"))
        room = nodes.width - line.cell_len - 1
        if value == 0:
            return line.append("·", self.ink("quiet"))
        share = value / largest if largest > 0 else 0.0
        return line.append(bar(share, room), self.ink("chosen" if is_lit else "moving"))

    def _answer(self, state: NetworkState, nodes: Nodes, k: int) -> Text:
        share, label = float(state.values(nodes.layer)[k]), state.subject.label
        names, classes = state.subject.names, len(state.values(nodes.layer))
        digits = widest(names, classes, class_columns(self.size.width))
        is_answer, is_lit = k == state.answer, state.path[nodes.layer] == k
        right = label is None or state.answer == label
        ink = self.ink("quiet")
        if is_answer:
            ink = self.ink("moving" if right else "warning")
        sign = "◂" if k == label else " "
        if is_answer and label is not None:
            sign = "✓" if right else "✗"
        line = Text(no_wrap=True)
        line.append(*self._mark(state, nodes.layer, k))
        role = "chosen" if is_lit else "title" if is_answer else "quiet"
        line.append(f"{called(names, k, digits):>{digits}} ", self.ink(role))
        percent = f" {share:4.0%}"
        room = nodes.width - line.cell_len - len(percent) - 3
        if room >= 2:
            line.append(f"{bar(share, room):<{room}}", ink)
        line.append(percent, self.ink("title" if is_answer else "quiet"))
        return line.append(f" {sign}", ink if is_answer else self.ink("chosen"))

    def _links(self, state: NetworkState, links: Links, here: Plan) -> list[Text]:
        """Return the connections between two columns as lines."""
        before, after = here.nodes_of(links.layer - 1), here.nodes_of(links.layer)
        assert before is not None
        assert after is not None
        followed = state.followed(links.layer).ends
        rows = before.rows or self._pixel_rows(state, links, before, here.height)
        largest = links.largest
        strokes = [
            Stroke(
                rows[one.source],
                after.rows[one.target],
                _strength(one.product, one.weight, largest),
                is_lit=one.ends == followed,
            )
            for one in links.connections
        ]
        drawing = draw_strokes(
            strokes,
            (links.width, here.height),
            self._inks(),
            {sign: self.ink("chosen") for sign in (1, -1)},
            ascii_only=SlowLinkDriver.ascii_only,
        )
        self._owners[links.layer] = drawing
        if state.column == 2 * links.layer - 1 and any(stroke.is_lit for stroke in strokes):
            _label(drawing.lines, state.followed(links.layer), rows, after.rows, self.ink("chosen"))
        return drawing.lines

    def _pixel_rows(
        self, state: NetworkState, links: Links, before: Nodes, height: int
    ) -> dict[int, int]:
        """Return the row of each pixel that a connection begins at."""
        side = square_side(state.subject.side, height, before.width)
        top = max(0, height - side // 2) // 2
        return {
            one.source: min(height - 1, top + _pixel_cell(one.source, state.subject.side, side)[0])
            for one in links.connections
        }

    def _inks(self) -> dict[tuple[int, int], Style]:
        """Return a style for each sign and level; where there are no shades, one for all."""
        inks: dict[tuple[int, int], Style] = {}
        for sign, role in ((1, "plus"), (-1, "minus")):
            ground, full = self.background_colors[1], self.color(role)
            for level in range(1, LEVELS + 1):
                share = DIM + (1 - DIM) * (level - 1) / (LEVELS - 1)
                inks[sign, level] = (
                    Style(color=ground.blend(full, share).rich_color)
                    if has_shades()
                    else self.ink(role)
                )
        return inks


def _label(
    lines: list[Text],
    followed: Connection,
    before: Mapping[int, int],
    after: Mapping[int, int],
    ink: Style,
) -> None:
    """Write the weight of the connection under the cursor on the middle of its line."""
    row = round((before[followed.source] + after[followed.target]) / 2)
    words = f"{followed.weight:+.2f}"
    width = lines[row].cell_len if row < len(lines) else 0
    if width >= len(words):
        at = (width - len(words)) // 2
        left, _, right = lines[row].divide([at, at + len(words)])
        lines[row] = Text.assemble(left, (words, ink + Style(reverse=True)), right, no_wrap=True)


def _strength(product: float, weight: float, largest: float) -> float:
    """Return a line's strength: its share of the largest product, with its weight's sign."""
    share = abs(product) / largest if largest > 0 else 0.0
    share = share if math.isfinite(share) else 1.0  # of a network that diverged
    return -share if weight < 0 else share


def _pixel_cell(pixel: int, side: int, columns: int) -> tuple[int, int]:
    """Return the row and column of the cell that shows the middle of a pixel."""
    row, column = divmod(pixel, side)
    return int((row + 0.5) * columns / side) // 2, int((column + 0.5) * columns / side)


def _beside(items: list[Item], here: Item, by: int) -> int:
    """Return the place this many further on, stopping at the ends."""
    at = items.index(here) if here in items else 0
    return min(max(0, at + by), len(items) - 1)
