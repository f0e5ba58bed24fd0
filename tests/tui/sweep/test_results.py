"""Results: no bit is lost on disk, a cut line is, and one sweep at a time writes."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.cells import Cell
from mnist_tui.tui.sweep.results import (
    TABLE,
    ResultsReader,
    ResultsWriter,
    SweepResult,
    latest,
    read_results,
)

CELLS = [
    Cell.parse(recipe)
    for recipe in (
        "alpha=0.15",
        "alpha=0.1778 hidden=128,64 batch=64 seed=9223372036854775807",
        "alpha=0.5 iterations=400 @300 alpha=0.05",
    )
]
shares = st.floats(0, 1)
losses = st.floats(0, 1e30) | st.just(inf)
RESULTS = st.builds(
    SweepResult,
    cell=st.sampled_from(CELLS),
    budget=st.integers(1, 10**9),
    iteration=st.integers(0, 10**9),
    train_accuracy=shares,
    train_loss=losses,
    test_accuracy=shares,
    test_loss=losses,
    seconds=st.floats(0, 1e6),
    diverged_at=st.none() | st.integers(1, 10**9),
    model=st.none() | st.just("0a1b.npz"),
    worker=st.sampled_from(["", "0", "tcp://127.0.0.1:40817", 'a, "quoted" name']),
)
ONE = SweepResult(CELLS[0], 1500, 1500, 0.9, 0.3, 0.91, 0.29, 1.5)


@settings(max_examples=30)  # each waits for the disk a few times
@given(st.lists(st.lists(RESULTS, max_size=3), max_size=4))
def test_what_is_read_is_what_was_appended(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[SweepResult]]
) -> None:
    folder = tmp_path_factory.mktemp("sweep")
    reader = ResultsReader(folder)
    assert reader.poll() == ()
    for batch in batches:
        with ResultsWriter(folder) as writer:
            writer.append(batch)
        assert reader.poll() == tuple(batch)
        assert reader.poll() == ()
    assert read_results(folder) == tuple(result for batch in batches for result in batch)


def test_a_line_cut_anywhere_is_no_result_and_makes_room_for_the_next(tmp_path: Path) -> None:
    with ResultsWriter(tmp_path) as writer:
        writer.append([ONE])
        whole = (tmp_path / TABLE).read_bytes()
        writer.append([replace(ONE, seconds=2.5)])
    both = (tmp_path / TABLE).read_bytes()
    for length in {len(whole), *range(len(whole) + 1, len(both), 9), len(both) - 1}:
        (tmp_path / TABLE).write_bytes(both[:length])
        reader = ResultsReader(tmp_path)
        assert reader.poll() == (ONE,)
        with ResultsWriter(tmp_path) as writer:
            writer.append([replace(ONE, seconds=3.5)])
        assert reader.poll() == (replace(ONE, seconds=3.5),)
    for length in (0, 1, both.index(b"\n")):  # not even the names of the columns
        (tmp_path / TABLE).write_bytes(both[:length])
        assert read_results(tmp_path) == ()
        ResultsWriter(tmp_path).close()
        assert (tmp_path / TABLE).read_bytes() == whole[: whole.index(b"\n") + 1]


def test_one_sweep_at_a_time_writes_and_anyone_reads(tmp_path: Path) -> None:
    with ResultsWriter(tmp_path) as writer:
        with pytest.raises(UserError, match="another sweep"):
            ResultsWriter(tmp_path)
        writer.append([ONE])
        assert read_results(tmp_path) == (ONE,)
    ResultsWriter(tmp_path).close()


def test_the_table_opens_anywhere(tmp_path: Path) -> None:
    with ResultsWriter(tmp_path) as writer:
        writer.append([ONE, replace(ONE, cell=CELLS[1], diverged_at=7, iteration=6, model="m.npz")])
    table = pd.read_csv(tmp_path / TABLE)
    assert table["test_accuracy"].tolist() == [0.91, 0.91]
    assert table["hidden"].tolist() == ["10", "128,64"]
    assert table["seed"].tolist() == [0, 2**63 - 1]
    assert table["batch_size"].tolist() == ["full", "64"]
    assert table["diverged_at"].fillna(-1).tolist() == [-1, 7]


BAD = [
    ("recipe", "alpha=x"),
    ("budget", "many"),
    ("test_accuracy", "0x1"),
    ("model", "../../etc/passwd"),
    ("diverged_at", "1e3"),
]


@pytest.mark.parametrize(("column", "text"), BAD)
def test_a_line_that_this_program_never_wrote_is_named(
    tmp_path: Path, column: str, text: str
) -> None:
    with ResultsWriter(tmp_path) as writer:
        writer.append([ONE])
    table = pd.read_csv(tmp_path / TABLE, dtype=str, keep_default_na=False)
    table[column] = text
    table.to_csv(tmp_path / TABLE, index=False)
    with pytest.raises(UserError, match="line 2 is damaged") as refused:
        read_results(tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\n", b"\n"])
def test_other_tables_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / TABLE).write_bytes(content)
    with pytest.raises(UserError, match="line 1 does not name"):
        read_results(tmp_path)


def test_the_highest_rung_of_a_run_counts() -> None:
    rungs = [replace(ONE, budget=b, iteration=b, test_accuracy=b / 1500) for b in (500, 1500)]
    other = replace(ONE, cell=CELLS[1])
    assert latest([rungs[0], other, rungs[1]]) == (rungs[1], other)
    assert [result.is_complete for result in rungs] == [False, True]
    assert replace(rungs[0], diverged_at=3).is_complete
