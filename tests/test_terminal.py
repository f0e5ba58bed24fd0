"""The real program in a real pseudo-terminal: it trains, obeys, quits, and leaves no trace."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from mnist_tui.net import checkpoint

from .support import PROGRAM, is_one_line_for_a_person, program

COLUMNS, ROWS = 80, 24
PATIENCE = 60.0  # seconds until a test gives up waiting; nothing is measured by it


class Terminal:
    """A program in a terminal, its screen as a person would see it."""

    def __init__(self, process: subprocess.Popen[bytes], side: int) -> None:
        self.process, self.side = process, side
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.sent = b""  # everything the program ever wrote
        self._stream = pyte.ByteStream(self.screen)

    def read(self) -> None:
        """Take in what the program has written, waiting a moment for it."""
        if select.select([self.side], [], [], 0.05)[0]:
            try:
                data = os.read(self.side, 1 << 16)
            except OSError:  # the program has closed its end
                return
            self.sent += data
            self._stream.feed(data)

    def until(self, condition: Callable[[], object]) -> None:
        """Read on until this holds."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if condition():
                return
            self.read()
        raise AssertionError("still not so:\n" + "\n".join(self.screen.display))

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.side, keys)

    def shows(self, text: str) -> bool:
        """Whether this stands anywhere on the screen."""
        return any(text in row for row in self.screen.display)

    @property
    def iteration(self) -> int:
        """How many updates the status line says were made."""
        for word in self.screen.display[0].split():
            before, slash, _ = word.partition("/")
            if slash and before.isdecimal():
                return int(before)
        return -1

    def end(self) -> int:
        """Read to the end of the program; its exit code."""
        self.until(lambda: self.process.poll() is not None)
        for _ in range(3):
            self.read()
        return self.process.wait()


@contextmanager
def terminal(*arguments: str | Path) -> Generator[tuple[Terminal, list[object]]]:
    """The program in a terminal of its own, and the attributes that terminal had before."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    before: list[object] = list(termios.tcgetattr(theirs))
    process = subprocess.Popen(
        [PROGRAM, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONWARNINGS": "ignore"},
    )
    there = Terminal(process, ours)
    try:
        yield there, before
        assert list(termios.tcgetattr(theirs)) == before, "the terminal is not as it was"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(theirs)
        os.close(ours)


def check_restored(sent: bytes) -> None:
    """The screen that was there before is back, with its cursor and without the mouse."""
    assert sent.rfind(b"\x1b[?1049l") > sent.rfind(b"\x1b[?1049h") >= 0
    assert sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l")
    assert sent.rfind(b"\x1b[?1000l") >= sent.rfind(b"\x1b[?1000h")
    assert b"Traceback" not in sent


def test_a_session_from_the_first_screen_to_the_shell() -> None:
    with terminal("--iterations", "100000") as (there, _):
        there.until(lambda: there.shows("ready"))
        assert there.iteration == 0
        there.until(lambda: there.shows("Test digit 0 · label 7"))
        assert there.shows("untrained")
        there.type(b" ")
        there.until(lambda: there.iteration >= 3)
        there.until(lambda: there.shows("training"))
        there.type(b"+")
        there.until(lambda: there.shows("α 0.1875"))
        there.type(b"\x1b[C")
        there.until(lambda: there.shows("Test digit 1 · label 2"))
        grown = there.iteration
        there.until(lambda: there.iteration > grown)
        there.until(lambda: not there.shows("untrained"))
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)


@pytest.mark.parametrize("key", [b"\x03", b"\x11"], ids=["ctrl+c", "ctrl+q"])
def test_it_can_be_left_while_it_trains(key: bytes, folder: Path) -> None:
    arguments = ("--data", folder, "--start", "--iterations", "1000000")
    with terminal(*arguments) as (there, _):
        there.until(lambda: there.iteration > 0)
        there.type(key)
        assert there.end() == 0
        check_restored(there.sent)


def test_ctrl_c_ends_training_without_a_screen_and_keeps_what_was_learnt(
    folder: Path, tmp_path: Path
) -> None:
    model, history = tmp_path / "m.npz", tmp_path / "h.csv"
    arguments = ("train", "--data", folder, "--iterations", "100000000")
    with terminal(*arguments, "--out", model, "--history", history) as (there, _):
        there.until(lambda: there.shows("loss"))
        there.process.send_signal(signal.SIGINT)  # what Ctrl-C sends where a shell is in between
        assert there.end() == 130
        assert b"interrupted after" in there.sent
        assert b"Traceback" not in there.sent
    learnt = checkpoint.load(model).iteration
    assert learnt > 0
    assert len(history.read_text().splitlines()) == learnt + 2  # a heading, the untrained network


def test_data_that_cannot_be_read_are_told_after_the_screen_is_back(tmp_path: Path) -> None:
    with terminal("--data", tmp_path) as (there, _):
        assert there.end() == 1
        check_restored(there.sent)
        last = there.sent[there.sent.rfind(b"\x1b[?1049l") :].decode()
        assert "mnist-tui: " in last
        assert "train-labels-idx1-ubyte" in last or "train-images-idx3-ubyte" in last


def test_without_a_terminal_it_says_so() -> None:
    ended = program()
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert is_one_line_for_a_person(ended.stderr)
    assert "mnist-tui train" in ended.stderr
