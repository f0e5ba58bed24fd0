"""Whatever happens to the real program or its disk, a whole session stays on it."""

from __future__ import annotations

import random
import resource
import signal
from pathlib import Path

import pytest
from mnist_tui.tui.storage.store import MANIFEST, SessionInUseError, SessionStore

from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import fingerprint


def test_killed_at_any_instant_it_loads(folder: Path, state: Path) -> None:
    generator = random.Random(0)  # noqa: S311
    for turn in range(3):
        with terminal("--data", folder, "--start", "--iterations", "1000000") as (there, _):
            if turn:
                there.until(lambda: there.shows("cut off"))
                there.type(b"y")
            there.until_training()
            there.type(b"rr"[: turn % 3])
            there.until(
                lambda: (
                    saved_sessions.folders(state)
                    and (saved_sessions.folders(state)[0] / MANIFEST).exists()
                )
            )
            there.pass_by(generator.random() * 3)
            there.process.kill()
            there.process.wait()
            there.hang_up()
        manifest, runs = saved_sessions.only(state)
        assert manifest.current in runs
        assert not manifest.ended


def test_two_apps_have_a_session_each(folder: Path, state: Path) -> None:
    with terminal("--data", folder) as (one, _), terminal("--data", folder) as (two, _):
        for there in (one, two):
            there.until(lambda there=there: there.shows("ready"))
        assert len(saved_sessions.folders(state)) == 2
        for taken in saved_sessions.folders(state):
            with pytest.raises(SessionInUseError):
                SessionStore(taken)
        for there in (one, two):
            there.quit()


def test_what_is_written_is_nobody_elses_business(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.quit()
    for path in state.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    assert state.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written_to_is_said_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("cannot be saved"))
        there.until(lambda: there.shows("finished"))
        there.quit()


def test_a_full_disk_is_said_once_and_the_old_files_stay_whole(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--hidden", "50", "--iterations", "5", "--start") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.process.send_signal(signal.SIGTERM)
        there.end()
    before = fingerprint(saved_sessions.check_whole(state))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    with terminal("--resume", before_it=full) as (there, _):
        there.until(lambda: there.shows("finished"))
        there.type(b"r")
        there.until(lambda: there.shows("cannot be saved"))
        there.until(lambda: there.iteration == 5)
        there.quit()
    assert there.sent.rstrip().endswith(
        b"not all of this session is saved: it could not be written"
    )
    manifest, runs = saved_sessions.only(state)
    assert fingerprint(runs[1]) == before
    assert manifest.current in runs


def test_who_leaves_is_told_where_the_session_lies(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.quit()
    (kept_in,) = saved_sessions.folders(state)
    line = f"Session saved in {kept_in}; mnist-tui --resume continues it."
    assert there.sent.rstrip().endswith(line.encode())
    with terminal("--kiosk") as (there, _):
        there.until(lambda: there.shows("ready"))
        there.quit()
    assert b"Session saved" not in there.sent
