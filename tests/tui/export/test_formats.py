"""What leaves a saved run: tables, a picture, and the list of models; nothing written over."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.datasets.loading import provenance_of
from mnist_tui.tui.export import png
from PIL import Image

from tests.helpers.support import Run, is_one_line_for_a_person, last_object


@pytest.fixture
def shelf(small: Dataset, tmp_path: Path) -> Path:
    """A folder with two runs, in one of which alpha was changed after 4 updates."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name, chosen in (
        ("a", Hyperparameters(iterations=9)),
        ("b", Hyperparameters(iterations=5)),
    ):
        trainer = Trainer(small.train, small.test, chosen)
        if name == "a":
            assert len(list(islice(trainer.steps(), 4))) == 4
            trainer.change(replace(chosen, alpha=0.5))
        assert len(list(trainer.steps())) == 5
        checkpoint.save(trainer.state(), folder / f"{name}.npz", provenance_of(small, "mnist"))
    return folder


def test_the_history_has_every_hyperparameter_and_every_change(run: Run, shelf: Path) -> None:
    out = shelf / "h.csv"
    assert run("export", shelf / "a.npz", shelf / "b.npz", "--history", out).code == 0
    table = pd.read_csv(out, keep_default_na=False)
    assert table["run"].tolist() == ["a"] * 10 + ["b"] * 6
    a = table[table["run"] == "a"]
    assert a["iteration"].tolist() == list(range(10))
    assert a["chosen_alpha"].astype(float).tolist() == [0.15] * 5 + [0.5] * 5
    assert a["alpha"].astype(float).tolist() == a["chosen_alpha"].astype(float).tolist()
    assert a["changed"].tolist() == [""] * 5 + ["alpha=0.5"] + [""] * 4
    assert set(a["hidden"].astype(str)) == {"10"}
    wanted = {"batch_size", "optimizer", "momentum", "weight_decay", "schedule", "seed", "init"}
    assert wanted | {"iterations", "augment"} <= set(table.columns)
    exact = checkpoint.load(shelf / "a.npz").history[:, 2].tolist()
    assert a["loss"].astype(float).tolist() == exact


def test_the_history_as_json_is_exact(run: Run, shelf: Path) -> None:
    out = shelf / "h.json"
    assert run("export", shelf / "a.npz", "--history", out).code == 0
    (found,) = json.loads(out.read_text())["runs"]
    state = checkpoint.load(shelf / "a.npz")
    assert [row["loss"] for row in found["history"]] == state.history[:, 2].tolist()
    assert [(stage["since"], stage["alpha"]) for stage in found["course"]] == [(0, 0.15), (4, 0.5)]
    assert found["made"]["data"] == "mnist"


def test_the_chart_is_a_picture_of_every_run(run: Run, shelf: Path) -> None:
    out = shelf / "c.svg"
    assert run("export", shelf / "a.npz", shelf / "b.npz", "--chart", out).code == 0
    text = "".join(ET.fromstring(out.read_text("utf-8")).itertext()).replace("\xa0", " ")  # noqa: S314  (our own)
    assert "1 a  ⠒⠒ train accuracy" in text
    assert "2 b  ⠒⠒ train accuracy" in text
    assert "100%" in text


@pytest.mark.slow
def test_a_chart_as_png_shows_what_the_svg_shows(run: Run, shelf: Path) -> None:
    out = shelf / "c.png"
    assert run("export", shelf / "a.npz", "--chart", out).code == 0
    with Image.open(out) as picture:
        assert picture.format == "PNG"
        colors = set(map(tuple, np.asarray(picture.convert("RGB")).reshape(-1, 3).tolist()))
    assert picture.size[0] > 1000
    assert {(255, 255, 255), (28, 28, 28)} <= colors, "paper and ink"
    assert any(b > r + 60 for r, _, b in colors), "the curve's blue: its dots were drawn"


@pytest.mark.parametrize("missing", ["resvg_py", "fonts"])
def test_a_png_that_cannot_be_made_is_told_in_one_line(
    run: Run, shelf: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if missing == "fonts":
        monkeypatch.setattr(png, "FONTS", {"Nobody's": "Nobodys.ttf"})
    else:
        monkeypatch.setitem(sys.modules, missing, None)
    ended = run("export", shelf / "a.npz", "--chart", shelf / "c.png")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert "or choose .svg" in ended.err
    assert not (shelf / "c.png").exists()


@pytest.mark.parametrize(
    ("way", "name"),
    [
        ("--history", "x.csv"),
        ("--chart", "x.svg"),
        ("--script", "x.py"),
        ("--submission", "x.csv"),
        ("--safetensors", "x.safetensors"),
        ("--onnx", "x.onnx"),
        ("--keras", "x.keras"),
    ],
)
def test_nothing_is_written_over_unasked(run: Run, shelf: Path, way: str, name: str) -> None:
    path = shelf / name
    path.write_text("precious")
    command = ["export", str(shelf / "b.npz"), way, str(path)]
    ended = run(*command)
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert path.read_text() == "precious"
    assert run(*command, "--force").code == 0
    assert path.read_bytes() != b"precious"
    assert {p.name for p in shelf.iterdir()} == {"a.npz", "b.npz", name}


def test_wrong_uses_of_export_are_one_line(run: Run, shelf: Path) -> None:
    a, b = shelf / "a.npz", shelf / "b.npz"
    for code, arguments in (
        (2, [a]),
        (2, [a, b, "--recipe"]),
        (2, [a, b, "--script", shelf / "x.py"]),
        (2, [a, b, "--onnx", shelf / "x.onnx"]),
        (1, [a, "--onnx", shelf / "x.safetensors"]),
        (1, [a, a, "--history", shelf / "x.csv"]),
        (1, [a, "--history", shelf / "x.xlsx"]),
        (1, [a, "--history", shelf / "x.csv", "--predictions", shelf / "x.csv"]),
        (1, [a, "--history", shelf / "nowhere" / "x.csv"]),
        (1, [shelf / "none.npz", "--recipe"]),
    ):
        ended = run("export", *arguments)
        assert ended.code == code, arguments
        assert is_one_line_for_a_person(ended.err)
    assert {path.name for path in shelf.iterdir()} == {"a.npz", "b.npz"}


def test_models_are_listed_with_what_made_them(run: Run, shelf: Path) -> None:
    (shelf / "bad.npz").write_bytes(b"PK rubbish")
    (shelf / "notes.txt").write_text("not looked at")
    ended = run("models", shelf)
    assert ended.code == 0
    heading, a, b = ended.out.splitlines()
    assert heading.split()[:3] == ["model", "network", "data"]
    assert "784-10-10" in a
    assert "9/9" in a
    assert "mnist" in b
    assert ended.err.count("\n") == 1
    assert "bad.npz" in ended.err
    listed = last_object(run("models", shelf, "--json").out)["models"]
    assert [Path(model["model"]).name for model in listed] == ["a.npz", "b.npz", "bad.npz"]
    history = checkpoint.load(shelf / "a.npz").history
    assert listed[0]["best_accuracy"] == np.nanmax(history[:, 6])
    assert listed[0]["last_accuracy"] == history[-1, 6]
    assert len(listed[0]["made"]["sha256"]) == 64
    assert listed[2]["problem"]


def test_a_damaged_model_that_was_named_is_a_failure(run: Run, shelf: Path) -> None:
    (shelf / "bad.npz").write_bytes(b"PK rubbish")
    assert run("models", shelf / "a.npz", shelf / "bad.npz").code == 1
    ended = run("models", shelf / "none.npz")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
