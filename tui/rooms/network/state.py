"""What the network room shows at this moment: the numbers, and where you are in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ....net.inspection.connections import Connection, activations_at, connection, leading_path
from ....net.inspection.terms import by_size
from ....net.network import Activations, Array, Parameters

NO_UNITS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What the network looks at."""

    image: NDArray[np.uint8]
    """Pixels of a test image or of a drawing, in one row."""
    title: str
    """What it is called."""
    label: int | None
    """Its class; None: not known, as of a drawing."""
    names: Sequence[str]
    """Of the classes."""
    thing: str
    """What the images show, in a word."""

    @property
    def side(self) -> int:
        """Images are side × side pixels."""
        return round(len(self.image) ** 0.5)


@dataclass(frozen=True, slots=True, eq=False)
class NetworkState:
    """One picture's numbers. Columns alternate: nodes, connections, nodes, … from the digit on.

    Column 0 is the digit, column 2l the units of layer l, column 2l - 1 the connections that lead
    to them. The cursor is in one column and on what the path runs through there.
    """

    subject: Subject
    parameters: Parameters = field(repr=False)
    activations: Activations = field(repr=False)
    column: int
    """Of the cursor."""
    chosen: Mapping[int, int]
    """Units that you have chosen, by layer; empty: the path follows the answer."""
    path: tuple[int, ...]
    """One unit of every layer, the pixel first."""

    @property
    def layers(self) -> int:
        """The number of layers with weights."""
        return len(self.parameters.W)

    @property
    def layer(self) -> int:
        """The layer of the units under the cursor, or of those that its connections lead to."""
        return (self.column + 1) // 2

    @property
    def is_on_connection(self) -> bool:
        """Whether the cursor is on a connection."""
        return self.column % 2 == 1

    @property
    def answer(self) -> int:
        """The class that the network answers."""
        return int(self.activations.A[-1][:, 0].argmax())

    def values(self, layer: int) -> Array:
        """Return the activations of a layer: n. Of layer 0 they are the pixels."""
        return self.activations.A[layer][:, 0]

    def followed(self, layer: int) -> Connection:
        """Return the connection into a layer that the path runs along."""
        target, source = self.path[layer], self.path[layer - 1]
        return connection(self.parameters, self.activations, layer, target, source)

    def ranked(self, layer: int) -> list[int]:
        """Return the units of a layer, the most active first; equal ones by their number."""
        if layer == self.layers:
            return by_size(self.values(layer)).tolist()
        # Silent units come last, those closest to being active first among them.
        return np.argsort(-self.activations.Z[layer - 1][:, 0], kind="stable").tolist()

    def moved(self, columns: int) -> NetworkState:
        """Return the state with the cursor this many columns further on, stopping at the ends."""
        return replace(self, column=min(max(0, self.column + columns), 2 * self.layers))

    def at(self, column: int, chosen: Mapping[int, int]) -> NetworkState:
        """Return the state with the cursor in this column and the path through these units."""
        path = leading_path(self.parameters, self.activations, chosen)
        return replace(self, column=column, chosen=MappingProxyType(dict(chosen)), path=path)


def look_at(
    subject: Subject, parameters: Parameters, before: NetworkState | None = None
) -> NetworkState:
    """Return the state of this network at this image; the cursor stays where it was.

    What you have chosen stays followed as long as the image is the same and the network has it;
    of a unit or an answer that is under the cursor, also with another image.
    """
    activations = activations_at(parameters, subject.image)
    sizes = parameters.sizes
    column = before.column if before else 2
    chosen = dict(before.chosen) if before else {}
    if before and before.layers != len(parameters.W):
        column, chosen = min(column, 2 * len(parameters.W)), {}
    if before and not np.array_equal(before.subject.image, subject.image):
        chosen = {layer: unit for layer, unit in chosen.items() if 2 * layer == column}
    chosen = {layer: unit for layer, unit in chosen.items() if unit < sizes[layer]}
    path = leading_path(parameters, activations, chosen)
    return NetworkState(subject, parameters, activations, column, MappingProxyType(chosen), path)
