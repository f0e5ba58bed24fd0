"""One hidden unit: its weights, its contributions, and its top images."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from ....net.inspection.units import activation_stats, unit_weights
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import called, thing
from ...screens.enter import enter
from ...screens.main.dashboard import Dashboard
from ..background_room import BackgroundRoom
from ..gallery.room import GalleryRoom, Selection
from ..room import Room
from .logits_room import LogitsRoom
from .unit_view import UnitFacts, UnitView

if TYPE_CHECKING:
    from ....net.inspection.confusion import Predictions
    from ....net.inspection.units import ActivationStats, Indices
    from ....net.network import Parameters

TOP = 60  # images with the highest activation


class UnitRoom(BackgroundRoom):
    """Follow one unit while it learns; arrows go to its neighbors."""

    HEADING = "Weights"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["unit"])]

    def __init__(self, dashboard: Dashboard, layer: int, unit: int, in_signs: bool) -> None:
        super().__init__(dashboard)
        self._layer, self._unit, self._in_signs = layer, unit, in_signs
        self._found: tuple[Parameters, ActivationStats] | None = None

    def furnish(self) -> list[Widget]:
        """Return the one widget of this room."""
        return [UnitView()]

    def show(self, parameters: Parameters) -> None:
        """Compute activations on all test images; leave if this network has no such unit."""
        dataset = self.workspace.session.dataset
        if self._layer >= len(parameters.W) or self._unit >= parameters.sizes[self._layer]:
            self.dismiss(None)
        elif dataset is not None and (
            self._found is None or self._found[0].vector is not parameters.vector
        ):
            self.compute(
                lambda: activation_stats(parameters, dataset.test, self._layer, TOP),
                partial(self._take, parameters),
            )

    def action_unit(self, by: int) -> None:
        """Go to the unit this many further on, wrapping around."""
        if self._found is not None:
            self._unit = (self._unit + by) % self._found[0].sizes[self._layer]
            self._show_unit()

    async def action_open(self) -> None:
        """Open a gallery of its top images."""
        dataset, layer, unit = self.workspace.session.dataset, self._layer, self._unit
        if dataset is None:
            return

        def choose(parameters: Parameters, _: Predictions) -> Indices:
            return activation_stats(parameters, dataset.test, layer, TOP).top_samples[unit]

        title = f"What excites unit {unit} of layer {layer} most"
        await enter(self, GalleryRoom(self.dashboard, Selection(title, "", choose)))

    async def action_logits(self) -> None:
        """Show what adds up to the logits of the chosen image."""
        await enter(self, LogitsRoom(self.dashboard))

    def action_glyphs(self) -> None:
        """Toggle between colors and characters."""
        self._in_signs = not self._in_signs
        self._show_unit()

    def _take(self, parameters: Parameters, found: ActivationStats) -> None:
        self._found = parameters, found
        self._show_unit()

    def _show_unit(self) -> None:
        dataset = self.workspace.session.dataset
        if self._found is None or dataset is None:
            return
        parameters, found = self._found
        digits = found.top_samples[self._unit]
        self.query_one(UnitView).update(
            UnitFacts(
                layer=self._layer,
                unit=self._unit,
                is_last=self._layer == len(parameters.W) - 1,
                weights=unit_weights(parameters, self._layer, self._unit),
                share=float(found.active_fraction[self._unit]),
                side=dataset.side,
                images=dataset.test.images[digits],
                labels=tuple(called(dataset.names, int(k), 4) for k in dataset.test.labels[digits]),
                names=dataset.names,
                Z=found.Z[self._unit],
                in_signs=self._in_signs,
                things=f"{thing(dataset)}s",
            )
        )
