"""Many apps at once on one machine: `python -m tests.manual.measure.crowd [SESSIONS]`.

Opens so many kiosks, all training, and presses → in one after the other: what counts is how long
the key takes to the screen, that all of them still train, and that they say the machine is busy.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import Terminal, terminal

SESSIONS, ROUNDS = 20, 5


def look_on(crowd: list[Terminal], seconds: float = 0.0) -> None:
    """Read from all of them: nobody's line is full."""
    end = time.monotonic() + seconds
    while True:
        for there in crowd:
            there.read(0.0)
        if time.monotonic() >= end:
            return
        time.sleep(0.005)


def until(crowd: list[Terminal], there: Terminal, text: str) -> float:
    """Seconds until one of them shows this, while all are read from."""
    begun = time.monotonic()
    while not there.shows(text):
        assert time.monotonic() - begun < 120, "\n".join(there.screen.display)
        look_on(crowd)
        time.sleep(0.002)
    return time.monotonic() - begun


def main(count: int) -> None:
    """Open, train, press, and print."""
    with tempfile.TemporaryDirectory() as home, ExitStack() as stack:
        environment = {"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        arguments = ("--kiosk", "--start", "--iterations", "1000000")
        crowd = [
            stack.enter_context(terminal(*arguments, environment=environment))[0]
            for _ in range(count)
        ]
        for there in crowd:
            until(crowd, there, "training")
        before = [there.iteration for there in crowd]
        begun = time.monotonic()
        taken: list[float] = []
        for turn in range(1, ROUNDS + 1):
            for there in crowd:
                there.type(b"\x1b[C")
                taken.append(until(crowd, there, f"Test image #{turn}:"))
                look_on(crowd, 0.1)
        seconds = time.monotonic() - begun
        rates = [(t.iteration - b) / seconds for t, b in zip(crowd, before, strict=True)]
        while not all(there.shows("busy") for there in crowd) and time.monotonic() - begun < 180:
            look_on(crowd, 1.0)
        busy = sum(there.shows("busy") for there in crowd)
        taken.sort()
        p95 = taken[int(0.95 * len(taken))]
        print(
            f"{count} sessions, all training: key to screen median "
            f"{statistics.median(taken):.2f} s, p95 {p95:.2f} s, worst {taken[-1]:.2f} s"
        )
        print(f"updates a second: least {min(rates):.2f}, most {max(rates):.2f}")
        print(f"{busy} of {count} say that the machine is busy")
        for there in crowd:
            there.type(b"\x11")
        for there in crowd:
            there.end()


if __name__ == "__main__":
    main(*numbers(__doc__, sessions=SESSIONS))
