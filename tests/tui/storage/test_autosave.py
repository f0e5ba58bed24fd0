"""Autosave: knows whether everything is on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mnist_tui.tui.storage.autosave import Autosave
from mnist_tui.tui.storage.store import SessionStore

from tests.helpers import saved_sessions
from tests.helpers.support import wait_until


def test_a_disk_that_refuses_is_noticed_until_all_is_written(session: Path) -> None:
    page, _ = saved_sessions.load(session)
    store, told = SessionStore(session), list[str]()
    hindrance = session / "session.json"
    hindrance.unlink()
    hindrance.mkdir()
    keeping = Autosave(store, "mnist", told.append, page)
    assert keeping.is_whole
    keeping.saver.put_page(replace(page, index=5))
    wait_until(lambda: not keeping.is_whole)
    hindrance.rmdir()
    keeping.saver.put_page(replace(page, index=6))
    wait_until(lambda: keeping.is_whole)
    keeping.leave_alone()
    SessionStore(session).close()  # others may have it
