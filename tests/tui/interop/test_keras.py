"""Keras's archives: the layers of the configuration with the weights beside it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.interop.model_file import read_model

from tests.helpers.foreign_files import (
    SHAPES,
    answers,
    hdf5,
    images,
    keras_config,
    keras_weights,
    random_layers,
    write_keras,
)

SIZES = (784, 12, 10)
RESCALING = {"class_name": "Rescaling", "config": {"name": "r", "scale": 1 / 127.5, "offset": -1.0}}


@pytest.mark.parametrize("root", ["layers", "_layer_checkpoint_dependencies"])
@pytest.mark.parametrize("sizes", SHAPES, ids=str)
def test_a_sequential_model(sizes: Sequence[int], root: str, tmp_path: Path) -> None:
    layers = random_layers(sizes)
    path = write_keras(tmp_path / "m.keras", keras_config(layers), keras_weights(layers, root))
    found = read_model(path)
    assert found.foreign is not None
    assert found.foreign.program == "keras 3.99"
    pixels = images(sizes[0])
    ours = probabilities(found.saved.state.parameters, pixels).T
    assert np.allclose(ours, answers(layers, pixels / 255), atol=1e-5)


def test_twelve_layers_without_biases_and_a_rescaling(tmp_path: Path) -> None:
    layers = random_layers((784, *[15] * 11, 10), bias=False)
    path = write_keras(tmp_path / "m", keras_config(layers, [RESCALING]), keras_weights(layers))
    pixels = images(784)
    ours = probabilities(read_model(path).saved.state.parameters, pixels).T
    assert np.allclose(ours, answers(layers, pixels / 255 / 127.5 - 1), atol=1e-5)


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": kind.lower(), **config}}


def _activation(value: Any) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["config"]["layers"][2]["config"].update(activation=value)


def _insert(described: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda config: config["config"]["layers"].insert(3, described)


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another activation": (_activation("tanh"), "the activation tanh"),
    "a function of its own": (_activation({"class_name": "function", "config": "mine"}), "mine"),
    "no activation": (_activation("linear"), "linear between two dense layers"),
    "convolution": (_insert(layer("Conv2D")), "a layer Conv2D"),
    "batch norm": (_insert(layer("BatchNormalization")), "a layer BatchNormalization"),
    "a lambda": (_insert(layer("Lambda", function="__import__('os')")), "a layer Lambda"),
    "a leaking ReLU": (
        lambda config: (
            _activation("linear")(config),
            _insert(layer("ReLU", negative_slope=0.1))(config),
        ),
        "a layer ReLU",
    ),
    "another class": (lambda config: config.update(class_name="MyModel"), "of class MyModel"),
    "more weights": (lambda config: config["config"]["layers"].pop(), "more dense layers"),
    "other units": (
        lambda config: config["config"]["layers"][2]["config"].update(units=13),
        "does not fit",
    ),
    "nothing": (lambda config: config["config"].update(layers=[]), "weights of more dense"),
    "no layers": (lambda config: config["config"].update(layers=7), "damaged .keras"),
    "no names": (lambda config: config["config"].update(layers=[{}]), "damaged .keras"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_with_what_was_found(what: str, tmp_path: Path) -> None:
    change, said = REFUSED[what]
    layers = random_layers(SIZES)
    config = keras_config(layers)
    change(config)
    path = write_keras(tmp_path / "m.keras", config, keras_weights(layers))
    with pytest.raises(UserError, match=said) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: ")


def weights_with(change: Callable[[Any], object]) -> bytes:
    file = io.BytesIO(keras_weights(random_layers(SIZES)))
    with hdf5.File(file, "r+") as content:
        del content["layers/dense/vars/0"]
        change(content)
    return file.getvalue()


KERNEL = "layers/dense/vars/0"


def kernel(*given: Any, **options: Any) -> bytes:
    """Weights of which the first kernel is another one."""
    return weights_with(lambda file: file.create_dataset(KERNEL, *given, **options))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "none": (weights_with(lambda _: None), "damaged HDF5"),
    "whole numbers": (kernel(data=np.zeros((784, 12), "i4")), "type int32"),
    "a huge one": (kernel((1 << 30, 1 << 30), "f4", chunks=(1, 16)), "1,073,741,824 ×"),
    "a bomb": (kernel((784, 1 << 20), "f4", compression="gzip", fillvalue=0), "784 ×"),
    "a group": (weights_with(lambda file: file.create_group(KERNEL)), "another place"),
    "another file": (
        weights_with(lambda f: f.__setitem__(KERNEL, hdf5.ExternalLink("/etc/passwd", "/x"))),
        "damaged HDF5",
    ),
    "no HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(900), "damaged HDF5"),
    "nothing": (b"", "damaged HDF5"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_lying_weights_are_refused_in_one_line(what: str, tmp_path: Path) -> None:
    content, said = HOSTILE[what]
    path = write_keras(tmp_path / "m.keras", keras_config(random_layers(SIZES)), content)
    with pytest.raises(UserError, match=said) as refused:
        read_model(path)
    assert "\n" not in str(refused.value)


def test_archives_that_unfold_into_too_much_are_refused(tmp_path: Path) -> None:
    path = write_keras(tmp_path / "m.keras", {}, bytes(24 << 20), zipfile.ZIP_DEFLATED)
    with pytest.raises(UserError, match="unfolds into more than"):
        read_model(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", " " * (8 << 20) + json.dumps({}))
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(UserError, match=r"config\.json, which unfolds"):
        read_model(path)
