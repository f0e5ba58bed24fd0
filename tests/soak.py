"""A long session: `python -m tests.soak [MINUTES]` prints memory and descriptors, first and last.

Trains, presses random keys, resizes at random; at the end the app still answers and leaves.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from .terminal import Terminal, terminal

MINUTES = 2.0
KEYS = [
    *(bytes([c]) for c in b" sS+-rRf[]nNlyzZa,.opetTgmcwd?hu12345<>"),
    *(b"\x1b", b"\x1b[A", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\t", b"\r"),
]


def held(there: Terminal) -> tuple[int, int]:
    """Megabytes in memory, and open descriptors."""
    process = Path(f"/proc/{there.process.pid}")
    resident = int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return resident >> 20, len(list((process / "fd").iterdir()))


def main(minutes: float) -> None:
    """Print what is held at the start, every half minute, and at the end."""
    generator = random.Random(0)  # noqa: S311  (of no secret)
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        with terminal("--start", "--iterations", "1000000") as (there, _):
            there.until(lambda: there.iteration > 20)
            begun = noted = time.monotonic()
            print("start: {} MB, {} descriptors".format(*held(there)))
            while time.monotonic() - begun < 60 * minutes:
                there.type(generator.choice(KEYS))
                if generator.random() < 0.1:
                    there.resize(generator.randint(30, 160), generator.randint(10, 60))
                there.pass_by(0.1)
                if there.process.poll() is not None:
                    there.end()
                    print(*(report.read_text() for report in Path(home).rglob("bug-*.txt")))
                    raise AssertionError(f"it has ended with {there.process.returncode}")
                if time.monotonic() - noted > 30:
                    noted = time.monotonic()
                    print("then: {} MB, {} descriptors".format(*held(there)))
            print("end: {} MB, {} descriptors".format(*held(there)))
            there.resize(80, 24)
            there.type(b"\x11")
            assert there.end() == 0


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
