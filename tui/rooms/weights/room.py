"""The incoming weights of every hidden unit, as pictures or as a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on

from ....net.inspection.units import activation_stats, unit_weights
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import called, thing
from ...render.tiles import Tile
from ...screens.enter import enter
from ...screens.main.dashboard import Dashboard
from ..gallery.thumbnails import SIGNED, weight_tile
from ..gallery.tile_grid import Contents, TileGrid
from ..gallery.tile_room import TileRoom
from ..room import Room
from .logits_room import LogitsRoom
from .unit_room import UnitRoom
from .unit_view import strongest

if TYPE_CHECKING:
    from ....net.inspection.units import ActivationStats
    from ....net.network import Parameters

WIDE = 76  # minimum columns for full sentences
MANY_CELLS = 2500  # of all pictures on a page; with more, colors are few, to save bytes
FEW_SHADES = 2
CAPTION = 12  # columns under a picture


class WeightsRoom(TileRoom):
    """Show all units of one hidden layer; Enter opens the one at the cursor."""

    HEADING = "Weights"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["weights"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self._layer = 1
        self._found: tuple[Parameters, int, ActivationStats] | None = (
            None  # with the layer and its activations
        )

    def show(self, parameters: Parameters) -> None:
        """Compute the activations of the layer's units on all test images."""
        dataset = self.workspace.session.dataset
        self._layer = min(self._layer, len(parameters.W) - 1)
        if dataset is None or (
            self._found is not None
            and self._found[0].vector is parameters.vector
            and self._found[1] == self._layer
        ):
            return
        layer = self._layer
        self.compute(
            lambda: activation_stats(parameters, dataset.test, layer, top=1),
            partial(self._take, parameters, layer),
        )

    def action_layer(self) -> None:
        """Go to the next hidden layer; after the last, to the first."""
        if self._found is None:
            return
        hidden = len(self._found[0].W) - 1
        if hidden == 1:
            self.notify("This network has one hidden layer.", markup=False)
            return
        self._layer = self._layer % hidden + 1
        self.tiles.go_to(0)
        self.hurry()
        self.again()

    async def action_logits(self) -> None:
        """Show what adds up to the logits of the chosen image."""
        await enter(self, LogitsRoom(self.dashboard))

    def action_glyphs(self) -> None:
        """Toggle between colors and characters."""
        self.in_signs = not self.in_signs
        self.tiles.redraw()

    @on(TileGrid.Picked)
    async def _picked(self, event: TileGrid.Picked) -> None:
        event.stop()
        if self._found is not None:
            layer = self._found[1]
            room = UnitRoom(self.dashboard, layer, event.index, self.in_signs)
            await enter(self, room)

    def _take(self, parameters: Parameters, layer: int, found: ActivationStats) -> None:
        dataset, ink = self.workspace.session.dataset, self.tiles.ink
        if dataset is None:
            return
        self._found = parameters, layer, found
        dead, hidden = int(found.dead.sum()), len(parameters.W) - 1
        notes = [(f"{dead} silent", ink("warning" if dead else "quiet"))]
        if hidden > 1:
            notes = [(f"layer {layer} of {hidden}, l: the next   ", ink("quiet")), *notes]
        self.tiles.update(
            Contents(
                title="Weights",
                notes=notes,
                count=len(found.active_fraction),
                side=dataset.side if layer == 1 else 0,
                caption=CAPTION if layer == 1 else 0,
                draw=self._draw,
                foot=self._foot,
                feet=2,
            )
        )

    def _draw(self, index: int, columns: int) -> tuple[Tile, Text]:
        """Draw one unit: its weights and how often it is active, or its strongest inputs."""
        assert self._found is not None
        dataset = self.workspace.session.dataset
        assert dataset is not None
        parameters, layer, found = self._found
        tiles, ink = self.tiles, self.tiles.ink
        unit, share = unit_weights(parameters, layer, index), float(found.active_fraction[index])
        number = f"{index:>{len(str(len(found.active_fraction) - 1))}}"
        caption = Text(number, ink("title"), no_wrap=True)
        if layer == len(parameters.W) - 1:
            leads_to = called(dataset.names, int(unit.outgoing.argmax()), 4)
            caption.append(f" →{leads_to}", ink("plus"))
        caption.append(
            *((f" {_percent(share):>4}", ink("quiet")) if share else (" silent", ink("warning")))
        )
        if layer == 1:
            signs, shades = self.in_signs, SIGNED if tiles.cells <= MANY_CELLS else FEW_SHADES
            side = dataset.side
            picture = weight_tile(
                tiles, unit.incoming, side, columns, in_signs=signs, shades=shades
            )
            return picture, caption
        caption.append(f"  bias {unit.bias:+7.3f}   reads ", ink("quiet"))
        room = columns - caption.cell_len
        return [], caption.append_text(strongest(tiles, unit.incoming, room))

    def _foot(self, index: int) -> list[Text]:
        """Describe the unit at the cursor, and explain the colors."""
        assert self._found is not None
        parameters, layer, found = self._found
        tiles, ink = self.tiles, self.tiles.ink
        unit, share = unit_weights(parameters, layer, index), float(found.active_fraction[index])
        dataset = self.workspace.session.dataset
        names = dataset.names if dataset and layer == len(parameters.W) - 1 else ()
        is_last = layer == len(parameters.W) - 1
        scope = f" of the test {thing(dataset)}s" if tiles.size.width >= WIDE else ""
        words = f" active on {share:.1%}{scope}" if share else " never active"
        if is_last:
            votes = called(names, int(unit.outgoing.argmax()))
            words = f" · votes for {votes} ·{words}"
        line = Text.assemble(
            (f" Unit {index}", ink("chosen")),
            (f"{words:<{18 + len(scope)}}", ink("title" if share else "warning")),
            ("  adds to " if is_last else "  adds ", ink("quiet")),
            no_wrap=True,
        )
        line.append_text(strongest(tiles, unit.outgoing, tiles.size.width - line.cell_len, names))
        legend = Text(" ", no_wrap=True)
        if layer == 1:
            legend.append("+ ink here excites", ink("plus")).append("   ")
            legend.append("− ink here inhibits", ink("minus"))
            words = "   each by its own largest weight"
            legend.append(words, ink("quiet"))
        else:
            legend.append("unit of the layer before, and its weight: ", ink("quiet"))
            legend.append("+ excites", ink("plus")).append("   ")
            legend.append("− inhibits", ink("minus"))
        return [line, legend]


def _percent(share: float) -> str:
    """Format a share in four characters; never a small one as 0%."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"
