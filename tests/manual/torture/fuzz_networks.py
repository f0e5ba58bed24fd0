"""Damage networks and read them: `python -m tests.manual.torture.fuzz_networks [THOUSANDS] [SEED]`.

Files of each format have bytes turned, lost and put in, and values exchanged inside: a shape, a
type, a node's kind, a layer's activation. Each case must end in a network or in one line, within
the limits of `fuzz_sources`; the command ends with 1 if one does not.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import safetensors.numpy
from mnist_tui.tui.errors import EXPECTED_ERRORS
from mnist_tui.tui.interop.model_file import read_model

from tests.helpers.foreign_files import (
    gemm_model,
    keras_config,
    keras_weights,
    kernel_tensors,
    matmul_model,
    random_layers,
    torch_tensors,
    write_keras,
)
from tests.helpers.support import Samples
from tests.manual.torture.fuzz_sources import Case, damaged, main, maybe

SIZES = (16, 5, 4, 3)
EXTERNAL = "weights.bin"
SUFFIX = {"onnx": ".onnx", "keras": ".keras"}
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2, 3, 1 << 31, 1 << 62, 1e308, "", "relu", "tanh", "F16", "I64",
    "Dense", [], {}, [4], [[]], "\x1b[2J",
)  # fmt: skip
OPERATORS = (
    "Relu", "Gemm", "MatMul", "Add", "Softmax", "Transpose", "Reshape", "Identity", "Cast", "Mul",
    "Div", "Sub", "Constant", "Shape", "Scaler", "ArgMax", "Loop", "Flatten",
)  # fmt: skip
DIMS = (0, 1, 3, 4, 5, 16, -1, 1 << 31, 1 << 62)


def good() -> dict[str, Callable[[random.Random], bytes]]:
    """Content of each kind, of which something inside is exchanged as often as not."""
    layers = random_layers(SIZES)

    def by_names(tensors: dict[str, Any]) -> Callable[[random.Random], bytes]:
        whole = safetensors.numpy.save(tensors)
        length = int.from_bytes(whole[:8], "little")
        header = json.loads(whole[8 : 8 + length])

        def make(chance: random.Random) -> bytes:
            text = json.dumps(exchanged(header, chance)).encode()
            return len(text).to_bytes(8, "little") + text + whole[8 + length :]

        return make

    def graph(described: Any) -> Callable[[random.Random], bytes]:
        content: bytes = described.SerializeToString()
        return lambda chance: tampered(content, chance)

    def archive(chance: random.Random) -> bytes:
        config = exchanged(keras_config(layers), chance)
        method = chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m"
            return write_keras(path, config, maybe(weights, chance), method).read_bytes()

    weights = keras_weights(layers)
    outside = gemm_model(layers, (1, 16), "Softmax")
    tensor = outside.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = 1
    for key, value in (("location", EXTERNAL), ("offset", "0"), ("length", "320")):
        tensor.external_data.add(key=key, value=value)
    return {
        "safetensors": by_names(torch_tensors(layers)),
        "safetensors, kernels": by_names(kernel_tensors(layers, lambda i: f"dense_{i}")),
        "onnx, Gemm": graph(gemm_model(layers, ("n", 1, 4, 4))),
        "onnx, MatMul": graph(matmul_model(layers, ("n", 16))),
        "onnx, external": graph(outside),
        "keras": archive,
    }


def exchanged(value: Any, chance: random.Random, share: float = 0.03) -> Any:
    """JSON in which now and then a value is another one."""
    if chance.random() < share / 3:
        return chance.choice(VALUES)
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {key: exchanged(inner, chance, share) for key, inner in entries.items()}
    if isinstance(value, list):
        return [exchanged(inner, chance, share) for inner in cast("list[Any]", value)]
    return chance.choice(VALUES) if chance.random() < share else value


def tampered(content: bytes, chance: random.Random) -> bytes:
    """A model in which up to two things are other ones."""
    library: Any = onnx
    found = library.ModelProto.FromString(content)
    for _ in range(chance.choice((0, 1, 1, 2))):
        tamper(found.graph, chance)
    return found.SerializeToString()


def tamper(graph: Any, chance: random.Random) -> None:
    """Change one thing in a graph."""
    if not graph.node or not graph.initializer:
        return
    node, tensor = chance.choice(graph.node), chance.choice(graph.initializer)
    accident = chance.randrange(9)
    if accident == 0:
        node.op_type = chance.choice(OPERATORS)
    elif accident == 1 and node.input:
        node.input[chance.randrange(len(node.input))] = chance.choice(
            ["x", "y", "W0", "b1", "", *node.output]
        )
    elif accident == 2 and tensor.dims:
        tensor.dims[chance.randrange(len(tensor.dims))] = chance.choice(DIMS)
    elif accident == 3:
        tensor.data_type = chance.randrange(-1, 26)
    elif accident == 4 and node.attribute:
        chance.choice(node.attribute).i = chance.choice(DIMS)
    elif accident == 5:
        graph.node.remove(node)
    elif accident == 6:
        graph.node.add().CopyFrom(node)
    elif accident == 7 and node.attribute:
        chance.choice(node.attribute).type = chance.randrange(0, 15)
    else:
        for entry in tensor.external_data:
            entry.value = chance.choice(["../x", "/etc/passwd", "-1", "9" * 30, EXTERNAL, "", "."])


def read(case: Case, folder: Path, make: Callable[[random.Random], bytes]) -> bool:
    """Whether a damaged file was read; raises what reading should not have raised."""
    chance = random.Random(f"{case}")  # noqa: S311 (to repeat, not to keep a secret)
    content = make(chance)
    if chance.random() < 0.5:
        content = damaged(content, chance)
    path = folder / f"network{SUFFIX.get(case.kind.split(',')[0], '')}"
    path.write_bytes(content)
    (folder / EXTERNAL).write_bytes(maybe(np.ones((5, 16), "f4").tobytes(), chance))
    try:
        model = read_model(path)
        sizes = model.saved.state.sizes
        generator = np.random.default_rng(0)
        images = generator.integers(0, 256, (20, sizes[0]), np.uint8)
        labels = generator.integers(0, sizes[-1], 20).astype(np.uint8)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fitted = model.fitted(Samples(images, labels), None)
    except EXPECTED_ERRORS as refusal:
        message = str(refusal)
        assert message.startswith(f"{path}: "), f"names no file: {message}"
        assert "\n" not in message, f"not one line: {message}"
        assert message.isprintable(), f"what no terminal should get: {message!r}"
        return False
    assert np.isfinite(fitted.saved.state.vector).all()
    return True


if __name__ == "__main__":
    sys.exit(main(__doc__, read, good))
