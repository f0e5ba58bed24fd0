"""The words above and below the map: how much it holds, the legend, the cursor's reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from ...config.fields import format_value
from ...render.plot import Plot
from ...text import plural
from ..layout import Ink
from .heatmap import Look, called
from .landscape import Landscape, MapPath, NoPlane
from .paths import CHANGE, FIRST, VIEWED, change_cells

TITLE = "The lie of the land"
MOMENTS_OF_A_PLANE = 3
ROUNDING = 1e-6  # of a share
NO_PLANE = (
    "The map is laid through the runs' paths. A plane takes a path with a bend, so at least three "
    "kept moments; there {count} so far. Make updates: s makes one, Space goes on."
)
STRAIGHT = (
    "The map is laid through the runs' paths. Those of now, {count} kept moments, lie on one "
    "straight line, and through a line there are many planes. Make more updates, or another run: "
    "R begins one from other weights."
)
MARKS = f"{FIRST} the first weights  {CHANGE} alpha changed  {VIEWED} the moment shown"


@dataclass(frozen=True, slots=True)
class Reading:
    """A moment of a path."""

    path: MapPath
    index: int

    @property
    def iteration(self) -> int:
        """Updates made by then."""
        return self.path.iterations[self.index]


def no_plane(moments: int) -> str:
    """Say what it takes for a map."""
    if moments >= MOMENTS_OF_A_PLANE:
        return STRAIGHT.format(count=moments)
    return NO_PLANE.format(count=f"is {moments}" if moments == 1 else f"are {moments}")


def heading_notes(land: Landscape) -> tuple[str, ...]:
    """Say what the losses are of, and how fine the map is; the longest first."""
    rows, columns = land.grid.losses.shape
    of = f"{land.sample} of {land.of}" if land.sample < land.of else f"all {land.of}"
    points = f"{columns} × {rows} points"
    return (
        f"loss on {of} training images, at {points}",
        f"on {land.sample} images, {points}",
        points,
    )


def share_held(land: Landscape) -> tuple[str, ...]:
    """Say how much of the paths is to be seen; the longest first."""
    whose = "path's" if len(land.paths) == 1 else "paths'"
    if land.share > 1 - ROUNDING:
        return (
            f"This plane holds 100 % of the {whose} variation: all of it can be seen.",
            "100 % of the variation is seen here.",
        )
    share = f"{int(1000 * land.share) / 10:g} %"  # rounded down: it never says 100 % of less
    differences = [
        abs(own - plane)
        for path in land.paths
        for own, plane in zip(path.own_losses, path.plane_losses, strict=True)
        if own is not None
    ]
    held = f"This plane holds {share} of the {whose} variation"
    most = f"{max(differences, default=0):.2g}"
    return (
        f"{held}; what is left cannot be seen here: a moment's own loss differs by up to {most}.",
        f"{held}; what is left cannot be seen here.",
        f"{held}; the rest cannot be seen.",
        f"{share} of the {whose} variation held; the rest is unseen.",
        f"{share} of the variation is seen here.",
    )


def left_out(land: Landscape | NoPlane) -> str:
    """Say what is not on the map, and why; nothing if all is."""
    parts: list[str] = []
    if land.other_shapes:
        parts.append(f"{_runs(land.other_shapes)} (other layers)")
    if land.too_far:
        parts.append(f"moments of {_runs(land.too_far)} (exploded)")
    return f"Left out: {', '.join(parts)}." if parts else ""


def legend(between: Sequence[float], looks: Sequence[Look], ink: Ink, width: int) -> Text:
    """Return the bands, with the losses they begin at, and the marks, as far as they fit."""
    quiet = ink("quiet")
    line = Text(" loss", quiet, no_wrap=True)
    for look, name in zip(looks, called(between), strict=False):
        piece = Text("  ", no_wrap=True)
        if isinstance(look, str):
            piece.append(2 * look if look.strip() else "blank", quiet)
        else:
            piece.append("  ", Style(bgcolor=look))
        piece.append(f" {name}", ink("title"))
        if line.cell_len + piece.cell_len > width:
            return line
        line.append_text(piece)
    if line.cell_len + len(MARKS) + 4 <= width:
        line.append(f"    {MARKS}", quiet)
    return line


def said_here(
    land: Landscape, reading: Reading | None, spot: tuple[float, float] | None
) -> tuple[str, ...]:
    """Say the loss at the cursor, of a moment or of a place; the longest first."""
    if reading is not None:
        own = reading.path.own_losses[reading.index]
        own_loss = "…" if own is None else f"{own:.4g}"
        on_plane = f"{reading.path.plane_losses[reading.index]:.4g}"
        when = f"after {reading.iteration} {plural('update', reading.iteration)}"
        whole = f"Run {reading.path.number} {when}: loss {own_loss}"
        return (
            f"{whole}, on the plane {on_plane}.",
            f"At {reading.iteration}: loss {own_loss}, plane {on_plane}.",
        )
    if land.spot_loss is not None and land.spot == spot:
        return (f"Here the loss is {land.spot_loss:.4g}.",)
    return ("Here the loss is …",)


def said_of_alpha(land: Landscape, plot: Plot, cell: tuple[int, int]) -> str:
    """Say how alpha was changed in a cell; nothing if it was not."""
    for path in reversed(land.paths):
        if changes := change_cells(plot, path).get(cell):
            since, before, _ = changes[0]
            after = format_value(changes[-1][2])
            updates = plural("update", since)
            return f"{CHANGE} After {since} {updates} alpha {format_value(before)} → {after}."
    return ""


def _runs(numbers: tuple[int, ...]) -> str:
    return ("run " if len(numbers) == 1 else "runs ") + ", ".join(map(str, numbers))
