"""Networks as other programs would describe them, and files of them in each format."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import safetensors.numpy
from mnist_tui.net.network import Parameters
from mnist_tui.tui.config.input_scale import InputScale
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
Layers = list[tuple[Floats, Floats | None]]  # W, outputs × inputs, and b of each layer
library: Any = onnx
hdf5: Any = h5py
SHAPES = [(784, 10, 10), (784, 128, 64, 10), (1024, 20, 62)]


def random_layers(sizes: Sequence[int], *, bias: bool = True, seed: int = 0) -> Layers:
    """Weights of every sign."""
    generator = np.random.default_rng(seed)
    return [
        (
            generator.normal(0, 1 / np.sqrt(n_in), (n_out, n_in)).astype(np.float32),
            generator.normal(0, 0.3, n_out).astype(np.float32) if bias else None,
        )
        for n_in, n_out in pairwise(sizes)
    ]


def layers_of(parameters: Parameters, scale: InputScale | None = None) -> Layers:
    """A network of this program, as one that reads another scale of pixels."""
    scale = scale or InputScale()
    layers: Layers = []
    for i, (W, b) in enumerate(zip(parameters.W, parameters.b, strict=True)):
        wide, biases = W.astype(np.float64), b[:, 0].astype(np.float64)
        if i == 0:  # x = (u - paper) / (ink - paper)
            wide = wide / (scale.ink - scale.paper)
            biases = biases - wide.sum(axis=1) * scale.paper
        layers.append((wide.astype(np.float32), biases.astype(np.float32)))
    return layers


def answers(layers: Layers, pixels: NDArray[Any]) -> NDArray[np.float64]:
    """The probabilities that such a network means, m × classes, in float64."""
    value = pixels.astype(np.float64)
    for i, (W, b) in enumerate(layers):
        value = value @ W.T.astype(np.float64) + (0 if b is None else b)
        if i < len(layers) - 1:
            value = np.maximum(value, 0)
    exp = np.exp(value - value.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def images(pixels: int, m: int = 40) -> NDArray[np.uint8]:
    """Images without meaning."""
    return np.random.default_rng(1).integers(0, 256, (m, pixels), np.uint8)


# safetensors


def torch_tensors(layers: Layers) -> dict[str, Floats]:
    """As the state of a torch.nn.Sequential of Linear and ReLU."""
    tensors: dict[str, Floats] = {}
    for i, (W, b) in enumerate(layers):
        tensors[f"{2 * i}.weight"] = np.ascontiguousarray(W)
        if b is not None:
            tensors[f"{2 * i}.bias"] = b
    return tensors


def kernel_tensors(layers: Layers, name: Callable[[int], str], join: str = "/") -> dict[str, Any]:
    """As Keras and Flax have them: kernels lie inputs × outputs."""
    tensors: dict[str, Floats] = {}
    for i, (W, b) in enumerate(layers):
        tensors[f"{name(i)}{join}kernel"] = np.ascontiguousarray(W.T)
        if b is not None:
            tensors[f"{name(i)}{join}bias"] = b
    return tensors


def write_safetensors(path: Path, tensors: dict[str, Any]) -> Path:
    """A file by the library itself."""
    safetensors.numpy.save_file(tensors, path)
    return path


# ONNX


def model(
    nodes: Sequence[Any],
    constants: dict[str, NDArray[Any]],
    shape: Sequence[int | str],
    output: str = "y",
) -> Any:
    """An ONNX model from x to y."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, producer_name="tests"
    )


def gemm_model(
    layers: Layers, shape: Sequence[int | str] = ("n", 1, 28, 28), last: str = ""
) -> Any:
    """Flatten, Gemm with transB, Relu … as PyTorch's exporter writes them."""
    nodes, value = [helper.make_node("Flatten", ["x"], ["flat"])], "flat"
    constants: dict[str, NDArray[Any]] = {}
    for i, (W, b) in enumerate(layers):
        constants[f"W{i}"] = np.ascontiguousarray(W)
        given = [value, f"W{i}"]
        if b is not None:
            constants[f"b{i}"] = b
            given.append(f"b{i}")
        is_last = i == len(layers) - 1
        out = "y" if is_last and not last else f"z{i}"
        nodes.append(helper.make_node("Gemm", given, [out], transB=1))
        value = out
        if not is_last:
            nodes.append(helper.make_node("Relu", [out], [f"a{i}"]))
            value = f"a{i}"
    if last:
        nodes.append(helper.make_node(last, [value], ["y"]))
    return model(nodes, constants, shape)


def matmul_model(layers: Layers, shape: Sequence[int | str]) -> Any:
    """MatMul and Add."""
    nodes: list[Any] = []
    constants: dict[str, NDArray[Any]] = {}
    value = "x"
    for i, (W, b) in enumerate(layers):
        constants[f"W{i}"] = np.ascontiguousarray(W.T)
        nodes.append(helper.make_node("MatMul", [value, f"W{i}"], [f"p{i}"]))
        value = f"p{i}"
        if b is not None:
            constants[f"b{i}"] = b[np.newaxis]
            nodes.append(helper.make_node("Add", [value, f"b{i}"], [f"z{i}"]))
            value = f"z{i}"
        if i < len(layers) - 1:
            nodes.append(helper.make_node("Relu", [value], [f"a{i}"]))
            value = f"a{i}"
    nodes.append(helper.make_node("Softmax", [value], ["y"], axis=-1))
    return model(nodes, constants, shape)


def write_onnx(path: Path, content: Any) -> Path:
    """A file of a model."""
    path.write_bytes(content.SerializeToString())
    return path


# Keras


def keras_config(layers: Layers, before: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The configuration of a Sequential of Dense layers."""
    described: list[dict[str, Any]] = [
        {"class_name": "InputLayer", "config": {"name": "input", "batch_shape": [None, 28, 28]}},
        {"class_name": "Flatten", "config": {"name": "flatten"}},
        *before,
    ]
    for i, (W, b) in enumerate(layers):
        activation = "softmax" if i == len(layers) - 1 else "relu"
        chosen = {"units": len(W), "activation": activation, "use_bias": b is not None}
        config = {"name": f"mine_{i}", **chosen}
        described.append({"class_name": "Dense", "config": config})
        described.append({"class_name": "Dropout", "config": {"name": f"drop_{i}", "rate": 0.2}})
    return {"class_name": "Sequential", "config": {"name": "m", "layers": described[:-1]}}


def keras_weights(layers: Layers, root: str = "layers") -> bytes:
    """The content of model.weights.h5."""
    file = io.BytesIO()
    with hdf5.File(file, "w") as content:
        for i, (W, b) in enumerate(layers):
            name = f"{root}/dense{f'_{i}' * bool(i)}/vars"
            content.create_dataset(f"{name}/0", data=W.T)
            if b is not None:
                content.create_dataset(f"{name}/1", data=b)
    return file.getvalue()


def write_keras(
    path: Path,
    config: dict[str, Any],
    weights: bytes,
    method: int = zipfile.ZIP_STORED,
) -> Path:
    """An archive as Keras 3 writes it."""
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.99"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights)
    return path
