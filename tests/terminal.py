"""The real program in a pseudo-terminal of its own, and its screen as a person sees it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pyte

from .support import PROGRAM

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
def terminal(
    *arguments: str | Path, program: str | Path = PROGRAM
) -> Generator[tuple[Terminal, list[object]]]:
    """The program in a terminal of its own, and the attributes that terminal had before."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    before: list[object] = list(termios.tcgetattr(theirs))
    process = subprocess.Popen(
        [program, *map(str, arguments)],
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
