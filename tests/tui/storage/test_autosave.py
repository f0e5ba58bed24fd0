"""Autosave: knows whether everything is on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mnist_tui.tui.storage.autosave import Autosave
from mnist_tui.tui.storage.store import SessionStore

from tests.helpers.runs import saved_sessions
from tests.helpers.support import wait_until


def test_a_disk_that_refuses_is_noticed_until_all_is_written(session: Path) -> None:
    manifest, _ = saved_sessions.load(session)
    store, told = SessionStore(session), list[str]()
    hindrance = session / "session.json"
    hindrance.unlink()
    hindrance.mkdir()
    autosave = Autosave(store, "mnist", told.append, manifest)
    assert autosave.is_up_to_date
    autosave.writer.put_manifest(replace(manifest, index=5))
    wait_until(lambda: not autosave.is_up_to_date)
    hindrance.rmdir()
    autosave.writer.put_manifest(replace(manifest, index=6))
    wait_until(lambda: autosave.is_up_to_date)
    autosave.release()
    SessionStore(session).close()  # others may have it
