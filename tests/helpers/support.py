"""What several test files share: small samples, a small dataset, a run's numbers to compare."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.data.readers.arrays.idx_format import write_idx
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Array
from mnist_tui.net.run.state import RunState
from mnist_tui.net.trainer import Trainer
from numpy.typing import NDArray

PATIENCE = 120.0  # seconds until a test gives up waiting; nothing is measured by it
ROOT = Path(__file__).parents[2]
PROGRAM = str(Path(sys.executable).with_name("mnist-tui"))
FILES = {
    "train-images-idx3-ubyte": "train images",
    "train-labels-idx1-ubyte": "train labels",
    "t10k-images-idx3-ubyte": "test images",
    "t10k-labels-idx1-ubyte": "test labels",
}


@dataclass
class Peak:
    """The most memory that Python had allocated at once."""

    bytes: int = 0


@contextmanager
def traced_peak() -> Generator[Peak]:
    """Measure the peak of allocated memory while the context lasts."""
    peak = Peak()
    tracemalloc.start()
    try:
        yield peak
        peak.bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def steer(trainer: Trainer, changes: Iterable[tuple[int, dict[str, Any]]]) -> Trainer:
    """Train to the end, changing hyperparameters after given numbers of updates."""
    for since, change in changes:
        for _ in islice(trainer.steps(), since - trainer.iteration):
            pass
        trainer.change(replace(trainer.hyperparameters, **change))
    for _ in trainer.steps():
        pass
    return trainer


def write_program(path: Path, text: str) -> Path:
    """Write an executable Python program."""
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o700)
    return path


@dataclass(frozen=True)
class Samples:
    """The least that net/ asks of data."""

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: object
    out: str
    err: str


Run = Callable[..., Ended]


def noise(m: int, pixels: int = 16, seed: int = 0) -> Samples:
    """Images and labels without any meaning, for what must hold whatever the data."""
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (m, pixels), np.uint8)
    return Samples(images, generator.integers(0, 10, m, np.uint8))


def first(digits: Digits, m: int) -> Digits:
    """The first m of some digits."""
    return Digits(digits.images[:m], digits.labels[:m])


def part_of(dataset: Dataset, train: int, test: int) -> Dataset:
    """The beginning of a dataset, small enough to be quick."""
    return replace(dataset, train=first(dataset.train, train), test=first(dataset.test, test))


def trainer_of(samples: Samples | Digits, **chosen: Any) -> Trainer:
    """A trainer that is tested on what it learns from."""
    return Trainer(samples, samples, Hyperparameters(**chosen))


def fingerprint(run: Trainer | RunState) -> tuple[bytes, bytes]:
    """All bits of a run's weights and of its history."""
    state = run.state() if isinstance(run, Trainer) else run
    return state.vector.tobytes(), state.history.tobytes()


def is_finite(vector: Array) -> bool:
    """Whether every number is one."""
    return bool(np.isfinite(vector).all())


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until this holds, whichever thread brings it about."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "still not so"
        time.sleep(0.002)


def write_folder(folder: Path, dataset: Dataset) -> Path:
    """The four IDX files of a dataset, in a folder, as --data takes it."""
    square = (-1, dataset.side, dataset.side)
    arrays = {
        "train images": dataset.train.images.reshape(square),
        "train labels": dataset.train.labels,
        "test images": dataset.test.images.reshape(square),
        "test labels": dataset.test.labels,
    }
    folder.mkdir(exist_ok=True)
    for name, what in FILES.items():
        (folder / name).write_bytes(write_idx(arrays[what]))
    return folder


def program(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed mnist-tui without a terminal, to its end."""
    command = [PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=120
    )


def last_object(stdout: str) -> dict[str, Any]:
    """What --json says: one object as the last line."""
    found: Any = json.loads(stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return {str(key): value for key, value in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]: JSON


def is_one_line_for_a_person(stderr: str) -> bool:
    """Whether an error is told as every error here is: one line, and no traceback."""
    return (
        stderr.startswith("mnist-tui: ")
        and stderr.endswith("\n")
        and stderr.count("\n") == 1
        and "Traceback" not in stderr
    )
