"""The worker process: it changes the time of a mini-batch, never a bit, and outlives nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.engine import engine as engines
from mnist_tui.net.engine import shared_batch, worker_process
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.halved_network import HalfOfUnits, HalvedNetwork, gradient_by_halves
from mnist_tui.net.engine.partial_gradients import Tally
from mnist_tui.net.engine.shared_batch import shape_of
from mnist_tui.net.engine.worker_pace import Pace
from mnist_tui.net.engine.worker_process import WorkerLostError, WorkerProcess
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Parameters
from mnist_tui.net.run.diagnosis import DivergedError
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import PATIENCE, ROOT, wait_until

POINTS = pytest.mark.parametrize(  # what both processes call in the course of a batch
    ("owner", "name"),
    [
        (shared_batch, "masks_of"),
        (HalfOfUnits, "forward"),
        (HalvedNetwork, "rest"),
        (HalfOfUnits, "backward"),
    ],
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def noise(m: int, pixels: int = 784, classes: int = 10) -> Digits:
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (m, pixels), np.uint8)
    return Digits(images, generator.integers(0, classes, m).astype(np.uint8))


SAMPLES = noise(1000)
ROWS = np.arange(100, 228)


def initial(hidden: tuple[int, ...] = (128,)) -> Parameters:
    return initial_parameters((784, *hidden, 10), "he", np.random.default_rng(1))


def ready_worker(parameters: Parameters) -> WorkerProcess:
    worker = WorkerProcess(shape_of(parameters, 128))
    wait_until(lambda: worker.is_ready)
    return worker


def always(_: Pace) -> bool:
    return True


def with_worker(monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, Parameters, Parameters]:
    """An engine that will use its worker, parameters and a gradient, both in shared memory."""
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    engine, parameters = Engine(SAMPLES, 2), initial()
    gradient = parameters.copy()
    engine.gradient(parameters, gradient, ROWS)  # starts it
    wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    return engine, *engine.placed(parameters, gradient)


def first_call(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, harm: Callable[[], None]
) -> None:
    """Let harm be done when a function is called next."""
    original, calls = getattr(owner, name), 0

    def harmed(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            harm()
        return original(*args)

    monkeypatch.setattr(owner, name, harmed)


def gradient_alone() -> bytes:
    engine, parameters = Engine(SAMPLES, 1), initial()
    gradient = parameters.copy()
    engine.gradient(parameters, gradient, ROWS)
    engine.close()
    return gradient.vector.tobytes()


def trained(
    threads: int, optimizer: str = "momentum", updates: int = 60, dropout: float = 0.0
) -> bytes:
    """The weights and history of a run; with more threads its worker takes part."""
    engine = Engine(SAMPLES, threads)
    chosen = Hyperparameters(
        alpha=0.01,
        iterations=updates,
        hidden=(128,),
        batch_size=128,
        optimizer=optimizer,
        dropout=dropout,
        input_dropout=dropout / 2,
    )
    trainer = Trainer(SAMPLES, SAMPLES, chosen, engine=engine)
    for progress in trainer.steps():
        if progress.iteration == 1 and threads > 1:
            wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    assert (engine.worker is not None) == (threads > 1)
    engine.close()
    return trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes()


@pytest.mark.parametrize("hidden", [(128,), (129,), (100, 50), (60, 40, 30)])
@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.2, 0.5)])
def test_two_processes_compute_what_one_computes(
    hidden: tuple[int, ...], rates: tuple[float, float]
) -> None:
    Engine(SAMPLES, 1).close()  # limits BLAS here to one thread, as there
    parameters, rows = initial(hidden), ROWS
    worker = ready_worker(parameters)
    expected, found = parameters.copy(), parameters.copy()
    dropout = Dropout(*rates, 1, 3, 7) if any(rates) else None
    images, labels = SAMPLES.images, SAMPLES.labels
    alone = HalvedNetwork(parameters, expected)
    score = gradient_by_halves(alone, images[rows], labels[rows], dropout)
    for network in (HalvedNetwork(parameters, found), HalvedNetwork(*worker.place(parameters))):
        network.gradient.vector.fill(np.nan)
        assert worker.gradient(network, images, labels, rows, dropout) == score
        assert network.gradient.vector.tobytes() == expected.vector.tobytes()
    worker.close()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_images_classes_and_batches_of_other_sizes_are_halved_alike(dtype: type) -> None:
    Engine(SAMPLES, 1).close()  # limits BLAS here to one thread, as there
    samples = noise(300, pixels=900, classes=26)
    parameters = initial_parameters((900, 41, 26), "he", np.random.default_rng(1), dtype)
    worker, expected, found = ready_worker(parameters), parameters.copy(), parameters.copy()
    for m, place in ((101, 0), (300, 101), (1, 401)):
        rows, dropout = np.arange(m)[::-1], Dropout(0.2, 0.5, 1, 3, place)
        alone, together = (HalvedNetwork(parameters, gradient) for gradient in (expected, found))
        score = gradient_by_halves(alone, samples.images[rows], samples.labels[rows], dropout)
        assert worker.gradient(together, samples.images, samples.labels, rows, dropout) == score
        assert found.vector.tobytes() == expected.vector.tobytes()
    worker.close()


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nesterov", "adam"])
def test_any_number_of_processes_gives_the_same_bits(optimizer: str) -> None:
    assert len({trained(threads, optimizer) for threads in (1, 2, 3, 8)}) == 1


def test_any_number_of_processes_leaves_out_the_same_units() -> None:
    # 1000 samples in batches of 128: the last of an epoch has 104, and it goes on after it.
    alone = trained(1, dropout=0.5)
    assert alone == trained(2, dropout=0.5) == trained(3, dropout=0.5)
    assert alone != trained(1)


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


def test_a_worker_that_is_killed_costs_no_update(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = trained(1)
    gradient, count = WorkerProcess.gradient, 0

    def killed(self: WorkerProcess, *args: object) -> Tally:
        nonlocal count
        count += 1
        if count == 7:
            os.kill(self.pid, signal.SIGKILL)
        return gradient(self, *args)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.setattr(WorkerProcess, "gradient", killed)
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    engine = Engine(SAMPLES, 2)
    chosen = Hyperparameters(
        alpha=0.01, iterations=60, hidden=(128,), batch_size=128, optimizer="momentum"
    )
    trainer = Trainer(SAMPLES, SAMPLES, chosen, engine=engine)
    for progress in trainer.steps():
        if progress.iteration == 1:
            wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    assert count == 7
    assert engine.worker is None
    assert trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes() == whole


@POINTS
def test_a_worker_may_be_killed_at_any_point_of_a_batch(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    expected = gradient_alone()
    engine, parameters, gradient = with_worker(monkeypatch)
    assert engine.worker is not None
    pid = engine.worker.pid
    first_call(monkeypatch, owner, name, lambda: os.kill(pid, signal.SIGKILL))
    for _ in range(2):  # it may have completed the first batch before it was killed
        gradient.vector.fill(np.nan)
        engine.gradient(parameters, gradient, ROWS)
        assert gradient.vector.tobytes() == expected
    assert engine.worker is None


def interrupted() -> None:
    raise KeyboardInterrupt


@POINTS
def test_a_batch_that_is_broken_off_leaves_no_worker_behind(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    expected = gradient_alone()
    engine, parameters, gradient = with_worker(monkeypatch)
    first_call(monkeypatch, owner, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.gradient(parameters, gradient, ROWS)
    assert engine.worker is None, "or it would go on to write into the gradient"
    gradient.vector.fill(np.nan)
    engine.gradient(parameters, gradient, ROWS)
    assert gradient.vector.tobytes() == expected
    engine.close()


def test_a_worker_whose_end_was_interrupted_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, *_ = with_worker(monkeypatch)
    assert engine.worker is not None
    worker = engine.worker
    close = worker.close
    monkeypatch.setattr(worker, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.close()
    assert engine.worker is None
    close()


def test_a_worker_that_somebody_has_stopped_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = gradient_alone()
    engine, parameters, gradient = with_worker(monkeypatch)
    assert engine.worker is not None
    pid = engine.worker.pid
    os.kill(pid, signal.SIGSTOP)
    patience = threading.Timer(PATIENCE, os.kill, (pid, signal.SIGCONT))
    patience.start()  # or this would wait for ever
    monkeypatch.setattr(worker_process, "MAX_NAPS", 100)
    engine.gradient(parameters, gradient, ROWS)
    patience.cancel()
    assert engine.worker is None
    assert gradient.vector.tobytes() == expected
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("refused", ["nameless_file", "Popen"])
def test_without_memory_or_processes_it_trains_alone(
    monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    whole = trained(1)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "no memory")

    module = "mnist_tui.net.engine.worker_process"
    name = refused if refused == "nameless_file" else "subprocess.Popen"
    monkeypatch.setattr(f"{module}.{name}", refuse)
    engine = Engine(SAMPLES, 2)
    chosen = Hyperparameters(
        alpha=0.01, iterations=60, hidden=(128,), batch_size=128, optimizer="momentum"
    )
    trainer = Trainer(SAMPLES, SAMPLES, chosen, engine=engine)
    for _ in trainer.steps():
        pass
    engine.close()
    assert trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes() == whole


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


def test_a_dead_worker_is_noticed() -> None:
    parameters = initial()
    worker = ready_worker(parameters)
    network = HalvedNetwork(parameters, parameters.copy())
    os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(WorkerLostError):  # by its pipe at once, or by its absence
        worker.gradient(network, SAMPLES.images, SAMPLES.labels, np.arange(64))
    worker.close()


PARENT = """
import sys, time
sys.path.insert(0, {root!r})
from tests.net.engine.test_worker_process import initial, ready_worker
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
