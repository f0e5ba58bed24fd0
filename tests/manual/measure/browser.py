"""The app in Chromium and over bare sockets: `python -m tests.manual.measure.browser [FOLDER]`.

Prints how soon the first picture comes, what goes over the connection, how soon a key acts with
ten sessions at once, how long an app outlives its tab and its server, and whether tabs slammed shut
leave anything. Saves screenshots of rooms at three sizes in FOLDER, to be looked at.
"""

from __future__ import annotations

import asyncio
import os
import signal
import statistics
import tempfile
import time
from pathlib import Path

from tests.helpers.arguments import parser
from tests.helpers.programs.chromium import MISSING, READABLE, browser
from tests.helpers.programs.served_app import Served, runs, seconds_until, served

SIZES = ((760, 620), (1280, 900), (2000, 1300))  # of the window, in pixels
ROOMS = {  # the key that opens it, and what is seen there
    "main": ("", "10/1500"),
    "draw": ("d", "your drawing"),
    "network": ("v", "10 units → 10 digits"),
    "maths": ("m", "dW1"),
}
SESSIONS, ROUNDS, SLAMMED, SECONDS = 10, 5, 50, 15.0
FIRST = "Test image #0: a 7"


def opening(server: Served) -> None:
    """Print the time from the request for the page to the app's first picture."""
    with browser(READABLE) as tab:
        tab.driver.get(server.url)  # the browser itself warms up
        tab.until(lambda: tab.shows(FIRST))
        for _ in range(5):
            tab.driver.get("about:blank")
            begun = time.monotonic()
            tab.driver.get(server.url)
            loaded = time.monotonic() - begun
            tab.until(lambda: any(row.strip() for row in tab.rows))
            first = time.monotonic() - begun
            tab.until(lambda: tab.shows(FIRST))
            print(
                f"page {loaded:.2f} s, first picture {first - loaded:.2f} s after it, "
                f"with the digit {time.monotonic() - begun - loaded:.2f} s after it"
            )


def pictures(server: Served, folder: Path) -> None:
    """Save what a person sees, drawn as browsers usually do."""
    for width, height in SIZES:
        with browser(size=(width, height)) as tab:
            for name, (key, text) in ROOMS.items():
                tab.driver.get("about:blank")
                tab.events()  # what the session before has sent
                tab.driver.get(server.url)
                tab.until_sent("#0: a 7")
                tab.type(f"S{key}")
                tab.until_sent(text)
                time.sleep(1.0)  # for the terminal to draw it, and the rest of ten updates
                path = folder / f"{name}-{width}x{height}.png"
                tab.driver.save_screenshot(str(path))
                print(path)


async def rate(server: Served) -> None:
    """Print the bytes a second of one session that trains, before and after compression."""
    tab = await server.open()
    await tab.until(lambda: tab.shows(FIRST))
    await tab.type(" ")
    await tab.until(lambda: tab.iteration > 2)
    before = tab.received
    await asyncio.sleep(SECONDS)
    print(f"training at 80×24: {(tab.received - before) / SECONDS:.0f} bytes a second")
    await tab.close()


async def crowd(server: Served) -> None:
    """Print how soon a key acts while so many sessions train."""
    tabs = [await server.open() for _ in range(SESSIONS)]
    for tab in tabs:
        await tab.until(lambda tab=tab: tab.shows(FIRST))
        await tab.type(" ")
    await asyncio.gather(*(tab.until(lambda tab=tab: tab.iteration > 0) for tab in tabs))
    taken: list[float] = []
    for turn in range(1, ROUNDS + 1):
        for tab in tabs:
            begun = time.monotonic()
            await tab.type("\x1b[C")
            await tab.until(lambda tab=tab, turn=turn: tab.shows(f"Test image #{turn}:"))
            taken.append(time.monotonic() - begun)
            await asyncio.sleep(0.3)
    taken.sort()
    print(
        f"{SESSIONS} sessions, all training: key to screen "
        f"median {statistics.median(taken):.2f} s, "
        f"p95 {taken[int(0.95 * len(taken))]:.2f} s, worst {taken[-1]:.2f} s"
    )
    memory = [_megabytes(app) for app in server.apps]
    print(f"memory of an app: {statistics.median(memory):.0f} MB")
    for tab in tabs:
        await tab.close()


def _megabytes(pid: int) -> float:
    """Return the memory that a process shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    private = [line.split()[1] for line in lines if line.startswith("Private")]
    return sum(map(int, private)) / 1024


async def ends(server: Served) -> None:
    """Print how long apps outlive their tabs; fail if any does for long."""
    slowest = 0.0
    for turn in range(6):
        tab = await server.open()
        await tab.until(lambda tab=tab: tab.shows(FIRST))
        await tab.type(" ")
        (app,) = server.apps
        if turn % 2:
            tab.vanish()
        else:
            await tab.close()
        slowest = max(slowest, await seconds_until(lambda app=app: not runs(app)))
    print(f"an app outlives its tab by {slowest:.2f} s at most")
    assert slowest < 2.0
    for _ in range(SLAMMED):
        tab = await server.open()
        tab.vanish()
    seconds = await seconds_until(lambda: not server.apps)
    print(f"{SLAMMED} tabs slammed shut: nothing is left after {seconds:.2f} s")


async def killed() -> None:
    """Print how long apps outlive a server that is killed."""
    async with served() as server:
        for _ in range(3):
            tab = await server.open()
            await tab.until(lambda tab=tab: tab.shows(FIRST))
        apps = server.apps
        server.stop(signal.SIGKILL)
        seconds = await seconds_until(lambda: not any(map(runs, apps)))
        print(f"apps outlive a killed server by {seconds:.2f} s")


async def main(folder: Path) -> None:
    """Measure all of it and print it."""
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    async with served("--sessions", "100") as server:
        if MISSING:
            print(f"left out: {MISSING}")
        else:
            opening(server)
            pictures(server, folder)
        await rate(server)
        await crowd(server)
        await ends(server)
    await killed()
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("folder", nargs="?", type=Path, help="for screenshots")
    chosen: Path | None = arguments.parse_args().folder
    asyncio.run(main(chosen or Path(tempfile.mkdtemp())))
