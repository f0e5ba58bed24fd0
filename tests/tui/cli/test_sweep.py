"""The sweep command's refusals: told before anything is started, in a line."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mnist_tui.tui.sweep.manifest import read_manifest, write_manifest
from mnist_tui.tui.sweep.results import ResultsWriter

from tests.helpers.support import Run, is_one_line_for_a_person

AXES = ("--alpha", "0.1,0.2")
WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "say what to vary"),
    (("--alpha", "0.01:1"), "say how many values"),
    ((*AXES, "--recipe", "alpha=0.1 @9 alpha=0.2"), "changes alpha after 9 updates"),
    ((*AXES, "--recipe", "hidden=9", "--preset", "sprint"), "leave out --preset"),
    (("--alpha", "0.01:1:log"), "a grid needs a number of values"),
    ((*AXES, "--random", "3"), "2 settings; 3 cannot be drawn"),
    ((*AXES, "--batch-size", "501"), "only 500 training samples"),
    ((*AXES, "--halving", "1"), "--halving"),
    ((*AXES, "--tls-key", "k.pem"), "all go with --scheduler"),
    ((*AXES, "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "leave out --scheduler"),
]


@pytest.mark.parametrize(("options", "what"), WRONG)
def test_what_cannot_be_is_told_before_anything_starts(
    run: Run, tmp_path: Path, folder: Path, options: tuple[str, ...], what: str
) -> None:
    pytest.importorskip("distributed")
    where = () if not options else ("--data", folder)
    ended = run("sweep", *options, *where, "--out", tmp_path / "sweep", "--quiet")
    assert ended.code != 0
    assert what in ended.err
    assert is_one_line_for_a_person(ended.err)
    assert not (tmp_path / "sweep").exists()


def test_dask_is_asked_for_where_it_is_missing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ended = run("sweep", *AXES, "--out", tmp_path / "sweep")
    assert "pip install 'mnist-tui[sweep]'" in ended.err
    assert is_one_line_for_a_person(ended.err)


def without_a_cluster(*_: object) -> int:
    return 0


def test_a_folder_of_another_sweep_is_left_alone(
    run: Run, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    out = tmp_path / "sweep"
    monkeypatch.setattr("mnist_tui.tui.cli.commands.sweep._run", without_a_cluster)
    assert run("sweep", *AXES, "--data", folder, "--out", out).code == 0
    manifest = read_manifest(out)
    assert manifest is not None
    assert (manifest.cells, manifest.axes) == (2, {"alpha": "0.1,0.2"})
    assert run("sweep", "--out", out, "--quiet").code == 0
    with ResultsWriter(out):
        assert "another sweep is writing" in run("sweep", "--out", out, "--quiet").err
    write_manifest(out, replace(manifest, code="0" * 64))
    assert "results may differ" in run("sweep", "--out", out, "--quiet").err
    write_manifest(out, replace(manifest, sha256="0" * 64))
    assert "other data" in run("sweep", "--out", out, "--quiet").err
