"""Kill either side of a run: `python -m tests.manual.torture.worker_kills [TIMES [SECONDS]]`.

`train` runs with its worker process, and at a random instant one of the two is killed with a
signal that nothing can hear. Without its worker, a run must end in the bits it always ends in;
without its parent, the worker must be gone within a second, or SECONDS on a machine that is too
busy for that. Nothing may be left in /dev/shm.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np

from tests.helpers.arguments import numbers

TIMES = 100
MAX_DELAY_S = 2.5  # from the worker's start to the kill
MAX_SURVIVAL_S = 1.0
CODE = "from mnist_tui.tui.cli.main import main; main()"
# The processes meet most often in a batch where images are moved. And an update writes down most,
# in case its worker dies, with Adam, in blocks of whole units.
RUN = (
    "train",
    *("--hidden", "128,64", "--batch-size", "128", "--iterations", "2500", "--threads", "2"),
    *("--optimizer", "adam", "--alpha", "0.001", "--max-norm", "1.5"),
    *("--adversary", "0.5", "--dropout", "0.1"),
)


def started(model: Path) -> subprocess.Popen[bytes]:
    """A run that writes a model at its end."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, *RUN, "--out", str(model)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def children(pid: int) -> list[int]:
    """The processes that this one has started, from whichever thread."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found += map(int, file.read_text("utf-8").split())
    return found


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it is not merely waiting to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def digest(model: Path) -> str:
    """Of the weights."""
    with np.load(model) as arrays:
        return hashlib.sha256(arrays["W1"].tobytes() + arrays["W2"].tobytes()).hexdigest()


def main(times: int, seconds: float) -> None:
    """Raises AssertionError if a process, a file or a bit is not as it should be."""
    generator = random.Random(times)  # noqa: S311  (of no secret)
    shared, longest, killed = set(Path("/dev/shm").iterdir()), 0.0, Counter[str]()  # noqa: S108  (looked at)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "whole.npz")
        assert started(model).wait() == 0
        expected = digest(model)
        for turn in range(times):
            model = Path(folder, f"{turn}.npz")
            parent = started(model)
            while not (workers := children(parent.pid)) and parent.poll() is None:
                time.sleep(0.005)
            time.sleep(generator.random() * MAX_DELAY_S)
            side = generator.choice(["parent", "worker"])
            if parent.poll() is not None or not workers or not is_alive(workers[0]):
                side = "nobody: it had ended"
            elif side == "worker":
                os.kill(workers[0], signal.SIGKILL)
            else:
                parent.kill()
            killed[side] += 1
            code, begun = parent.wait(), time.monotonic()
            while any(map(is_alive, workers)):
                assert time.monotonic() < begun + seconds, f"turn {turn}: outlives {side}"
                time.sleep(0.002)
            longest = max(longest, time.monotonic() - begun)
            if side != "parent":
                assert code == 0, f"turn {turn}: ended with {code}"
                assert digest(model) == expected, f"turn {turn}: other weights"
            if (turn + 1) % 10 == 0:
                print(f"{turn + 1} of {times}: {dict(killed)}, {longest:.3f} s", flush=True)
    assert set(Path("/dev/shm").iterdir()) <= shared  # noqa: S108  (looked at)
    print(f"killed {dict(killed)}; the worker outlived its parent by {longest:.3f} s at most")


if __name__ == "__main__":
    main(*numbers(__doc__, times=TIMES, seconds=MAX_SURVIVAL_S))
