"""The writer thread: runs before the page that names them, and another try after a failure."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.storage.store import SessionStore
from mnist_tui.tui.storage.writer import BackgroundWriter

from tests.helpers.runs import saved_sessions
from tests.helpers.runs.saved_sessions import write_session
from tests.helpers.support import PATIENCE, wait_until


def test_a_page_waits_for_the_runs_it_names(small: Dataset, state: Path) -> None:
    path = write_session(small, state / "sessions" / "20200101-000000-1")
    manifest, _ = saved_sessions.load(path)
    store = SessionStore(path)
    (run,) = store.runs(manifest)
    writer = BackgroundWriter(store, pytest.fail, stored=[1])
    facts = manifest.runs["1"]
    writer.put_manifest(replace(manifest, current=2, runs={"1": facts, "2": facts}))
    time.sleep(0.3)
    assert store.manifest().current == 1
    writer.put_run(replace(run, number=2))
    wait_until(lambda: store.manifest().current != 1)
    assert {kept_run.number for kept_run in store.runs(store.manifest())} == {1, 2}
    writer.put_manifest(manifest)  # an old one, without run 2: it goes
    writer.close(PATIENCE)
    assert not list(path.glob("run-2.*"))
    store.close()


def test_a_saver_tries_again_what_the_disk_refused(session: Path) -> None:
    manifest, _ = saved_sessions.load(session)
    store, told = SessionStore(session), list[str]()
    (run,) = store.runs(manifest)
    hindrance = session / "session.json"
    hindrance.unlink()
    hindrance.mkdir()
    writer = BackgroundWriter(store, told.append, stored=[1])
    writer.put_manifest(replace(manifest, index=5))
    wait_until(lambda: told)
    hindrance.rmdir()
    writer.put_run(run)
    writer.close(PATIENCE)
    assert store.manifest().index == 5
    assert len(told) == 1
    store.close()
