"""Networks in the formats of other libraries: what is in the files, by the small libraries."""

from __future__ import annotations

import io
import json
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import h5py
import numpy as np
import onnx
import pytest
from mnist_tui.net.network import Array, forward
from mnist_tui.net.run.checkpoint import SavedModel
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.interop.keras import keras_bytes
from mnist_tui.tui.export.interop.onnx import onnx_bytes
from mnist_tui.tui.export.interop.safetensors import safetensors_bytes
from mnist_tui.tui.export.tensorboard import events_bytes
from onnx.reference import ReferenceEvaluator
from safetensors.numpy import load

from tests.helpers.networks import saved_network

SIZES = [(784, 10, 10), (784, 128, 64, 10), (1024, 50, 62)]


@pytest.fixture(scope="module", params=SIZES, ids=str)
def saved(request: pytest.FixtureRequest) -> SavedModel:
    """A run of each network."""
    return saved_network(request.param)


def images_for(saved: SavedModel) -> Array:
    """Five images as other libraries read them: n × side × side, 0 to 1."""
    side = int(saved.state.sizes[0] ** 0.5)
    return np.random.default_rng(0).random((5, side, side), np.float32)


def answers(saved: SavedModel, images: Array) -> Array:
    """Our own probabilities, n × classes."""
    return forward(saved.state.parameters, images.reshape(len(images), -1).T).A[-1].T


def test_safetensors_has_the_names_and_the_layout_of_a_sequential(saved: SavedModel) -> None:
    tensors, parameters = load(safetensors_bytes(saved)), saved.state.parameters
    layers = range(len(parameters.W))
    names = [f"{2 * i}.{name}" for i in layers for name in ("weight", "bias")]
    assert sorted(tensors) == sorted(names)
    for i, (W, b) in enumerate(zip(parameters.W, parameters.b, strict=True)):
        assert np.array_equal(tensors[f"{2 * i}.weight"], W)
        assert np.array_equal(tensors[f"{2 * i}.bias"], b[:, 0])
        assert tensors[f"{2 * i}.weight"].dtype == np.float32


def test_weights_that_do_not_lie_row_by_row_are_not_scrambled() -> None:
    saved = saved_network((16, 5, 4))
    spread = np.zeros(2 * len(saved.state.vector), np.float64)
    spread[::2] = saved.state.vector
    other = SavedModel(replace(saved.state, vector=spread[::2]), saved.provenance)
    assert not other.state.parameters.W[0].flags.c_contiguous
    first, second = load(safetensors_bytes(saved)), load(safetensors_bytes(other))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_onnx_is_valid_and_computes_the_same(saved: SavedModel) -> None:
    model = onnx.load_model_from_string(onnx_bytes(saved))
    onnx.checker.check_model(model, full_check=True)
    hidden = len(saved.state.sizes) - 2
    kinds = [node.op_type for node in model.graph.node]
    assert kinds == ["Flatten", *["Gemm", "Relu"] * hidden, "Gemm", "Softmax"]
    assert (model.ir_version, [opset.version for opset in model.opset_import]) == (7, [13])
    batch, *shape = model.graph.input[0].type.tensor_type.shape.dim
    images = images_for(saved)
    assert batch.dim_param == "batch"
    assert [dim.dim_value for dim in shape] == list(images.shape[1:])
    (found,) = ReferenceEvaluator(model).run(None, {"images": images})  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]: onnx's types are loose
    assert np.asarray(found) == pytest.approx(answers(saved, images), abs=1e-5)


def test_keras_has_three_members_and_kernels_by_input(saved: SavedModel) -> None:
    content = keras_bytes(saved)
    assert content == keras_bytes(saved), "the same network is the same file"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        config: dict[str, Any] = json.loads(archive.read("config.json"))
        weights = archive.read("model.weights.h5")
    layers: list[dict[str, Any]] = config["config"]["layers"]
    dense = [layer["config"] for layer in layers if layer["class_name"] == "Dense"]
    sizes = saved.state.sizes
    assert [layer["units"] for layer in dense] == list(sizes[1:])
    assert [layer["activation"] for layer in dense] == ["relu"] * (len(sizes) - 2) + ["softmax"]
    images = images_for(saved)
    assert layers[0]["config"]["batch_shape"] == [None, *images.shape[1:]]
    with h5py.File(io.BytesIO(weights)) as file:
        for i, (W, b) in enumerate(
            zip(saved.state.parameters.W, saved.state.parameters.b, strict=True)
        ):
            variables: Any = file[f"layers/dense_{i}/vars" if i else "layers/dense/vars"]
            assert np.array_equal(variables["0"][:], W.T)
            assert np.array_equal(variables["1"][:], b[:, 0])


def metadata_in_safetensors(content: bytes) -> dict[str, str]:
    """What a file of safetensors says of itself."""
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])["__metadata__"]


def metadata_in_onnx(content: bytes) -> dict[str, str]:
    """What an ONNX file says of itself."""
    return {prop.key: prop.value for prop in onnx.load_model_from_string(content).metadata_props}


def metadata_in_keras(content: bytes) -> dict[str, str]:
    """What a .keras file says of itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return json.loads(archive.read("metadata.json"))


@pytest.mark.parametrize(
    ("write", "read"),
    [
        (safetensors_bytes, metadata_in_safetensors),
        (onnx_bytes, metadata_in_onnx),
        (keras_bytes, metadata_in_keras),
    ],
)
def test_every_file_says_what_made_it_and_what_it_reads(
    write: Callable[[SavedModel], bytes], read: Callable[[bytes], dict[str, str]]
) -> None:
    saved = saved_network((16, 5, 4))
    said = read(write(saved))
    wanted = {
        "program": "mnist-tui 1",
        "architecture": "16-5-4",
        "input": "4 × 4, pixel / 255: 0 is paper, 1 is ink",
        "recipe": "alpha=0.05 iterations=3 hidden=5",
        "updates": "3",
        "data": "noise",
        "data_sha256": "0" * 64,
        "date": "today",
        "test_accuracy": f"{saved.state.history[-1, 6]:.6g}",
        "tested_after_updates": "3",
    }
    assert {name: said[name] for name in wanted} == wanted
    assert json.loads(said["classes"]) == ["class 0", "class 1", "class 2", "class 3"]


@pytest.mark.parametrize(
    ("write", "library", "extra"),
    [
        (safetensors_bytes, "safetensors.numpy", "safetensors"),
        (onnx_bytes, "onnx", "onnx"),
        (keras_bytes, "h5py", "keras"),
        (events_bytes, "tensorboardX", "tensorboard"),
    ],
)
def test_a_library_that_is_missing_is_named_with_its_extra(
    write: Callable[[SavedModel], bytes],
    library: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UserError) as refused:
        write(saved_network((16, 5, 4)))
    package = library.partition(".")[0]
    assert f"needs the package {package}: pip install 'mnist-tui[{extra}]'" in str(refused.value)
