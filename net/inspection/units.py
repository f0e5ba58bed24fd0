"""What a hidden unit looks for: its weights, the digits that excite it most, whether it is dead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.engine import Samples
from ..engine.inference import forward_in_chunks
from ..errors import NetError
from ..network import Array, Parameters
from ..validation import check_unit

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class UnitWeights:
    """The weights around one hidden unit, copied."""

    incoming: Array  # sizes[layer-1]: its row of W; in layer 1 one weight a pixel
    bias: float
    outgoing: Array  # sizes[layer+1]: its column of the next W; in the last hidden one a class


@dataclass(frozen=True, slots=True, eq=False)
class ActivationStats:
    """How the n units of one hidden layer take some digits."""

    top_samples: Indices  # n × top: which digits have the largest Z, the largest first
    Z: Array  # n × top: those Z
    active_fraction: NDArray[np.float64]  # n: share of the digits at which Z > 0, 0 to 1

    @property
    def dead(self) -> NDArray[np.bool_]:
        """n: whether it is silent at all of these digits.

        ReLU lets no gradient through to a silent unit, so what is silent at every training digit
        can never learn again (unless the layer before it changes).
        """
        return self.active_fraction == 0


def unit_weights(parameters: Parameters, layer: int, unit: int) -> UnitWeights:
    """The weights of one unit of hidden layer `layer`, 1 the first.

    Raises NetError if there is no such unit.
    """
    check_unit(parameters.sizes, layer, unit, 1, len(parameters.W) - 1)
    return UnitWeights(
        incoming=parameters.W[layer - 1][unit].copy(),
        bias=float(parameters.b[layer - 1][unit, 0]),
        outgoing=parameters.W[layer][:, unit].copy(),
    )


def activation_stats(
    parameters: Parameters, samples: Samples, layer: int, top: int = 10
) -> ActivationStats:
    """Which `top` of these samples excite each unit of hidden layer `layer` most.

    By Z, which tells how far a silent unit is from speaking where A is 0 for all. Fewer samples
    than `top` are all there. Raises NetError if there is no such layer, no sample, or the images
    do not fit.
    """
    check_unit(parameters.sizes, layer, 0, 1, len(parameters.W) - 1)
    m, n = len(samples.images), parameters.sizes[layer]
    if not m or top < 1:
        raise NetError("to see what excites a unit takes at least one digit")
    positive = np.zeros(n, np.int64)
    best = np.empty((n, 0), parameters.vector.dtype)  # the largest Z so far, and whose they are
    digits = np.empty((n, 0), np.intp)
    for span, activations in forward_in_chunks(parameters, samples.images):
        Z = activations.Z[layer - 1]
        positive += np.count_nonzero(Z > 0, axis=1)
        # Only the best of each piece can be among the best of all: the rest is forgotten at once.
        these, first = _largest(Z, top), span.start
        best = np.hstack((best, np.take_along_axis(Z, these, axis=1)))
        digits = np.hstack((digits, these + first))
        among = _largest(best, top)
        best = np.take_along_axis(best, among, axis=1)
        digits = np.take_along_axis(digits, among, axis=1)
    return ActivationStats(digits, best, positive / m)


def _largest(Z: Array, top: int) -> Indices:
    """Of each row the columns of its `top` largest numbers, the largest first: n × top."""
    n, m = len(Z), int(Z.shape[1])
    if m > top:  # finding the largest is quicker than putting all in order
        these = np.argpartition(Z, -top, axis=1)[:, -top:]
    else:
        these = np.broadcast_to(np.arange(m), (n, m))
    order = np.argsort(-np.take_along_axis(Z, these, axis=1), axis=1, kind="stable")
    return np.take_along_axis(these, order, axis=1)
