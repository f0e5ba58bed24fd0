"""Sessions as tests look at them: on disk, after the app has ended or was ended."""

from __future__ import annotations

from pathlib import Path

from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.state import RunState
from mnist_tui.tui.storage.manifest import Manifest
from mnist_tui.tui.storage.store import PAGE, SessionStore


def folders(state: Path) -> list[Path]:
    """Every session's folder, the newest last."""
    return sorted((state / "sessions").glob("*"))


def load(folder: Path) -> tuple[Manifest, dict[int, RunState]]:
    """All of a session, checked as a resumed one is."""
    store = SessionStore(folder)
    try:
        page = store.page()
        return page, {kept.number: kept.run for kept in store.runs(page)}
    finally:
        store.close()


def only(state: Path) -> tuple[Manifest, dict[int, RunState]]:
    """The one session there is."""
    (folder,) = folders(state)
    return load(folder)


def check_whole(state: Path) -> RunState:
    """The one session there is loads, with its current run, every file in it; that run."""
    page, runs = only(state)
    (folder,) = folders(state)
    assert page.current in runs
    assert set(page.runs) == {str(number) for number in runs}
    for file in folder.glob("run-*.npz*"):
        checkpoint.load(file)
    assert not list(folder.glob(".*"))
    assert (folder / PAGE).stat().st_mode & 0o777 == 0o600
    return runs[page.current]
