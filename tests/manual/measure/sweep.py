"""Measure sweeps: `python -m tests.manual.measure.sweep [PART …]`, all parts unless told.

cores     wall time of 60 runs ÷ (the sum of their solo times ÷ cores), in turns
overhead  what a run costs besides itself, once workers are warm
memory    resident memory of the client, scheduler included, over 10 000 tiny runs
table     bytes and reading time of a table of 100 000 rows
sleepers  runs that sleep, on a hundred threads: what a large cluster would ask of the client
peer      scikit-learn's GridSearchCV over MLPClassifier, joblib on as many cores, in turns
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from pkgutil import resolve_name
from statistics import median
from typing import Any

import numpy as np
import psutil
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.net.engine.thread_pool import available_cores
from mnist_tui.tui.sweep import dispatch
from mnist_tui.tui.sweep.cluster import local_cluster
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.results import ResultsWriter, SweepResult, read_results
from mnist_tui.tui.sweep.tasks import Answer, Request, Requirements
from mnist_tui.tui.sweep.worker import make_run

from tests.helpers.arguments import parser
from tests.helpers.runs.sweeps import Sweep, requirements
from tests.helpers.support import part_of, write_folder

RUN = "batch=64 iterations=938"  # an epoch
TINY = Manifest("iterations=1 batch=1", {"seed": "0:10000"})
SLEEP_S = 0.5


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
    for cell in manifest.plan():
        answer = make_run(needs, asdict(Request(cell.recipe, cell.iterations)))
        assert isinstance(answer, Answer)
    return time.perf_counter() - start


def cores(runs: int) -> None:
    """Compare a sweep with its runs one by one."""
    dataset, count = load("mnist"), available_cores()
    parts, each = 6, runs // 6
    with local_cluster() as client:
        warm = Manifest("iterations=1 batch=64", {"seed": f"0:{4 * count}"})
        sweep_seconds(client, warm, dataset, "mnist")
        solo_seconds(warm, dataset, "mnist")
        ratios: list[float] = []
        work: list[float] = []  # processor time of the sweep ÷ that of the runs alone
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
            work.append((marks[2] - marks[1]) / (marks[1] - marks[0]))
            ratios.append(wall / (alone / count))
            print(f"  {len(manifest.plan())} runs: alone {alone:.1f} s, sweep {wall:.1f} s")
    print(f"cores: wall ÷ (solo ÷ {count}): median {median(ratios):.2f}, all {np.round(ratios, 2)}")
    print(f"       processor time ÷ solo: median {median(work):.2f}, all {np.round(work, 2)}")


def overhead(runs: int) -> None:
    """Measure runs that are nearly nothing, on one worker."""
    with tempfile.TemporaryDirectory() as place, local_cluster(1) as client:
        dataset = part_of(load("mnist"), 100, 50)
        source = str(write_folder(Path(place), dataset))
        for count in (20, runs):  # the first to warm up
            manifest = replace(TINY, axes={"seed": f"0:{count}"})
            wall = sweep_seconds(client, manifest, dataset, source) / count
            alone = solo_seconds(manifest, dataset, source) / count
    print(f"overhead: {1000 * (wall - alone):.1f} ms a run ({1000 * alone:.1f} ms are its own)")


def memory(runs: int) -> None:
    """Watch the client while many runs end."""
    with tempfile.TemporaryDirectory() as place, local_cluster() as client:
        dataset = part_of(load("mnist"), 100, 50)
        out = Path(place) / "sweep"
        out.mkdir()
        manifest = replace(TINY, axes={"seed": f"0:{runs}"})
        sweep = Sweep(client, out, manifest, dataset, write_folder(Path(place), dataset))
        report_memory(sweep, runs)


def report_memory(sweep: Sweep, runs: int) -> None:
    """Print the resident memory at each tenth of a sweep, and its rate."""
    process, start = psutil.Process(), time.perf_counter()
    next_tenth, seen = 0, list[str]()
    for step in sweep.steps():
        if step.done * 10 >= next_tenth * runs:
            seen.append(f"{process.memory_info().rss / 2**20:.0f}")
            next_tenth += 1
    rate = runs / (time.perf_counter() - start)
    print(f"{runs:,} runs, {rate:.0f} a second; MB at each tenth: {' '.join(seen)}")


def table(rows: int) -> None:
    """Write and read a long table."""
    cells = Manifest("batch=64", {"alpha": "0.01:1:log50", "seed": f"0:{rows // 50}"}).plan()
    one = SweepResult(
        cells[0], 1500, 1500, 0.9123456789, 0.31, 0.9133, 0.32, 12.3456789, worker="7"
    )
    with tempfile.TemporaryDirectory() as place:
        with ResultsWriter(Path(place)) as writer:
            writer.append(replace(one, cell=cell) for cell in cells)
        size = (Path(place) / "results.csv").stat().st_size
        start = time.perf_counter()
        found = read_results(Path(place))
        seconds = time.perf_counter() - start
    print(f"table: {len(found):,} rows, {size / 1e6:.1f} MB, read in {seconds:.1f} s")


def asleep(_needs: Requirements, _request: Request) -> Callable[[str], Answer]:
    """Return a task that sleeps instead of training."""
    return sleep


def sleep(_: str) -> Answer:
    """Sleep as long as a run would take."""
    time.sleep(SLEEP_S)
    return Answer(1, 0.5, 1.0, 0.5, 1.0, SLEEP_S, None, "", None)


def sleepers(runs: int) -> None:
    """Run tasks that only sleep."""
    from distributed import Client, LocalCluster

    dispatch.run_task = asleep
    with (
        tempfile.TemporaryDirectory() as place,
        LocalCluster(
            n_workers=2, threads_per_worker=50, processes=True, dashboard_address="127.0.0.1:0"
        ) as cluster,  # pyright: ignore[reportUnknownVariableType]: its types are partial
        Client(cluster) as client,
    ):
        manifest = replace(TINY, axes={"seed": f"0:{runs}"})
        dataset = part_of(load("mnist"), 100, 50)
        print(
            f"sleepers of {SLEEP_S} s on 100 threads (at most {100 / SLEEP_S:.0f} a second): ",
            end="",
        )
        report_memory(Sweep(client, Path(place), manifest, dataset, "mnist"), runs)


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
        sweep_seconds(client, replace(TINY, axes={"seed": f"0:{4 * count}"}), dataset, "mnist")
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


PARTS: dict[str, tuple[Callable[[int], None], int]] = {
    "cores": (cores, 60),
    "overhead": (overhead, 300),
    "memory": (memory, 10_000),
    "table": (table, 100_000),
    "sleepers": (sleepers, 5000),
    "peer": (peer, 12),
}


def main(arguments: Sequence[str]) -> None:
    """Measure the parts that are named, such as cores or cores=12 for fewer runs."""
    for argument in arguments or list(PARTS):
        name, _, runs = argument.partition("=")
        measure, usual = PARTS[name]
        measure(int(runs or usual))


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("parts", nargs="*", metavar="PART[=RUNS]", help="usually all")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # of joblib's processes
    with suppress(KeyboardInterrupt):
        main(options.parse_args().parts)
    sys.exit(0)
