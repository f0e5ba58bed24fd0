"""What the screen costs: `python -m tests.manual.measure.screen`.

Runs the real program at 80×24 in a pseudo-terminal and without a screen, in turns, so that
whatever else the machine does meets both alike; alone and with four runs on the chart.
"""

from __future__ import annotations

import compileall
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mnist_tui import data, net, tui

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import Terminal, terminal
from tests.helpers.support import PROGRAM

TURNS = 5
SECONDS = 8.0
PRESSES = 120
ITERATIONS = 300


def headless() -> float:
    """Updates a second without a screen."""
    done = subprocess.run(
        [PROGRAM, "train", "--iterations", str(ITERATIONS), "--json", "--quiet"],
        capture_output=True,
        check=True,
        text=True,
    )
    return float(json.loads(done.stdout)["iterations_per_second"])


def on_screen(runs: int) -> tuple[float, float]:
    """Updates a second in the app, and bytes a second that it sends, while nobody touches it.

    runs: how many lie over each other on the chart, the one that trains among them.
    """
    with terminal("--start", "--iterations", "1000000") as (there, _):
        for _ in range(runs - 1):
            there.until(lambda: there.iteration >= 40)
            there.type(b"r")
            there.until(lambda: 0 <= there.iteration < 20)
        there.until(lambda: there.iteration >= 20)
        figures = there.rates(SECONDS)
        quit_(there)
    return figures


def keys(*, training: bool) -> list[float]:
    """Seconds from pressing → to the next digit's title on the screen, each press."""
    arguments = ["--iterations", "1000000"] + ["--start"] * training
    with terminal(*arguments) as (there, _):
        there.until(lambda: there.shows("Test image #0:"))
        if training:
            there.until(lambda: there.iteration >= 20)
        taken: list[float] = []
        for index in range(1, PRESSES + 1):
            pressed = time.monotonic()
            there.type(b"\x1b[C")
            there.until(lambda index=index: there.shows(f"Test image #{index}:"))
            taken.append(time.monotonic() - pressed)
            pause = time.monotonic() + 0.07
            there.until(lambda pause=pause: time.monotonic() > pause)
        quit_(there)
    return taken


def idle() -> float:
    """Bytes a second that the app sends while it rests and nobody touches it."""
    with terminal() as (there, _):
        there.until(lambda: there.shows("Test image #0:"))
        there.pass_by(2.0)
        before = len(there.sent)
        there.pass_by(SECONDS)
        sent = (len(there.sent) - before) / SECONDS
        quit_(there)
    return sent


BARE = """#!{python}
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("painted")
    def key_q(self):
        self.exit()
Bare().run()
"""


def first_paint(program: str | Path, text: str) -> float:
    """Seconds from the start of a program to its first words on the screen."""
    begun = time.monotonic()
    with terminal(program=program) as (there, _):
        while not there.shows(text):
            there.read(0.002)
        taken = time.monotonic() - begun
        there.until(lambda: there.shows("ready") or there.shows("painted"))
        quit_(there)
    return taken


def starts() -> tuple[float, float]:
    """First paint of the app and of a bare Textual app, in turns; medians.

    Both from byte code, as an installed package has it.
    """
    for wing in (data, net, tui):
        compileall.compile_dir(wing.__path__[0], quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare"
        bare.write_text(BARE.format(python=sys.executable))
        bare.chmod(0o700)
        turns = [
            (first_paint(PROGRAM, "Hyperparameters"), first_paint(bare, "painted"))
            for _ in range(2 * TURNS + 1)
        ]
    ours, theirs = zip(*turns, strict=True)
    return statistics.median(ours), statistics.median(theirs)


def quit_(there: Terminal) -> None:
    """Leave the program."""
    there.type(b"q")
    there.end()


def main() -> None:
    """Measure and print; with nobody's own settings and sessions."""
    home = tempfile.mkdtemp()
    os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
    try:
        measure()
    finally:
        shutil.rmtree(home)


def measure() -> None:
    """The figures, one after the other."""
    ours, bare = starts()
    print(f"first paint: {ours:.2f} s, a bare Textual app {bare:.2f} s: {ours / bare:.2f} times")
    print(f"bytes a second to the terminal while idle: {idle():.0f}")
    turns = [(headless(), *on_screen(1), *on_screen(4)) for _ in range(TURNS)]
    without, one, sent, four, sent_four = (
        statistics.median(column) for column in zip(*turns, strict=True)
    )
    print(f"updates a second: {without:.1f} without a screen, {one:.1f} in the app at 80×24")
    print(f"with four runs on the chart: {four:.1f}")
    ratios = [statistics.median(turn[i] / turn[0] for turn in turns) for i in (1, 3)]
    print(f"ratios, medians of {TURNS}: {ratios[0]:.2f} with one run, {ratios[1]:.2f} with four")
    print(f"bytes a second to the terminal while training: {sent:.0f}, {sent_four:.0f}")
    for training in (False, True):
        taken = sorted(keys(training=training))
        p95 = taken[int(0.95 * len(taken))]
        print(
            f"key to screen {'while training' if training else 'idle'}: median "
            f"{1e3 * statistics.median(taken):.0f} ms, p95 {1e3 * p95:.0f} ms, worst "
            f"{1e3 * taken[-1]:.0f} ms"
        )


if __name__ == "__main__":
    main(*numbers(__doc__))
