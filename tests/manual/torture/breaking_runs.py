"""Networks broken on purpose.

`python -m tests.manual.torture.breaking_runs [STARTS] [SECONDS] [AT_ONCE]`

Starts the app in a terminal with choices that break a run, seeds 0 to STARTS - 1, lets each train
for SECONDS (8), AT_ONCE (1) beside one another, and counts those that end or report a bug.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import terminal

STARTS, SECONDS, AT_ONCE = 10, 8.0, 1
WAYS = (
    ("--batch-size", "64", "--alpha", "5"),
    ("--batch-size", "1", "--alpha", "3"),
    ("--batch-size", "16", "--alpha", "1e30"),
    ("--batch-size", "64", "--alpha", "0.5", "--optimizer", "momentum"),
    ("--batch-size", "32", "--alpha", "20", "--optimizer", "adam"),
)


def broken(seed: int, seconds: float) -> str:
    """What became of the app with this seed; nothing if it trained on and left when asked to."""
    way = WAYS[seed % len(WAYS)] if seed % 2 else WAYS[0]
    with tempfile.TemporaryDirectory() as home:
        names: list[str] = ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
        environment = dict.fromkeys(names, home)
        choices = (*way, "--seed", str(seed), "--iterations", "1000000", "--start")
        with terminal(*choices, environment=environment) as (there, _):
            there.until(lambda: there.iteration >= 0 or there.process.poll() is not None)
            there.pass_by(seconds)
            code = there.process.poll()
            if code is None:
                there.type(b"\x11")
                code = there.end() or None
            reports = [path.read_text() for path in Path(home).rglob("bug-*.txt")]
            if code is None and not reports:
                return ""
            last = reports[0].strip().splitlines()[-1] if reports else "no report"
            return f"seed {seed}, {' '.join(way)}: ended with {code}: {last}"


def main(starts: int, seconds: float, at_once: int) -> int:
    """Print each that ended, and how many did; how many did."""
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(partial(broken, seconds=seconds), range(starts)))
    ended = [words for words in found if words]
    print(*ended, f"{len(ended)} of {starts} starts of {seconds:g} s ended", sep="\n")
    return len(ended)


if __name__ == "__main__":
    sys.exit(main(*numbers(__doc__, starts=STARTS, seconds=SECONDS, at_once=AT_ONCE)) > 0)
