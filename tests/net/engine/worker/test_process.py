"""The worker process: it changes the time of a mini-batch, never a bit, and outlives nobody."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.engine import engine as engines
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.halved_network import HalvedNetwork, gradient_by_halves
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.run.diagnosis import DivergedError
from mnist_tui.net.trainer import Trainer

from tests.helpers.runs.worker_runs import (
    CHOSEN,
    ROWS,
    SAMPLES,
    always,
    digits_of_noise,
    initial,
    ready_worker,
    trained,
)
from tests.helpers.support import ROOT, wait_until

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.mark.parametrize("hidden", [(128,), (129,), (100, 50), (60, 40, 30)])
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.2, 0.5)])
@pytest.mark.parametrize("epsilon", [0.0, 1.0])
def test_two_processes_compute_what_one_computes(
    hidden: tuple[int, ...], rates: tuple[float, float], epsilon: float
) -> None:
    Engine(SAMPLES, 1).close()  # limits BLAS here to one thread, as there
    parameters, rows = initial(hidden), ROWS
    worker = ready_worker(parameters)
    expected, found = parameters.copy(), parameters.copy()
    dropout = Dropout(*rates, 1, 3, 7) if any(rates) else None
    images, labels = SAMPLES.images, SAMPLES.labels
    alone = HalvedNetwork(parameters, expected)
    score = gradient_by_halves(alone, images[rows], labels[rows], dropout, epsilon)
    placed, its_gradient, _ = worker.place(parameters, parameters.vector)
    for network in (HalvedNetwork(parameters, found), HalvedNetwork(placed, its_gradient)):
        network.gradient.vector.fill(np.nan)
        found_score, square = worker.gradient(network, images, labels, rows, dropout, epsilon)
        assert (found_score, square) == (score, alone.halves[1].squared_length())
        assert network.gradient.vector.tobytes() == expected.vector.tobytes()
    worker.close()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_classes_and_batches_of_other_sizes_are_halved_alike(dtype: type) -> None:
    Engine(SAMPLES, 1).close()  # limits BLAS here to one thread, as there
    samples = digits_of_noise(300, pixels=900, classes=26)
    parameters = initial_parameters((900, 41, 26), "he", np.random.default_rng(1), dtype)
    worker, expected, found = ready_worker(parameters), parameters.copy(), parameters.copy()
    for m, place, epsilon in ((101, 0, 1.0), (300, 101, 0.0), (1, 401, 28.0), (99, 402, 0.1)):
        rows, dropout = np.arange(m)[::-1], Dropout(0.2, 0.5, 1, 3, place)
        alone, together = (HalvedNetwork(parameters, gradient) for gradient in (expected, found))
        score = gradient_by_halves(
            alone, samples.images[rows], samples.labels[rows], dropout, epsilon
        )
        found_score, _ = worker.gradient(
            together, samples.images, samples.labels, rows, dropout, epsilon
        )
        assert found_score == score
        assert found.vector.tobytes() == expected.vector.tobytes()
    worker.close()


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nesterov", "adam"])
def test_any_number_of_processes_gives_the_same_bits(optimizer: str) -> None:
    assert len({trained(threads, optimizer) for threads in (1, 2, 3, 8)}) == 1


def test_any_number_of_processes_leaves_out_the_same_units() -> None:
    # 1000 samples in batches of 128: the last of an epoch has 104, and it goes on after it.
    rates: dict[str, Any] = {"dropout": 0.5, "input_dropout": 0.25}
    alone = trained(1, **rates)
    assert alone == trained(2, **rates) == trained(3, **rates)
    assert alone != trained(1)


def test_any_number_of_processes_moves_images_alike() -> None:
    others: dict[str, Any] = {"adversary": 1.0, "dropout": 0.1, "input_dropout": 0.1}
    alone = trained(1, **others)
    assert alone == trained(2, **others) == trained(3, **others)
    weaker: dict[str, Any] = {**others, "adversary": 0.5}
    assert alone != trained(1, **weaker)


@pytest.mark.parametrize("optimizer", ["momentum", "adam"])
def test_any_number_of_processes_updates_a_deep_network_alike(optimizer: str) -> None:
    # 101 · 60 weights of the second layer: the worker's part ends in the midst of them.
    others: dict[str, Any] = {"hidden": (60, 101, 30), "max_norm": 1.0, "weight_decay": 0.001}
    alone = trained(1, optimizer, **others)
    assert alone == trained(2, optimizer, **others)
    assert alone != trained(1, optimizer, **others | {"max_norm": 0.0})


def test_a_run_that_is_put_away_keeps_nothing_of_what_a_worker_shares() -> None:
    engine = Engine(SAMPLES, 2)
    trainer = Trainer(SAMPLES, SAMPLES, CHOSEN, engine=engine)
    steps = trainer.steps()
    next(steps)
    wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    list(islice(steps, 30))
    worker = engine.worker
    assert worker is not None
    assert not worker.fits(initial(), 128), "it holds this run"
    kept = trainer.state()
    trainer.release_buffers()
    assert worker.fits(initial(), 128)
    other = Trainer(SAMPLES, SAMPLES, replace(CHOSEN, seed=5), engine=engine)
    list(islice(other.steps(), 30))
    assert not worker.fits(initial(), 128), "it holds the other run"
    now = trainer.state()
    assert now.vector.tobytes() == kept.vector.tobytes()
    assert now.memory["velocity"].tobytes() == kept.memory["velocity"].tobytes()
    engine.close()


def test_a_run_whose_numbers_are_in_shared_memory_can_be_put_away_and_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    chosen = Hyperparameters(
        alpha=0.01, iterations=40, hidden=(128,), batch_size=128, optimizer="momentum"
    )

    def adventurous(threads: int) -> bytes:
        engine = Engine(SAMPLES, threads)
        trainer = Trainer(SAMPLES, SAMPLES, chosen, engine=engine)
        steps = trainer.steps()
        next(steps)
        if threads > 1:
            wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
        list(islice(steps, 9))
        trainer.release_buffers()
        kept = trainer.state()
        list(islice(steps, 10))
        trainer.restore(kept)
        trainer.change(replace(chosen, alpha=1e38))
        with pytest.raises(DivergedError):
            list(trainer.steps())
        trainer.change(replace(chosen, batch_size=None, iterations=trainer.iteration + 3))
        list(trainer.steps())
        trainer.change(chosen)
        list(trainer.steps())
        assert (engine.worker is not None) == (threads > 1)
        engine.close()
        return trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes()

    assert adventurous(1) == adventurous(2)


@pytest.mark.slow
def test_two_runs_of_one_engine_do_not_touch_each_other() -> None:
    engine = Engine(SAMPLES, 2)
    chosen = Hyperparameters(alpha=0.01, iterations=30, hidden=(128,), batch_size=128)
    runs = [Trainer(SAMPLES, SAMPLES, chosen, engine=engine).steps() for _ in range(2)]
    losses = [[next(run).loss for run in runs] for _ in range(30) if not _rest(engine)]
    engine.close()
    assert all(one == other for one, other in losses)


def _rest(engine: Engine) -> None:
    if engine.worker is not None:
        wait_until(lambda: (worker := engine.worker) is None or worker.is_ready)


def test_a_full_batch_and_a_small_one_start_no_process() -> None:
    for batch_size, hidden in ((None, 128), (64, 10)):
        engine = Engine(SAMPLES, 2)
        chosen = Hyperparameters(iterations=3, hidden=(hidden,), batch_size=batch_size)
        for _ in Trainer(SAMPLES, SAMPLES, chosen, engine=engine).steps():
            pass
        assert engine.worker is None
        engine.close()


def page_faults(pid: int) -> int:
    """How often the system had to hand a page of memory to this process so far."""
    return int(Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[7])


@on_linux
def test_the_memory_of_its_arrays_stays_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    # Arrays of 100 KB and more go back to the system otherwise, and come anew with every batch.
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    engine = Engine(SAMPLES, 2)
    chosen = Hyperparameters(
        alpha=0.01, iterations=120, hidden=(800,), batch_size=128, dropout=0.5, input_dropout=0.2
    )
    steps = Trainer(SAMPLES, SAMPLES, chosen, engine=engine).steps()
    next(steps)
    worker = engine.worker
    assert worker is not None
    wait_until(lambda: worker.is_ready)
    list(islice(steps, 40))
    before = page_faults(worker.pid)
    assert len(list(islice(steps, 40))) == 40
    assert page_faults(worker.pid) - before < 400, "ten an update, of several hundred"
    engine.close()


PARENT = """
import sys, time
sys.path.insert(0, {root!r})
from tests.helpers.runs.worker_runs import initial, ready_worker
worker = ready_worker(initial())
print(worker.pid, flush=True)
time.sleep(60)
"""


@on_linux
@pytest.mark.slow
@pytest.mark.parametrize("ends", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_with_its_parent_however_that_ends(ends: signal.Signals) -> None:
    before = set(Path("/dev/shm").iterdir())  # noqa: S108  (only looked at)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(root=str(ROOT))], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        worker = Path("/proc", parent.stdout.readline().strip())
        assert worker.exists()
        parent.send_signal(ends)
        parent.wait()
    begun = time.monotonic()
    wait_until(lambda: not worker.exists())
    assert time.monotonic() - begun < 5, "its pipe ended"
    assert set(Path("/dev/shm").iterdir()) == before, "nothing is left behind"  # noqa: S108  (likewise)
