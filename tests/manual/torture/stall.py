"""A client that stops reading; prints what became of it.

`python -m tests.manual.torture.stall [SECONDS]`

Trains in a pseudo-terminal, stops reading, reads on: training has gone on, the picture is that
of now. Then stops reading once more, and closes the terminal.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import Terminal, stall, terminal

SECONDS = 30.0


def stalled(there: Terminal, seconds: float) -> None:
    """Fill the line, and read nothing for so long."""
    stall(there)
    time.sleep(seconds)


def main(seconds: float) -> None:
    """Print how much was trained meanwhile, how soon the picture is right, how soon it ends."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        with terminal("--start", "--iterations", "1000000") as (there, _):
            there.until(lambda: there.iteration > 20)
            before, begun, sent = there.iteration, time.monotonic(), len(there.sent)
            stalled(there, seconds)
            there.type(b"\x1b[C")
            begun_again = time.monotonic()
            there.until(lambda: there.shows("Test image #1:"))
            caught_up = time.monotonic() - begun_again
            there.pass_by(1.0)  # the digit came at once, the status line comes four times a second
            whole = time.monotonic() - begun
            rate = (there.iteration - before) / whole
            print(f"unread for {seconds:.0f} s and more: {rate:.1f} updates a second meanwhile")
            print(f"caught up after {caught_up:.2f} s and {len(there.sent) - sent:,} bytes")
            stalled(there, seconds)
            begun = time.monotonic()
            there.hang_up()
            code = there.process.wait(60)
            print(f"closed while unread: gone after {time.monotonic() - begun:.2f} s, code {code}")
            assert code == 128 + signal.SIGHUP


if __name__ == "__main__":
    main(*numbers(__doc__, seconds=SECONDS))
