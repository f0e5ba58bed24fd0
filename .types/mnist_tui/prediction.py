"""Prediction of images that a caller hands over, in any form that is clear."""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from mnist_tui.net.engine.inference import forward_in_chunks
from mnist_tui.net.network import Array, forward
from mnist_tui.tui.errors import UserError
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from mnist_tui.api import Model

ROWS_PER_CHUNK = 1000  # of floats, predicted at once


def predict(model: Model, images: ArrayLike) -> Array:
    """Return the probability of each class for each image: n × classes, each row sums to 1.

    Args:
        model: The network.
        images: n × side × side or n × pixels; bytes from 0 (paper) to 255 (ink), or floats from 0
            (paper) to 1 (ink).

    Raises:
        UserError: The images have another shape, type or scale.
    """
    parameters = model.saved.state.parameters
    rows = _rows(images, model.sizes[0])
    if rows.dtype == np.uint8:
        parts = [seen.A[-1].T.copy() for _, seen in forward_in_chunks(parameters, rows)]
    else:
        chunks = range(0, len(rows), ROWS_PER_CHUNK)
        X = (rows[i : i + ROWS_PER_CHUNK].T.astype(parameters.vector.dtype) for i in chunks)
        parts = [forward(parameters, columns).A[-1].T for columns in X]
    empty = np.empty((0, model.sizes[-1]), parameters.vector.dtype)
    return np.concatenate([empty, *parts])


def _rows(images: ArrayLike, pixels: int) -> NDArray[Any]:
    """Return images as n × pixels, uint8 or floats from 0 to 1.

    Args:
        images: n × side × side or n × pixels.
        pixels: Of an image that the network reads.

    Raises:
        UserError: The images have another shape, type or scale.
    """
    try:
        array = np.asarray(images)
    except ValueError as error:
        raise UserError(f"these images are no array: {error}") from error
    side = isqrt(pixels)
    shapes = [(side, side)] * (side * side == pixels) + [(pixels,)]
    if array.shape[1:] not in shapes:
        expected = " or ".join(_shape_text(("n", *shape)) for shape in shapes)
        alone = "; one image alone is images[None]" if array.shape in shapes else ""
        raise UserError(f"these images are {_shape_text(array.shape)}; expected {expected}{alone}")
    rows = array.reshape(len(array), pixels)
    if rows.dtype == np.uint8:
        return rows
    if rows.dtype.kind != "f":
        raise UserError(
            f"these images are of type {rows.dtype}; expected uint8 from 0 (paper) to 255 (ink), "
            "or floats from 0 to 1"
        )
    low, high = (rows.min(), rows.max()) if rows.size else (0.0, 1.0)
    if not (low >= 0 and high <= 1):  # nan is neither
        raise UserError(
            f"these images are floats from {low:g} to {high:g}; expected 0 (paper) to 1 (ink): "
            "divide bytes by 255, or hand them over as uint8"
        )
    return rows


def _shape_text(shape: tuple[object, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
