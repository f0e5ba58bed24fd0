"""A worker that is lost: whatever ends it or stops it, the run goes on in the same bits."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from mnist_tui.net.engine import engine as engines
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.halved_network import HalfOfUnits, HalvedNetwork
from mnist_tui.net.engine.worker import process as worker_process
from mnist_tui.net.engine.worker.process import WorkerLostError, WorkerProcess
from mnist_tui.net.engine.worker.shared_batch import SharedBatch
from mnist_tui.net.network import Parameters
from mnist_tui.net.optimizers import Momentum
from mnist_tui.net.run.history import Progress
from mnist_tui.net.trainer import Trainer

from tests.helpers.runs.worker_runs import (
    CHOSEN,
    ROWS,
    SAMPLES,
    always,
    initial,
    ready_worker,
    trained,
)
from tests.helpers.support import PATIENCE, wait_until

POINTS = pytest.mark.parametrize(  # what both processes call in the course of a batch
    ("owner", "name"),
    [
        (SharedBatch, "draw"),
        (HalfOfUnits, "forward"),
        (HalvedNetwork, "rest"),
        (HalfOfUnits, "backward"),
    ],
)


def with_worker(monkeypatch: pytest.MonkeyPatch) -> tuple[Engine, Parameters, Parameters]:
    """An engine that will use its worker, parameters and a gradient, both in shared memory."""
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    engine, parameters = Engine(SAMPLES, 2), initial()
    gradient = parameters.copy()
    engine.gradient(parameters, gradient, ROWS)  # starts it
    wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    placed, its_gradient, _ = engine.placed(parameters, gradient, np.empty_like(parameters.vector))
    return engine, placed, its_gradient


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


def interrupted() -> None:
    raise KeyboardInterrupt


def gradient_alone() -> bytes:
    engine, parameters = Engine(SAMPLES, 1), initial()
    gradient = parameters.copy()
    engine.gradient(parameters, gradient, ROWS)
    engine.close()
    return gradient.vector.tobytes()


def run_with_harm_at(
    monkeypatch: pytest.MonkeyPatch, name: str, harm: Callable[[WorkerProcess], None]
) -> tuple[Engine, Trainer, Iterator[Progress]]:
    """A run whose worker is ready, and which suffers harm when it is asked a seventh time."""
    original, count = getattr(WorkerProcess, name), 0

    def harmed(self: WorkerProcess, *args: object) -> object:
        nonlocal count
        count += 1
        if count == 7:
            harm(self)
        return original(self, *args)

    monkeypatch.setattr(WorkerProcess, name, harmed)
    monkeypatch.setattr(engines.Pace, "prefers_worker", always)
    engine = Engine(SAMPLES, 2)
    trainer = Trainer(SAMPLES, SAMPLES, CHOSEN, engine=engine)
    steps = trainer.steps()
    next(steps)
    wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    return engine, trainer, steps


def killed(worker: WorkerProcess) -> None:
    os.kill(worker.pid, signal.SIGKILL)


@pytest.mark.parametrize("name", ["gradient", "update", "_meet", "_wait"])
def test_a_worker_that_is_killed_costs_no_update(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    whole = trained(1)
    engine, trainer, steps = run_with_harm_at(monkeypatch, name, killed)
    for _ in steps:
        pass
    assert engine.worker is None
    assert trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes() == whole


def test_an_update_without_memory_is_undone_in_both_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, trainer, steps = run_with_harm_at(monkeypatch, "update", lambda _: None)
    for _ in range(9):
        next(steps)
    kept, updates = trainer.parameters.vector.copy(), trainer.iteration

    def short(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Momentum, "move", short)  # in the parent: the worker moves its part
        with pytest.raises(MemoryError):
            next(steps)
    assert trainer.parameters.vector.tobytes() == kept.tobytes()
    assert trainer.iteration == updates
    assert next(trainer.steps()).iteration == updates + 1
    engine.close()


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
    patience.daemon = True
    patience.start()  # or this would wait for ever
    monkeypatch.setattr(worker_process, "MAX_NAPS", 100)
    engine.gradient(parameters, gradient, ROWS)
    patience.cancel()
    assert engine.worker is None
    assert gradient.vector.tobytes() == expected
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_dead_worker_is_noticed() -> None:
    parameters = initial()
    worker = ready_worker(parameters)
    network = HalvedNetwork(parameters, parameters.copy())
    os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(WorkerLostError):  # by its pipe at once, or by its absence
        worker.gradient(network, SAMPLES.images, SAMPLES.labels, np.arange(64))
    worker.close()


@pytest.mark.parametrize("refused", ["nameless_file", "Popen"])
def test_without_memory_or_processes_it_trains_alone(
    monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    whole = trained(1)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "no memory")

    module = "mnist_tui.net.engine.worker.process"
    name = refused if refused == "nameless_file" else "subprocess.Popen"
    monkeypatch.setattr(f"{module}.{name}", refuse)
    engine = Engine(SAMPLES, 2)
    trainer = Trainer(SAMPLES, SAMPLES, CHOSEN, engine=engine)
    for _ in trainer.steps():
        pass
    engine.close()
    assert trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes() == whole
