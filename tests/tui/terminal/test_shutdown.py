"""The guard of the end: whatever happens first, the app is asked once and the rest is saved.

That the process then ends and the terminal is as it was, tests/end_to_end shows.
"""

from __future__ import annotations

import os
import pty
import signal
import sys
import threading
from collections.abc import Generator
from io import FileIO

import pytest
from mnist_tui.tui.terminal import shutdown
from mnist_tui.tui.terminal.shutdown import RESTORE, SIGNALS, ShutdownGuard

from tests.helpers.programs.pty_terminal import check_restored
from tests.helpers.support import wait_until


class Ending:
    """What a guard does to an app, and nothing of it to this process."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.saved_by: list[threading.Thread] = []
        self.insisted: list[int] = []
        self.guard = ShutdownGuard(
            self.codes.append, lambda: self.saved_by.append(threading.current_thread())
        )
        self.guard.insist = lambda code, patience: self.insisted.append(code)  # noqa: ARG005  (as the guard's own)


@pytest.fixture
def terminal_side(monkeypatch: pytest.MonkeyPatch) -> Generator[FileIO]:
    """The other side of a terminal that stdin is; signals are as before afterwards."""
    ours, theirs = pty.openpty()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    with FileIO(ours) as side, os.fdopen(theirs) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(shutdown, "POLL_INTERVAL_S", 0.01)
        yield side
        for number, handler in handlers.items():
            signal.signal(number, handler)


@pytest.mark.usefixtures("terminal_side")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_saves_in_a_thread_of_its_own_and_asks_the_app_once(
    number: signal.Signals,
) -> None:
    ending = Ending()
    ending.guard.begin()
    for _ in range(3):
        signal.raise_signal(number)
    wait_until(lambda: ending.saved_by)
    assert ending.codes == ending.insisted == [128 + number]
    assert len(ending.saved_by) == 1
    assert ending.saved_by[0] is not threading.main_thread()


def test_a_terminal_that_is_gone_counts_as_a_hang_up(terminal_side: FileIO) -> None:
    ending = Ending()
    ending.guard.begin()
    terminal_side.close()
    wait_until(lambda: ending.codes and ending.saved_by)
    assert ending.codes == ending.insisted == [128 + signal.SIGHUP]


def test_what_is_written_at_the_last_gives_the_terminal_back() -> None:
    begun = "\x1b[?1049h\x1b[?25l\x1b[?1000h"
    check_restored((begun + RESTORE).encode())
