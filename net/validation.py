"""Refuse, in one line, what a network does not have: other images, classes, layers and units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import NetError
from .network import Array, Images, Labels, Parameters


def check_images(parameters: Parameters, images: Images) -> None:
    """Images are m × n_in. Raises NetError if the network reads another number of pixels."""
    n_in = parameters.sizes[0]
    if images.ndim != 2 or images.shape[1] != n_in:
        raise NetError(
            f"the network reads rows of {n_in} pixels; these images are "
            + " × ".join(map(str, images.shape))
        )


def as_columns(parameters: Parameters, images: Images) -> Array:
    """Images of bytes, m × n_in, as the network reads them: n_in × m, 0 to 1, in its own dtype.

    Raises NetError if they have another number of pixels.
    """
    check_images(parameters, images)
    return images.T / parameters.vector.dtype.type(255)


def check_labels(parameters: Parameters, labels: Labels | NDArray[Any], m: int) -> None:
    """Raises NetError unless there are m labels and the network has every class they name.

    A negative label would otherwise count from the end, and nobody would notice.
    """
    classes = parameters.sizes[-1]
    if labels.shape != (m,):
        raise NetError(f"{m:,} images need {m:,} labels, not {labels.size:,}")
    strange = labels[(labels < 0) | (labels >= classes)]
    if len(strange):
        raise NetError(f"label {strange[0]} is none of the network's classes, 0 to {classes - 1}")


def check_class(parameters: Parameters, k: int) -> None:
    """Raises NetError if the network has no class k."""
    check_labels(parameters, np.array([k]), 1)


def check_unit(sizes: Sequence[int], layer: int, unit: int, first: int, last: int) -> None:
    """Raises NetError unless first ≤ layer ≤ last and that layer has such a unit.

    Layers count as in the formulas: 0 is the pixels, 1 the first that has weights.
    """
    if not first <= layer <= last:
        raise NetError(f"there is no layer {layer} to look at: choose from {first} to {last}")
    width = sizes[layer]
    if not 0 <= unit < width:
        raise NetError(f"layer {layer} has no unit {unit}: choose from 0 to {width - 1}")
