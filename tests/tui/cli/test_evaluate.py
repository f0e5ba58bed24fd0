"""evaluate and predict by means: of several networks, and of deformed copies of each image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.datasets.loading import provenance_of
from mnist_tui.tui.export.predictions import mean_probabilities
from PIL import Image

from tests.helpers.support import Run, is_one_line_for_a_person, last_object, trainer_of


@pytest.fixture
def models(small: Dataset, tmp_path: Path) -> list[Path]:
    """Two networks, of one and of two hidden layers."""
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for path, hidden in zip(paths, ((12,), (12, 8)), strict=True):
        trainer = trainer_of(small.train, alpha=0.3, iterations=40, hidden=hidden)
        for _ in trainer.steps():
            pass
        checkpoint.save(trainer.state(), path, provenance_of(small, "mnist"))
    return paths


def expected_shares(models: list[Path], images: np.ndarray, deformations: int) -> np.ndarray:
    networks = [checkpoint.load(path).parameters for path in models]
    return mean_probabilities(networks, images, deformations)


@pytest.mark.parametrize("deformations", [0, 3])
def test_networks_are_measured_together(
    run: Run, models: list[Path], small: Dataset, folder: Path, deformations: int
) -> None:
    command = ["evaluate", *models, "--data", folder, "--deformations", str(deformations)]
    said = last_object(run(*command, "--json").out)
    test = small.test
    shares = expected_shares(models, test.images, deformations)
    assert said["model"] == [str(model) for model in models]
    assert said["network"] == ["784-12-10", "784-12-8-10"]
    assert said["deformations"] == deformations
    assert said["test_accuracy"] == (shares.argmax(axis=1) == test.labels).mean()
    losses = -np.log(shares[np.arange(len(test)), test.labels].astype(float))
    assert said["loss"] == pytest.approx(losses.mean())
    assert said["is_trained_on_these"] is True
    shown = run(*command).out
    assert f"2 networks 784-12-10 and 784-12-8-10 answer {said['test_accuracy']:.2%}" in shown
    assert ("3 deformed copies" in shown) == bool(deformations)


def test_one_network_without_copies_is_measured_as_ever(
    run: Run, models: list[Path], small: Dataset, folder: Path
) -> None:
    command = ["evaluate", models[0], "--data", folder, "--json"]
    plain = last_object(run(*command).out)
    assert plain["model"] == str(models[0])
    assert plain["network"] == "784-12-10"
    score = Engine(small.test).score(checkpoint.load(models[0]).parameters)
    assert (plain["test_accuracy"], plain["loss"]) == (score.accuracy, score.loss)
    copies = last_object(run(*command, "--deformations", "3").out)
    assert copies["loss"] != plain["loss"]


def test_predictions_are_by_deformed_copies_if_asked(
    run: Run, models: list[Path], small: Dataset, folder: Path, tmp_path: Path
) -> None:
    model, test = models[0], small.test
    shares = expected_shares([model], test.images, 4)
    asked = ["--data", folder, "--deformations", "4"]
    said = last_object(run("predict", model, *asked, "--index", "7", "--json").out)
    assert said["probabilities"] == pytest.approx(shares[7].tolist(), abs=1e-6)
    out = tmp_path / "answers.csv"
    assert run("predict", model, *asked, "--out", out).code == 0
    assert pd.read_csv(out)["confidence"].to_numpy() == pytest.approx(shares.max(axis=1), abs=1e-6)
    plain = expected_shares([model], test.images, 0)
    assert run("predict", model, "--data", folder, "--out", out, "--force").code == 0
    assert pd.read_csv(out)["confidence"].to_numpy() == pytest.approx(plain.max(axis=1), abs=1e-6)


def test_a_picture_is_seen_in_deformed_copies_if_asked(
    run: Run, models: list[Path], small: Dataset, tmp_path: Path
) -> None:
    picture = tmp_path / "digit.png"
    Image.fromarray(small.test.images[0].reshape(28, 28)).save(picture)
    command = ["predict", models[0], "--image", picture, "--json"]
    plain = last_object(run(*command).out)["probabilities"]
    copies = last_object(run(*command, "--deformations", "4").out)["probabilities"]
    assert sum(copies) == pytest.approx(1, abs=1e-5)
    assert copies != pytest.approx(plain)


def test_networks_of_other_classes_cannot_answer_together(
    run: Run, models: list[Path], small: Dataset, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "nine.npz"
    train = Digits(small.train.images, small.train.labels % 9)
    checkpoint.save(Trainer(train, train, Hyperparameters(), classes=9).state(), other)
    ended = run("evaluate", models[0], other, "--data", folder)
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert f"{other}: is a network 784-10-9" in ended.err
