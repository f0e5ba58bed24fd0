"""Sessions on disk: written without the app, and read after it has ended or was killed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.state import RunState
from mnist_tui.tui.storage.manifest import Manifest
from mnist_tui.tui.storage.store import MANIFEST, SessionStore
from mnist_tui.tui.storage.writer import BackgroundWriter
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import RunSink, SavedSession

from tests.helpers.support import PATIENCE, wait_until


def folders(state: Path) -> list[Path]:
    """Every session's folder, the newest last."""
    return sorted((state / "sessions").glob("*"))


def load(folder: Path) -> tuple[Manifest, dict[int, RunState]]:
    """All of a session, checked as a resumed one is."""
    store = SessionStore(folder)
    try:
        manifest = store.manifest()
        return manifest, {saved.number: saved.run for saved in store.runs(manifest)}
    finally:
        store.close()


def only(state: Path) -> tuple[Manifest, dict[int, RunState]]:
    """The one session there is."""
    (folder,) = folders(state)
    return load(folder)


def check_whole(state: Path) -> RunState:
    """The one session there is loads, with its current run, every file in it; that run."""
    manifest, runs = only(state)
    (folder,) = folders(state)
    assert manifest.current in runs
    assert set(manifest.runs) == {str(number) for number in runs}
    for file in folder.glob("run-*.npz*"):
        checkpoint.load(file)
    assert not list(folder.glob(".*"))
    assert (folder / MANIFEST).stat().st_mode & 0o777 == 0o600
    return runs[manifest.current]


def write_session(dataset: Dataset, path: Path, updates: int = 4, source: str = "mnist") -> Path:
    """Write a session of one finished run, twice, so that there is an older generation too."""
    store, rests = SessionStore(path), RestCounter()
    session = TrainingSession(lambda: dataset, Hyperparameters(iterations=updates), rests)
    writer = BackgroundWriter(store, pytest.fail)
    run_to_end(session, rests, sink=writer)
    run = session.snapshot().run
    assert run is not None
    facts = {"begun": "seed 0", "start": 0, "seconds": 1.0, "state": "paused"}
    wanted = {**asdict(session.wanted), "hidden": [10]}
    manifest = Manifest(source=source, current=1, wanted=wanted, runs={"1": facts})
    writer.put_manifest(manifest)
    writer.close(PATIENCE)
    store.put_manifest(manifest)
    store.close()
    return path


class RestCounter:
    """Counts how often a session came to rest, and waits for the next time."""

    def __init__(self) -> None:
        self._count = self._awaited = 0

    def __call__(self) -> None:
        self._count += 1

    def wait(self) -> None:
        """Wait until the session has come to rest since the last wait."""
        wait_until(lambda: self._count > self._awaited)
        self._awaited = self._count


def run_to_end(
    session: TrainingSession,
    rests: RestCounter,
    saved: SavedSession | None = None,
    sink: RunSink | None = None,
) -> None:
    """Open a session, make all its updates, and close it."""
    session.open(saved, sink)
    rests.wait()
    session.train()
    rests.wait()
    session.close(PATIENCE)
