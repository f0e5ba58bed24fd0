"""The driver: writes to the terminal, and copes with a slow connection.

A terminal behind a bad connection may stop reading for seconds or for good. The driver never
waits for it: while too much is unread, it drops frames, and when the connection is free again, it
draws one full frame.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import termios
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from textual.drivers.linux_driver import LinuxDriver

from .ascii import in_ascii
from .input_parser import InputParser
from .no_color import without_color
from .sgr import without_repeats

if TYPE_CHECKING:
    from textual.app import App

MAX_UNREAD = 16_384  # characters, about one full screen, since more would arrive late
RATE = 3.5  # characters a second for each cell of the screen: 6.7 KB/s at 80×24, ASCII
MODES = ("\x1b[?2048h", "\x1b[?1016h")  # requested once, after the terminal reports support
POLL_INTERVAL_S = 0.1  # of the input thread: the delay of a lone Escape
READ_BYTES = 4096
MIN_FRAME_CHARACTERS, REPEAT_S = (
    1000,
    0.3,
)  # characters of a whole frame; seconds until it may be redrawn
SYNCHRONIZED = ("\x1b[?2026h", "\x1b[?2026l")  # before and after a frame
JUMP = re.compile("(?<!\n)\x1b\\[[0-9]+;[0-9]+H")  # within a row
MAX_WRITES = 20  # in Textual's queue, which blocks the screen's thread at 30


def are_same_frame(one: str, other: str, rows: int) -> bool:
    """Return whether two frames of a screen with this many rows draw the same.

    Textual draws a laid out screen whole, and its widgets piece by piece with jumps of the cursor
    between them. If all the text is the same and one of the two is a whole screen without jumps,
    the other's jumps lead to where the cursor is.
    """
    if one == other:
        return True
    is_whole = any(
        frame.startswith("\x1b[1;1H")
        and frame.count("\n") == rows - 1
        and not JUMP.search(frame, len("\x1b[1;1H"))
        for frame in (one, other)
    )
    return is_whole and JUMP.sub("", one) == JUMP.sub("", other)


def has_shades() -> bool:
    """Return whether the terminal shows greys and colors; otherwise characters replace them."""
    return not (SlowLinkDriver.ascii_only or SlowLinkDriver.colorless)


class _Counted:
    """A file that counts the characters written by Textual's writer thread."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.writes = self.characters = 0

    def write(self, text: str) -> int:
        written = self._file.write(text)
        self.writes += 1
        self.characters += len(text)
        return written

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class SlowLinkDriver(LinuxDriver):
    """Textual's driver, extended for slow and ASCII-only terminals."""

    # Set before the app starts:
    ascii_only = False  # whether every character is written in ASCII
    colorless = False  # whether colors are never used

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        assert sys.__stderr__ is not None
        self._read = _Counted(sys.__stderr__)
        self._file: Any = self._read
        self._writes = self._characters = 0  # passed on to be written
        # GNU screen, but not tmux under its name, erases in its own background color.
        is_screen = os.environ.get("TERM", "").startswith("screen") and "TMUX" not in os.environ
        self._erases = not is_screen
        self._frame, self._drawn = "", 0.0  # the last long one, and its time
        self._insists = False  # whether all must be written: terminal modes, not frames
        self.dropped = False  # whether the terminal's picture is out of date
        self._is_on = False  # whether the terminal is ours
        self._is_switching = False  # whether it is being taken or given back
        self._is_continued = False  # by SIGCONT, while it was about to stop
        self._raw: list[Any] | None = None  # the terminal's attributes while it is ours

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows of the terminal that is drawn to.

        Textual asks COLUMNS and LINES first, which do not change when a window is dragged, and
        then stdout, which may lead into a file.
        """
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:  # the terminal is gone, or its queue is unknown
            return super()._get_terminal_size()
        return (size.columns, size.lines) if all(size) else super()._get_terminal_size()

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has yet to read something written."""
        return self._writes > self._read.writes

    @property
    def spent(self) -> float:
        """Seconds that everything written so far takes at the rate allotted to a connection."""
        return self._characters / (RATE * self._app.size.width * self._app.size.height)

    @property
    def _is_full(self) -> bool:
        return (
            self._characters - self._read.characters >= MAX_UNREAD
            or self._writes - self._read.writes >= MAX_WRITES
        )

    def _is_repeat(self, data: str) -> bool:
        """Return whether this frame repeats the one just drawn, as Textual may draw one twice.

        Only a recent frame counts: later, something else may have overwritten it.
        """
        now, before, drawn = monotonic(), self._frame, self._drawn
        if data in SYNCHRONIZED:
            return False
        if len(data) < MIN_FRAME_CHARACTERS:
            self._frame = ""
            return False
        self._frame, self._drawn = data, now
        return now - drawn < REPEAT_S and are_same_frame(before, data, self._app.size.height)

    def write(self, data: str) -> None:
        """Hand it on, unless too much is unread already."""
        if not self._insists and self._is_repeat(data):
            return
        if self._is_full and not self._insists and data not in MODES:
            self.dropped, self._frame = True, ""
            return
        data = without_color(data) if self.colorless else data
        data = in_ascii(data) if self.ascii_only else data
        data = without_repeats(data, erases=self._erases)
        self._writes += 1
        self._characters += len(data)
        super().write(data)

    def catch_up(self) -> None:
        """Redraw everything, if something was dropped and the line is free again."""
        if self.dropped and not self.is_behind:
            self.dropped = False
            self._app.screen.refresh(layout=True)

    def repaint(self) -> None:
        """Redraw everything, on a terminal that something else may have drawn or set modes on.

        Does nothing in the background, where it would stop the process.
        """
        if not (self._is_on and self._is_in_foreground and self._app.screen_stack):
            return
        if self._raw is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw)
        self._insists = True
        self.write("\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._insists = False
        self._app.screen.refresh(layout=True)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if not self._is_on:
            return
        self._is_on = False
        self._insists = True
        super().stop_application_mode()

    def start_application_mode(self) -> None:
        """Take the terminal, for the first time or again."""
        if self._is_on:
            return
        self._is_on = self._insists = self._is_switching = True
        self.dropped = self._must_signal_resume  # after a shell has drawn on it
        self._frame = ""
        # A new writer thread starts.
        self._writes, self._characters = self._read.writes, self._read.characters
        super().start_application_mode()
        with suppress(termios.error):
            self._raw = termios.tcgetattr(self.fileno)
        self._insists = self._is_switching = False

    # Signals

    @property
    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:  # not a controlling terminal
            return True

    def _sigtstp_application(self, *_: object) -> None:
        """Give the terminal back, stop, and take it again when the process is continued.

        SIGCONT may come at any time, also without a stop of ours: its handler takes nothing.
        """
        if self._is_switching or not (self._is_on and self._auto_restart):
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        self._is_switching, self._is_continued = True, False
        self.suspend_application_mode()
        if not self._is_continued:
            os.kill(os.getpid(), signal.SIGSTOP)
        while not self._is_in_foreground:
            os.kill(os.getpid(), signal.SIGSTOP)
        self._must_signal_resume = True
        self.resume_application_mode()

    def _sigcont_application(self, *_: object) -> None:
        """Whoever stopped the process may have let others use the terminal meanwhile."""
        self._is_continued = True
        if self._is_on and not self._is_switching:
            self._loop.call_soon_threadsafe(self.repaint)

    # Input

    def _run_input_thread(self) -> None:
        """Whatever is raised here ends the app as any other bug does."""
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.call_later(_raise, error)

    def run_input_thread(self) -> None:
        """Read and pass on what it means, until exit_event is set or the terminal is gone."""
        parser = InputParser()
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], POLL_INTERVAL_S)[0]:
                try:
                    data = os.read(self.fileno, READ_BYTES)
                except BlockingIOError:  # another program sharing the terminal has read it
                    continue
                except OSError:  # the shutdown guard notices it too, and ends the app
                    return
                if not data:
                    self.exit_event.wait(POLL_INTERVAL_S)
                now = monotonic()
                for event in parser.feed_bytes(data):
                    event.time = now  # bytes of one packet arrive at one time
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)


def _raise(error: Exception) -> NoReturn:
    raise error
