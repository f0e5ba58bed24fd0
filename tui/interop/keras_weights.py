"""The weights in a .keras archive: its HDF5 file, whose claims are checked before they are read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...net.architecture import MAX_PARAMETERS
from .foreign_network import (
    Floats,
    ForeignNetworkError,
    Layer,
    as_floats,
    named,
    not_understood,
    shape_text,
    widened,
)

MAX_LAYERS = 200
ROOTS = ("layers", "_layer_checkpoint_dependencies")  # of the weights, in Keras 3 and 2.12

Stored = tuple[str, list[Any]]  # the path of a dense layer's variables, and the variables


def dense_layer(
    config: dict[str, Any], called: str, found: Stored | None, types: set[str]
) -> Layer:
    """Return a dense layer with its stored weights."""
    if found is None:
        raise ForeignNetworkError(f"holds no weights of its layer {named(called)}")
    name, variables = found
    has_bias = bool(config.get("use_bias", True))
    if len(variables) != 1 + has_bias:
        raise not_understood(f"holds {len(variables)} arrays for its layer {named(called)}")
    kernel = _array(variables[0], f"{name}/0", 2, types)
    bias = _array(variables[1], f"{name}/1", 1, types) if has_bias else None
    if kernel.shape[1] != config.get("units") or (
        bias is not None and len(bias) != kernel.shape[1]
    ):
        raise ForeignNetworkError(
            f"holds {name}, {shape_text(kernel.shape)}, which does not fit its layer "
            f"{named(called)}"
        )
    return Layer(kernel.T, bias)


def stored_weights(file: Any) -> Iterator[Stored]:
    """Yield the datasets of each dense layer: dense, dense_1 … dense_10, not by the alphabet.

    These names are of the class and the order, whatever the layers are called.
    """
    root = next((root for root in ROOTS if root in file), None)
    if root is None:
        return
    for number in range(MAX_LAYERS):
        path = f"{root}/dense{f'_{number}' * bool(number)}/vars"
        if path not in file:
            return
        yield path, [file[f"{path}/{i}"] for i in range(len(file[path]))]


def _array(dataset: Any, name: str, dimensions: int, types: set[str]) -> Floats:
    """Return a dataset as floats; its claims are checked before memory is taken."""
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.is_virtual or dataset.external:
        raise ForeignNetworkError(f"keeps {name} in another place than this file")
    stored: Any = dataset
    shape: tuple[int, ...] = stored.shape or ()
    if len(shape) != dimensions or not 0 < math.prod(shape) <= MAX_PARAMETERS:
        raise not_understood(f"holds {name}, {shape_text(shape)}")
    if stored.chunks and math.prod(stored.chunks) > 2 * MAX_PARAMETERS:
        raise ForeignNetworkError(f"packs {name} in pieces that are too large")
    dtype: np.dtype[Any] = stored.dtype
    is_bfloat16 = dtype == np.dtype("V2") and stored.attrs.get("dtype") == "bfloat16"
    if not is_bfloat16 and (dtype.kind != "f" or dtype.itemsize > 8):
        raise not_understood(f"holds {name} of type {dtype}")
    numbers: NDArray[Any] = stored[()]
    if is_bfloat16:
        types.add("bfloat16")
        return widened(numbers.view("<u2"))
    return as_floats(numbers, name, types)
