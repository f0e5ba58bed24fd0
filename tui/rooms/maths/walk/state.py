"""The state of the maths room: the numbers, and the user's selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .....net.inspection.single_step import SampleStep
from .....net.inspection.terms import Terms, terms_of_dA, terms_of_Z
from .....net.inspection.weight import Weight
from .path import UnitPath, with_unit
from .stages import Stage, stages

MAX_BY_NUMBER = 16  # units; longer lists are sorted by size unless the user changes that

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class MathsState:
    """A frozen state of the room, replaced by every action."""

    lens: SampleStep = field(repr=False)
    index: int  # of the test digit
    iteration: int  # updates of the network
    stage: Stage
    path: UnitPath
    names: tuple[str, ...] = ()  # of the classes
    thing: str = "digit"  # the word for an image
    inner: bool = False  # the arrows choose among a sum's terms instead of the units
    by_size: bool | None = None  # units in order of size; None: where there are many
    picture: bool = False  # where there is no room for both, the picture instead of the terms
    row: int = 0  # of the update's table
    is_moved: bool = False  # in training, before it is learnt: adversary

    @property
    def side(self) -> int:
        """Images are side × side pixels."""
        return round(self.lens.sizes[0] ** 0.5)

    @property
    def dropped(self) -> frozenset[int]:
        """The layers that have masks of dropout; 0 is the pixels."""
        layers = range(len(self.lens.M))
        return frozenset(layer for layer in layers if self.lens.mask(layer) is not None)

    @property
    def layer(self) -> int:
        """The layer whose unit the arrows choose."""
        return self.stage.layers[-1 if self.inner else 0]

    @property
    def unit(self) -> int:
        """The unit followed, of the stage's own layer."""
        return self.path[self.stage.layers[0]]

    @property
    def sorts(self) -> bool:
        """Whether units stand largest first."""
        many = self.lens.sizes[self.stage.layers[0]] > MAX_BY_NUMBER
        return many if self.by_size is None else self.by_size

    def values(self) -> Values:
        """Of each unit of the stage's own layer the number that this stage finds."""
        n, kind = self.stage.layer, self.stage.kind
        if kind == "x":
            return self.lens.pixels / 255
        if kind == "Z":
            return self.lens.Z[n - 1][:, 0]
        if kind in ("dZ", "dW"):
            return self.lens.dZ[n - 1][:, 0]
        of = self.lens.dA if kind == "dA" else self.lens.A
        return of[n][:, 0]

    def units(self) -> list[int]:
        """Return the units of the stage's own layer as listed; for pixels, those with ink."""
        values = self.values()
        if self.stage.kind == "x":
            return sorted({self.path[0], *np.flatnonzero(values).tolist()})
        if self.sorts:
            return largest_first(values)
        return list(range(len(values)))

    def terms(self) -> Terms:
        """Return the terms whose sum is the chosen unit's number."""
        of = terms_of_Z if self.stage.kind == "Z" else terms_of_dA
        return of(self.lens, self.stage.layer, self.unit)

    def sources(self) -> list[int]:
        """Return the sources of the chosen unit's number, the largest term first."""
        if self.stage.kind == "dW":
            return largest_first(self.lens.dW[self.stage.layer - 1][self.unit])
        return self.terms().indices.tolist()

    def followed(self) -> list[Weight]:
        """Return the weights and biases along the path, layer by layer."""
        found: list[Weight] = []
        for layer in range(1, len(self.path)):
            found.append(Weight(layer, self.path[layer], self.path[layer - 1]))
            found.append(Weight(layer, self.path[layer]))
        return found

    # Selections

    def walked(self, by: int) -> MathsState:
        """So many stages on; the walk ends at both ends."""
        walk = stages(self.lens.sizes)
        at = min(max(0, walk.index(self.stage) + by), len(walk) - 1)
        return self.at(walk[at])

    def at(self, stage: Stage) -> MathsState:
        """At this stage."""
        return replace(self, stage=stage, inner=self.inner and stage.sources)

    def moved(self, by: int) -> MathsState:
        """So many rows down in the list that the arrows are in."""
        if self.stage.kind == "update":
            return replace(self, row=min(max(0, self.row + by), 2 * len(self.lens.W) - 1))
        rows = self.sources() if self.inner else self.units()
        at = rows.index(self.path[self.layer]) + by
        return self.picked(self.layer, rows[min(max(0, at), len(rows) - 1)])

    def picked(self, layer: int, unit: int) -> MathsState:
        """With this unit of this layer on the path."""
        return replace(self, path=with_unit(self.path, layer, unit))


def largest_first(values: Values) -> list[int]:
    """Return the indices of the numbers, the largest in magnitude first."""
    order: Sequence[int] = np.argsort(-np.abs(values), kind="stable").tolist()
    return list(order)
