"""safetensors: names of three libraries, kernels that lie either way, numbers of other types."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.interop.model_file import ModelFile, read_model

from tests.helpers.foreign_files import (
    SHAPES,
    Layers,
    answers,
    images,
    kernel_tensors,
    random_layers,
    torch_tensors,
    write_safetensors,
)

bfloat16: Any = ml_dtypes.bfloat16
NAMES: dict[str, Callable[[Layers], dict[str, Any]]] = {
    "PyTorch": torch_tensors,
    "PyTorch, modules": lambda layers: {
        f"net.{key.replace('.', '.linear.', 1)}": value
        for key, value in torch_tensors(layers).items()
    },
    "Keras": lambda layers: kernel_tensors(layers, lambda i: f"dense{f'_{i}' * bool(i)}"),
    "Keras, variables": lambda layers: {
        key.replace("kernel", "0").replace("bias", "1"): value
        for key, value in kernel_tensors(layers, lambda i: f"layers/dense_{i}/vars").items()
    },
    "Flax": lambda layers: kernel_tensors(layers, lambda i: f"params.Dense_{i}", "."),
    "formulas": lambda layers: {
        f"{letter}{i + 1}": array
        for i, (W, b) in enumerate(layers)
        for letter, array in (("W", W), ("b", b))
        if array is not None
    },
}


def same_answers(found: ModelFile, layers: Layers, atol: float = 1e-5) -> bool:
    """Whether the network here answers as the one that was written."""
    state = found.saved.state
    pixels = images(state.sizes[0])
    ours = probabilities(state.parameters, pixels).T
    return np.allclose(ours, answers(layers, pixels / 255), atol=atol)


@pytest.mark.parametrize("sizes", SHAPES, ids=str)
@pytest.mark.parametrize("how", NAMES)
def test_each_librarys_names_are_the_same_network(
    how: str, sizes: Sequence[int], tmp_path: Path
) -> None:
    layers = random_layers(sizes)
    found = read_model(write_safetensors(tmp_path / "m.safetensors", NAMES[how](layers)))
    assert found.saved.state.sizes == sizes
    assert same_answers(found, layers)


def test_weights_of_a_network_that_needs_no_scaling_are_the_same_bits(tmp_path: Path) -> None:
    layers = random_layers((784, 12, 10))
    state = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers))).saved.state
    for (W, b), ours, bias in zip(layers, state.parameters.W, state.parameters.b, strict=True):
        assert np.array_equal(W, ours)
        assert b is not None
        assert np.array_equal(b, bias[:, 0])


def test_kernels_that_lie_other_than_their_names_say_are_found_by_shape(tmp_path: Path) -> None:
    layers = random_layers((784, 12, 10))
    turned = {key: np.ascontiguousarray(array.T) for key, array in torch_tensors(layers).items()}
    found = read_model(write_safetensors(tmp_path / "m", turned))
    assert same_answers(found, layers)
    assert found.foreign is not None
    assert "kernels lie inputs × outputs, by their shapes: transposed" in found.foreign.notes


def test_twelve_layers_are_joined_by_number_not_by_the_alphabet(tmp_path: Path) -> None:
    layers = random_layers((784, *range(30, 19, -1), 10))
    found = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers)))
    assert same_answers(found, layers)


def test_layers_whose_names_have_no_order_are_put_in_the_order_of_their_widths(
    tmp_path: Path,
) -> None:
    layers = random_layers((784, 12, 8, 10))
    tensors = kernel_tensors(layers, lambda i: ("input_layer", "hidden", "classes")[i])
    found = read_model(write_safetensors(tmp_path / "m", tensors))
    assert same_answers(found, layers)
    assert found.foreign is not None
    assert any("order" in note for note in found.foreign.notes)


def test_an_order_that_nothing_tells_is_refused(tmp_path: Path) -> None:
    layers = random_layers((784, 10, 10, 10))
    tensors = kernel_tensors(layers, lambda i: ("z", "b", "a")[i])
    with pytest.raises(UserError, match="in several ways"):
        read_model(write_safetensors(tmp_path / "m", tensors))


@pytest.mark.parametrize(
    ("dtype", "said", "atol"),
    [
        (np.float16, "16 bits (float16)", 3e-3),
        (bfloat16, "16 bits (bfloat16)", 3e-2),
        (np.float64, "64 bits", 1e-5),
    ],
)
def test_other_floats_are_taken_and_said(
    dtype: Any, said: str, atol: float, tmp_path: Path
) -> None:
    layers = random_layers((784, 10, 10))
    tensors = {key: array.astype(dtype) for key, array in torch_tensors(layers).items()}
    found = read_model(write_safetensors(tmp_path / "m", tensors))
    assert same_answers(found, layers, atol)
    assert found.foreign is not None
    assert any(said in note for note in found.foreign.notes)


def test_layers_without_biases_get_zeros(tmp_path: Path) -> None:
    layers = random_layers((784, 10, 10), bias=False)
    found = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers)))
    assert same_answers(found, layers)
    assert found.foreign is not None
    assert found.foreign.notes == ("no layer has biases: they are zero here, and can be trained",)


def _with(**others: Any) -> dict[str, Any]:
    return {**torch_tensors(random_layers((784, 10, 10))), **others}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "convolution": (_with(**{"c.weight": np.zeros((8, 1, 3, 3), "f4")}), "c.weight, 8 × 1 × 3 × 3"),
    "batch norm": (_with(**{"1.weight": np.ones(10, "f4")}), "without a kernel"),
    "count": (_with(**{"1.num_batches_tracked": np.zeros((), "i8")}), "of type I64"),
    "whole numbers": (_with(**{"0.weight": np.zeros((10, 784), "i1")}), "of type I8"),
    "another name": (_with(extra=np.ones(3, "f4")), "holds extra"),
    "one layer": (torch_tensors(random_layers((784, 10))), "a single dense layer, 784-10"),
    "widths": (
        {"0.weight": np.zeros((5, 784), "f4"), "2.weight": np.zeros((10, 7), "f4")},
        "no way",
    ),
    "nothing": ({}, "holds no tensors"),
    "no number": (_with(**{"2.bias": np.full(10, np.nan, "f4")}), "not finite"),
    "no width": (_with(**{"0.weight": np.zeros((0, 784), "f4")}), "0 × 784"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_with_what_was_found(what: str, tmp_path: Path) -> None:
    tensors, said = REFUSED[what]
    path = write_safetensors(tmp_path / "m.safetensors", tensors)
    with pytest.raises(UserError, match=said) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


def header(**entries: Any) -> bytes:
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


WHOLE = {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}
HOSTILE = {
    "a header of two gigabytes": (2 << 30).to_bytes(8, "little") + b'{"a":1}',
    "a long header": (4 << 20).to_bytes(8, "little") + b'{"' + b" " * (4 << 20),
    "more numbers than there are": header(**{"0.weight": WHOLE}) + bytes(100),
    "offsets of another shape": header(a={**WHOLE, "data_offsets": [0, 8]}) + bytes(8),
    "a huge shape": header(**{"0.weight": {**WHOLE, "shape": [1 << 40, 1 << 40]}}) + bytes(31360),
    "a negative shape": header(**{"0.weight": {**WHOLE, "shape": [-1, 784]}}) + bytes(31360),
    "no JSON": (9).to_bytes(8, "little") + b'{"a":nope',
    "an unknown type": header(**{"0.weight": {**WHOLE, "dtype": "F31"}}) + bytes(31360),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_lying_file_is_refused_in_one_line(what: str, tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(HOSTILE[what])
    with pytest.raises(UserError) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
