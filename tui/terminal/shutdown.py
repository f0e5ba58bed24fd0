"""Shuts the program down promptly for whatever reason, and restores the terminal.

On a signal, or if the terminal is closed or stops reading, the session is saved at once, in a
separate thread, and the app is asked to exit as if by key. If it has not exited within a moment,
because it waits for a dead terminal, the process is ended here.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PATIENCE_S = 1.5  # seconds from a signal to the end
LONG_PATIENCE_S = 15.0  # from the user's command to quit, so that a slow terminal can be restored
POLL_INTERVAL_S = 0.5  # between two checks that the terminal still exists
MODES_OFF = (1000, 1003, 1006, 1015, 1016, 2004, 2048, 1004)
RESTORE = "".join(f"\x1b[?{mode}l" for mode in MODES_OFF) + "\x1b[?7h\x1b[<u\x1b[?1049l\x1b[?25h"


class ShutdownGuard:
    """Guarantees that one app shuts down."""

    def __init__(self, leave: Callable[[int], None], save: Callable[[], None]) -> None:
        """Prepare to shut down; both functions are called from any thread.

        Args:
            leave: asks the app to exit with this code.
            save: saves the session.
        """
        self._leave, self._save = leave, save
        self._ending = False
        self._attributes = termios.tcgetattr(sys.stdin)

    def begin(self) -> None:
        """Take the signals over and look after the terminal; in the main thread."""
        for number in SIGNALS:
            # Not through asyncio, whose loop may be blocked.
            signal.signal(number, lambda number, _: self.end(128 + number))
        threading.Thread(target=self._look, name="guard", daemon=True).start()

    def end(self, code: int) -> None:
        """Ask the app to end, and see to it that the process does."""
        if self._ending:
            return
        self._ending = True
        # The app saves as it exits, but saving must not wait for an app that is slow to exit.
        threading.Thread(target=self._save, name="last words", daemon=True).start()
        self.insist(code, PATIENCE_S)
        self._leave(code)

    def insist(self, code: int, patience: float) -> None:
        """End the process after this many seconds, if it is still there."""
        threading.Thread(target=self._end, args=(code, patience), daemon=True).start()

    def _look(self) -> None:
        while not self._ending:
            time.sleep(POLL_INTERVAL_S)
            try:
                termios.tcgetattr(sys.stdin)
            except (termios.error, ValueError):  # the terminal is closed
                self.end(128 + signal.SIGHUP)

    def _end(self, code: int, patience: float) -> None:
        time.sleep(patience)
        # In the background, restoring the terminal would stop the process instead of ending it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            termios.tcsetattr(sys.stdin, termios.TCSANOW, self._attributes)
            os.set_blocking(2, False)
            os.write(2, RESTORE.encode())
        except (OSError, termios.error, ValueError):
            pass  # it is gone, or its buffer is full
        with contextlib.suppress(OSError):
            os.set_blocking(2, True)  # the shell has the same terminal
        os._exit(code)
