"""Hidden units: their weights, the samples that activate them most, and dead units."""

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

    incoming: Array  # sizes[layer-1]: its row of W; in layer 1 one weight per pixel
    bias: float
    outgoing: (
        Array  # sizes[layer+1]: its column of the next W; in the last hidden layer one per class
    )


@dataclass(frozen=True, slots=True, eq=False)
class ActivationStats:
    """Activation statistics of the n units of one hidden layer over some samples."""

    top_samples: Indices  # n × top: samples with the largest Z, the largest first
    Z: Array  # n × top: those Z
    active_fraction: NDArray[np.float64]  # n: fraction of samples with Z > 0, 0 to 1

    @property
    def dead(self) -> NDArray[np.bool_]:
        """n: whether the unit is silent on all of these samples.

        ReLU passes no gradient to a silent unit, so a unit that is silent on every training sample
        can never learn again, unless the layer before it changes.
        """
        return self.active_fraction == 0


def unit_weights(parameters: Parameters, layer: int, unit: int) -> UnitWeights:
    """Return copies of the weights of one unit.

    Args:
        parameters: The network.
        layer: Hidden layer, 1 the first.
        unit: From 0.

    Raises:
        NetError: There is no such unit.
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
    """Find the samples that activate each unit of a hidden layer most.

    Ranked by Z, which still differs between samples where A is 0 for all.

    Args:
        parameters: The network.
        samples: Candidates; their labels are not used.
        layer: Hidden layer, 1 the first.
        top: Number of samples per unit; fewer if there are fewer samples.

    Raises:
        NetError: There is no such layer or no sample, or the images do not fit.
    """
    check_unit(parameters.sizes, layer, 0, 1, len(parameters.W) - 1)
    m, n = len(samples.images), parameters.sizes[layer]
    if not m or top < 1:
        raise NetError("to see what excites a unit takes at least one digit")
    positive = np.zeros(n, np.int64)
    best = np.empty((n, 0), parameters.vector.dtype)  # the largest Z so far
    top_samples = np.empty((n, 0), np.intp)  # whose they are
    for span, activations in forward_in_chunks(parameters, samples.images):
        Z = activations.Z[layer - 1]
        positive += np.count_nonzero(Z > 0, axis=1)
        # Only the best of each chunk can be among the best of all.
        these, first = _largest(Z, top), span.start
        best = np.hstack((best, np.take_along_axis(Z, these, axis=1)))
        top_samples = np.hstack((top_samples, these + first))
        best_columns = _largest(best, top)
        best = np.take_along_axis(best, best_columns, axis=1)
        top_samples = np.take_along_axis(top_samples, best_columns, axis=1)
    return ActivationStats(top_samples, best, positive / m)


def _largest(Z: Array, top: int) -> Indices:
    """Return the columns of the `top` largest numbers of each row, the largest first: n × top."""
    n, m = len(Z), int(Z.shape[1])
    if m > top:  # partitioning is faster than sorting all
        these = np.argpartition(Z, -top, axis=1)[:, -top:]
    else:
        these = np.broadcast_to(np.arange(m), (n, m))
    order = np.argsort(-np.take_along_axis(Z, these, axis=1), axis=1, kind="stable")
    return np.take_along_axis(these, order, axis=1)
