"""Sweeps on a scheduler and workers of their own: who is refused, and what outlives what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import Client
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.cluster import running_cluster
from mnist_tui.tui.sweep.manifest import Manifest

from tests.helpers.runs.sweeps import Cluster, Sweep, separate_cluster
from tests.helpers.support import Run, first, last_object, part_of

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # Dask's own warnings
SIX = Manifest("iterations=5", {"seed": "0:6"})


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:
    """Return a scheduler and a worker."""
    with separate_cluster(tmp_path_factory.mktemp("dask"), "able") as cluster:
        yield cluster


@pytest.fixture
def client(cluster: Cluster) -> Generator[Client]:
    """Return a client of them."""
    with running_cluster(cluster.address) as client:
        client.wait_for_workers(1)
        yield client


def test_data_that_a_worker_cannot_read_are_sent_to_it(
    client: Client, tmp_path: Path, mnist: Dataset
) -> None:
    own = part_of(mnist, 300, 100)
    sweep = Sweep(client, tmp_path, SIX, own, tmp_path / "only-here")
    assert Counter(result.seed for result in sweep.finish()) == Counter(range(6))
    again = tmp_path / "again"
    again.mkdir()
    kept = Sweep(client, again, SIX, own, tmp_path / "only-here")
    facts = {result.cell: result.test_accuracy for result in kept.finish()}
    assert facts == {result.cell: result.test_accuracy for result in sweep.results()}


def test_other_data_are_refused_by_name(
    client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    other = replace(small, train=first(small.train, 400))
    sweep = Sweep(client, tmp_path, SIX, other, folder)
    with pytest.raises(UserError, match="no worker is fit: worker able has other data"):
        sweep.finish()
    assert [line.split(":")[0] for line in sweep.log] == ["refused"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"program": "mnist-tui 99"}, "has mnist-tui .*; the sweep needs mnist-tui 99"),
        ({"code": "0" * 64}, "has other code, though it is mnist-tui"),
    ],
)
def test_another_program_is_refused_by_name(
    client: Client, tmp_path: Path, folder: Path, small: Dataset, change: dict[str, str], why: str
) -> None:
    sweep = Sweep(client, tmp_path, SIX, small, folder)
    sweep.needs = replace(sweep.needs, **change)
    with pytest.raises(UserError, match=f"no worker is fit: worker able {why}"):
        sweep.finish()


def test_a_worker_without_the_package_is_refused_and_the_others_do_its_work(
    cluster: Cluster, client: Client, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    cluster.start_worker("bare", has_package=False)
    client.wait_for_workers(2)
    sweep = Sweep(client, tmp_path, SIX, small, folder)
    results = sweep.finish()
    assert Counter(result.seed for result in results) == Counter(range(6))
    assert {result.worker for result in results} == {"able"}
    assert sweep.log in ([], ["refused: worker bare has no mnist-tui"])
    info: Any = client.scheduler_info
    assert len(info()["workers"]) == 2  # it is refused, and not broken by it
    cluster.workers["able"].kill()
    cluster.workers["able"].wait()
    (tmp_path / "none").mkdir()
    alone = Sweep(client, tmp_path / "none", SIX, small, folder)
    with pytest.raises(UserError, match="no worker is fit: worker bare has no mnist-tui"):
        alone.finish()
    cluster.workers["bare"].kill()


def test_a_scheduler_that_goes_away_and_comes_back(
    cluster: Cluster, tmp_path: Path, folder: Path, small: Dataset
) -> None:
    manifest = Manifest("iterations=200 batch=10", {"seed": "0:8"})
    cluster.start_worker("first")
    with running_cluster(cluster.address) as client:
        sweep = Sweep(client, tmp_path, manifest, small, folder)
        for step in sweep.steps():
            if step.new and cluster.scheduler.poll() is None and step.done == 2:
                cluster.scheduler.kill()
                cluster.scheduler.wait()
                cluster.start_scheduler()
                cluster.start_worker("second")
    results = sweep.results()
    assert Counter(result.seed for result in results) == Counter(range(8))
    assert {"first", "second"} <= {result.worker for result in results}


def test_the_command_uses_a_running_cluster_and_leaves_it_running(
    cluster: Cluster, run: Run, tmp_path: Path, folder: Path
) -> None:
    where = ("--scheduler", cluster.address, "--data", folder, "--out", tmp_path / "sweep")
    ended = run("sweep", *where, "--seed", "0:3", "--iterations", "3", "--json")
    assert (ended.code, last_object(ended.out)["runs"]) == (0, 3)
    assert cluster.scheduler.poll() is None
