"""However the app ends: soon, the terminal as it was, the right code, and all of it on disk."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.programs.pty_terminal import Terminal, check_restored, stall, terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import write_program

SOON = 2.0  # seconds from a signal to the end
MARGIN = 4.0  # more, for a machine that does other things too
SIGNALS = [signal.SIGHUP, signal.SIGTERM, signal.SIGINT]


def arguments(folder: Path) -> tuple[str | Path, ...]:
    return "--data", folder, "--start", "--iterations", "1000000"


def seconds_to_end(there: Terminal, cause: Callable[[], None], *, reading: bool) -> float:
    """From the cause to the end of the process."""
    cause()
    begun = time.monotonic()
    if reading:
        there.until(lambda: there.process.poll() is not None)
    else:
        there.process.wait(60)
    return time.monotonic() - begun


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("reading", [True, False], ids=["reading", "stalled"])
def test_a_signal_ends_it_soon_and_what_it_learnt_is_on_disk(
    number: signal.Signals, *, reading: bool, folder: Path, state: Path
) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        seen = there.iteration
        if not reading:
            stall(there)
        signalled = lambda: there.process.send_signal(number)  # noqa: E731
        assert seconds_to_end(there, signalled, reading=reading) < SOON + MARGIN
        assert there.end() == 128 + number
        if reading:
            check_restored(there.sent)
    assert saved_sessions.check_whole(state).iteration >= seen
    assert not saved_sessions.only(state)[0].ended


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_while_it_begins_gives_the_terminal_back_too(
    number: signal.Signals, folder: Path
) -> None:
    with terminal(*arguments(folder)) as (there, _):
        while b"\x1b[?1049h" not in there.sent:
            there.read(0.001)
        there.process.send_signal(number)
        assert there.end() == 128 + number
        check_restored(there.sent)


@pytest.mark.parametrize("reading", [True, False], ids=["reading", "stalled"])
@pytest.mark.parametrize("how", ["plain", "controlling", "nohup"])
def test_a_closed_terminal_ends_it_likewise(
    how: str, *, reading: bool, folder: Path, state: Path
) -> None:
    def before_it() -> None:
        if how != "plain":
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        if how == "nohup":
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with terminal(*arguments(folder), before_it=before_it) as (there, _):
        there.until(lambda: there.iteration > 2)
        seen = there.iteration
        if not reading:
            stall(there)
        assert seconds_to_end(there, there.hang_up, reading=False) < SOON + MARGIN
        assert there.process.returncode == 128 + signal.SIGHUP
    assert saved_sessions.check_whole(state).iteration >= seen


def state_of(process: int) -> str:
    """T where it is stopped."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_can_be_suspended_and_come_back_with_a_right_screen(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, before):
        there.until(lambda: there.iteration > 2)
        there.type(b"\x1a")
        there.until(lambda: state_of(there.process.pid) == "T")
        there.pass_by(0.2)
        check_restored(there.sent)
        assert list(termios.tcgetattr(there.side)) == before
        there.screen.reset()  # whatever a shell did there meanwhile
        there.process.send_signal(signal.SIGCONT)
        there.until(lambda: there.iteration > 2)
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.check_repaint()
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)


def test_a_bug_gives_the_terminal_back_saves_and_says_where_its_report_is(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    script = write_program(tmp_path / "broken", BROKEN)
    with terminal(*arguments(folder), program=script) as (there, _):
        there.until(lambda: there.iteration > 2)
        seen = there.iteration
        there.type(b"?")
        assert there.end() == 1
        check_restored(there.sent)
        after = there.sent[there.sent.rfind(b"\x1b[?1004l") :].decode()
        last = after[after.index("mnist-tui") :].rstrip()
    assert last.startswith("mnist-tui: a bug has ended the app, the run is saved; ")
    report = Path(last.split()[-1])
    assert report.parent == state
    assert report.stat().st_mode & 0o777 == 0o600
    assert "RuntimeError: nobody expected \x1b[2Jthis" in report.read_text()
    assert saved_sessions.check_whole(state).iteration >= seen


BROKEN = """\
from mnist_tui.tui.screens.main.screen import MainScreen
from mnist_tui.tui.cli.main import main
def action_help(self):
    raise RuntimeError("nobody expected \\x1b[2Jthis")
MainScreen.action_help = action_help
main()
"""


def test_a_wish_to_leave_is_granted_though_nobody_reads(folder: Path, state: Path) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        stall(there)
        there.type(b"\x11")
        assert there.process.wait(60) == 0
        os.set_blocking(there.side, False)
    assert saved_sessions.check_whole(state).iteration > 2
    assert saved_sessions.only(state)[0].ended
