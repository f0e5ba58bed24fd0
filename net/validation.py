"""Checks that images, labels, layers and units fit a network; each raises a one-line NetError."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import NetError
from .network import MAX_PIXEL, Array, Images, Labels, Parameters


def check_images(parameters: Parameters, images: Images) -> None:
    """Raise NetError unless `images` is m × n_in for the n_in pixels that the network reads."""
    n_in = parameters.sizes[0]
    if images.ndim != 2 or images.shape[1] != n_in:
        raise NetError(
            f"the network reads rows of {n_in} pixels; these images are "
            + " × ".join(map(str, images.shape))
        )


def as_columns(parameters: Parameters, images: Images) -> Array:
    """Return images as the network reads them: n_in × m, 0 to 1, in the network's dtype.

    Args:
        parameters: The network.
        images: m × n_in bytes.

    Raises:
        NetError: The images have another number of pixels.
    """
    check_images(parameters, images)
    return images.T / parameters.vector.dtype.type(MAX_PIXEL)


def check_labels(parameters: Parameters, labels: Labels | NDArray[Any], m: int) -> None:
    """Raise NetError unless there are m labels, all of them classes of the network.

    NumPy would silently count a negative label from the end.
    """
    classes = parameters.sizes[-1]
    if labels.shape != (m,):
        raise NetError(f"{m:,} images need {m:,} labels, not {labels.size:,}")
    unknown = labels[(labels < 0) | (labels >= classes)]
    if len(unknown):
        raise NetError(f"label {unknown[0]} is none of the network's classes, 0 to {classes - 1}")


def check_class(parameters: Parameters, k: int) -> None:
    """Raise NetError if the network has no class k."""
    check_labels(parameters, np.array([k]), 1)


def check_unit(sizes: Sequence[int], layer: int, unit: int, first: int, last: int) -> None:
    """Raise NetError unless first ≤ layer ≤ last and that layer has this unit.

    Layers are numbered as in the formulas: 0 is the pixels, 1 the first layer with weights.
    """
    if not first <= layer <= last:
        raise NetError(f"there is no layer {layer} to look at: choose from {first} to {last}")
    width = sizes[layer]
    if not 0 <= unit < width:
        raise NetError(f"layer {layer} has no unit {unit}: choose from 0 to {width - 1}")
