"""The commands without a screen: what they print, write, refuse to overwrite, and keep."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Parameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import Run, is_one_line_for_a_person, last_object

AT_LEAST = {
    "data", "alpha", "iterations", "hidden", "batch_size", "optimizer", "seed", "threads",
    "train_accuracy", "test_accuracy", "loss", "seconds", "iterations_per_second", "stopped",
}  # fmt: skip


def test_json_says_what_was_chosen_and_what_came_of_it(
    run: Run, folder: Path, small: Dataset
) -> None:
    command = ["train", "--data", str(folder), "--iterations", "12", "--alpha", "0.3", "--json"]
    assert "IDX, four files" in run(*command).err
    ended = run(*command, "--quiet")
    assert (ended.code, ended.err) == (0, "")
    said = last_object(ended.out)
    assert AT_LEAST - set(said) == set()
    assert (said["alpha"], said["iterations"], said["hidden"]) == (0.3, 12, [10])
    assert (said["batch_size"], said["seed"], said["stopped"]) == (None, 0, "finished")
    chosen = Hyperparameters(alpha=0.3, iterations=12)
    *_, last = Trainer(small.train, small.test, chosen).steps()
    assert said["test_accuracy"] == last.test_accuracy
    assert said["train_accuracy"] == last.train_accuracy
    assert said["loss"] == pytest.approx(last.loss)


def test_for_people_there_is_a_summary(run: Run, folder: Path) -> None:
    ended = run("train", "--data", folder, "--iterations", "3")
    assert ended.code == 0
    assert "finished after 3 iterations" in ended.out
    assert "test accuracy" in ended.out
    assert run("train", "--data", folder, "--iterations", "3", "--quiet").out == ""


def test_model_and_history_are_the_run(
    run: Run, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    model, history = tmp_path / "m.npz", tmp_path / "h.csv"
    arguments = ["--iterations", "15", "--batch-size", "50", "--hidden", "12,6", "--seed", "4"]
    ended = run(
        "train", "--data", folder, *arguments, "--out", model, "--history", history, "--json"
    )
    assert ended.code == 0
    chosen = Hyperparameters(iterations=15, batch_size=50, hidden=(12, 6), seed=4)
    trainer = Trainer(small.train, small.test, chosen)
    assert len(list(trainer.steps())) == 15
    state = checkpoint.load(model)
    assert state.vector.tobytes() == trainer.parameters.vector.tobytes()
    assert state.history.tobytes() == trainer.history.rows().tobytes()
    with history.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["iteration"]) for row in rows] == list(range(16))
    assert [float(row["loss"]) for row in rows] == trainer.history.rows()[:, 2].tolist()
    assert {path.name for path in tmp_path.iterdir()} == {"m.npz", "h.csv"}


def test_evaluate_and_predict_agree_with_the_model(
    run: Run, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    model = tmp_path / "m.npz"
    trained = last_object(
        run("train", "--data", folder, "--iterations", "40", "--out", model, "--json").out
    )
    said = last_object(run("evaluate", model, "--data", folder, "--json").out)
    state = checkpoint.load(model)
    parameters = Parameters(state.sizes, state.vector)
    assert said["test_accuracy"] == trained["test_accuracy"]
    assert said["test_accuracy"] == Engine(small.test).score(parameters).accuracy
    assert f"{said['test_accuracy']:.2%}" in run("evaluate", model, "--data", folder).out
    for index in (0, 7, 199):
        seen = last_object(
            run("predict", model, "--data", folder, "--index", str(index), "--json").out
        )
        expected = probabilities(parameters, small.test.images[index : index + 1])[:, 0]
        assert seen["probabilities"] == pytest.approx(expected.tolist())
        assert seen["prediction"] == int(np.argmax(expected))
        assert seen["label"] == small.test.labels[index]
    shown = run("predict", model, "--data", folder).out
    assert "@" in shown
    assert len([line for line in shown.splitlines() if line.endswith("█") or " %" in line]) == 10


def test_what_exists_is_not_overwritten_unless_told_to(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    for option, name in (("--out", "m.npz"), ("--history", "h.csv")):
        path = tmp_path / name
        path.write_text("precious")
        command: list[str | Path] = ["train", "--data", folder, "--iterations", "2", option, path]
        ended = run(*command)
        assert ended.code == 1
        assert is_one_line_for_a_person(ended.err)
        assert "--force" in ended.err
        assert path.read_text() == "precious"
        assert run(*command, "--force").code == 0
        assert path.read_bytes() != b"precious"


@pytest.mark.parametrize("index", ["-1", "200", "99999999999999999999"])
def test_an_index_out_of_range_is_told(run: Run, folder: Path, tmp_path: Path, index: str) -> None:
    model = tmp_path / "m.npz"
    run("train", "--data", folder, "--iterations", "1", "--out", model)
    ended = run("predict", model, "--data", folder, "--index", index)
    assert ended.code in (1, 2)
    assert is_one_line_for_a_person(ended.err)
    assert "199" in ended.err


def test_a_model_for_other_images_is_refused(
    run: Run, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    labels = small.train.labels % 9
    for name, pixels, told in (("few classes", 784, "784-10-9"), ("small", 400, "28 × 28")):
        train = Digits(small.train.images[:, :pixels], labels)
        trainer = Trainer(train, train, Hyperparameters(), classes=9 if pixels == 784 else 10)
        model = tmp_path / f"{name}.npz"
        checkpoint.save(trainer.state(), model)
        for command in ("evaluate", "predict"):
            ended = run(command, model, "--data", folder)
            assert ended.code == 1
            assert is_one_line_for_a_person(ended.err)
            assert told in ended.err
            assert f"{pixels}-10" in ended.err


def test_a_run_that_diverges_fails_and_says_so(run: Run, folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.npz"
    ended = run("train", "--data", folder, "--alpha", "1e30", "--out", model, "--json", "--quiet")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    said = last_object(ended.out)
    assert said["stopped"] == "diverged"
    assert np.isfinite(said["loss"])
    assert np.isfinite(checkpoint.load(model).vector).all()
