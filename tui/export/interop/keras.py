"""A network as Keras's .keras file: a zip of its layers as JSON and its weights as HDF5.

The file is written without Keras, which would need PyTorch, JAX or TensorFlow beneath it. It holds
built-in layers alone, so that `keras.models.load_model` needs no custom objects; what is not said,
such as initializers, has Keras's defaults.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import UserError, needs_extra
from .network import image_shape, layers_of, metadata_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....net.run.checkpoint import SavedModel

KERAS_VERSION = "3.0.0"  # whose form this is; later versions read it
EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of every member: the same network is the same file


def keras_bytes(saved: SavedModel) -> bytes:
    """Return the file; the model turns n × side × side into probabilities, n × classes.

    Raises UserError if the package h5py is missing.
    """
    made = metadata_of(saved)
    metadata = {"keras_version": KERAS_VERSION, "date_saved": made.get("date", ""), **made}
    members = {
        "metadata.json": json.dumps(metadata).encode(),
        "config.json": json.dumps(_model_config(saved.state.sizes)).encode(),
        "model.weights.h5": _weights(saved),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return file.getvalue()


def _model_config(sizes: Sequence[int]) -> dict[str, Any]:
    """Return the model as Keras serializes a Sequential of Flatten and Dense layers."""
    batch_shape = [None, *image_shape(sizes)]
    layers = [
        _layer("InputLayer", "images", batch_shape=batch_shape, dtype="float32"),
        _layer("Flatten", "flatten"),
    ]
    for i, units in enumerate(sizes[1:], 1):
        activation = "softmax" if i == len(sizes) - 1 else "relu"
        layers.append(_layer("Dense", f"layer_{i}", units=units, activation=activation))
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "mnist_tui", "layers": layers, "build_input_shape": batch_shape},
        "registered_name": None,
        "build_config": {"input_shape": batch_shape},
        "compile_config": None,
    }


def _layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, **config},
        "registered_name": None,
    }


def _weights(saved: SavedModel) -> bytes:
    """Return the HDF5 file: of each layer, the kernel (n_in × n_out) and the bias."""
    try:
        import h5py
    except ImportError:
        raise UserError(needs_extra("Keras's format", "h5py", "keras")) from None
    file = io.BytesIO()
    with h5py.File(file, "w") as content:
        for i, (W, b) in enumerate(layers_of(saved)):
            # Keras looks for the class's name and a number, whatever the layer's own name is.
            place = f"layers/dense_{i}" if i else "layers/dense"
            content[f"{place}/vars/0"] = np.ascontiguousarray(W.T)
            content[f"{place}/vars/1"] = b
        for place in ("vars", "layers/flatten/vars"):  # empty; the first versions of Keras 3 look
            content.create_group(place)
    return file.getvalue()
