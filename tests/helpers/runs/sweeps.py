"""Sweeps for tests: a small plan run to its end, and separate Dask processes to run it on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.datasets.loading import digest_of, program
from mnist_tui.tui.sweep.dispatch import Dispatcher
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.results import ResultsWriter, SweepResult, read_results
from mnist_tui.tui.sweep.runner import RungJob, SweepProgress, SweepRunner
from mnist_tui.tui.sweep.tasks import Requirements
from mnist_tui.tui.sweep.worker import code_digest

if TYPE_CHECKING:
    from distributed import Client


def requirements(dataset: Dataset, source: Path | str) -> Requirements:
    """Return what workers need for runs on these data."""
    return Requirements(program(), code_digest(), digest_of(dataset), str(source), None)


class Sweep:
    """A sweep in a folder, on a cluster."""

    def __init__(
        self,
        client: Client,
        folder: Path,
        manifest: Manifest,
        dataset: Dataset,
        source: Path | str,
    ) -> None:
        self.client, self.folder, self.manifest, self.dataset = client, folder, manifest, dataset
        self.needs = requirements(dataset, source)
        self.log: list[str] = []

    def steps(self) -> Generator[SweepProgress]:
        """Make the runs that are missing."""
        with ResultsWriter(self.folder) as writer:
            runner = self.runner()
            dispatcher = Dispatcher[RungJob](self.client, self.needs, self.dataset, self.log.append)
            yield from runner.run(dispatcher, writer)

    def runner(self) -> SweepRunner:
        """Return a runner that knows what the folder holds."""
        plan = self.manifest.plan()
        return SweepRunner(self.folder, self.manifest, plan, self.results(), self.dataset)

    def results(self) -> Sequence[SweepResult]:
        """Return what the folder holds."""
        return read_results(self.folder)

    def finish(self) -> Sequence[SweepResult]:
        """Make the runs that are missing; return the results that are new."""
        return [result for step in self.steps() for result in step.new]


def free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def without_package(folder: Path) -> dict[str, str]:
    """Return an environment in which Python finds all packages but this one, in a new folder."""
    folder.mkdir()
    for place in (Path(path) for path in sys.path if any(Path(path).glob("*.dist-info"))):
        for entry in place.iterdir():
            is_ours = "mnist_tui" in entry.name or entry.suffix == ".pth"
            if not is_ours and not (folder / entry.name).exists():
                (folder / entry.name).symlink_to(entry)
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONNOUSERSITE": "1"}


class Cluster:
    """Separate `dask scheduler` and `dask worker` processes on loopback."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = (folder / "dask.log").open("w", encoding="utf-8")
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self.start_scheduler()
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        """Start the scheduler on this cluster's port."""
        place = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.scheduler = self._start("scheduler", *place)
        return self.scheduler

    def start_worker(self, name: str, *, has_package: bool = True) -> None:
        """Start a worker without a nanny: what is killed stays dead."""
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name)
        env = None if has_package else without_package(self._folder / name)
        self.workers[name] = self._start("worker", self.address, *options, env=env)

    def _start(
        self, kind: str, *options: str, env: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        # -S leaves out Python's own site packages, in which this package is found.
        command = [sys.executable, *(["-S"] if env else []), "-m", f"distributed.cli.dask_{kind}"]
        return subprocess.Popen(
            [*command, *options],
            env=env,
            stdout=self._log,
            stderr=self._log,
            cwd=self._folder,
        )

    def close(self) -> None:
        """End every process."""
        for process in (*self.workers.values(), self.scheduler):
            process.kill()
            process.wait()
        self._log.close()


@contextmanager
def separate_cluster(folder: Path, *workers: str) -> Generator[Cluster]:
    """Start a cluster with workers of these names, and end it afterwards."""
    cluster = Cluster(folder)
    try:
        for name in workers:
            cluster.start_worker(name)
        yield cluster
    finally:
        cluster.close()
