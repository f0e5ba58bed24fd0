"""A session's folder: written atomically, with the generation before as a fallback."""

from __future__ import annotations

import multiprocessing
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.folder_lock import LOCK
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.store import BACKUP_SUFFIX, MANIFEST

from tests.helpers.runs import saved_sessions
from tests.helpers.runs.saved_sessions import write_session
from tests.helpers.runs.write_loop import write_until_killed


@pytest.mark.slow
def test_killed_fifty_times_while_it_writes_it_always_loads(small: Dataset, state: Path) -> None:
    folder = state / "sessions" / "20200101-000000-1"
    write_session(small, folder)
    generator = random.Random(1)  # noqa: S311
    forks = multiprocessing.get_context("forkserver")  # imports once for all fifty
    forks.set_forkserver_preload([write_until_killed.__module__])
    for _ in range(50):
        ours, theirs = forks.Pipe(duplex=False)
        child = forks.Process(target=write_until_killed, args=(folder, theirs))
        child.start()
        theirs.close()
        on_disk: int = ours.recv()
        time.sleep(0.05 * generator.random())
        child.kill()
        child.join()
        with suppress(EOFError):
            while True:
                on_disk = ours.recv()
        ours.close()
        manifest, runs = saved_sessions.load(folder)
        assert manifest.index == runs[1].iteration or manifest.index + 1 == runs[1].iteration
        assert runs[1].iteration >= on_disk


@pytest.mark.parametrize("damage", [b"", b"garbage", b'{"current":', b"\0" * 3000])
@pytest.mark.parametrize("name", [MANIFEST, "run-1.npz"])
def test_the_generation_before_is_used_when_the_last_is_damaged(
    session: Path, name: str, damage: bytes
) -> None:
    assert saved_sessions.load(session)[1][1].iteration == 4
    (session / name).write_bytes(damage)
    manifest, runs = saved_sessions.load(session)
    assert manifest.current == 1
    assert runs[1].iteration in (0, 4)
    (session / (name + BACKUP_SUFFIX)).write_bytes(damage)
    refused: list[str] = []
    if name == MANIFEST:
        assert catalog.latest_session(refused) is None
        assert len(refused) == 1
        assert catalog.latest_session(refused) is None
        assert len(refused) == 1  # it is said once


def test_what_a_killed_writing_left_is_cleared_away(session: Path) -> None:
    (session / ".run-1.npz.99").write_bytes(b"half")
    saved_sessions.load(session)
    assert not list(session.glob(".*"))
    assert (session / LOCK).exists()
