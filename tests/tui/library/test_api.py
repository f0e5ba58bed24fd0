"""The library: the same results as the commands, checked input, and errors of one line."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import mnist_tui
import numpy as np
import pytest
import threadpoolctl
from mnist_tui import (
    Data,
    DataError,
    Hyperparameters,
    Model,
    NetError,
    UserError,
    load_data,
    open_model,
    predict,
    train,
)
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.history import Progress
from numpy.typing import ArrayLike

from tests.helpers.python_blocks import python_blocks
from tests.helpers.support import ROOT, Run, fingerprint

RECIPE = "alpha=0.3 iterations=12 hidden=7 batch=50 seed=3 @6 alpha=0.1"


@pytest.fixture(scope="module")
def data(folder: Path) -> Data:
    """The small set, as a notebook loads it."""
    return load_data(folder)


@pytest.fixture(scope="module")
def model(data: Data) -> Model:
    """A network that has learnt a little."""
    return train(data, RECIPE)


def test_the_data_are_square_images_with_labels(data: Data, small: Dataset) -> None:
    assert data.train_images.shape == (500, 28, 28)
    assert data.test_images.shape == (200, 28, 28)
    assert np.array_equal(data.test_images.reshape(200, -1), small.test.images)
    assert np.array_equal(data.train_labels, small.train.labels)
    assert data.test_labels.shape == (200,)
    assert data.names == small.names
    assert "500 to train on" in repr(data)


def test_a_run_has_the_bits_of_the_command(
    run: Run, folder: Path, model: Model, tmp_path: Path
) -> None:
    out = tmp_path / "m.npz"
    ended = run("train", "--data", folder, "--recipe", RECIPE, "--quiet", "--out", out)
    assert ended.code == 0
    theirs = checkpoint.read(out)
    assert fingerprint(theirs.state) == fingerprint(model.saved.state)
    assert theirs.provenance.sha256 == model.saved.provenance.sha256
    assert theirs.provenance.source == model.saved.provenance.source
    assert model.recipe == RECIPE
    assert model.test_accuracy == theirs.state.history[-1, 6]


def test_a_model_is_saved_and_opened_and_nothing_is_replaced_unasked(
    model: Model, data: Data, tmp_path: Path
) -> None:
    path = tmp_path / "m.npz"
    model.save(path)
    same = open_model(str(path))
    assert same.sizes == (784, 7, 10)
    assert [W.shape for W in same.weights] == [(7, 784), (10, 7)]
    assert [b.shape for b in same.biases] == [(7,), (10,)]
    assert np.array_equal(predict(same, data.test_images), predict(model, data.test_images))
    assert same.history["iteration"].tolist() == list(range(13))
    with pytest.raises(UserError, match="exists already"):
        model.save(path)
    model.save(path, overwrite=True)
    with pytest.raises(UserError, match=r"ends in \.npz"):
        model.save(tmp_path / "m.txt")


def test_weights_that_are_handed_out_are_copies(model: Model) -> None:
    before = model.weights[0].copy()
    model.weights[0][:] = 0
    model.biases[0][:] = 1
    assert np.array_equal(model.weights[0], before)


def test_images_may_be_square_or_rows_and_bytes_or_floats(model: Model, data: Data) -> None:
    images = data.test_images
    found = predict(model, images)
    assert found.shape == (200, 10)
    assert found.dtype == np.float32
    assert found.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(predict(model, images.reshape(200, 784)), found)
    for kind in (np.float16, np.float32, np.float64):
        shares = predict(model, (images / 255).astype(kind))
        assert shares == pytest.approx(found, abs=1e-2 if kind is np.float16 else 1e-5)
    assert np.array_equal(predict(model, np.asfortranarray(images)), found)
    assert predict(model, images[:0]).shape == (0, 10)
    many = np.tile(images, (13, 1, 1)) / np.float32(255)  # more than one chunk
    assert predict(model, many)[-200:] == pytest.approx(found, abs=1e-5)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((28, 28), np.uint8), r"28 × 28; expected n × 28 × 28 or n × 784; one image"),
        (np.zeros(784, np.uint8), r"one image alone is images\[None\]"),
        (np.zeros((2, 14, 56), np.uint8), "2 × 14 × 56; expected"),
        (np.zeros((2, 100)), "2 × 100; expected"),
        (3, "one number; expected"),
        ([[1, 2], [3]], "no array"),
        (np.zeros((2, 784), np.int64), "type int64; expected uint8"),
        (np.full((2, 784), 255.0), "from 255 to 255; expected 0 .* divide"),
        (np.full((2, 784), -0.1), "expected 0"),
        (np.full((2, 784), np.nan), "expected 0"),
    ],
)
def test_images_of_another_form_are_refused_in_one_line(
    model: Model, images: ArrayLike, words: str
) -> None:
    with pytest.raises(UserError, match=words) as refused:
        predict(model, images)
    assert "\n" not in str(refused.value)


def test_what_cannot_be_done_is_one_line(data: Data, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv"):
        load_data(tmp_path / "none.csv")
    with pytest.raises(NetError, match=r"none\.npz"):
        open_model(tmp_path / "none.npz")
    with pytest.raises(UserError, match="recipe, word 1"):
        train(data, "alpha")
    with pytest.raises(NetError, match="only 500 training samples"):
        train(data, Hyperparameters(batch_size=501))
    with pytest.raises(NetError, match="Make alpha smaller"):
        train(data, "alpha=1e30 iterations=5")


def test_progress_is_told_update_by_update(data: Data) -> None:
    told: list[Progress] = []
    model = train(data, Hyperparameters(iterations=4), threads=1, on_update=told.append)
    assert [progress.iteration for progress in told] == [1, 2, 3, 4]
    assert told[-1].test_accuracy == model.test_accuracy


def test_the_process_has_its_blas_threads_back(data: Data) -> None:
    pools = cast("Any", threadpoolctl)
    before = pools.threadpool_info()
    train(data, Hyperparameters(iterations=1))
    assert pools.threadpool_info() == before


def test_every_name_is_there_and_no_other_one() -> None:
    assert set(mnist_tui.__all__) <= set(dir(mnist_tui))
    assert all(getattr(mnist_tui, name) for name in mnist_tui.__all__)
    with pytest.raises(AttributeError, match="'fit'"):
        _ = mnist_tui.fit
    assert set(asdict(Hyperparameters())) >= {"alpha", "hidden", "batch_size"}


def test_the_examples_of_the_documentation_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    found: dict[str, object] = {}
    blocks = python_blocks(ROOT / "docs" / "library.md")
    assert len(blocks) == 4
    for block in blocks:
        exec(block, found)  # noqa: S102  (our own documentation)
    said = capsys.readouterr().out
    assert "of 10,000 test digits right" in said
    assert "divide bytes by 255" in said
    assert "400 to train on, 100 to test on" in said
    assert "(784, 16, 16, 10) (16, 784)" in said


def test_the_program_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "mnist_tui", "--version"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert ended.stdout.startswith("mnist-tui, version ")
