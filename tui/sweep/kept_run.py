"""The run behind a result: its model, where the sweep has kept it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from .results import MODELS, SweepResult

if TYPE_CHECKING:
    from ...net.run.state import RunState


def kept_run(folder: Path, result: SweepResult) -> RunState:
    """Return a run as the sweep left it, history included.

    Args:
        folder: Of the sweep.
        result: Of the run; it has a model.

    Raises:
        UserError: The model is of another run; NetError if it cannot be read.
    """
    from ...net.run import checkpoint

    path = folder / MODELS / str(result.model)
    state = checkpoint.load(path)
    is_same = state.hyperparameter_log[:1] == result.cell.log[:1]
    if not is_same or state.iteration != result.iteration:
        raise UserError(f"{path}: is of another run")
    return state
