"""The one door to model files: what each file is taken for, and what is never opened."""

from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.errors import EXPECTED_ERRORS, UserError
from mnist_tui.tui.interop import model_file
from mnist_tui.tui.interop.model_file import is_model, read_model

from tests.helpers.foreign_files import (
    gemm_model,
    keras_config,
    keras_weights,
    random_layers,
    torch_tensors,
    write_keras,
    write_onnx,
    write_safetensors,
)
from tests.helpers.support import trainer_of


@pytest.fixture
def each(tmp_path: Path, small: Dataset) -> dict[str, Path]:
    """The same kind of network in each format, under names that say nothing."""
    layers = random_layers((784, 10, 10))
    trainer = trainer_of(small.train, iterations=1)
    trainer.measure()
    checkpoint.save(trainer.state(), tmp_path / "own")
    return {
        "own": tmp_path / "own",
        "safetensors": write_safetensors(tmp_path / "a", torch_tensors(layers)),
        "ONNX": write_onnx(tmp_path / "b", gemm_model(layers)),
        "Keras": write_keras(tmp_path / "c", keras_config(layers), keras_weights(layers)),
    }


def test_the_content_decides_what_a_file_is(each: dict[str, Path]) -> None:
    found = {name: read_model(path) for name, path in each.items()}
    assert {name: file.foreign.form if file.foreign else "own" for name, file in found.items()} == {
        name: name for name in each
    }
    assert [is_model(each[name]) for name in ("own", "safetensors", "Keras")] == [True] * 3


def test_data_are_no_models(folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", images=np.zeros((3, 4)), labels=np.zeros(3))
    (tmp_path / "table.csv").write_text("label,p0\n1,2\n")
    for path in (tmp_path / "set.npz", tmp_path / "table.csv", folder, tmp_path / "none"):
        assert not is_model(path)


class Evil:
    """What a pickle may be: a call of anything."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    evil = pickle.dumps(Evil(tmp_path / "ran"))
    (tmp_path / "m.pkl").write_bytes(evil)
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        archive.writestr("archive/data.pkl", evil)
    for name, said in (("m.pkl", "is a Python pickle"), ("m.pt", "is PyTorch's, a pickle")):
        with pytest.raises(UserError, match=said):
            read_model(tmp_path / name)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(100), "is an HDF5 file; save the model as .keras"),
        (b"\x1c\0\0\0TFL3" + bytes(100), "is TensorFlow Lite's"),
        (b"\x81\xa6params\x82\xa7Dense_0" + bytes(100), "is Flax's msgpack; save the param"),
        (b"", "is not a model file, or is cut short"),
        (b"\x08", "is not a model file"),
        (b"label,p0\n1,2\n", "is not a model file"),
        (b"PK\x03\x04" + bytes(100), "is not a model file"),
    ],
)
def test_other_files_are_called_by_their_name(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(content)
    with pytest.raises(EXPECTED_ERRORS, match=said) as refused:
        read_model(path)
    assert "\n" not in str(refused.value)


def test_no_file_at_all(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "none", tmp_path / "pipe", Path("a\0b")):
        with pytest.raises(EXPECTED_ERRORS):
            read_model(path)


def test_a_file_larger_than_any_network_is_not_read(
    each: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_file, "MAX_FILE_BYTES", 1000)
    for name in ("safetensors", "ONNX"):
        with pytest.raises(UserError, match="more than the 10,000,000 weights"):
            read_model(each[name])


@pytest.mark.parametrize("name", ["safetensors", "ONNX", "Keras"])
def test_a_file_cut_anywhere_is_refused_in_one_line(name: str, each: dict[str, Path]) -> None:
    whole = each[name].read_bytes()
    suffix = {"ONNX": ".onnx", "Keras": ".keras"}.get(name, "")
    path = each[name].with_suffix(suffix)
    for cut in (1, 9, 60, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(EXPECTED_ERRORS) as refused:
            read_model(path)
        assert str(refused.value).startswith(f"{path}: ")
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [
        ("safetensors", "safetensors", "safetensors"),
        ("ONNX", "onnx", "onnx"),
        ("Keras", "h5py", "hdf5"),
    ],
)
def test_a_missing_library_is_named_with_the_line_that_installs_it(
    name: str,
    module: str,
    extra: str,
    each: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(UserError, match=rf"pip install 'mnist-tui\[{extra}\]'"):
        read_model(each[name])
