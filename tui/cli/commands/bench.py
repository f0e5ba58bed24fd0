"""The bench command: times the engine against plain NumPy, and other libraries if installed.

The implementations of one row are timed in turns, so that other load on the machine affects them
equally; a figure is the median of its turns.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import click
import numpy as np
from threadpoolctl import threadpool_limits

from ....data.dataset import Digits, load
from ....net.architecture import architecture_name
from ....net.engine.engine import Engine
from ....net.hyperparameters import Hyperparameters
from ....net.initialization import initial_parameters
from ....net.network import Array, Parameters, backward, cross_entropy, forward
from ....net.optimizers import GradientDescent, Step
from ....net.presets import PRESETS
from .bench_rivals import ALPHA, UPDATES

Floats = type[np.float32] | type[np.float64]
TURNS = 5
REST_S = 0.3  # before each turn, because other libraries' threads keep spinning after their work
Hidden = tuple[int, ...]  # widths of the hidden layers
FULL_BATCH_HIDDEN: tuple[Hidden, ...] = ((10,), (128,))
CHAMPION = PRESETS["champion"].hyperparameters.hidden
EPOCH_TASKS: tuple[tuple[Hidden, int], ...] = (  # and the batch
    ((10,), 64),
    ((128,), 64),
    ((128,), 128),
    ((256,), 256),
    (CHAMPION, 128),
)
PEAK_MATRIX_SIDE = 1500  # of the matrix products that measure the machine's peak


@dataclass(frozen=True)
class Row:
    """One task, and the time that each implementation took."""

    task: str
    images: int  # processed in that time
    flop: float  # multiplications and additions of the plain mathematics
    seconds: dict[str, float] = field(default_factory=dict)

    def figures(self, peak: float) -> dict[str, Any]:
        """Return the row's figures, as for JSON; `peak` is in FLOP/s."""
        ours = self.seconds["mnist-tui"]
        return {
            "task": self.task,
            "seconds": self.seconds,
            "images_per_second": self.images / ours,
            "gflops": self.flop / ours / 1e9,
            "share_of_peak": self.flop / ours / peak,
            "times_faster_than": {
                name: seconds / ours
                for name, seconds in self.seconds.items()
                if name != "mnist-tui"
            },
        }


class Rivals:
    """The other libraries, in a process of their own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mnist_tui.tui.cli.commands.bench_rivals"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.names: list[str] = json.loads(self._line())

    def seconds(self, *task: object) -> float:
        """Return the seconds that (name, task, hidden, batch, threads) took."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        return float(self._line())

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run_benchmark(*, as_json: bool, threads: int | None) -> int:
    """Measure everything and print it; return the exit code."""
    train = load().train
    engine, rivals = Engine(train, threads), Rivals()
    peak = measured_peak(engine)
    rows: list[dict[str, Any]] = []
    if not as_json:
        click.echo(
            f"{engine.threads} threads; sgemm's peak {peak / 1e9:.0f} GFLOP/s; "
            f"medians of {TURNS}; beside us: {', '.join(rivals.names) or 'no other library'}\n"
        )
    for hidden in FULL_BATCH_HIDDEN:
        rows.append(full_batch(engine, rivals, train, hidden).figures(peak))
        _print_row(rows[-1], as_json=as_json)
    for hidden, batch in EPOCH_TASKS:
        rows.append(epoch(engine, rivals, train, hidden, batch).figures(peak))
        _print_row(rows[-1], as_json=as_json)
    rivals.close()
    engine.close()
    if as_json:
        result = {"threads": engine.threads, "peak_gflops": peak / 1e9, "rows": rows}
        click.echo(json.dumps(result))
    return 0


def full_batch(engine: Engine, rivals: Rivals, train: Digits, hidden: Hidden) -> Row:
    """Time one update over all images."""
    m = len(train)
    parameters, gradient, before = _initial_state(hidden)
    optimizer, chosen = GradientDescent(parameters), Hyperparameters()

    def ours() -> float:
        def updates() -> None:
            for _ in range(UPDATES):
                engine.gradient(parameters, gradient)
                engine.update(optimizer, Step(parameters, gradient, ALPHA, chosen, before))

        return _timed(updates) / UPDATES

    timers: dict[str, Callable[[], float]] = {"mnist-tui": ours}
    for dtype in (np.float32, np.float64):
        timers[f"NumPy {np.dtype(dtype).name}"] = _whole_array_update(
            train, hidden, dtype, engine.threads
        )
    if "torch" in rivals.names:
        timers["PyTorch"] = partial(rivals.seconds, "torch", "full", hidden, 0, 0)
    name = f"update, full batch, {architecture_name(parameters.sizes)}"
    return in_turns(Row(name, m, _flop(parameters, m)), timers)


def epoch(engine: Engine, rivals: Rivals, train: Digits, hidden: Hidden, batch: int) -> Row:
    """Time one epoch of mini-batches."""
    m = len(train)
    parameters, gradient, before = _initial_state(hidden)
    optimizer, chosen = GradientDescent(parameters), Hyperparameters()
    generator = np.random.default_rng(0)

    def ours() -> float:
        def updates() -> None:
            nonlocal parameters, gradient, before
            order = generator.permutation(m)
            for start in range(0, m, batch):
                parameters, gradient, before = engine.placed(parameters, gradient, before)
                engine.gradient(parameters, gradient, order[start : start + batch])
                engine.update(optimizer, Step(parameters, gradient, ALPHA, chosen, before))

        return _timed(updates)

    timers: dict[str, Callable[[], float]] = {"mnist-tui": ours}
    if "torch" in rivals.names:
        for threads in sorted({1, engine.threads}):
            timers[f"PyTorch, {threads} threads"] = partial(
                rivals.seconds, "torch", "epoch", hidden, batch, threads
            )
    if "sklearn" in rivals.names:
        timers["scikit-learn"] = partial(rivals.seconds, "sklearn", "epoch", hidden, batch, 0)
    if "jax" in rivals.names:
        timers["JAX"] = partial(rivals.seconds, "jax", "epoch", hidden, batch, 0)
    name = f"epoch, {architecture_name(parameters.sizes)}, batch {batch}"
    return in_turns(Row(name, m, _flop(parameters, m)), timers)


def _flop(parameters: Parameters, m: int) -> float:
    """Return the operations of one gradient over m images.

    Forward and dW multiply each image by each weight once; all but W1 once more, for dA.
    """
    return 2.0 * m * (3 * parameters.weights.size - parameters.W[0].size)


def measured_peak(engine: Engine) -> float:
    """Return the FLOP/s of large matrix products, one on each thread at once."""
    from concurrent.futures import ThreadPoolExecutor

    A = np.random.default_rng(0).random((PEAK_MATRIX_SIDE, PEAK_MATRIX_SIDE), dtype=np.float32)
    with ThreadPoolExecutor(engine.threads) as pool:

        def products() -> None:
            times = 4 * engine.threads
            list(pool.map(np.matmul, [A] * times, [A] * times))

        products()
        seconds = statistics.median(_timed(products) for _ in range(TURNS))
    return 4 * engine.threads * 2 * PEAK_MATRIX_SIDE**3 / seconds


def _whole_array_update(
    train: Digits, hidden: Hidden, dtype: Floats, threads: int
) -> Callable[[], float]:
    """Return a timer of the original script's update: one float array, threads inside BLAS."""
    X: Array = np.ascontiguousarray((train.images.T / 255).astype(dtype))
    parameters, gradient, step = _initial_state(hidden, dtype)

    def update() -> None:
        activations = forward(parameters, X)
        backward(parameters, activations, train.labels, len(train), gradient)
        np.multiply(gradient.vector, ALPHA, out=step)
        parameters.vector[:] -= step
        cross_entropy(activations.Z[-1], train.labels).mean()
        (activations.A[-1].argmax(axis=0) == train.labels).mean()

    def measure() -> float:
        with threadpool_limits(threads, user_api="blas"):
            return _timed(update)

    return measure


def _initial_state(
    hidden: Hidden, dtype: Floats = np.float32
) -> tuple[Parameters, Parameters, Any]:
    parameters = initial_parameters((784, *hidden, 10), "he", np.random.default_rng(0), dtype)
    return parameters, parameters.copy(), np.empty_like(parameters.vector)


def in_turns(row: Row, timers: dict[str, Callable[[], float]]) -> Row:
    """Return the row with the medians; the implementations take turns, so load affects all."""
    times: dict[str, list[float]] = {name: [] for name in timers}
    for turn in range(TURNS + 1):  # the first one is a warm-up and does not count
        for name, measure in timers.items():
            time.sleep(REST_S)
            seconds = measure()
            if turn:
                times[name].append(seconds)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    return replace(row, seconds=medians)


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _print_row(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        return
    click.echo(
        f"{figures['task']}: {figures['images_per_second'] / 1e6:.2f} million images/s, "
        f"{figures['gflops']:.0f} GFLOP/s, {figures['share_of_peak']:.0%} of the peak"
    )
    for name, seconds in figures["seconds"].items():
        times = figures["times_faster_than"].get(name)
        click.echo(f"  {name:<20} {1e3 * seconds:8.1f} ms" + (f"  {times:5.2f} ×" if times else ""))
