"""Measure what the dashboard costs: `python -m tests.manual.measure.dashboard`.

Prints how late the screen's thread is at 120×40 while four runs are on the chart and one of them
trains; what time travel costs in memory and in time to find a moment over long runs; and what the
coach costs in each update.
"""

from __future__ import annotations

import asyncio
import statistics
import time
import tracemalloc

from mnist_tui.data.dataset import load
from mnist_tui.net.engine.halved_network import squared_length
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.diagnosis import RunMonitor
from mnist_tui.net.run.timeline import Timeline
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.training.run_manager import TIMELINE_BUDGET_BYTES

from tests.helpers.arguments import numbers
from tests.helpers.support import noise, part_of

SECONDS = 10.0
NAP = 0.002  # seconds the screen's thread is asked to sleep; what is more is delay


async def delays() -> None:
    """The screen's thread, measured from within, with all of MNIST."""
    app = MnistApp("mnist", ((0, Hyperparameters(iterations=1_000_000)),), AppOptions(start=True))
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(3):
            while (progress := app.session.snapshot().progress) is None or progress.iteration < 50:
                await asyncio.sleep(0.1)
            runs = len(app.session.runs())
            await pilot.press("r")
            while len(app.session.runs()) == runs:
                await asyncio.sleep(0.1)
        late: list[float] = []
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            begun = time.perf_counter()
            await asyncio.sleep(NAP)
            late.append(time.perf_counter() - begun - NAP)
        print(
            f"delay of the screen's thread, {len(app.session.runs())} runs, 120×40, training: "
            f"median {1e3 * statistics.median(late):.1f} ms, "
            f"p99 {1e3 * statistics.quantiles(late, n=100)[98]:.1f} ms, "
            f"worst {1e3 * max(late):.1f} ms"
        )


def travel(updates: int, hidden: int) -> None:
    """A run so long, on few digits so that it ends: the weights are what is measured."""
    samples = noise(20, 784)
    trainer = Trainer(samples, samples, Hyperparameters(iterations=updates, hidden=(hidden,)))
    trainer.measure()
    timeline = Timeline(TIMELINE_BUDGET_BYTES)
    spent = 0.0
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in trainer.steps():
        begun = time.perf_counter()
        timeline.offer(trainer.iteration, trainer.moment)
        spent += time.perf_counter() - begun
    history = len(trainer.history) * trainer.history.rows(0)[:1].nbytes
    taken = tracemalloc.get_traced_memory()[0] - before - history
    tracemalloc.stop()
    begun = time.perf_counter()
    for iteration in range(0, updates, max(1, updates // 1000)):
        timeline.before(iteration)
    found = (time.perf_counter() - begun) / 1000
    print(
        f"time travel, {updates} updates of 784-{hidden}-10: {len(timeline)} moments kept, "
        f"{timeline.nbytes / 2**20:.1f} MB of weights ({taken / 2**20:.1f} MB in all), "
        f"{1e6 * spent / updates:.1f} µs an update, {1e6 * found:.1f} µs to find one"
    )


def coach() -> None:
    """What looking at every update costs, beside the update itself."""
    dataset = part_of(load("mnist"), 60_000, 10)
    for hidden, batch in (((10,), None), ((10,), 64), ((1000, 500, 250), 128)):
        chosen = Hyperparameters(hidden=hidden, batch_size=batch, iterations=10**6, alpha=0.01)
        trainer = Trainer(dataset.train, dataset.test, chosen)
        progress = trainer.measure()
        watch, biases = RunMonitor(dataset.train.labels, 10), trainer.parameters.b[0]
        begun = time.perf_counter()
        for _ in range(1000):
            watch.observe(progress, biases, batch)
            squared_length(trainer.parameters.vector)
        look = (time.perf_counter() - begun) / 1000
        steps, count = trainer.steps(), 30
        next(steps)
        begun = time.perf_counter()
        for _ in range(count):
            next(steps)
        update = (time.perf_counter() - begun) / count
        name = "-".join(map(str, trainer.parameters.sizes))
        print(
            f"coach, {name}, batch {batch or 'full'}: {1e6 * look:.1f} µs of "
            f"{1e3 * update:.2f} ms, {look / update:.2%}"
        )


def main() -> None:
    """Measure and print."""
    coach()
    travel(100_000, 10)
    travel(2_000, 800)
    asyncio.run(delays())


if __name__ == "__main__":
    main(*numbers(__doc__))
