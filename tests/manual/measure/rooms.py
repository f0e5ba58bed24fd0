"""What a room costs, beside the main screen: `python -m tests.manual.measure.rooms`.

Trains the default run in a pseudo-terminal at 80×24 and goes in and out of every room, in turns,
so that whatever else the machine does meets both alike.
"""

from __future__ import annotations

import os
import statistics
import tempfile

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import Terminal, terminal

TURNS = 3
SECONDS = 3.0
ROOMS = {
    "network": b"v",
    "lie of the land": b"V",
    "maths": b"m",
    "confusion": b"c",
    "weights": b"w",
    "pixels": b"x",
    "one digit": b"i",
    "draw": b"d",
    "sweep": b"W",
}
ESCAPE = b"\x1b"


def passed(there: Terminal) -> tuple[float, float]:
    """Updates and bytes a second, while nobody touches it."""
    there.pass_by(1.0)  # what opening alone takes does not count
    return there.rates(SECONDS)


def main() -> None:
    """Print a line a room."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        with terminal("--start", "--iterations", "1000000") as (there, _):
            there.until(lambda: there.iteration > 60)
            for name, key in ROOMS.items():
                ratios: list[float] = []
                sent: list[float] = []
                for _ in range(TURNS):
                    outside, _ = passed(there)
                    there.type(key)
                    inside, bytes_ = passed(there)
                    there.type(ESCAPE)
                    ratios.append(inside / outside)
                    sent.append(bytes_)
                ratio, bytes_ = statistics.median(ratios), statistics.median(sent)
                print(f"{name}: {ratio:.2f} of the rate outside, {bytes_:.0f} bytes a second")
            there.type(b"\x11")
            there.end()


if __name__ == "__main__":
    main(*numbers(__doc__))
