"""The real program in a pseudo-terminal of its own, and its screen as a person sees it."""

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
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

from tests.helpers.support import PATIENCE, PROGRAM

COLUMNS, ROWS = 80, 24
REST_S = 0.01  # without a byte: the picture is complete, unless the machine is very busy
MOST_READS = 50  # of a program that never falls silent
QUIET_S = 1.0  # without a byte: more than two looks of the screen for something new
USUAL = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}


class Terminal:
    """A program in a terminal, its screen as a person would see it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        side: int,
        theirs: int,
        size: tuple[int, int] = (COLUMNS, ROWS),
    ) -> None:
        """side: our end of the pseudo-terminal; theirs: the program's."""
        self.process, self.side, self.theirs = process, side, theirs
        self.screen = pyte.Screen(*size)
        self.sent = b""  # everything the program ever wrote
        self._stream = pyte.ByteStream(self.screen)

    def read(self, moment: float = 0.05) -> None:
        """Take in what the program has written, waiting a moment for it.

        A line takes 4 KB at once: of a picture that has begun, the rest is waited for as well.
        """
        for rest in (moment, *[REST_S] * MOST_READS):
            data = self._receive(rest)
            if not data:
                return
            self._show(data)

    def _receive(self, moment: float) -> bytes:
        if select.select([self.side], [], [], moment)[0]:
            try:
                return os.read(self.side, 1 << 16)
            except OSError:  # the program has closed its end
                return b""
        return b""

    def _show(self, data: bytes) -> None:
        if data:
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

    def until_training(self) -> None:
        """Read on until a few updates were made."""
        self.until(lambda: self.iteration > 2)

    def quit(self) -> None:
        """Press q, and read to the program's end, which must be a success."""
        self.type(b"q")
        assert self.end() == 0

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.side, keys)

    def pass_by(self, seconds: float) -> None:
        """Read on for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()

    def until_quiet(self) -> None:
        """Read on until nothing has come for a while."""
        end = time.monotonic() + PATIENCE
        last = time.monotonic()
        while time.monotonic() - last < QUIET_S:
            assert time.monotonic() < end, "it never falls silent"
            before = len(self.sent)
            self.read()
            if len(self.sent) != before:
                last = time.monotonic()

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, size)
        self.screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal's window, as it were."""
        os.close(self.side)
        self.side = -1

    def picture(self) -> list[tuple[object, ...]]:
        """Every cell of the screen, colours and all; but for the status line, which goes on."""
        cells = self.screen.buffer
        return [seen(cells[y][x]) for y in range(1, self.screen.lines) for x in range(COLUMNS)]

    def check_repaint(self) -> None:
        """Check that the program draws the same picture on an empty screen.

        The picture is taken when the program has written nothing for a while.
        """
        self.until_quiet()
        before = self.picture()
        self.resize(COLUMNS, ROWS + 1)
        self.until(lambda: self.screen.display[ROWS].strip() != "")  # it has come to this size
        self.screen.reset()
        self.resize(COLUMNS, ROWS)
        self.until(lambda: self.picture() == before)

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

    def rates(self, seconds: float) -> tuple[float, float]:
        """Updates and bytes a second in the next seconds, while nobody touches it.

        What comes is looked at afterwards: a person's terminal does that on another machine.
        """
        end = time.monotonic() + seconds
        came: list[tuple[float, bytes]] = []
        while (now := time.monotonic()) < end:
            came.append((now, self._receive(0.05)))
        moments: list[tuple[float, int]] = []  # at which another number of updates was told
        before = self.iteration
        for moment, data in came:
            self._show(data)
            if self.iteration != before:
                before = self.iteration
                moments.append((moment, before))
        (begun, first), (ended, last) = moments[0], moments[-1]
        return (last - first) / (ended - begun), sum(len(data) for _, data in came) / seconds

    def end(self) -> int:
        """Read to the end of the program; its exit code."""
        self.until(lambda: self.process.poll() is not None)
        for _ in range(3):
            self.read()
        return self.process.wait()


def seen(cell: pyte.screens.Char) -> tuple[object, ...]:
    """What of a cell can be seen: of a blank only its ground and lines through it."""
    if cell.data != " " or cell.reverse:
        return tuple(cell)
    return cell.data, cell.bg, cell.underscore, cell.strikethrough


def unread(there: Terminal) -> int:
    """Bytes that the program has written and nobody has read."""
    return struct.unpack("i", fcntl.ioctl(there.side, termios.FIONREAD, b"\0" * 4))[0]


def stall(there: Terminal) -> int:
    """Read nothing until nothing more fits into the line; how many bytes that are."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        there.type(b"?")  # each draws the whole screen anew
        time.sleep(0.2)
        there.type(b"\x1b")
        time.sleep(0.2)
        if not select.select([], [there.theirs], [], 0)[1]:
            return unread(there)
    raise AssertionError(f"still not full: {unread(there)} bytes")


@contextmanager
def terminal(
    *arguments: str | Path,
    program: str | Path = PROGRAM,
    environment: Mapping[str, str] | None = None,
    before_it: Callable[[], None] | None = None,
    size: tuple[int, int] = (COLUMNS, ROWS),
) -> Generator[tuple[Terminal, list[object]]]:
    """The program in a terminal of its own, and the attributes that terminal had before.

    environment: on top of ours. before_it: done in the new process, before the program begins.
    size: columns and rows.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    before: list[object] = list(termios.tcgetattr(theirs))
    process = subprocess.Popen(
        [program, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, **USUAL, **(environment or {})},
        preexec_fn=before_it,  # noqa: PLW1509  (the tests have no thread that holds a lock)
    )
    there = Terminal(process, ours, theirs, size)
    try:
        yield there, before
        assert there.side < 0 or list(termios.tcgetattr(theirs)) == before, (
            "the terminal is not as it was"
        )
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(theirs)
        if there.side >= 0:
            os.close(there.side)


def check_restored(sent: bytes) -> None:
    """The screen that was there before is back, with its cursor and without the mouse."""
    assert sent.rfind(b"\x1b[?1049l") > sent.rfind(b"\x1b[?1049h") >= 0
    assert sent.rfind(b"\x1b[?25h") > sent.rfind(b"\x1b[?25l")
    assert sent.rfind(b"\x1b[?1000l") >= sent.rfind(b"\x1b[?1000h")
    assert b"Traceback" not in sent
