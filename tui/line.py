"""The line to the terminal: what is written there, and how the app bears with a slow one.

A terminal at the other end of a bad connection may stop reading for seconds or for good. Nothing
here ever waits for it: while too much is unread, frames are dropped, and when the line is free
again, one whole frame is drawn.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

from textual.drivers.linux_driver import LinuxDriver

from .ascii import in_ascii
from .colorless import without_color
from .sgr import without_repeats

if TYPE_CHECKING:
    from textual.app import App

MOST_UNREAD = 16_384  # characters, about one full screen; what waits there is late already
RATE = 3.5  # characters a second for each cell of the screen: 6.7 KB/s at 80×24, ASCII
MODES = ("\x1b[?2048h", "\x1b[?1016h")  # asked for once, when the terminal says that it knows them
LEAST_FRAME, TWICE = 1000, 0.3  # characters of a whole frame; seconds until it may be drawn anew
MOST_WRITES = 20  # in Textual's own queue, which would block the screen's thread at 30


def shades() -> bool:
    """Whether greys and colours can be told apart there; if not, characters have to do."""
    return not (Line.ascii_only or Line.colorless)


class _Counted:
    """A file that counts what has really been written; Textual's writer thread writes to it."""

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


class Line(LinuxDriver):
    """Textual's driver, but patient with slow terminals, and able to keep to ASCII."""

    # Set before the app starts:
    ascii_only = False  # whether every character is written in ASCII
    colorless = False  # whether no colour is ever chosen

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        assert sys.__stderr__ is not None
        self._read = _Counted(sys.__stderr__)
        self._file: Any = self._read
        self._writes = self._characters = 0  # handed on to be written
        # GNU screen, but not tmux under its name, erases in its own ground.
        is_screen = os.environ.get("TERM", "").startswith("screen") and "TMUX" not in os.environ
        self._erases = not is_screen
        self._frame, self._drawn = "", 0.0  # the last long one, and when
        self._insists = False  # whether all must get through: modes of the terminal, not frames
        self.dropped = False  # whether the screen there is not what it should be

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows of the terminal that is drawn to.

        Textual asks COLUMNS and LINES first, which nobody changes when a window is dragged, and
        then stdout, which may lead into a file.
        """
        try:
            size = os.get_terminal_size(self.fileno)
        except OSError:  # it is gone, or does not say
            return super()._get_terminal_size()
        return (size.columns, size.lines) if all(size) else super()._get_terminal_size()

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not yet read all that was written."""
        return self._writes > self._read.writes

    @property
    def spent(self) -> float:
        """Seconds that all that was written until now takes at the rate that is fair to a line."""
        return self._characters / (RATE * self._app.size.width * self._app.size.height)

    @property
    def _is_full(self) -> bool:
        return (
            self._characters - self._read.characters >= MOST_UNREAD
            or self._writes - self._read.writes >= MOST_WRITES
        )

    def _is_repeat(self, data: str) -> bool:
        """Whether this is the very frame that was drawn just before, as Textual may draw one twice.

        Only just before: later, something else may have been written over it, and is to go.
        """
        now, before, drawn = time.monotonic(), self._frame, self._drawn
        if len(data) < LEAST_FRAME:
            return False
        self._frame, self._drawn = data, now
        return data == before and now - drawn < TWICE

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
        """Draw everything anew, if something was dropped and the line is free again."""
        if self.dropped and not self.is_behind:
            self.dropped = False
            self._app.screen.refresh(layout=True)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        self._insists = True
        super().stop_application_mode()

    def start_application_mode(self) -> None:
        """Take the terminal, for the first time or again."""
        self._insists = True
        self.dropped = self._must_signal_resume  # back from a shell, which has drawn there
        self._frame = ""
        # Its writer thread begins anew.
        self._writes, self._characters = self._read.writes, self._read.characters
        super().start_application_mode()
        self._insists = False
