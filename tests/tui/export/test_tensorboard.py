"""Metrics as TensorBoard's events: every step of every run, in a folder of its own."""

from __future__ import annotations

import struct
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.history import COLUMNS
from mnist_tui.net.run.state import RunState
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.export.tensorboard import EVENTS_FILE, TAGS, event_files
from tensorboardX import record_writer
from tensorboardX.proto import event_pb2

from tests.helpers.support import Run, is_one_line_for_a_person

NEEDS_TENSORBOARD = "needs tensorboard: pip install -e '.[interop-test]'"


@pytest.fixture(scope="module")
def runs(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of eight updates, and one that was forked from it after three and made two more."""
    folder = tmp_path_factory.mktemp("runs")
    trainer = Trainer(small.train, small.test, Hyperparameters(iterations=8))
    list(islice(trainer.steps(), 3))
    forked = trainer.state()
    list(trainer.steps())
    checkpoint.save(trainer.state(), folder / "whole.npz")
    changed = replace(forked.hyperparameters, iterations=5, alpha=0.3)
    other = Trainer(small.train, small.test, changed)
    other.restore(forked)
    other.change(changed)
    list(other.steps())
    checkpoint.save(other.state(), folder / "fork.npz")
    return folder


def events(path: Path) -> list[Any]:
    """The events of a file, whose checksums hold."""
    content, found, library = path.read_bytes(), list[Any](), cast("Any", record_writer)
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        data = content[12 : 12 + length]
        assert struct.unpack("<I", content[8:12]) == (library.masked_crc32c(content[:8]),)
        assert struct.unpack("<I", content[12 + length : 16 + length]) == (
            library.masked_crc32c(data),
        )
        found.append(cast("Any", event_pb2).Event.FromString(data))
        content = content[16 + length :]
    return found


def scalars(path: Path) -> dict[str, list[tuple[int, float]]]:
    """The steps and values of each tag."""
    found: dict[str, list[tuple[int, float]]] = {}
    for event in events(path):
        for value in event.summary.value:
            if value.HasField("simple_value"):
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def wanted(state: RunState) -> dict[str, list[tuple[int, float]]]:
    """What a file has to hold: each metric wherever it was measured, in 32 bits."""
    rows: dict[str, list[tuple[int, float]]] = {}
    for column, tag in TAGS.items():
        values = state.history[:, COLUMNS.index(column)].astype(np.float32)
        steps = np.flatnonzero(np.isfinite(values)).tolist()
        rows[tag] = [(step, float(values[step])) for step in steps]
    return rows


def test_every_metric_of_every_update_of_every_run_is_there(
    run: Run, runs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tb"
    ended = run("export", runs / "whole.npz", runs / "fork.npz", "--tensorboard", out)
    assert ended.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["fork", "whole"]
    for name in ("whole", "fork"):
        found = scalars(out / name / EVENTS_FILE)
        assert found == wanted(checkpoint.load(runs / f"{name}.npz"))
    assert [step for step, _ in found["loss/train"]] == [0, 1, 2, 3, 4, 5]
    assert [value for _, value in found["alpha"]][3:] == pytest.approx([0.15, 0.3, 0.3])
    first, about, *_ = events(out / "whole" / EVENTS_FILE)
    assert first.file_version == "brain.Event:2"
    assert b"iterations=8" in about.summary.value[0].tensor.string_val[0]


@pytest.mark.skipif(find_spec("tensorboard") is None, reason=NEEDS_TENSORBOARD)
def test_tensorboard_reads_every_step(run: Run, runs: Path, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert run("export", runs / "fork.npz", "--tensorboard", tmp_path).code == 0
    reader: Any = EventAccumulator(str(tmp_path / "fork"), size_guidance={"scalars": 0})
    reader.Reload()
    found = {tag: [(e.step, e.value) for e in reader.Scalars(tag)] for tag in TAGS.values()}
    assert found == wanted(checkpoint.load(runs / "fork.npz"))


def test_a_folder_is_added_to_and_no_run_is_replaced_unasked(
    run: Run, runs: Path, tmp_path: Path
) -> None:
    assert run("export", runs / "whole.npz", "--tensorboard", tmp_path).code == 0
    assert run("export", runs / "fork.npz", "--tensorboard", tmp_path).code == 0
    (tmp_path / "fork" / EVENTS_FILE).write_text("precious")
    command = ["export", runs / "whole.npz", runs / "fork.npz", "--tensorboard", tmp_path]
    ended = run(*command)
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
    assert (tmp_path / "fork" / EVENTS_FILE).read_text() == "precious"
    assert run(*command, "--force").code == 0
    assert scalars(tmp_path / "fork" / EVENTS_FILE)
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(
        ["whole", "fork", EVENTS_FILE, EVENTS_FILE]
    )


def test_where_no_folder_can_be_is_refused_before_the_work(
    run: Run, runs: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for name, words in (("file", "is a file"), ("none/tb", "does not exist")):
        ended = run("export", runs / "fork.npz", "--tensorboard", tmp_path / name)
        assert ended.code == 1
        assert is_one_line_for_a_person(ended.err)
        assert words in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_each_run_has_a_folder_of_its_own_below_the_one_named() -> None:
    names = ["run 1", "a/b", "a_b", "../../etc", "..", "", "run 1"]
    folders = [Path(file).parent for file in event_files(names)]
    assert len({*folders}) == len(names)
    assert all(len(folder.parts) == 1 and folder.name not in ("..", ".") for folder in folders)
    assert [folders[0].name, folders[-1].name] == ["run 1", "run 1 (2)"]
