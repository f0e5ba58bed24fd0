"""Sessions whose first run comes out of a model file."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ...net.errors import NetError
from ..config.app_options import EMBEDDED
from ..errors import UserError
from ..text import printable
from ..training.snapshot import RunFacts, RunStatus, SavedRun
from .manifest import Manifest

if TYPE_CHECKING:
    from ...net.run.checkpoint import SavedModel
    from .store import SessionStore


def first_run(
    saved: SavedModel, name: str, source: str | None = None, share: float | None = None
) -> tuple[Manifest, SavedRun]:
    """Return a session's manifest and its only run, made of a saved model.

    Args:
        saved: The model.
        name: Of its file.
        source: Of the data; None: the model's own, or the packaged set.
        share: Of data without a test part, what to test on; None: the model's own.
    """
    state, provenance = saved.state, saved.provenance
    status = RunStatus.PAUSED if state.iteration else RunStatus.READY
    facts = RunFacts(printable(name, 40), 0, 0.0, status.value)
    manifest = Manifest(
        source=source or provenance.source or EMBEDDED,
        current=1,
        share=share or provenance.share or None,
        wanted=asdict(state.hyperparameters),
        runs={"1": asdict(facts)},
    )
    return manifest, SavedRun(1, facts, state, first=state)


def keep(store: SessionStore, manifest: Manifest, run: SavedRun) -> None:
    """Write such a session. Raises UserError if the disk refuses."""
    try:
        store.put_run(run)
        store.put_manifest(manifest)
    except (OSError, NetError) as failure:
        raise UserError(f"This session cannot be saved: {printable(failure)}") from failure
