"""One app for one browser tab: a process in a pseudo-terminal, which ends with its tab."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence

from .pseudo_terminal import PseudoTerminal

COLUMNS, ROWS = (10, 500), (3, 200)  # least and most of a browser's window
# What the server's own terminal is called and can do says nothing about the browser's.
OTHERS = {
    *("COLUMNS", "LINES", "ROWS", "NO_COLOR", "FORCE_COLOR", "LANG", "LC_CTYPE"),
    *("STY", "TMUX", "TMUX_PANE", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"),
}
BROWSER = {
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LC_ALL": "C.UTF-8",
    "PYTHONUTF8": "1",
}


def environment_of(server: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an app whose terminal is a browser's."""
    kept = {name: value for name, value in server.items() if name not in OTHERS}
    return {**kept, **BROWSER}


def _within(number: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(number, bounds[1]))


class Session:
    """A running app and the terminal it draws on."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: PseudoTerminal) -> None:
        """Take over a process that has this terminal; see `open_session`."""
        self._process, self._terminal = process, terminal

    async def read(self) -> bytes:
        """Return what the app has drawn; nothing once it has ended."""
        return await self._terminal.read()

    def type(self, keys: str) -> None:
        """Pass on what the terminal in the browser sends: keys, mouse, replies."""
        self._terminal.write(keys.encode("utf-8", "replace"))

    def resize(self, columns: int, rows: int) -> None:
        """Give the app another size, within bounds."""
        self._terminal.resize(_within(columns, COLUMNS), _within(rows, ROWS))
        self._signal(signal.SIGWINCH)

    async def close(self) -> None:
        """End the app at once, as a kiosk has nothing to save; return when it has ended.

        If the server itself is killed, the app finds its terminal gone and ends, too.
        """
        self._terminal.hang_up()
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)


async def open_session(command: Sequence[str], columns: int, rows: int) -> Session:
    """Start an app in a terminal of this size.

    Raises OSError if there is no terminal or no process to be had.
    """
    terminal = PseudoTerminal(_within(columns, COLUMNS), _within(rows, ROWS))
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=terminal.theirs,
            stdout=terminal.theirs,
            stderr=terminal.theirs,
            start_new_session=True,  # signals of the server's own terminal are not for the app
            env=environment_of(os.environ),
        )
    except BaseException:
        terminal.hang_up()
        raise
    finally:
        terminal.give_away()
    return Session(process, terminal)
