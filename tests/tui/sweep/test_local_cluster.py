"""Sweeps on this machine's cores: the bits of `train`, each run once, nothing lost."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.sweep.cluster import local_cluster
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.results import MODELS, TABLE, SweepResult
from mnist_tui.tui.sweep.runner import STATES

from tests.helpers.runs.sweeps import Sweep
from tests.helpers.support import Run, last_object

if TYPE_CHECKING:
    from distributed import Client

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # Dask's own warnings

# Small batches, the full batch, one that a worker process would halve, one that diverges, and a
# change on the way.
MIXED = Manifest(
    "iterations=40 @20 momentum=0.5",
    {"alpha": "0.1,1e30", "hidden": "10,64-32", "batch_size": "32,400,full", "seed": "0:2"},
    keeps_models=True,
)


@pytest.fixture(scope="module")
def client() -> Generator[Client]:
    """Return the client of a cluster of two processes."""
    with local_cluster(2) as client:
        yield client


def test_each_run_ends_in_the_bits_of_train(
    client: Client, run: Run, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    sweep = Sweep(client, tmp_path, MIXED, small, folder)
    results = sweep.finish()
    assert Counter(result.cell for result in results) == Counter(MIXED.plan())
    assert {result.worker for result in results} == {"0", "1"}
    for result in results:
        model = tmp_path / "train.npz"
        recipe = ("--recipe", result.cell.recipe)
        ended = run("train", "--data", folder, *recipe, "--out", model, "--force", "--json")
        said = last_object(ended.out)
        ours, theirs = (
            checkpoint.load(tmp_path / MODELS / str(result.model)),
            checkpoint.load(model),
        )
        assert np.array_equal(ours.vector, theirs.vector)
        assert np.array_equal(ours.history, theirs.history, equal_nan=True)
        assert (ours.cursor, ours.hyperparameter_log) == (theirs.cursor, theirs.hyperparameter_log)
        measured = (
            result.iteration,
            result.train_accuracy,
            result.test_accuracy,
            result.train_loss,
        )
        expected = [said[name] for name in ("iteration", "train_accuracy", "test_accuracy", "loss")]
        assert measured == tuple(expected)
        assert result.diverged == (said["stopped"] == "diverged")
        assert result.diverged_at == (said["iteration"] + 1 if result.diverged else None)
    assert any(result.diverged for result in results)
    assert sweep.finish() == []


def test_rungs_go_on_from_each_other_and_end_in_the_same_bits(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    axes = {"alpha": "0.001:0.5:log9", "seed": "0:2"}
    manifest = Manifest("iterations=45 batch=50 optimizer=adam", axes, halving=3, keeps_models=True)
    sweep = Sweep(client, tmp_path / "a", manifest, small, folder)
    whole = Sweep(client, tmp_path / "b", Manifest(manifest.recipe, axes), small, folder)
    for one in (sweep, whole):
        one.folder.mkdir()
    results = sweep.finish()
    assert Counter(result.budget for result in results) == {5: 18, 15: 6, 45: 2}
    assert all(result.iteration == result.budget for result in results)
    assert not (sweep.folder / STATES).exists()
    full = {result.cell: result for result in whole.finish()}
    complete = [result for result in results if result.is_complete]
    assert [(r.test_accuracy, r.train_loss) for r in complete] == [
        (full[r.cell].test_accuracy, full[r.cell].train_loss) for r in complete
    ]
    # Cut off after the second rung had begun, the same sweep makes the same choices.
    lines = (sweep.folder / TABLE).read_bytes().splitlines(keepends=True)
    (sweep.folder / TABLE).write_bytes(b"".join(lines[: 1 + 18 + 3]))
    again = sweep.finish()
    assert len(again) == 5
    facts = {(r.cell, r.budget): r.test_accuracy for r in results}
    assert {(r.cell, r.budget): r.test_accuracy for r in sweep.results()} == facts


def test_what_is_missing_is_made_and_nothing_else(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    manifest = Manifest("iterations=4", {"seed": "0:12"})
    sweep = Sweep(client, tmp_path, manifest, small, folder)
    steps = sweep.steps()
    seen = 0
    while not seen:
        seen += len(next(steps).new)
    steps.close()
    kept = sweep.results()
    assert len(kept) == seen
    (tmp_path / TABLE).write_bytes((tmp_path / TABLE).read_bytes()[:-3])  # as a crash leaves it
    new = sweep.finish()
    assert len(new) == 12 - (seen - 1)
    assert Counter(r.seed for r in sweep.results()) == Counter(range(12))
    more = Manifest("iterations=4", {"seed": "0:14"})
    wider = Sweep(client, tmp_path, more, small, folder)
    assert sorted(result.seed for result in wider.finish()) == [12, 13]


def test_without_models_each_run_has_the_same_numbers(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    found: list[dict[str, SweepResult]] = []
    for keeps_models in (True, False):
        out = tmp_path / str(keeps_models)
        out.mkdir()
        manifest = replace(MIXED, keeps_models=keeps_models)
        results = Sweep(client, out, manifest, small, folder).finish()
        alike = (replace(one, model=None, seconds=0.0, worker="") for one in results)
        found.append({one.cell.recipe: one for one in alike})
    assert found[0] == found[1]
    assert len(found[0]) == len(MIXED.plan())


def test_a_result_that_is_long_in_coming_keeps_no_other_waiting(
    client: Client,
    tmp_path: Path,
    folder: Path,
    small: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    untyped: Any = client
    fetch = untyped.gather
    others_are_in = threading.Event()
    asked: list[Any] = []

    async def gather(future: Any, **options: Any) -> object:
        asked.append(future)
        while future is asked[0] and not others_are_in.is_set():
            await asyncio.sleep(0.01)
        return await fetch(future, **options)

    monkeypatch.setattr(client, "gather", gather)
    sweep = Sweep(client, tmp_path, Manifest("iterations=3", {"seed": "0:8"}), small, folder)
    done = 0
    for step in sweep.steps():
        done += len(step.new)
        if done == 7:
            others_are_in.set()
    assert Counter(result.seed for result in sweep.results()) == Counter(range(8))


def executing(client: Client) -> int:
    """Return how many runs are being made, as the workers last reported."""
    info: Any = client.scheduler_info
    workers: list[Any] = list(info()["workers"].values())
    return sum(worker["metrics"]["task_counts"].get("executing", 0) for worker in workers)


def test_a_run_that_nobody_wants_ends_soon(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    endless = Manifest("iterations=1000000000", {"seed": "0:4"})
    steps = Sweep(client, tmp_path, endless, small, folder).steps()
    while not executing(client):
        next(steps)
    steps.close()
    (tmp_path / "next").mkdir()
    short = Sweep(client, tmp_path / "next", Manifest("iterations=3", {}), small, folder)
    assert len(short.finish()) == 1


def test_a_killed_worker_loses_nothing(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    manifest = Manifest("iterations=300 batch=10", {"seed": "0:8"})
    sweep = Sweep(client, tmp_path, manifest, small, folder)
    untyped: Any = client
    victims: list[int] = list(untyped.run(os.getpid).values())
    for step in sweep.steps():
        if victims and step.new:
            os.kill(victims.pop(), signal.SIGKILL)
    assert Counter(result.seed for result in sweep.results()) == Counter(range(8))


def test_everything_listens_on_loopback_alone(client: Client) -> None:
    client.wait_for_workers(2)
    ours = psutil.Process()
    ports = [
        connection
        for process in (ours, *ours.children(recursive=True))
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(ports) >= 5  # a scheduler; two workers with a nanny each
    assert {connection.laddr.ip for connection in ports} == {"127.0.0.1"}
    scheduler: Any = client.scheduler
    assert scheduler.address.startswith("tls://")


def test_the_command_from_end_to_end(run: Run, tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "sweep"
    axes = ("--alpha", "0.1,0.3", "--seed", "0:2", "--iterations", "5")
    ended = run("sweep", "--data", folder, *axes, "--out", out, "--workers", "1")
    assert ended.code == 0
    assert "4 runs, 0 diverged" in ended.out
    assert "4/4" in ended.err
    again = run("sweep", "--out", out, "--json")
    said = last_object(again.out)
    assert (said["runs"], said["planned"], said["stopped"]) == (4, 4, "finished")
    assert sorted(setting["alpha"] for setting in said["settings"]) == [0.1, 0.3]
    other = run("sweep", "--data", "mnist", "--alpha", "0.1,0.2", "--out", out)
    assert "other data" in other.err
