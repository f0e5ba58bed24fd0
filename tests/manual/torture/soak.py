"""A long session; prints what the app holds, now and then.

`python -m tests.manual.torture.soak [MINUTES]`

Trains in a pseudo-terminal, presses random keys, resizes at random, breaks runs on purpose; every
half minute it prints memory, descriptors and threads. At the end the app still answers and
leaves, and holds no more than GROWTH times the memory of the tenth minute, no descriptor and no
thread more.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from argparse import REMAINDER
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.arguments import parser
from tests.helpers.programs.pty_terminal import Terminal, terminal

MINUTES = 2.0
EVERY = 30.0  # seconds between two lines
SETTLED = 10.0  # minutes until all caches and budgets are as full as they will be
GROWTH = 1.05
KEYS = [
    *(bytes([c]) for c in b" sS+-rRf[]nNlyzZa,.opetTgmcwd?hu12345<>"),
    *(b"\x1b", b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\t", b"\r"),
]
HOME = (b"\x1b", b"\x1b", b"\x1b")  # to the main screen
WAYS = (  # alternately: what breaks a run, what cures it, what leaves it alone
    (*HOME, *[b"+"] * 12, b" "),
    (*HOME, b"h"),
    (*HOME, b"R", b" "),
    (*HOME, b"[", b"[", b"f", b" "),
)


@dataclass(frozen=True)
class Held:
    """What a process holds."""

    megabytes: int
    descriptors: int
    threads: int

    def __str__(self) -> str:
        return f"{self.megabytes} MB, {self.descriptors} descriptors, {self.threads} threads"


def held(there: Terminal) -> Held:
    """What the app holds now."""
    process = Path(f"/proc/{there.process.pid}")
    resident = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    descriptors, threads = (len(list((process / name).iterdir())) for name in ("fd", "task"))
    return Held(resident >> 20, descriptors, threads)


def disturb(there: Terminal, generator: random.Random) -> None:
    """One thing that a user may do."""
    if generator.random() < 0.02:
        for key in generator.choice(WAYS):
            there.type(key)
            there.pass_by(0.05)
    there.type(generator.choice(KEYS))
    if generator.random() < 0.1:
        there.resize(generator.randint(30, 160), generator.randint(10, 60))
    there.pass_by(0.1)


def main(minutes: float, *choices: str) -> None:
    """Print what is held at the start, every half minute, and at the end."""
    generator = random.Random(0)  # noqa: S311  (of no secret)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        with terminal("--start", "--iterations", "1000000", *choices) as (there, _):
            there.until(lambda: there.iteration > 20)
            begun = noted = time.monotonic()
            print(f"start: {held(there)}", flush=True)
            settled: Held | None = None
            while (passed := time.monotonic() - begun) < 60 * minutes:
                disturb(there, generator)
                there.sent = there.sent[-(1 << 16) :]
                if there.process.poll() is not None:
                    there.end()
                    print(*(report.read_text() for report in Path(home).rglob("bug-*.txt")))
                    raise AssertionError(f"it has ended with {there.process.returncode}")
                if time.monotonic() - noted > EVERY:
                    noted = time.monotonic()
                    print(f"{passed / 60:4.1f} min: {held(there)}", flush=True)
                if settled is None and passed >= 60 * SETTLED:
                    settled = held(there)
            at_end = held(there)
            print(f"end: {at_end}")
            there.resize(80, 24)
            there.type(b"\x11")
            assert there.end() == 0
            if settled is not None:
                assert at_end.megabytes <= GROWTH * settled.megabytes
                assert at_end.descriptors <= settled.descriptors
                assert at_end.threads <= settled.threads


if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("minutes", nargs="?", type=float, default=MINUTES)
    arguments.add_argument("choices", nargs=REMAINDER, help="options of the app")
    given = arguments.parse_args()
    main(given.minutes, *given.choices)
