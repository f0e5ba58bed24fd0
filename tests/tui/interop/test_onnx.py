"""ONNX: the ways in which exporters write a plain network, and everything that is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.interop.model_file import read_model
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from tests.helpers.foreign_files import (
    SHAPES,
    Layers,
    answers,
    gemm_model,
    images,
    matmul_model,
    model,
    random_layers,
    write_onnx,
)
from tests.helpers.support import traced_peak

SIZES = (784, 12, 10)
library: Any = onnx


def check(path: Path, layers: Layers, pixels: NDArray[Any] | None = None) -> None:
    """Whether the network here answers as `layers` do for these numbers; None: 0 to 1."""
    state = read_model(path).saved.state
    drawn = images(state.sizes[0])
    expected = answers(layers, drawn / 255 if pixels is None else pixels)
    assert np.allclose(probabilities(state.parameters, drawn).T, expected, atol=1e-5)


@pytest.mark.parametrize("last", ["", "Softmax", "LogSoftmax"])
@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_gemm_as_pytorch_exports(sizes: Sequence[int], last: str, tmp_path: Path) -> None:
    layers = random_layers(sizes)
    side = int(np.sqrt(sizes[0]))
    check(write_onnx(tmp_path / "m.onnx", gemm_model(layers, (1, 1, side, side), last)), layers)


@pytest.mark.parametrize("shape", [("n", 784), (1, 784), (None, 784)])
def test_matmul_and_add(shape: Sequence[Any], tmp_path: Path) -> None:
    layers = random_layers(SIZES)
    check(write_onnx(tmp_path / "m.onnx", matmul_model(layers, shape)), layers)


def test_a_layer_without_biases(tmp_path: Path) -> None:
    layers = random_layers(SIZES, bias=False)
    check(write_onnx(tmp_path / "m.onnx", gemm_model(layers)), layers)


def test_alpha_and_beta_of_gemm(tmp_path: Path) -> None:
    layers = random_layers(SIZES)
    quarter = np.float32(0.25)
    parts: Layers = [(W / np.float32(2), None if b is None else b * quarter) for W, b in layers]
    described = gemm_model(parts)
    for node in described.graph.node:
        if node.op_type == "Gemm":
            node.attribute.extend(
                [helper.make_attribute("alpha", 2.0), helper.make_attribute("beta", 4.0)]
            )
    check(write_onnx(tmp_path / "m.onnx", described), layers)


def columns(layers: Layers, *, transposed: bool) -> Any:
    """Samples as columns: W @ X + b, and softmax over the first axis."""
    constants: dict[str, NDArray[Any]] = {}
    for i, (W, b) in enumerate(layers):
        assert b is not None
        constants[f"W{i}"] = np.ascontiguousarray(W.T) if transposed else W
        constants[f"b{i}"] = b[:, np.newaxis]
    turned = int(transposed)
    nodes = [
        helper.make_node("Gemm", ["W0", "x", "b0"], ["z0"], transA=turned, transB=1),
        helper.make_node("Relu", ["z0"], ["a0"]),
        helper.make_node("Gemm", ["W1", "a0", "b1"], ["z1"], transA=turned),
        helper.make_node("Softmax", ["z1"], ["y"], axis=0),
    ]
    return model(nodes, constants, ("n", 784))


@pytest.mark.parametrize("transposed", [False, True])
def test_samples_as_columns(tmp_path: Path, *, transposed: bool) -> None:
    layers = random_layers(SIZES)
    check(write_onnx(tmp_path / "m.onnx", columns(layers, transposed=transposed)), layers)


def scaled_before(nodes: Sequence[Any], constants: dict[str, NDArray[Any]], layers: Layers) -> Any:
    """These nodes from x to u, and a network that reads u."""
    described = matmul_model(layers, ("n", 784))
    described.graph.node[0].input[0] = "u"
    rest = list(described.graph.node)
    del described.graph.node[:]
    described.graph.node.extend([*nodes, *rest])
    described.graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in constants.items()
    )
    return described


def test_a_scaling_in_the_graph_is_folded_in(tmp_path: Path) -> None:
    layers = random_layers(SIZES)
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["f", "mean"], ["c"]),
        helper.make_node("Div", ["c", "deviation"], ["u"]),
    ]
    constants = {"mean": np.array(0.1307, "f4"), "deviation": np.array([0.3081], "f4")}
    path = write_onnx(tmp_path / "m.onnx", scaled_before(nodes, constants, layers))
    check(path, layers, (images(784) / 255 - 0.1307) / 0.3081)
    foreign = read_model(path).foreign
    assert foreign is not None
    assert "its own scaling of the pixels is folded into the first layer" in foreign.notes


def test_a_scaling_of_each_pixel_is_folded_in(tmp_path: Path) -> None:
    layers = random_layers(SIZES)
    generator = np.random.default_rng(3)
    mean, deviation = generator.random(784), generator.random(784) + 0.5
    scaler = helper.make_node(
        "Scaler", ["x"], ["u"], domain="ai.onnx.ml", offset=mean, scale=1 / deviation
    )
    path = write_onnx(tmp_path / "m.onnx", scaled_before([scaler], {}, layers))
    check(path, layers, (images(784) / 255 - mean) / deviation)


def external(tmp_path: Path, location: str = "weights.bin", **lies: Any) -> Path:
    """A model whose first kernel lies in another file."""
    layers = random_layers(SIZES)
    described = gemm_model(layers)
    tensor = described.graph.initializer[0]
    raw = tensor.raw_data
    (tmp_path / "weights.bin").write_bytes(b"skip" + raw)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    where = {"location": location, "offset": 4, "length": len(raw), **lies}
    for key, value in where.items():
        tensor.external_data.add(key=key, value=str(value))
    return write_onnx(tmp_path / "m.onnx", described)


def test_external_data_beside_the_model(tmp_path: Path) -> None:
    check(external(tmp_path), random_layers(SIZES))


@pytest.mark.parametrize("place", ["../weights.bin", "/etc/passwd", "a/../../weights.bin", "", "."])
def test_external_data_outside_of_the_folder_are_not_opened(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path = external(folder, place)
    (folder / "weights.bin").replace(tmp_path / "weights.bin")
    with pytest.raises(UserError, match="outside of its own folder"):
        read_model(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    path = external(folder)
    (folder / "weights.bin").replace(tmp_path / "secret")
    (folder / "weights.bin").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="outside of its own folder"):
        read_model(path)


def test_a_place_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = external(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"weights.bin", b"weights\xff\xfebi"))
    with pytest.raises(UserError, match="cannot be read"):
        read_model(path)


@pytest.mark.parametrize(
    ("lies", "said"),
    [
        ({"length": 8}, "claims 8 bytes"),
        ({"offset": 1 << 40}, "cut short"),
        ({"offset": -4}, "claims"),
        ({"length": 1 << 60}, "claims"),
    ],
)
def test_lying_external_data_are_refused(tmp_path: Path, lies: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_model(external(tmp_path, **lies))


def changed(change: Callable[[Any], object]) -> Any:
    """A good model with something changed."""
    described = gemm_model(random_layers((784, 10, 10, 10)), last="Softmax")
    change(described.graph)
    return described


def _rename(kind: str, to: str) -> Callable[[Any], object]:
    def change(graph: Any) -> None:
        next(node for node in graph.node if node.op_type == kind).op_type = to

    return change


def _drop_relu(graph: Any) -> None:
    relu = next(node for node in graph.node if node.op_type == "Relu")
    after = next(node for node in graph.node if relu.output[0] in node.input)
    after.input[0] = relu.input[0]
    graph.node.remove(relu)


def _branch(graph: Any) -> None:
    graph.node.append(helper.make_node("Add", ["a0", "a1"], ["both"]))


def _dims(*dims: int) -> Callable[[Any], object]:
    def change(graph: Any) -> None:
        del graph.initializer[0].dims[:]
        graph.initializer[0].dims.extend(dims)

    return change


def _type(kind: int) -> Callable[[Any], object]:
    return lambda graph: setattr(graph.initializer[0], "data_type", kind)


def _reshape(graph: Any, shape: list[int]) -> None:
    graph.node[0].op_type = "Reshape"
    graph.node[0].input.append("shape")
    graph.initializer.append(numpy_helper.from_array(np.array(shape), "shape"))


def _output(graph: Any) -> None:
    graph.node[-1].op_type = "Relu"


REFUSED: dict[str, tuple[Callable[[Any], object], str]] = {
    "another activation": (_rename("Relu", "Tanh"), "a node Tanh"),
    "convolution": (_rename("Flatten", "Conv"), "a node Conv"),
    "sigmoid": (_rename("Softmax", "Sigmoid"), "a node Sigmoid"),
    "no ReLU": (_drop_relu, "after another without ReLU"),
    "a branch": (_branch, "branches into"),
    "relu at the end": (_output, "ends with a ReLU"),
    "another domain": (lambda graph: setattr(graph.node[1], "domain", "evil"), "a node Gemm"),
    "a huge shape": (_dims(1 << 40, 1 << 40), "claims that W0 is"),
    "another shape": (_dims(10, 783), "has not the 10 × 783 numbers"),
    "whole numbers": (_type(TensorProto.INT8), "of type INT8"),
    "no type": (_type(99), "of type 99"),
    "two inputs": (lambda graph: graph.input.add(name="z"), "has 2 inputs"),
    "joined samples": (
        lambda graph: graph.node[0].attribute.append(helper.make_attribute("axis", 0)),
        "joins samples",
    ),
    "pixels torn apart": (
        lambda graph: _reshape(graph, [-1, 28]),
        "a node Reshape to -1 × 28",
    ),
    "no nodes": (lambda graph: graph.ClearField("node"), "ends with its input"),
    "computed weights": (lambda graph: graph.initializer.pop(0), "has 1 inputs|computed W0"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_with_what_was_found(what: str, tmp_path: Path) -> None:
    change, said = REFUSED[what]
    path = write_onnx(tmp_path / "m.onnx", changed(change))
    with pytest.raises(UserError, match=said) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


def _message(number: int, content: bytes) -> bytes:
    """A part of a protobuf message."""
    size, encoded = len(content), b""
    while size > 127:
        encoded += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + encoded + bytes([size]) + content


HOSTILE = {
    "empty": b"",
    "two gigabytes claimed": b"\x08\x09\x3a\xff\xff\xff\xff\x07abc",
    "a million nodes": b"\x08\x09" + _message(7, _message(1, b"") * 2_000_000),
    "a million tensors": b"\x08\x09" + _message(7, _message(5, b"") * 1_000_000),
    "a million sides": b"\x08\x09" + _message(7, _message(5, _message(1, b"\x01" * 1_000_000))),
    "a million words": b"\x08\x09" + _message(7, _message(5, _message(6, b"") * 1_000_000)),
    "noise": b"\x08\x09" + bytes(range(256)) * 8,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bomb_is_refused_in_one_line_and_little_memory(what: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(HOSTILE[what])
    with traced_peak() as peak, pytest.raises(UserError) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
    assert peak.bytes < 3 * len(HOSTILE[what]) + (40 << 20)
