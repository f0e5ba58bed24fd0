"""Commands on networks from elsewhere: scored, asked, listed, exported, and refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.network import Parameters
from mnist_tui.tui.config.input_scale import InputScale
from PIL import Image

from tests.helpers.foreign_files import (
    gemm_model,
    keras_config,
    keras_weights,
    layers_of,
    random_layers,
    torch_tensors,
    write_keras,
    write_onnx,
    write_safetensors,
)
from tests.helpers.support import Run, is_one_line_for_a_person, last_object, trainer_of


@pytest.fixture(scope="module")
def trained(small: Dataset) -> Parameters:
    """A network that has learnt a little."""
    trainer = trainer_of(small.train, alpha=0.3, iterations=60)
    for _ in trainer.steps():
        pass
    return trainer.parameters


@pytest.fixture
def foreign(trained: Parameters, tmp_path: Path) -> Path:
    """It, as a network of PyTorch's that reads 0 to 255."""
    layers = layers_of(trained, InputScale(0, 255))
    return write_safetensors(tmp_path / "mlp.safetensors", torch_tensors(layers))


def test_it_is_scored_as_a_network_of_ones_own(
    run: Run, foreign: Path, trained: Parameters, small: Dataset, folder: Path
) -> None:
    ended = run("evaluate", foreign, "--data", folder, "--json")
    assert ended.code == 0
    score = Engine(small.test).score(trained)
    said = last_object(ended.out)
    assert said["network"] == "784-10-10"
    assert said["test_accuracy"] == score.accuracy
    assert said["loss"] == pytest.approx(score.loss, abs=1e-4)
    assert said["is_trained_on_these"] is None
    assert "safetensors: a network 784-10-10" in ended.err
    assert f"reads pixels from 0 (paper) to 255 (ink): {score.accuracy:.1%}" in ended.err
    assert run("evaluate", foreign, "--data", folder, "--quiet").err == ""


def test_the_scale_can_be_given(run: Run, foreign: Path, folder: Path) -> None:
    ended = run("evaluate", foreign, "--data", folder, "--input-scale", "0..255")
    assert "as you said" in ended.err
    ended = run("evaluate", foreign, "--data", folder, "--input-scale", "loud")
    assert (ended.code, ended.out) == (2, "")
    assert "PAPER..INK" in ended.err


def test_it_is_asked_about_digits_pictures_and_sets(
    run: Run, foreign: Path, small: Dataset, folder: Path, tmp_path: Path
) -> None:
    said = last_object(run("predict", foreign, "--data", folder, "--json").out)
    assert said["label"] == int(small.test.labels[0])
    Image.fromarray(small.test.images[0].reshape(28, 28)).save(tmp_path / "digit.png")
    ended = run("predict", foreign, "--image", tmp_path / "digit.png", "--json")
    assert ended.code == 0
    assert "reads pixels from 0 (paper) to 255 (ink)" in ended.err  # found out on MNIST
    picture = last_object(ended.out)
    assert np.allclose(picture["probabilities"], said["probabilities"], atol=1e-4)
    out = tmp_path / "answers.json"
    assert run("predict", foreign, "--data", folder, "--out", out).code == 0
    assert len(json.loads(out.read_text())) == len(small.test)


def test_models_lists_it_beside_ones_own(run: Run, foreign: Path, tmp_path: Path) -> None:
    write_onnx(tmp_path / "b.onnx", gemm_model(random_layers((784, 20, 10))))
    (tmp_path / "c.keras").write_bytes(b"PK")
    ended = run("models", tmp_path)
    assert ended.code == 0
    assert [line.split()[1] for line in ended.out.splitlines()[1:]] == ["784-20-10", "784-10-10"]
    assert "c.keras: is a damaged .keras file" in ended.err
    listed = last_object(run("models", foreign, "--json").out)["models"]
    assert listed[0]["format"] == "safetensors"
    assert listed[0]["network"] == "784-10-10"


def test_what_was_not_trained_here_is_not_exported_as_if_it_was(
    run: Run, foreign: Path, folder: Path, tmp_path: Path
) -> None:
    script = tmp_path / "run.py"
    ended = run("export", foreign, "--data", folder, "--script", script)
    assert ended.code == 1
    assert "began with the weights of mlp.safetensors" in ended.err
    assert not script.exists()
    assert "not of the recipe" in run("export", foreign, "--data", folder, "--recipe").err
    out = tmp_path / "p.csv"
    assert run("export", foreign, "--data", folder, "--predictions", out).code == 0
    assert len(out.read_text().splitlines()) == 201


@pytest.mark.parametrize("command", ["evaluate", "predict"])
def test_a_network_of_other_widths_is_refused(run: Run, command: str, tmp_path: Path) -> None:
    layers = random_layers((1024, 10, 10))
    path = write_safetensors(tmp_path / "m.safetensors", torch_tensors(layers))
    ended = run(command, path)
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert "is a network 1024-10-10, but the images of mnist are 28 × 28" in ended.err


def test_a_network_is_not_taken_for_data(run: Run, foreign: Path, tmp_path: Path) -> None:
    layers = random_layers((784, 10, 10))
    onnx = write_onnx(tmp_path / "m.onnx", gemm_model(layers))
    keras = write_keras(tmp_path / "m.keras", keras_config(layers), keras_weights(layers))
    for path in (foreign, onnx, keras):
        ended = run("data", "--data", path)
        assert ended.code == 1
        assert is_one_line_for_a_person(ended.err)
        assert "holds a network, not images: open it with --resume" in ended.err


def test_a_scale_without_a_network_is_refused(run: Run) -> None:
    ended = run("--input-scale", "0..1")
    assert ended.code == 2
    assert "--resume FILE" in ended.err
