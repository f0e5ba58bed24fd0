"""What opening a room or help costs: `python -m tests.manual.measure.opening [COLUMNSxROWS ...]`.

For each size and key a program of its own trains briefly, rests, and is then asked for the room
for the first time: seconds from the key to the room's title and to the last byte of its picture,
the processor time until then, and how many bytes were sent.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from tests.helpers.arguments import parser
from tests.helpers.programs.pty_terminal import Terminal, terminal

SIZES = ((80, 24), (120, 40), (200, 60))
REST = 1.0  # seconds without a byte, after which the picture counts as complete
ROOMS = {  # by key, what stands on the screen as soon as the room does
    "?": "Help",
    "m": " of 12",
    "c": "Confusion",
    "w": "Weights",
    "x": "pixels",
    "V": "lie of the land",
    "i": "Watch one digit",
    "d": "your drawing",
    "W": "many runs that differ",
}


def processor(there: Terminal) -> float:
    """Seconds of the processor that the program has taken so far."""
    stat = Path(f"/proc/{there.process.pid}/stat").read_text("utf-8")
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measured(size: tuple[int, int], key: str, title: str) -> str:
    """Open one room in a program of its own, and tell what that took."""
    with (
        tempfile.TemporaryDirectory() as home,
        terminal(
            "--batch-size",
            "64",
            "--iterations",
            "300",
            "--start",
            size=size,
            environment={"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "COLORTERM": "truecolor"},
        ) as (there, _),
    ):
        there.until(lambda: there.shows("finished"))
        there.pass_by(3.0)  # what is done while nobody asks for anything
        sent, used, begun = len(there.sent), processor(there), time.monotonic()
        there.type(key.encode())
        first = 0.0
        last = begun
        taken = 0.0
        while time.monotonic() - last < REST or not first:
            before = len(there.sent)
            there.read(0.005)
            if len(there.sent) > before:
                last, taken = time.monotonic(), processor(there)
                if not first and there.shows(title):
                    first = last
        sent = len(there.sent) - sent
        there.type(b"\x11")
        there.end()
    return (
        f"{size[0]:3}×{size[1]}  {key}  title {first - begun:.2f} s  complete {last - begun:.2f} s"
        f"  processor {taken - used:.2f} s  {sent / 1000:6.1f} KB"
    )


def main() -> None:
    """Print a line a size and key."""
    arguments = parser(__doc__)
    arguments.add_argument("size", nargs="*", help="such as 80x24")
    given = arguments.parse_args().size
    sizes = [tuple(map(int, size.split("x"))) for size in given] or SIZES
    for columns, rows in sizes:
        for key, title in ROOMS.items():
            print(measured((columns, rows), key, title), flush=True)


if __name__ == "__main__":
    main()
