"""From Kaggle's two files to a submission inside the app, in a terminal, as a person would."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset

from tests.helpers.datasets.source_files import csv_text
from tests.helpers.programs.pty_terminal import check_restored, terminal


def test_a_csv_is_opened_trained_on_and_answered(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = small.train.labels[:200].tolist()
    (tmp_path / "train.csv").write_text(csv_text(small.train.images[:200], labels))
    (tmp_path / "test.csv").write_text(csv_text(small.test.images[:50], None))
    for what in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{what}_HOME", str(tmp_path / what))
    monkeypatch.chdir(tmp_path)
    with terminal("--alpha", "0.5") as (app, _):
        app.until(lambda: app.shows("784 pixels → 10 units"))
        app.type(b"O")
        app.until(lambda: app.shows("Open data"))
        app.type(b"train\t\r")
        app.until(lambda: app.shows("A new session begins"))
        app.until(lambda: app.iteration == 0)
        app.type(b"S" * 10)
        app.until(lambda: app.iteration == 100)
        app.type(b"E")
        app.until(lambda: app.shows("Save and export"))
        app.type(b"\x1b[B" * 4)
        app.until(lambda: app.shows("▸ write to    submission-1.csv"))
        app.type(b"\t")
        app.until(lambda: app.shows("▸ answers for"))
        app.type(b"test.csv\r")
        app.until(lambda: app.shows("Written: "))
        app.type(b"q")
        assert app.end() == 0
        check_restored(app.sent)
    with (tmp_path / "submission-1.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["ImageId"]) for row in rows] == list(range(1, 51))
    answers = [int(row["Label"]) for row in rows]
    right = sum(a == label for a, label in zip(answers, small.test.labels.tolist(), strict=False))
    assert right > 25, "a hundred updates on 160 digits answer most of them"
