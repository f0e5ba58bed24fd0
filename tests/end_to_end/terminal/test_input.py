"""What a terminal sends to the real program, and signals at any time: nothing of it breaks it."""

from __future__ import annotations

import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.end_to_end.sessions.test_faults import arguments, state_of
from tests.helpers.programs.pty_terminal import Terminal, check_restored, terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import write_program
from tests.tui.terminal.test_input_parser import REPLIES, UNPARSABLE

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def leave(there: Terminal) -> None:
    """With q, at once, and the terminal as it was."""
    there.type(b"q")
    assert there.end() == 0
    check_restored(there.sent)


def threads(there: Terminal) -> int:
    return len(list(Path(f"/proc/{there.process.pid}/task").iterdir()))


def test_what_is_no_key_does_nothing(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        for index, data in enumerate((*REPLIES, *UNPARSABLE), start=1):
            there.type(data + b"\x1b[C")  # it leads to the next digit, and to nothing else
            there.until(lambda index=index: there.shows(f"Test image #{index}:"))
        there.until(lambda: there.shows("training"))
        leave(there)


def test_a_lost_end_of_a_paste_does_not_keep_anybody_in(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        there.type(b"\x1b[200~abc")
        there.pass_by(0.5)
        there.type(b"\x03")
        assert there.end() == 0
        check_restored(there.sent)


def test_keys_of_one_packet_and_of_the_keypad_act_in_their_order(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        there.type(b"\t\x7f0.25\r\x1b\x1b[57413;129;43u")
        there.until(lambda: "α 0.3 " in there.screen.display[0])
        there.type(b"p\r\r/12\r\r")
        there.until(lambda: there.shows("Test image #12:"))
        leave(there)


def test_a_bug_in_the_input_thread_ends_it_as_any_other(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    script = write_program(tmp_path / "broken", BROKEN)
    with terminal(*arguments(folder), program=script) as (there, _):
        there.until(lambda: there.iteration > 2)
        reached = there.iteration
        there.type(b"?")
        assert there.end() == 1
        check_restored(there.sent)
        last = there.sent.decode().rstrip().splitlines()[-1]
    assert "mnist-tui: a bug has ended the app, the run is saved; " in last
    assert "RuntimeError: nobody expected this" in Path(last.split()[-1]).read_text()
    assert saved_sessions.check_whole(state).iteration >= reached


BROKEN = """\
from mnist_tui.tui.terminal.input_parser import InputParser
from mnist_tui.tui.cli.main import main
whole = InputParser.feed_bytes
def feed_bytes(self, data):
    if b"?" in data:
        raise RuntimeError("nobody expected this")
    return whole(self, data)
InputParser.feed_bytes = feed_bytes
main()
"""


@on_linux
@pytest.mark.parametrize("training", [True, False])
def test_stopped_and_continued_at_any_time_it_goes_on(folder: Path, *, training: bool) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        if not training:
            there.type(b" ")
            there.until(lambda: there.shows("paused"))
        before = threads(there)
        for _ in range(10):
            there.process.send_signal(signal.SIGSTOP)
            there.until(lambda: state_of(there.process.pid) == "T")
            there.process.send_signal(signal.SIGCONT)
            there.process.send_signal(signal.SIGCONT)
        there.type(b"\x1b[C")
        there.until(lambda: there.shows("Test image #1:"))
        assert threads(there) == before
        leave(there)


@on_linux
def test_suspended_and_back_ten_times_it_goes_on(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, before):
        there.until(lambda: there.iteration > 2)
        for index in range(1, 11):
            there.type(b"\x1a")
            there.until(lambda: state_of(there.process.pid) == "T")
            there.until(lambda index=index: there.sent.count(b"\x1b[?1004l") == index)
            check_restored(there.sent)
            assert list(termios.tcgetattr(there.side)) == before
            there.process.send_signal(signal.SIGCONT)
            there.until(lambda index=index: there.sent.count(b"\x1b[?1049h") == index + 1)
            there.process.send_signal(signal.SIGCONT)  # and a stray one
            there.type(b"\x1b[C")
            there.until(lambda index=index: there.shows(f"Test image #{index}:"))
        leave(there)


@on_linux
def test_signals_in_a_row_leave_one_input_thread_and_a_terminal_that_is_given_back(
    folder: Path,
) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        before = threads(there)
        for number in 5 * [signal.SIGTSTP, signal.SIGCONT, signal.SIGTSTP, signal.SIGCONT]:
            there.process.send_signal(number)
            there.read(0.02)
        # Of a burst of signals a stop may act late: it is continued and the key pressed again.
        there.until(lambda: (_continued_with_a_key(there), _is_elsewhere(there))[1])
        assert threads(there) == before
        leave(there)


def _continued_with_a_key(there: Terminal) -> None:
    there.process.send_signal(signal.SIGCONT)
    there.type(b"\x1b[C")
    there.read(0.2)


def _is_elsewhere(there: Terminal) -> bool:
    return there.shows("Test image #") and not there.shows("Test image #0:")


def test_ctrl_l_repaints_everything(folder: Path) -> None:
    with terminal("--data", folder) as (there, _):
        there.until(lambda: there.shows("Test image #0:"))
        there.pass_by(1.0)
        whole = there.picture()
        there.screen.reset()
        there.screen.draw("another program's words")
        there.type(b"\x0c")
        there.until(lambda: there.picture() == whole)
        leave(there)
