"""The saved sessions: lists, creates, resumes and prunes them."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

from platformdirs import user_state_path

from ..errors import UserError
from .manifest import Manifest
from .store import BACKUP_SUFFIX, MANIFEST, SessionInUseError, SessionStore, write_order

MAX_SESSIONS = 5  # a new one replaces the oldest
GRACE_PERIOD_S = 24 * 3600.0  # before a folder without a manifest is removed


def root() -> Path:
    """Return the sessions' folder: XDG_STATE_HOME/mnist-tui/sessions, usually in ~/.local/state."""
    return user_state_path("mnist-tui", appauthor=False) / "sessions"


def sessions() -> list[Path]:
    """List the folders of all sessions, the most recently written first."""
    written = {
        folder: (write_order(folder), at)
        for folder in _folders()
        if (at := _written_at(folder)) is not None
    }
    return sorted(written, key=lambda folder: written[folder], reverse=True)


def create_session() -> SessionStore:
    """Create a folder for a new session. Raises UserError if that is impossible."""
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    while (root() / name).exists():  # an app may begin two within a second
        name += "-"
    store = SessionStore(root() / name)
    for old in (*sessions()[MAX_SESSIONS - 1 :], *_abandoned()):
        with contextlib.suppress(UserError):
            SessionStore(old).remove()
    return store


def open_session(folder: Path) -> tuple[SessionStore, Manifest]:
    """Lock and open a folder's session. Raises UserError if there is none, or it is in use."""
    if _written_at(folder) is None:
        raise UserError(f"{folder}: holds no session")
    store = SessionStore(folder)
    try:
        return store, store.manifest()
    except UserError:
        store.close()
        raise


def latest_session(
    refused: list[str], *, cut_off: bool = False
) -> tuple[SessionStore, Manifest] | None:
    """Lock and open the newest session not in use; None if none is readable.

    Args:
        refused: receives a message for each unreadable session, which is put aside.
        cut_off: whether to consider only sessions that were not closed properly.
    """
    for folder in sessions():
        try:
            store = SessionStore(folder)
        except SessionInUseError:
            continue
        except UserError as problem:
            if os.access(folder, os.W_OK):  # if not, creating one fails too, and says so
                refused.append(str(problem))
            continue
        try:
            manifest = store.manifest()
        except UserError as problem:
            refused.append(str(problem))
            store.put_aside()
            continue
        if not (cut_off and manifest.ended):
            return store, manifest
        store.close()
    return None


def _folders() -> list[Path]:
    with contextlib.suppress(OSError):
        return [path for path in root().iterdir() if path.is_dir() and not path.is_symlink()]
    return []


def _written_at(folder: Path) -> float | None:
    """Return the modification time of the manifest; None if there is none."""
    for name in (MANIFEST, MANIFEST + BACKUP_SUFFIX):
        with contextlib.suppress(OSError):
            return (folder / name).lstat().st_mtime
    return None


def _abandoned() -> list[Path]:
    """Return old folders without a manifest, of apps killed early or of damaged sessions."""
    found: list[Path] = []
    for folder in _folders():
        with contextlib.suppress(OSError):
            if (
                _written_at(folder) is None
                and time.time() - folder.stat().st_mtime > GRACE_PERIOD_S
            ):
                found.append(folder)
    return found
