"""The catalog of sessions: newest first, the oldest removed, and foreign folders left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.store import MANIFEST, ORDER

from tests.helpers.runs import saved_sessions
from tests.helpers.runs.saved_sessions import write_session


def test_a_folder_that_holds_no_session_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("a person's own")
    with pytest.raises(UserError, match="holds no session"):
        catalog.open_session(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_two_sessions_may_begin_at_once(state: Path) -> None:
    one, two = catalog.create_session(), catalog.create_session()
    assert one.folder != two.folder
    assert len(saved_sessions.folders(state)) == 2
    for store in (one, two):
        store.close()


def test_only_so_many_sessions_are_kept(small: Dataset, state: Path) -> None:
    for number in range(8):
        path = write_session(small, state / "sessions" / f"2020010{number}-000000-1", updates=1)
        os.utime(path / MANIFEST, (number, number))
    store = catalog.create_session()
    store.close()
    left = [path.name for path in saved_sessions.folders(state)]
    assert len(left) == catalog.MAX_SESSIONS
    assert left[0].startswith("20200104")


def test_the_order_of_sessions_does_not_depend_on_the_clock(small: Dataset, state: Path) -> None:
    """Five were written while the clock was far ahead; two more after it was set right."""
    ahead = time.time() + 3e7
    for number in range(1, 6):
        path = write_session(small, state / "sessions" / f"2030010{number}-000000-1", updates=1)
        for file in (*path.iterdir(), path):
            os.utime(file, (ahead + number, ahead + number))
    for number in (6, 7):
        store = catalog.create_session()
        left = [path.name for path in saved_sessions.folders(state)]
        assert store.folder.name in left, "the newest is never the one to go"
        store.remove()
        path = write_session(
            small, state / "sessions" / f"2020010{number}-000000-1", updates=number
        )
        assert catalog.sessions()[0] == path
    assert [path.name[:8] for path in catalog.sessions()] == [
        *("20200107", "20200106", "20300105", "20300104", "20300103")
    ]
    found = catalog.latest_session([])
    assert found is not None
    store, _ = found
    assert store.folder.name.startswith("20200107")
    store.close()


@pytest.mark.parametrize("damage", [b"", b"x", b"-5", b"9" * 40, b"\xff"])
def test_an_order_that_nobody_should_believe_is_borne_with(
    session: Path, small: Dataset, damage: bytes
) -> None:
    (session / ORDER).write_bytes(damage)
    other = write_session(small, session.with_name("20200102-000000-1"))
    assert set(catalog.sessions()) == {session, other}
    assert saved_sessions.load(session)[1][1].iteration == 4
