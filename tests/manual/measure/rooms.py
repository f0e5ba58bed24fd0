"""What a room or a lesson costs, beside the main screen: `python -m tests.manual.measure.rooms`.

Trains the default run in a pseudo-terminal at 80×24 and goes in and out of every room, in turns,
so that whatever else the machine does meets both alike; then a lesson in the same way.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

from tests.helpers.arguments import parser
from tests.helpers.programs.pty_terminal import Terminal, terminal

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
LESSON_NAME = "lesson"
LEAVE_LESSON = b"L\x1b[H\x1b[B\x1b[B\r"
LESSON = """
title = "Watching the run"
[start]
recipe = "iterations=1000000"
[[step]]
text = "It looks at the network four times a second, as lessons do that ask about a digit."
do = "Space: train"
when = { surprise = [0, 1000], updates = 1000000 }
[[step]]
text = "The end."
do = "L: lessons"
"""


def passed(there: Terminal, seconds: float) -> tuple[float, float]:
    """Updates and bytes a second, while nobody touches it."""
    there.pass_by(1.0)  # what opening alone takes does not count
    return there.rates(seconds)


class Comparison:
    """Rates inside something beside those outside of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ratios: list[float] = []
        self.sent: list[float] = []

    def add(self, outside: float, inside: tuple[float, float]) -> None:
        """Take a turn: updates a second outside, updates and bytes a second inside."""
        self.ratios.append(inside[0] / outside)
        self.sent.append(inside[1])

    def tell(self) -> None:
        """Print the medians."""
        ratio, sent = statistics.median(self.ratios), statistics.median(self.sent)
        among = " ".join(f"{one:.2f}" for one in sorted(self.ratios))
        print(f"{self.name}: {ratio:.2f} of the rate outside ({among}), {sent:.0f} bytes a second")


def measure_room(there: Terminal, name: str, turns: int, seconds: float) -> None:
    """Go in and out of a room."""
    found = Comparison(name)
    for _ in range(turns):
        outside, _ = passed(there, seconds)
        there.type(ROOMS[name])
        inside = passed(there, seconds)
        there.type(ESCAPE)
        found.add(outside, inside)
    found.tell()


def measure_lesson(there: Terminal, turns: int, seconds: float) -> None:
    """Begin a lesson, train in it, leave it; its run goes on."""
    found = Comparison(LESSON_NAME)
    for turn in range(turns):
        if turn:
            there.type(b"L")
            there.until(lambda: there.shows("Watching the run"))
            there.type(b"\r")
        there.until(lambda: there.shows("Space: train") and there.iteration == 0)
        there.type(b" ")
        there.until(lambda: there.iteration > 60)
        inside = passed(there, seconds)
        there.type(LEAVE_LESSON)
        there.until(lambda: not there.shows("Lesson:"))
        outside, _ = passed(there, seconds)
        found.add(outside, inside)
        there.type(b" ")  # it rests
    found.tell()


def quit_app(there: Terminal) -> None:
    """End it."""
    there.type(b"\x11")
    there.end()


def main() -> None:
    """Print a line for each room and for the lesson."""
    arguments = parser(__doc__)
    arguments.add_argument(
        "names", nargs="*", metavar="NAME", help=" · ".join((*ROOMS, LESSON_NAME))
    )
    arguments.add_argument("--turns", type=int, default=3, help="usually %(default)s")
    arguments.add_argument("--seconds", type=float, default=3.0, help="usually %(default)s")
    chosen = arguments.parse_args()
    names = chosen.names or (*ROOMS, LESSON_NAME)
    if unknown := set(names) - {*ROOMS, LESSON_NAME}:
        arguments.error(f"there is no {' and no '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        if rooms := [name for name in names if name in ROOMS]:
            with terminal("--start", "--iterations", "1000000") as (there, _):
                there.until(lambda: there.iteration > 60)
                for name in rooms:
                    measure_room(there, name, chosen.turns, chosen.seconds)
                quit_app(there)
        if LESSON_NAME in names:
            path = Path(home) / "watching.toml"
            path.write_text(LESSON, "utf-8")
            with terminal("--lesson", path) as (there, _):
                measure_lesson(there, chosen.turns, chosen.seconds)
                quit_app(there)


if __name__ == "__main__":
    main()
