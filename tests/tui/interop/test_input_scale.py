"""What a network reads is found out on test images, or given; folding it in changes no answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.network import Parameters
from mnist_tui.tui.config.input_scale import (
    CANDIDATES,
    MNIST_SCALE,
    InputScale,
    parse_input_scale,
)
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.interop.model_file import read_model

from tests.helpers.foreign_files import (
    images,
    layers_of,
    random_layers,
    torch_tensors,
    write_safetensors,
)
from tests.helpers.support import trainer_of


@pytest.fixture(scope="module")
def trained(small: Dataset) -> Parameters:
    """A network that has learnt a little, with a square kernel."""
    chosen = {"hidden": (12, 12), "alpha": 0.02, "optimizer": "momentum", "batch_size": 25}
    trainer = trainer_of(small.train, **chosen, iterations=250)
    for _ in trainer.steps():
        pass
    return trainer.parameters


@pytest.mark.parametrize("scale", CANDIDATES, ids=str)
def test_each_scale_is_found_by_its_accuracy_and_folded_in(
    scale: InputScale, trained: Parameters, small: Dataset, tmp_path: Path
) -> None:
    tensors = torch_tensors(layers_of(trained, scale))
    model = read_model(write_safetensors(tmp_path / "m", tensors))
    fitted = model.fitted(small.test, None)
    assert scale.words in fitted.notes[-1]
    found = fitted.saved.state.parameters
    ours, expected = (probabilities(p, small.test.images) for p in (found, trained))
    assert np.allclose(ours, expected, atol=1e-4)
    accuracy = Engine(small.test).score(found).accuracy
    assert f"{accuracy:.1%} of 200 test images right" in fitted.notes[-1]
    assert accuracy > 0.7


@pytest.mark.parametrize("turned", [False, True])
def test_a_square_kernel_lies_as_it_answers_best(
    trained: Parameters, small: Dataset, tmp_path: Path, *, turned: bool
) -> None:
    tensors = torch_tensors(layers_of(trained))
    if turned:
        tensors["2.weight"] = np.ascontiguousarray(tensors["2.weight"].T)
    fitted = read_model(write_safetensors(tmp_path / "m", tensors)).fitted(small.test, None)
    assert np.allclose(fitted.saved.state.vector, trained.vector)
    assert ("square kernels are transposed" in fitted.notes[-1]) is turned


def test_a_scale_that_is_given_is_used_whatever_the_images_say(
    trained: Parameters, small: Dataset, tmp_path: Path
) -> None:
    model = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers_of(trained))))
    scale = InputScale(-3, 7)
    fitted = model.fitted(small.test, scale)
    assert "reads pixels from -3 (paper) to 7 (ink)" in fitted.notes[-1]
    drawn = images(784)
    expected = trained.copy()
    expected.b[0][:, 0] += -3 * expected.W[0].sum(axis=1)
    expected.W[0][:] *= 10
    ours = fitted.saved.state.parameters
    assert np.allclose(probabilities(ours, drawn), probabilities(expected, drawn), atol=1e-4)


def test_a_given_scale_that_answers_little_is_not_said_to_be_the_best(
    trained: Parameters, small: Dataset, tmp_path: Path
) -> None:
    model = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers_of(trained))))
    note = model.fitted(small.test, InputScale(1, 0)).notes[-1]
    assert "if it reads pixels from 1 (paper) to 0 (ink), as you said" in note
    assert "however it is read" not in note


def test_an_untrained_network_is_read_from_0_to_1_and_that_is_said(
    small: Dataset, tmp_path: Path
) -> None:
    layers = random_layers((784, 10, 10))
    model = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers)))
    fitted = model.fitted(small.test, None)
    assert "answers at most" in fitted.notes[-1]
    assert "from 0 (paper) to 1 (ink)" in fitted.notes[-1]
    assert np.array_equal(fitted.saved.state.parameters.W[0], layers[0][0])


def test_without_labelled_images_the_scale_has_to_be_given(tmp_path: Path) -> None:
    layers = random_layers((1024, 10, 62))
    model = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers)))
    with pytest.raises(UserError, match="say what the network reads, with --input-scale"):
        model.fitted(None, None)
    assert "as you said" in model.fitted(None, InputScale()).notes[-1]


def test_weights_that_a_scale_makes_infinite_are_refused(tmp_path: Path) -> None:
    layers = random_layers((784, 10, 10))
    layers[0][0][:] *= np.float32(1e37)
    model = read_model(write_safetensors(tmp_path / "m", torch_tensors(layers)))
    with pytest.raises(UserError, match="too large once it reads pixels from 0"):
        model.fitted(None, InputScale(0, 255))


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("0..1", InputScale(0, 1)),
        (" 255 .. 0 ", InputScale(255, 0)),
        ("-1..1", InputScale(-1, 1)),
        ("-.5..1e2", InputScale(-0.5, 100)),
        ("MNIST", MNIST_SCALE),
    ],
)
def test_a_scale_is_written_as_a_range(text: str, scale: InputScale) -> None:
    assert parse_input_scale(text) == scale
    assert parse_input_scale(str(InputScale(0, 255))) == InputScale(0, 255)


@pytest.mark.parametrize("text", ["", "1", "0..", "0..nan", "1..1", "0..1e999", "0-255", "a..b"])
def test_anything_else_is_no_scale(text: str) -> None:
    with pytest.raises(UserError, match=r"PAPER\.\.INK"):
        parse_input_scale(text)
