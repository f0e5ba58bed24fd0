"""What every format is written from: the layers, and what the file says of itself."""

from __future__ import annotations

import json
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from ....net.architecture import architecture_name
from ....net.run.history import History
from ...config.recipe import format_recipe
from ...datasets.loading import class_names, program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ....net.run.checkpoint import SavedModel

INPUT_SCALE = "pixel / 255: 0 is paper, 1 is ink"


def layers_of(saved: SavedModel) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return W (n_out × n_in) and b (n_out) of each layer, float32 and row by row in memory.

    The writers of some formats store the memory as it lies, so that a view would be scrambled.
    """
    parameters = saved.state.parameters
    return [
        (np.ascontiguousarray(W, np.float32), np.ascontiguousarray(b[:, 0], np.float32))
        for W, b in zip(parameters.W, parameters.b, strict=True)
    ]


def image_shape(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the shape of one image: side × side, or its number of pixels if that is no square."""
    side = isqrt(sizes[0])
    return (side, side) if side * side == sizes[0] else (sizes[0],)


def metadata_of(saved: SavedModel) -> dict[str, str]:
    """Return what made a network and how to use it, by name; what is unknown is left out."""
    state, provenance = saved.state, saved.provenance
    known = {
        "program": provenance.program or program(),
        "architecture": architecture_name(state.sizes),
        "activations": "relu; softmax after the last layer",
        "input": f"{' × '.join(map(str, image_shape(state.sizes)))}, {INPUT_SCALE}",
        "classes": json.dumps(class_names(saved), ensure_ascii=False),
        "first_weights_from": state.origin,
        "recipe": format_recipe(state.hyperparameter_log),
        "updates": str(state.iteration),
        "data": provenance.data,
        "data_sha256": provenance.sha256,
        "date": provenance.date,
    }
    if (tested := History(state.history).tested) is not None:
        known["test_accuracy"] = f"{tested.test_accuracy:.6g}"
        known["tested_after_updates"] = str(tested.iteration)
    return {name: value for name, value in known.items() if value}
