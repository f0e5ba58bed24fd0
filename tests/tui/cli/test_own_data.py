"""From a person's own files to answers: Kaggle's CSV in two commands, one picture, other names."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.run import checkpoint
from PIL import Image

from tests.helpers.datasets.source_files import csv_text, write_album
from tests.helpers.support import Run, is_one_line_for_a_person, last_object


@pytest.fixture
def model(run: Run, folder: Path, tmp_path: Path) -> Path:
    """A network that has learnt a little, on the small folder."""
    path = tmp_path / "m.npz"
    chosen = ["--iterations", "80", "--alpha", "0.3", "--quiet"]
    assert run("train", "--data", folder, *chosen, "--out", path).code == 0
    return path


def test_kaggles_files_become_a_submission_in_two_commands(
    run: Run, small: Dataset, tmp_path: Path
) -> None:
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text(csv_text(small.train.images, small.train.labels))
    test.write_text(csv_text(small.test.images, None))
    out, submission = tmp_path / "m.npz", tmp_path / "submission.csv"
    chosen = ["--iterations", "200", "--hidden", "40", "--alpha", "0.3"]
    ended = run("train", "--data", train, *chosen, "--out", out)
    assert ended.code == 0
    assert "20 % of each class kept apart" in ended.err
    assert run("predict", out, "--data", test, "--submission", submission).code == 0
    table = pd.read_csv(submission)
    assert list(table.columns) == ["ImageId", "Label"]
    assert table["ImageId"].tolist() == list(range(1, 201))
    assert (table["Label"].to_numpy() == small.test.labels).mean() > 0.7


def test_predictions_have_every_probability(
    run: Run, model: Path, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    said = last_object(run("evaluate", model, "--data", folder, "--json").out)
    for name, read in (("p.csv", pd.read_csv), ("p.json", pd.read_json)):
        path = tmp_path / name
        assert run("predict", model, "--data", folder, "--out", path).code == 0
        table = read(path)
        assert table["index"].tolist() == list(range(200))
        assert table["label"].tolist() == small.test.labels.tolist()
        assert (table["answer"] == table["label"]).mean() == pytest.approx(said["test_accuracy"])
        shares = table[[f"p_{digit}" for digit in range(10)]].to_numpy()
        assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert table["confidence"].to_numpy() == pytest.approx(shares.max(axis=1))
        assert table["answer"].tolist() == shares.argmax(axis=1).tolist()
        assert run("predict", model, "--data", folder, "--out", path).code == 1


def test_one_picture_is_answered_and_what_was_found_is_said(
    run: Run, model: Path, mnist: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digit = mnist.test.images[0].reshape(28, 28)
    path = tmp_path / "seven.png"
    Image.fromarray(255 - digit).resize((140, 140)).save(path)
    ended = run("predict", model, "--image", path)
    assert ended.code == 0
    assert "140 × 140 pixels" in ended.err
    assert "dark on light" in ended.err
    assert ended.out.count(" %") == 10
    said = last_object(run("predict", model, "--image", path, "--json").out)
    assert said["probabilities"][said["prediction"]] == max(said["probabilities"])
    assert sum(said["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert any("dark on light" in line for line in said["found"])

    class Stdin:
        buffer = io.BytesIO(path.read_bytes())

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Stdin())
    piped = last_object(run("predict", model, "--image", "-", "--json").out)
    assert piped["probabilities"] == said["probabilities"]


def test_a_bad_picture_and_wrong_use_are_one_line(run: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"\x89PNG rubbish")
    bad = [["--image", str(tmp_path / "no.png")], ["--image", str(tmp_path / "none.png")]]
    wrong = [["--image", "x.png", "--index", "3"], ["--out", "p.csv", "--index", "3"]]
    for arguments in (*bad, *wrong, ["--out", str(tmp_path / "p.txt")]):
        ended = run("predict", model, *arguments)
        assert ended.code == (2 if arguments in wrong else 1)
        assert is_one_line_for_a_person(ended.err)


def test_classes_keep_their_names(run: Run, small: Dataset, tmp_path: Path) -> None:
    chosen = small.train.labels < 3
    digits = Digits(small.train.images[chosen], small.train.labels[chosen])
    album = write_album(tmp_path / "album", digits, 28, ["ant", "bee", "cow"])
    out = tmp_path / "m.npz"
    assert run("train", "--data", album, "--iterations", "50", "--out", out).code == 0
    assert checkpoint.read(out).provenance.names == ("ant", "bee", "cow")
    (tmp_path / "test.csv").write_text(csv_text(small.test.images, None))
    table = tmp_path / "p.csv"
    assert run("predict", out, "--data", tmp_path / "test.csv", "--out", table).code == 0
    assert set(pd.read_csv(table)["answer"]) <= {"ant", "bee", "cow"}
    other = write_album(tmp_path / "other", digits, 28, ["bee", "cow", "dog"])
    ended = run("evaluate", out, "--data", other)
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert "ant, bee, cow" in ended.err
    numbered = tmp_path / "numbered"  # IDX files have no names
    assert run("data", "--data", album, "--out", numbered).code == 0
    ended = run("evaluate", out, "--data", numbered)
    assert ended.code == 0
    assert "classes 0, 1, 2 taken for the model's ant, bee, cow, in this order" in ended.err
    assert run("data", "--data", album, "--out", table, "--force").code == 1
    assert "is a file; expected a folder" in run("data", "--out", table, "--force").err


def test_evaluate_says_when_the_data_are_others(
    run: Run, model: Path, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    assert "trained on other" not in run("evaluate", model, "--data", folder).err
    path = tmp_path / "d.csv"
    path.write_text(csv_text(small.test.images, small.test.labels))
    ended = run("evaluate", model, "--data", path)
    assert ended.code == 0
    assert "trained on other images" in ended.err
    said = last_object(run("evaluate", model, "--data", path, "--json").out)
    assert said["is_trained_on_these"] is False
    path.write_text(csv_text(small.train.images, small.train.labels))
    assert "the model learnt from all of them" in run("evaluate", model, "--data", path).err


def test_every_row_of_a_file_that_was_not_learnt_from_is_answered(
    run: Run, small: Dataset, tmp_path: Path
) -> None:
    train, other, out = (tmp_path / name for name in ("train.csv", "other.csv", "m.npz"))
    train.write_text(csv_text(small.train.images, small.train.labels))
    other.write_text(csv_text(small.test.images, small.test.labels))
    chosen = ["--iterations", "40", "--test-share", "0.3", "--quiet"]
    assert run("train", "--data", train, *chosen, "--out", out).code == 0
    said = last_object(run("evaluate", out, "--data", other, "--json").out)
    assert said["images"] == 200
    said = last_object(run("evaluate", out, "--data", train, "--json").out)
    assert said["images"] == pytest.approx(150, abs=5)  # what was kept apart then
    assert said["is_trained_on_these"] is True
    table = tmp_path / "p.csv"
    assert run("predict", out, "--data", other, "--out", table).code == 0
    assert pd.read_csv(table)["label"].tolist() == small.test.labels.tolist()


def test_data_options_say_what_the_content_cannot(run: Run, small: Dataset, tmp_path: Path) -> None:
    train, test = tmp_path / "one.csv", tmp_path / "two.csv"
    train.write_text(csv_text(small.train.images, small.train.labels, header=False))
    test.write_text(csv_text(small.test.images, small.test.labels, header=False))
    chosen = ["--test", test, "--label", "first", "--json"]
    said = last_object(run("data", "--data", train, *chosen).out)
    assert (said["train"], said["test"]) == (500, 200)
    ended = run("data", "--label", "first")
    assert ended.code == 2
    assert is_one_line_for_a_person(ended.err)


def test_deformed_copies_are_made_again_the_same(run: Run, folder: Path, tmp_path: Path) -> None:
    contents: list[bytes] = []
    for name in ("one", "two"):
        out = tmp_path / name
        ended = run("data", "--data", folder, "--deformed", "7000", "--out", out)
        assert ended.code == 0
        contents.append((out / "train-images-idx3-ubyte").read_bytes())
    assert contents[0] == contents[1]
    said = last_object(run("data", "--data", tmp_path / "one", "--json").out)
    assert (said["train"], said["test"]) == (7000, 200)
    assert contents[0][16 : 16 + 784] != contents[0][16 + 500 * 784 :][:784]
    assert run("data", "--data", folder, "--deformed", "7").code == 2


def test_the_test_share_is_how_much_is_tested_on(run: Run, small: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(csv_text(small.train.images, small.train.labels))
    for share, expected in (("0.1", 50), ("0.5", 250)):
        said = last_object(run("data", "--data", path, "--test-share", share, "--json").out)
        assert said["test"] == pytest.approx(expected, abs=5)
        assert said["train"] + said["test"] == 500
    ended = run("train", "--data", path, "--test-share", "2")
    assert ended.code == 2
    assert is_one_line_for_a_person(ended.err)


def test_data_written_as_idx_files_are_the_same_data(
    run: Run, small: Dataset, tmp_path: Path
) -> None:
    path, out = tmp_path / "d.csv", tmp_path / "idx"
    path.write_text(csv_text(small.train.images, small.train.labels))
    first = last_object(run("data", "--data", path, "--out", out, "--json").out)
    again = last_object(run("data", "--data", out, "--json").out)
    assert again["sha256"] == first["sha256"]
    assert (again["train"], again["test"]) == (first["train"], first["test"])
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    ended = run("data", "--data", "mnist", "--out", out)
    assert ended.code == 1
    assert "--force" in ended.err
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before
    assert np.sum([len(content) for content in before.values()]) == 500 * 785 + 2 * (16 + 8)
