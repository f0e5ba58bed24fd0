"""What crosses to a worker and back.

A run is asked for in plain values, by the names of functions: whatever Dask cannot unpickle, for
want of this package, ends the worker that tries, and on its way a task is unpickled by the
scheduler as well. So a worker without the package merely fails, and can be told apart from others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from operator import methodcaller

WORKER_MODULE = f"{__package__}.worker"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a worker must have, so that its results are those of the machine that asks."""

    program: str  # name and version
    code: str  # digest of what the results depend on, from `worker.code_digest`
    sha256: str  # of the training part, from provenance.digest
    source: str  # of the data, as for --data
    share: float | None  # as for --test-share


@dataclass(frozen=True, slots=True)
class Request:
    """One run to make, or one rung of it."""

    recipe: str
    budget: int  # updates to make in all
    state: bytes | None = None  # the run so far, as a model file; None: from initial weights
    returns_state: bool = False  # whether the answer holds the run's state


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a worker makes no run of the sweep."""

    address: str  # of the worker
    worker: str  # its name
    why: str
    lacks_data: bool = False  # whether it would be fit if it were sent the data


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; see `SweepResult` for the numbers."""

    iteration: int
    train_accuracy: float
    train_loss: float
    test_accuracy: float
    test_loss: float
    seconds: float
    diverged_at: int | None
    worker: str
    state: bytes | None  # as a model file


def run_task(needs: Requirements, request: Request) -> Callable[[str], object]:
    """Return a function that makes a run if it is called with WORKER_MODULE."""
    import toolz

    return toolz.compose(  # pyright: ignore[reportUnknownVariableType]: its types are partial
        methodcaller("make_run", asdict(needs), asdict(request)), import_module
    )
