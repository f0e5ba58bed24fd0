"""What a worker does: it checks that it is fit for the sweep, and makes one run at a time.

Results must be those of `mnist-tui train` where the sweep was started. So a worker needs the same
code and the same data, and says what it lacks. The data are read once in each process, and shared
by its runs. A run has one thread: the sweep itself keeps the cores busy.
"""

from __future__ import annotations

import tempfile
import threading
import time
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...net.engine.engine import Engine
from ...net.run import checkpoint
from ...net.run.diagnosis import DivergedError
from ...net.trainer import Trainer, replay
from ..config.recipe import parse_recipe
from ..datasets.loading import digest_of, open_dataset, program, provenance_of
from ..errors import EXPECTED_ERRORS
from ..training.headless import final_scores, new_trainer
from .tasks import Answer, Refusal, Request, Requirements

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...net.run.state import HyperparameterLog, RunState

PACKAGE = Path(__file__).parents[2]
LOOK_INTERVAL_S = 0.5  # between two looks at whether the run is still wanted


@cache
def code_digest() -> str:
    """Return the SHA-256 of the source code that results depend on, in hexadecimal.

    Two checkouts may have one version number; their results may differ all the same.
    """
    found = sha256()
    for wing in ("net", "data"):
        for path in sorted((PACKAGE / wing).rglob("*.py")):
            found.update(f"{path.relative_to(PACKAGE).as_posix()}\n".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def make_run(needs: dict[str, Any], request: dict[str, Any]) -> Answer | Refusal | None:
    """Make one run; return None if it was cancelled.

    Args:
        needs: The fields of the `Requirements`.
        request: The fields of the `Request`.

    Raises:
        NetError: The hyperparameters do not fit the data.
    """
    return _run(Requirements(**needs), Request(**request))


def receive(dataset: Dataset) -> None:
    """Take data that this process cannot read."""
    with _lock:
        _loaded.clear()
        _loaded[digest_of(dataset)] = dataset


def _run(needs: Requirements, request: Request) -> Answer | Refusal | None:
    dataset = _dataset(needs)
    if isinstance(dataset, Refusal):
        return dataset
    engine = _engine(dataset)
    log = parse_recipe(request.recipe)
    # Measuring the test set on the way takes two fifths of a run of one epoch, and shows only in
    # the history, which nobody sees unless the run's state is kept.
    tested = request.returns_state
    trainer = new_trainer(dataset, log[0][1], engine, tests_on_the_way=tested)
    if request.state is not None:
        trainer.restore(_read_state(request.state))
    start = time.perf_counter()
    try:
        diverged_at = None
        if not _advance(trainer, log, request.budget):
            return None
    except DivergedError as error:
        diverged_at = error.diagnosis.iteration + 1
    seconds = time.perf_counter() - start
    scores = final_scores(trainer, engine)
    state = None
    if request.returns_state:
        made = provenance_of(dataset, needs.source)
        state = _state_file(checkpoint.SavedModel(trainer.state(), made))
    return Answer(
        trainer.iteration,
        scores.train.accuracy,
        scores.train.loss,
        scores.test.test_accuracy,
        scores.test.test_loss,
        seconds,
        diverged_at,
        worker_name(),
        state,
    )


def _advance(trainer: Trainer, log: HyperparameterLog, budget: int) -> bool:
    """Train up to the budget; return whether that was wanted to the end."""
    if trainer.iteration >= budget:  # it was made before a sweep that ended without its result
        return True
    looked = time.monotonic()
    for _ in replay(trainer, log):
        if trainer.iteration >= budget:
            break
        if (now := time.monotonic()) - looked >= LOOK_INTERVAL_S:
            looked = now
            if _is_cancelled():
                return False
    return True


def worker_name() -> str:
    """Return the name of the Dask worker that runs this task; empty outside one."""
    from distributed import get_worker

    try:
        return str(get_worker().name)
    except ValueError:
        return ""


def _refusal(why: str, *, lacks_data: bool = False) -> Refusal:
    from distributed import get_worker

    try:
        address = get_worker().address
    except ValueError:
        address = ""
    return Refusal(address, worker_name(), why, lacks_data)


def _is_cancelled() -> bool:
    """Return whether Dask has cancelled the task that this thread runs, or forgotten it.

    Dask never interrupts a task; this is how a run ends soon after its sweep has.
    """
    from dask.context import thread_state
    from distributed import get_worker

    try:
        task = get_worker().state.tasks.get(thread_state.key)
    except (ValueError, AttributeError):
        return False
    return task is None or task.state == "cancelled"


_lock = threading.Lock()  # while data are read
_loaded: dict[str, Dataset] = {}  # by digest; one set at a time
_of_thread = threading.local()  # an engine belongs to one thread


def _dataset(needs: Requirements) -> Dataset | Refusal:
    """Return the data, read now unless the last run had the same; or why there can be no run."""
    if program() != needs.program:
        return _refusal(f"has {program()}; the sweep needs {needs.program}")
    if code_digest() != needs.code:
        return _refusal(f"has other code, though it is {program()} as well")
    with _lock:
        if (known := _loaded.get(needs.sha256)) is not None:
            return known
        try:
            found = open_dataset(needs.source, needs.share)
        except EXPECTED_ERRORS as problem:
            return _refusal(f"cannot read the data: {problem}", lacks_data=True)
        if digest_of(found) != needs.sha256:
            return _refusal(f"has other data than the sweep at {needs.source}")
        _loaded.clear()
        _loaded[needs.sha256] = found
        return found


def _engine(dataset: Dataset) -> Engine:
    """Return this thread's engine for the data. It analyzes them once for all runs."""
    engine: Engine | None = getattr(_of_thread, "engine", None)
    if engine is None or engine.images is not dataset.train.images:
        _of_thread.engine = engine = Engine(dataset.train, threads=1, processes=1)
    return engine


def _state_file(saved: checkpoint.SavedModel) -> bytes:
    """Return a run as the bytes of a model file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        checkpoint.save(saved.state, path, saved.provenance)
        return path.read_bytes()


def _read_state(content: bytes) -> RunState:
    """Read a run from the bytes of a model file, which are not trusted."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.npz"
        path.write_bytes(content)
        return checkpoint.load(path)
