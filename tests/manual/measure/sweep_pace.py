"""Measure how quick sweeps are: `python -m tests.manual.measure.sweep_pace [PART …]`, else both.

cores     wall time of 60 runs ÷ (the sum of their solo times ÷ cores), beside bare processes
peer      scikit-learn's GridSearchCV over MLPClassifier, joblib on as many cores

All times are taken in turns, since a machine is seldom the same for minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from pkgutil import resolve_name
from statistics import median
from typing import Any

import numpy as np
import psutil
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.net.engine.thread_pool import available_cores
from mnist_tui.tui.sweep.cells import Cell
from mnist_tui.tui.sweep.cluster import local_cluster
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.tasks import Answer, Request
from mnist_tui.tui.sweep.worker import make_run

from tests.helpers.arguments import parser
from tests.helpers.runs.sweeps import Sweep, requirements

RUN = "batch=64 iterations=938"  # an epoch
WARM_UP = "iterations=1 batch=64"


def cpu_seconds() -> float:
    """Return the processor time that this process and its children have used."""
    ours = psutil.Process()
    times = [process.cpu_times() for process in (ours, *ours.children(recursive=True))]
    return sum(spent.user + spent.system for spent in times)


def sweep_seconds(client: Any, manifest: Manifest, dataset: Dataset, source: str) -> float:
    """Return the wall time of a sweep on a cluster that is running."""
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        Sweep(client, Path(place), manifest, dataset, source).finish()
        return time.perf_counter() - start


def solo_seconds(manifest: Manifest, dataset: Dataset, source: str) -> float:
    """Return the time of the same runs one after the other in this process, by one thread."""
    needs = asdict(requirements(dataset, source))
    start = time.perf_counter()
    make_runs(needs, manifest.plan())
    return time.perf_counter() - start


def make_runs(needs: dict[str, Any], cells: Sequence[Cell]) -> None:
    """Make runs in this process, as a worker does."""
    for cell in cells:
        answer = make_run(needs, asdict(Request(cell.recipe, cell.iterations)))
        assert isinstance(answer, Answer)


class BareProcesses:
    """Processes that make runs and talk to nobody: what a machine gives without any cluster."""

    def __init__(self, count: int, dataset: Dataset, source: str) -> None:
        context = multiprocessing.get_context("spawn")
        needs = asdict(requirements(dataset, source))
        self._pipes: list[Any] = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            context.Process(target=serve_runs, args=(theirs, needs), daemon=True).start()
            self._pipes.append(ours)

    def seconds(self, manifest: Manifest) -> float:
        """Return the wall time of the runs, dealt out one by one beforehand."""
        plan = manifest.plan()
        start = time.perf_counter()
        for i, pipe in enumerate(self._pipes):
            pipe.send(list(plan[i :: len(self._pipes)]))
        for pipe in self._pipes:
            pipe.recv()
        return time.perf_counter() - start


def serve_runs(pipe: Connection[None, list[Cell]], needs: dict[str, Any]) -> None:
    """Make the runs that come through a pipe, until the program at its other end is gone."""
    with suppress(EOFError):
        while True:
            make_runs(needs, pipe.recv())
            pipe.send(None)


def cores(runs: int) -> None:
    """Compare a sweep with its runs one by one, and with bare processes."""
    dataset, count = load("mnist"), available_cores()
    parts, each = 6, runs // 6
    bare_processes = BareProcesses(count, dataset, "mnist")
    with local_cluster() as client:
        warm = Manifest(WARM_UP, {"seed": f"0:{4 * count}"})
        bare_processes.seconds(warm)
        sweep_seconds(client, warm, dataset, "mnist")
        solo_seconds(warm, dataset, "mnist")
        ratios: dict[str, list[float]] = {"sweep": [], "bare": [], "work": []}
        for part in range(parts):
            axes = {
                "alpha": "0.05,0.2",
                "hidden": "10,64",
                "seed": f"{part}:{part + each // 4 + 1}",
            }
            manifest = Manifest(RUN, axes)
            marks = [cpu_seconds()]
            alone = solo_seconds(manifest, dataset, "mnist")
            marks.append(cpu_seconds())
            wall = sweep_seconds(client, manifest, dataset, "mnist")
            marks.append(cpu_seconds())
            bare = bare_processes.seconds(manifest)
            alone = (alone + solo_seconds(manifest, dataset, "mnist")) / 2
            ratios["work"].append((marks[2] - marks[1]) / (marks[1] - marks[0]))
            ratios["sweep"].append(wall / (alone / count))
            ratios["bare"].append(bare / (alone / count))
            print(
                f"  {len(manifest.plan())} runs: alone {alone:.1f} s, sweep {wall:.1f} s, "
                f"{count} bare processes {bare:.1f} s"
            )
    for name, title in (
        ("sweep", f"wall ÷ (solo ÷ {count})"),
        ("bare", f"bare processes ÷ (solo ÷ {count})"),
        ("work", "processor time ÷ solo"),
    ):
        print(f"cores: {title}: median {median(ratios[name]):.2f}, all {np.round(ratios[name], 2)}")


def peer(runs: int) -> None:
    """Compare with what one would use otherwise."""
    # By name: the tests do not install scikit-learn.
    GridSearchCV: Any = resolve_name("sklearn.model_selection:GridSearchCV")
    MLPClassifier: Any = resolve_name("sklearn.neural_network:MLPClassifier")
    dataset, count = load("mnist"), available_cores()
    images = np.concatenate([dataset.train.images, dataset.test.images]) / np.float32(255)
    labels = np.concatenate([dataset.train.labels, dataset.test.labels])
    m = len(dataset.train.images)
    split = [(np.arange(m), np.arange(m, len(images)))]
    alphas = tuple(np.geomspace(0.01, 0.1, runs // 2).round(4).tolist())
    axes = {"alpha": ",".join(map(str, alphas)), "hidden": "32,64"}
    manifest = Manifest(f"{RUN} optimizer=momentum", axes)
    ours: list[float] = []
    theirs: list[float] = []
    our_work = their_work = 1.0
    with local_cluster() as client:
        sweep_seconds(client, Manifest(WARM_UP, {"seed": f"0:{4 * count}"}), dataset, "mnist")
        for _ in range(3):
            begun = cpu_seconds()
            ours.append(sweep_seconds(client, manifest, dataset, "mnist"))
            our_work = cpu_seconds() - begun
            network = MLPClassifier(
                solver="sgd", batch_size=64, max_iter=1, momentum=0.9, nesterovs_momentum=False,
                alpha=0.0, random_state=0,
            )  # fmt: skip
            choices = {"hidden_layer_sizes": [(32,), (64,)], "learning_rate_init": alphas}
            search = GridSearchCV(network, choices, cv=split, n_jobs=count, refit=False)
            begun, start = cpu_seconds(), time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # one epoch does not converge
                search.fit(images, labels)
            theirs.append(time.perf_counter() - start)
            their_work = cpu_seconds() - begun
    print(
        f"peer: {len(manifest.plan())} runs: sweep {np.round(ours, 1)} s, GridSearchCV "
        f"{np.round(theirs, 1)} s: {median(theirs) / median(ours):.2f} times; processor time of "
        f"the last {our_work:.1f} and {their_work:.1f} s: {their_work / our_work:.2f} times"
    )


Parts = dict[str, tuple[Callable[[int], None], int]]  # each with its usual number of runs
PARTS: Parts = {"cores": (cores, 60), "peer": (peer, 12)}


def run_parts(description: str | None, parts: Parts) -> None:
    """Measure the parts that the command line names, such as cores or cores=12 for fewer runs."""
    options = parser(description)
    options.add_argument("parts", nargs="*", metavar="PART[=RUNS]", help="usually all")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of joblib's processes
    with suppress(KeyboardInterrupt):
        for argument in options.parse_args().parts or list(parts):
            name, _, runs = argument.partition("=")
            measure, usual = parts[name]
            measure(int(runs or usual))


if __name__ == "__main__":
    run_parts(__doc__, PARTS)
