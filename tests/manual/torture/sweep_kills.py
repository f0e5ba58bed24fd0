"""Kill workers under a sweep: `python -m tests.manual.torture.sweep_kills [RUNS] [KILLS]`.

Four separate worker processes make the runs. At random instants one is killed with a signal that
nothing can hear, and another takes its place. In the end each run must have one result, with the
numbers that it has when nobody disturbs it.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from mnist_tui.data.dataset import load
from mnist_tui.tui.sweep.cluster import running_cluster
from mnist_tui.tui.sweep.manifest import Manifest
from mnist_tui.tui.sweep.tasks import Answer, Request
from mnist_tui.tui.sweep.worker import make_run

from tests.helpers.arguments import numbers
from tests.helpers.runs.sweeps import Sweep, requirements, separate_cluster
from tests.helpers.support import part_of, write_folder

RUNS, KILLS = 60, 20  # so that a third of the runs lose a worker, on average
MAX_DELAY_S = 1.5  # between two kills
WORKERS = 4


def main() -> int:
    """Sweep and kill; return the exit code."""
    runs, kills = numbers(__doc__, RUNS=RUNS, KILLS=KILLS)
    generator = random.Random(0)  # noqa: S311
    dataset = part_of(load("mnist"), 5000, 1000)
    manifest = Manifest("iterations=400 batch=64 hidden=32", {"seed": f"0:{runs}"})
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "sweep"
        out.mkdir()
        source = write_folder(Path(place), dataset)
        names = [f"w{i}" for i in range(WORKERS)]
        with (
            separate_cluster(Path(place), *names) as cluster,
            running_cluster(cluster.address) as client,
        ):
            sweep = Sweep(client, out, manifest, dataset, source)
            client.wait_for_workers(WORKERS)
            killed, due = 0, time.monotonic()
            for step in sweep.steps():
                if killed < kills and step.done_now and time.monotonic() >= due:
                    due = time.monotonic() + generator.random() * MAX_DELAY_S
                    victim = generator.choice(sorted(cluster.workers))
                    cluster.workers.pop(victim).kill()
                    killed += 1
                    cluster.start_worker(f"w{WORKERS + killed}")
            results = sweep.results()
        once = Counter(result.seed for result in results) == Counter(range(runs))
        needs = asdict(requirements(dataset, source))
        wrong = 0
        for result in results:
            answer = make_run(needs, asdict(Request(result.cell.recipe, result.budget)))
            assert isinstance(answer, Answer)
            alone = (answer.test_accuracy, answer.test_loss, answer.train_loss)
            wrong += alone != (result.test_accuracy, result.test_loss, result.train_loss)
    print(f"{runs} runs on {WORKERS} workers, {killed} killed: each once: {once}; wrong: {wrong}")
    return 0 if once and not wrong and killed else 1


if __name__ == "__main__":
    sys.exit(main())
