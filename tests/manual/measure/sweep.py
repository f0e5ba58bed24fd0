"""Measure sweeps: `python -m tests.manual.measure.sweep [PART …]`, all parts unless told.

overhead  what a run costs besides itself, once workers are warm
memory    resident memory of the client, scheduler included, over 10 000 tiny runs
table     bytes and reading time of a table of 100 000 rows
sleepers  runs that sleep, on a hundred threads: what a large cluster would ask of the client
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
from mnist_tui.data.dataset import load
from mnist_tui.tui.sweep import dispatch
from mnist_tui.tui.sweep.cluster import local_cluster
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.results import ResultsWriter, SweepResult, read_results
from mnist_tui.tui.sweep.tasks import Answer, Request, Requirements

from tests.helpers.runs.sweeps import Sweep
from tests.helpers.support import part_of, write_folder

from .sweep_pace import Parts, run_parts, solo_seconds, sweep_seconds

TINY = Manifest("iterations=1 batch=1", {"seed": "0:10000"})
SLEEP_S = 0.05


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


PARTS: Parts = {
    "overhead": (overhead, 300),
    "memory": (memory, 10_000),
    "table": (table, 100_000),
    "sleepers": (sleepers, 5000),
}


if __name__ == "__main__":
    run_parts(__doc__, PARTS)
