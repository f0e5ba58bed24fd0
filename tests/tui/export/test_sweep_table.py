"""A sweep's table: every bit in every format; a folder without a sweep is told in a line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from mnist_tui.tui.sweep.manifest import Manifest, write_manifest
from mnist_tui.tui.sweep.results import ResultsWriter, SweepResult

from tests.helpers.support import Run, is_one_line_for_a_person

MANIFEST = Manifest("iterations=9", {"batch_size": "64,full", "hidden": "10,32-16"})


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Return a folder with four results, one of which diverged."""
    write_manifest(tmp_path, MANIFEST)
    one = SweepResult(MANIFEST.plan()[0], 9, 9, 1 / 3, 0.1, 2 / 3, 0.2, 0.5, worker="0")
    rest = [replace(one, cell=cell) for cell in MANIFEST.plan()[1:]]
    with ResultsWriter(tmp_path) as writer:
        writer.append([one, *rest[:2], replace(rest[2], diverged_at=4, iteration=3)])
    return tmp_path


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_every_format_holds_the_same(run: Run, sweep: Path, tmp_path: Path, ending: str) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    file = tmp_path / f"table.{ending}"
    assert run("export", sweep, "--table", file).code == 0
    if ending == "csv":
        table = pd.read_csv(file)
    elif ending == "json":
        content = json.loads(file.read_text())
        assert content["sweep"]["axes"] == MANIFEST.axes
        table = pd.DataFrame(content["results"])
        table["hidden"] = [",".join(map(str, hidden)) for hidden in table["hidden"]]
    else:
        table = pd.read_parquet(file)
    assert table["test_accuracy"].tolist() == [2 / 3] * 4
    assert table["hidden"].tolist() == ["10", "10", "32,16", "32,16"]
    assert table["batch_size"].fillna(0).astype(int).tolist() == [64, 0, 64, 0]
    assert table["diverged_at"].fillna(0).astype(int).tolist() == [0, 0, 0, 4]
    assert run("export", sweep, "--table", file).code == 1  # it is not written over


def test_what_cannot_be_is_told_in_a_line(run: Run, sweep: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for arguments, what in (
        ((tmp_path / "empty", "--table", tmp_path / "t.csv"), "holds no sweep"),
        ((sweep, "--table", tmp_path / "t.txt"), ".csv or .json or .parquet"),
        ((sweep, sweep, "--table", tmp_path / "t.csv"), "one sweep's folder"),
        ((sweep, "--table", tmp_path / "t.csv", "--recipe"), "one sweep's folder"),
    ):
        ended = run("export", *arguments)
        assert ended.code != 0
        assert what in ended.err
        assert is_one_line_for_a_person(ended.err)
