"""Sessions that older versions of the program wrote are resumed."""

from __future__ import annotations

import hashlib
import shutil
import threading
from dataclasses import replace
from pathlib import Path

from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.autosave import saved_session
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import RunStatus

from tests.helpers.programs.pty_terminal import PATIENCE
from tests.helpers.support import ROOT

VERSION_2 = ROOT / "tests" / "models" / "session-version-2"  # two runs, 784-4-10, both finished
WEIGHTS = {1: "e284332b07bbd96c", 2: "1995f84b45df8c82"}  # of the runs as they were left


def test_a_session_of_version_2_is_resumed(mnist: Dataset, tmp_path: Path) -> None:
    folder = shutil.copytree(VERSION_2, tmp_path / "session")
    store, manifest = catalog.open_session(folder)
    runs = store.runs(manifest)
    weights = {run.number: hashlib.sha256(run.run.vector.tobytes()).hexdigest() for run in runs}
    assert {number: digest[:16] for number, digest in weights.items()} == WEIGHTS
    assert [run.first.iteration for run in runs] == [0, 0]
    settled = threading.Semaphore(0)
    session = TrainingSession(lambda: mnist, manifest.hyperparameters(), settled.release)
    session.open(saved_session(runs, manifest))
    for _ in (*runs, "the current one is chosen"):
        assert settled.acquire(timeout=PATIENCE)
    now = session.snapshot()
    assert now.run is not None
    assert now.progress is not None
    assert (now.run.number, now.state, now.progress.iteration) == (2, RunStatus.FINISHED, 300)
    assert now.parameters is not None
    assert hashlib.sha256(now.parameters.vector.tobytes()).hexdigest() == weights[2]
    assert session.wanted == manifest.hyperparameters()
    session.change(replace(session.wanted, iterations=302))
    session.train()
    assert settled.acquire(timeout=PATIENCE)
    session.close(PATIENCE)
    store.close()
    progress = session.snapshot().progress
    assert progress is not None
    assert progress.iteration == 302
