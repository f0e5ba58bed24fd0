"""Runs whose mini-batches are large enough for a worker process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.worker.pace import Pace
from mnist_tui.net.engine.worker.process import WorkerProcess
from mnist_tui.net.engine.worker.shared_memory import shape_of
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Parameters
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import wait_until


def digits_of_noise(m: int, pixels: int = 784, classes: int = 10) -> Digits:
    """Images and labels without any meaning."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (m, pixels), np.uint8)
    return Digits(images, generator.integers(0, classes, m).astype(np.uint8))


SAMPLES = digits_of_noise(1000)
ROWS = np.arange(100, 228)


def initial(hidden: tuple[int, ...] = (128,)) -> Parameters:
    """First weights of a network for such images."""
    return initial_parameters((784, *hidden, 10), "he", np.random.default_rng(1))


def ready_worker(parameters: Parameters) -> WorkerProcess:
    """A worker that waits for work."""
    worker = WorkerProcess(shape_of(parameters, 128))
    wait_until(lambda: worker.is_ready)
    return worker


def always(_: Pace) -> bool:
    """In the place of `Pace.prefers_worker`."""
    return True


CHOSEN = Hyperparameters(
    alpha=0.01, iterations=60, hidden=(128,), batch_size=128, optimizer="momentum"
)


def trained(threads: int, optimizer: str = "momentum", **others: Any) -> bytes:
    """The weights and history of a run; with more threads its worker takes part."""
    engine = Engine(SAMPLES, threads)
    chosen = replace(CHOSEN, optimizer=optimizer, **others)
    trainer = Trainer(SAMPLES, SAMPLES, chosen, engine=engine)
    for progress in trainer.steps():
        if progress.iteration == 1 and threads > 1:
            wait_until(lambda: (worker := engine.worker) is not None and worker.is_ready)
    assert (engine.worker is not None) == (threads > 1)
    engine.close()
    return trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes()
