"""The page of the map: heat map and paths in a frame, a legend, and a cursor that reads losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message

from ...render.axes import Axis
from ...render.glyphs import RAMP
from ...render.plot import Plot, frame
from ...widgets.lines import LinesWidget
from ..layout import MAX_PROSE_COLUMNS, words
from .heatmap import Cell, Look, bands, lay, levels, log_losses
from .landscape import Landscape, NoPlane
from .paths import cell_of, moment_cells, path_glyphs, place_of
from .words import (
    TITLE,
    Reading,
    heading_notes,
    left_out,
    legend,
    no_plane,
    said_here,
    said_of_alpha,
    share_held,
)

STRENGTH = 0.75  # of the colour of the highest band
AXES_COLUMNS, WORDS_ROWS = 7, 6  # that the map leaves to its axis and to words, about
MIN_LEGEND_ROWS = 7  # of what is left below the words above, from which there is a legend


class LandscapePage(LinesWidget):
    """Shows the latest map, with a cursor on a moment of the followed path or on any place."""

    @dataclass
    class Opened(Message):
        """The cell at the cursor was clicked."""

    def __init__(self, *, id: str | None = None, in_signs: bool = False) -> None:
        """in_signs: whether bands are characters instead of colours."""
        super().__init__(id=id)
        self.land: Landscape | NoPlane | None = None
        self.in_signs = in_signs
        self._viewed: int | None = None  # updates of the network that is shown, if it is a past one
        self._on: float | None = inf  # the cursor is at this moment; infinity: at the last
        self._spot = 0.0, 0.0  # or, if at none, here
        self._plot: Plot | None = None
        self._above = 0  # rows above the map

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows of the map, in pixels, which are about square."""
        width, height = self.size
        return max(1, width - AXES_COLUMNS), 2 * max(1, height - WORDS_ROWS)

    @property
    def spot(self) -> tuple[float, float] | None:
        """The cursor's place, if it is at no moment."""
        return None if self._on is not None or self.map is None else self._spot

    @property
    def map(self) -> Landscape | None:
        """The map, if there is one."""
        return self.land if isinstance(self.land, Landscape) else None

    @property
    def reading(self) -> Reading | None:
        """The moment at the cursor: of the followed path, or of another that passes there."""
        land, plot = self.map, self._plot
        if land is None:
            return None
        if self._on is not None:
            return Reading(land.paths[-1], _nearest(land, self._on))
        if plot is None:
            return None
        here = cell_of(plot, self._spot)
        for path in reversed(land.paths):
            if found := moment_cells(plot, path).get(here):
                return Reading(path, found[-1])
        return None

    def update(self, land: Landscape | NoPlane, viewed: int | None) -> None:
        """Show this map; viewed: the updates of the past network that is looked at, if any."""
        before, self.land = self.map, land
        is_same = before is None or self.map is None or self.map.plane is before.plane
        if viewed != self._viewed:
            self._on = inf if viewed is None else viewed
        elif not is_same and self._on is None:  # the place is on no map any more
            self._on = inf
        self._viewed = viewed
        self.redraw()

    # The cursor

    def move(self, across: int, down: int) -> None:
        """Move the cursor by cells."""
        if self._plot is not None and self.map is not None:
            row, column = cell_of(self._plot, self._place(self.map))
            self._go(self._plot, (row + down, column + across))

    def step(self, by: int) -> None:
        """Move the cursor along the followed path."""
        if (land := self.map) is None:
            return
        path, reading = land.paths[-1], self.reading
        index = last = len(path.iterations) - 1
        if reading is not None and reading.path is path:
            index = max(0, min(last, reading.index + by))
        self._on = inf if index == last else path.iterations[index]
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor there; where it is already, open what it is on."""
        plot, land = self._plot, self.map
        if plot is None or land is None:
            return
        row, column = event.y - self._above, event.x - plot.left
        if not (0 <= row < plot.rows and 0 <= column < plot.columns):
            return
        if (row, column) == cell_of(plot, self._place(land)):
            self.post_message(self.Opened())
        else:
            self._go(plot, (row, column))

    def _go(self, plot: Plot, cell: Cell) -> None:
        row, column = (
            max(0, min(n, end - 1)) for n, end in zip(cell, (plot.rows, plot.columns), strict=True)
        )
        self._on, self._spot = None, place_of(plot, (row, column))
        self.redraw()

    def _place(self, land: Landscape) -> tuple[float, float]:
        if self._on is None:
            return self._spot
        x, y = land.paths[-1].places[_nearest(land, self._on)].tolist()
        return x, y

    # Drawing

    def redraw(self) -> None:
        """Draw what was given last."""
        self._plot = None
        land, (width, height) = self.land, self.size
        if isinstance(land, NoPlane):
            said = words(
                no_plane(land.moments), min(MAX_PROSE_COLUMNS, width - 2), self.ink("title")
            )
            lines = [self.title(TITLE), Text(), *(Text(" ").append_text(row) for row in said)]
            if missing := left_out(land):
                lines += [Text(), self._line((missing,), "warning")]
            self.show(lines)
            return
        if land is None:
            waiting = Text("  asking the images …", self.ink("quiet"))
            self.show([self.title(TITLE), Text(), waiting])
            return
        above = [self._title(land), self._line(share_held(land), "title")]
        if missing := left_out(land):
            above.append(self._line((missing,), "warning"))
        self._above, rest = len(above), height - len(above)
        rows = rest - (2 if rest >= MIN_LEGEND_ROWS else 1)
        region = land.grid.region
        x, y = Axis(region.left, region.right), Axis(region.bottom, region.top)
        plot = self._plot = frame(x, y, width, rows, self.ink("quiet"))
        if plot is None:
            self.show([*above, self._reading(land)])
            return
        logs = log_losses(land.grid, plot.columns, 2 * plot.rows)
        between = levels(float(np.exp(logs.min())), float(np.exp(logs.max())))
        looks = self._looks(len(between) + 1)
        over = path_glyphs(plot, land, self.ink, self._viewed, in_signs=self.in_signs)
        cursor = cell_of(plot, self._place(land))
        glyph, _ = over.get(cursor, ("+", None))
        over[cursor] = glyph, self.ink("chosen") + Style(reverse=True)
        lay(plot, bands(logs, between), looks, over, self.ink("quiet"))
        below = [legend(between, looks, self.ink, width)] if rest >= MIN_LEGEND_ROWS else []
        self.show([*above, *plot.lines, *below, self._reading(land)])

    def _title(self, land: Landscape) -> Text:
        room = self.size.width - len(TITLE) - 7  # of the rule and its gaps
        notes = (note for note in heading_notes(land) if len(note) <= room)
        return self.title(TITLE, *((note, self.ink("quiet")) for note in [*notes][:1]))

    def _line(self, ways: Sequence[str], role: str) -> Text:
        """Say it in as many words as fit."""
        said = next((way for way in ways if len(way) + 2 <= self.size.width), ways[-1])
        return Text(f" {said}", self.ink(role), no_wrap=True)

    def _reading(self, land: Landscape) -> Text:
        said = said_here(land, self.reading, self.spot)
        change = ""
        if self._plot is not None:
            change = said_of_alpha(land, self._plot, cell_of(self._plot, self._place(land)))
        return self._line((f"{said[0]}  {change}".rstrip(), *said), "title")

    def _looks(self, count: int) -> list[Look]:
        """Return the look of each band, from the lowest loss: a character, or a colour."""
        last = max(1, count - 1)
        if self.in_signs:
            return [RAMP[round(i * (len(RAMP) - 1) / last)] for i in range(count)]
        ground, ink = self.background_colors[1], self.color("quiet")
        return [ground.blend(ink, STRENGTH * i / last).rich_color for i in range(count)]


def _nearest(land: Landscape, iteration: float) -> int:
    """Return the index of the followed path's moment nearest to this update."""
    iterations = land.paths[-1].iterations
    if iteration >= iterations[-1]:
        return len(iterations) - 1
    return min(range(len(iterations)), key=lambda i: abs(iterations[i] - iteration))
