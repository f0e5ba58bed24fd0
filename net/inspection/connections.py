"""The strongest connections of a network at one digit, and the path that most of it flows along.

A connection of layer l leads from source i of the layer before to its own unit j. Its weight is
W[l][j, i]; at a digit it adds the product W[l][j, i]·A[l-1][i] to the sum Z[l][j]. Activations are
never negative, so a product has the sign of its weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..network import Activations, Array, Images, Parameters, forward
from ..validation import as_columns, check_unit
from .terms import by_size


@dataclass(frozen=True, slots=True)
class Connection:
    """One weight at one digit."""

    layer: int  # of the unit it leads to; 1 is the first layer with weights
    target: int  # j, a unit of that layer
    source: int  # i, a unit of the layer before; a pixel in layer 1
    weight: float  # W[l][j, i]
    value: float  # A[l-1][i]

    @property
    def ends(self) -> tuple[int, int]:
        """Return its target and its source."""
        return self.target, self.source

    @property
    def product(self) -> float:
        """Return what it adds to the sum of its target."""
        return self.weight * self.value


@np.errstate(all="ignore")  # a network that diverged is looked at all the same
def activations_at(parameters: Parameters, image: Images) -> Activations:
    """Return every sum and activation at one digit, each n × 1.

    Args:
        parameters: The network.
        image: n_in bytes.

    Raises:
        NetError: The network reads another number of pixels.
    """
    return forward(parameters, as_columns(parameters, image[np.newaxis]))


def connection(
    parameters: Parameters, activations: Activations, layer: int, target: int, source: int
) -> Connection:
    """Return the connection of a layer from a source to a target.

    Raises:
        NetError: There is no such layer, target or source.
    """
    check_unit(parameters.sizes, layer, target, 1, len(parameters.W))
    check_unit(parameters.sizes, layer - 1, source, 0, len(parameters.W) - 1)
    weight = float(parameters.W[layer - 1][target, source])
    return Connection(layer, target, source, weight, float(activations.A[layer - 1][source, 0]))


@np.errstate(all="ignore")
def strongest_connections(
    parameters: Parameters,
    activations: Activations,
    layer: int,
    targets: Sequence[int],
    sources: Sequence[int] | None,
    count: int,
) -> list[Connection]:
    """Return the connections with the largest products, either way, the largest first.

    Args:
        parameters: The network.
        activations: At the digit, as `activations_at` returns them.
        layer: Of the targets; 1 is the first layer with weights.
        targets: Units of that layer to choose among.
        sources: Units of the layer before to choose among; None: all of them.
        count: Number of connections; fewer if fewer have a product other than zero.
    """
    A = activations.A[layer - 1][:, 0]
    # A silent source adds nothing to any target: most pixels are paper.
    chosen = np.arange(len(A)) if sources is None else np.asarray(sources, np.intp)
    chosen = chosen[A[chosen] != 0]
    rows = np.asarray(targets, np.intp)
    W = parameters.W[layer - 1][np.ix_(rows, chosen)]
    products = (W * A[chosen]).ravel()
    order = by_size(products)[:count]
    order = order[products[order] != 0]
    found = zip(*divmod(order, max(1, len(chosen))), strict=True)
    return [
        Connection(layer, int(rows[j]), int(chosen[i]), float(W[j, i]), float(A[chosen[i]]))
        for j, i in found
    ]


@np.errstate(all="ignore")
def leading_path(
    parameters: Parameters, activations: Activations, through: Mapping[int, int]
) -> tuple[int, ...]:
    """Return one unit of every layer, from a pixel to a class, along the largest products.

    From the units it is led through, the path goes back by the largest term of each sum and on to
    the unit whose sum gets the largest product. Without any, it goes back from the answer.

    Args:
        parameters: The network.
        activations: At the digit, as `activations_at` returns them.
        through: Units that the path must pass, by layer; layer 0 is the pixels.

    Raises:
        NetError: A unit to pass does not exist.
    """
    last = len(parameters.W)
    for layer, unit in through.items():
        check_unit(parameters.sizes, layer, unit, 0, last)
    path = dict(through) or {last: int(activations.A[-1][:, 0].argmax())}
    for layer in range(min(path) + 1, last + 1):  # on
        if layer not in path:
            of_source = parameters.W[layer - 1][:, path[layer - 1]]
            path[layer] = _largest(of_source, activations.A[layer - 1][path[layer - 1]])
    for layer in range(min(path), 0, -1):  # and back
        path[layer - 1] = _largest(
            parameters.W[layer - 1][path[layer]], activations.A[layer - 1][:, 0]
        )
    return tuple(path[layer] for layer in range(last + 1))


def _largest(weights: Array, values: Array) -> int:
    """Return the index of the largest product; where all are zero, of the largest weight."""
    products = weights * values
    return int(by_size(products if products.any() else weights)[0])
