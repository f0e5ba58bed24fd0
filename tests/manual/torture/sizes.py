"""Show every screen at every size: `python -m tests.manual.torture.sizes [MINUTES [SEED]]`.

In turns, each screen of each scene is opened in an app of its own and dragged through sizes from
1 × 1 to 200 × 60, in an order that the seed decides, with keys in between. Prints each fault once,
with the size and the keys that led to it, and ends with 1 if there is any.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from mnist_tui.data.dataset import Dataset, load
from mnist_tui.tui.widgets.lines import LinesWidget
from textual.events import Key, Resize
from textual.geometry import Region, Size
from textual.screen import ModalScreen

from tests import conftest  # noqa: F401  (Pilot then does not wait for training to pause)  # pyright: ignore[reportUnusedImport]: likewise
from tests.helpers.app.app_driver import ENDLESS, Driver, opened
from tests.helpers.arguments import numbers
from tests.helpers.datasets.synthetic_data import ALL_62, made_up
from tests.helpers.support import part_of

MINUTES = 10.0
EVERY = [(w, h) for w in range(1, 201) for h in range(1, 61)]
SMALL = [(w, h) for w in range(1, 71) for h in range(1, 22)]
COARSE = [
    *((1, 1), (2, 3), (4, 30), (9, 5), (12, 8), (14, 30), (20, 6), (20, 30), (30, 7), (40, 12)),
    *((60, 10), (60, 20), (80, 2), (80, 4), (80, 9), (80, 10), (80, 24), (100, 9), (130, 7)),
    *((61, 60), (120, 40), (199, 6), (200, 60)),
]
PANELS = ("both", "chart", "digit", "probabilities", "hyperparameters", "runs")
KEYS = ("down", "right", "pagedown", "end", "up", "left", "home", "tab")
WAITING = (
    "counting",
    "asking",
    "number",
    "checking",
    "images",
    "run",
    "reading",
)  # as panels say it
SCREENS: dict[str, Sequence[str]] = {
    "main": (),
    "main: a reading": ("comma", "comma", "z"),
    "main: runs": ("t",),
    "main: the chart alone": ("1",),
    "main: the digit alone": ("2",),
    "main: the prediction alone": ("3",),
    "main: the hyperparameters alone": ("4", "tab"),
    "main: the runs alone": ("5",),
    "main: presenting": ("0", "enter"),
    **{f"maths, stage {n}": ("m", *["right"] * n) for n in range(14)},
    "maths, a list's terms": ("m", "right", "tab"),
    "maths, to a unit": ("m", "slash"),
    "gradient check": ("m", "k"),
    "confusion": ("c",),
    "gallery of a cell": ("c", "enter"),
    "gallery of mistakes": ("c", "a"),
    "weights": ("w",),
    "weights of the next layer": ("w", "l"),
    "unit": ("w", "enter"),
    "unit in signs": ("w", "g", "enter"),
    "unit of the next layer": ("w", "l", "enter"),
    "gallery of a unit": ("w", "enter", "enter"),
    "logits": ("w", "k"),
    "find alpha": ("A",),
    "lie of the land": ("V",),
    "network": ("v",),
    "network, at a weight": ("v", "right", "down"),
    "network of a drawing": ("d", "d", "v"),
    "pixels": ("x",),
    "pixels, flipped": ("x", "j", "enter", "g"),
    "one digit": ("i",),
    "digits pinned": ("i", "enter", "right", "enter"),
    "sweep": ("W",),
    "draw": ("d", "d"),
    "draw, name": ("d", "d", "w"),
    "help": ("question_mark",),
    "help, searched": ("question_mark", "slash", "a"),
    "contents": ("question_mark", "c"),
    "menu": ("M",),
    "presets": ("p",),
    "go to": ("slash",),
    "recipe": ("P",),
    "lessons": ("L",),
    "place": ("C",),
    "export": ("E",),
    "open": ("O",),
    "deformed": ("e",),
    "palette": ("ctrl+p",),
    "name of a run": ("t", "n"),
    "removal of a run": ("t", "delete"),
}


@dataclass(frozen=True)
class Scene:
    """A network, its data, and what it is doing while the sizes change."""

    dataset: Dataset
    training: bool = False
    past: bool = False
    chosen: dict[str, Any] = field(default_factory=dict[str, Any])


def scenes() -> dict[str, Scene]:
    """What the screens are to hold."""
    digits = part_of(load("mnist"), 500, 200)
    quick = {"batch_size": 50, "iterations": ENDLESS}
    return {
        "untrained": Scene(digits),
        "training": Scene(digits, training=True, chosen=quick),
        "800 units, training": Scene(digits, training=True, chosen={**quick, "hidden": (800,)}),
        "in the past": Scene(digits, past=True, chosen=quick),
        "diverged": Scene(digits, training=True, chosen={"alpha": 1e30, "iterations": 9}),
        "62 classes, two layers": Scene(
            made_up(28, ALL_62), training=True, chosen={**quick, "hidden": (12, 9)}
        ),
        "4 × 4": Scene(made_up(4, ("0", "1")), past=True, chosen={**quick, "hidden": (1,)}),
        "128 × 128": Scene(
            made_up(128, ("aeroplanes of the navy", "boats", "cars"), 60), chosen=quick
        ),
    }


@asynccontextmanager
async def staged(scene: Scene) -> AsyncGenerator[Driver]:
    """The app, with the network as the scene has it."""
    async with opened(scene.dataset, (80, 24), **scene.chosen) as app:
        if scene.past:
            await app.train(20)
            await app.press("left_square_bracket")
            await app.until(lambda: app.app.workspace.past)
        if scene.training:
            app.app.session.train()
            await app.until(lambda: app.iteration > 9 or "diverged" in app.status)
        yield app


def broken(app: Driver) -> None:
    """Raise what the app ended with, if it did."""
    if app.app._exception is not None:  # pyright: ignore[reportPrivateUsage]: what Pilot raises at its end
        raise app.app._exception  # pyright: ignore[reportPrivateUsage]: likewise


async def idle(app: Driver) -> None:
    """Let every key be handled, and everything that was asked for be drawn."""
    for _ in range(1000):
        broken(app)
        if not app.app.input.is_idle:  # it waits for an empty queue, so leave the queue alone
            await asyncio.sleep(0.01)
            continue
        screen = app.app.screen
        for later in (app.app.call_later, screen.call_later, screen.call_after_refresh):
            passed = asyncio.Event()
            later(passed.set)
            with suppress(TimeoutError):  # it was closed meanwhile
                await asyncio.wait_for(passed.wait(), 1)
        is_drawn = screen is app.app.screen and screen.size == app.app.size
        if is_drawn and app.app.input.is_idle:
            broken(app)
            return
    raise AssertionError("it does not come to the terminal's size")


async def leave(app: Driver) -> None:
    """Close whatever is open."""
    while len(app.app.screen_stack) > 1:
        app.app.pop_screen()
        await asyncio.sleep(0)
    app.app.main.set_focus(None)
    app.app.main.remove_class("-table", "-presenting", *(f"-only-{name}" for name in PANELS))
    await idle(app)


async def enter(app: Driver, keys: Iterable[str]) -> None:
    """Press keys one by one, each once what the one before opened has something to show."""
    for key in keys:
        app.app.post_message(Key(key, None))
        await asyncio.sleep(0)
        await idle(app)
        for _ in range(1000):
            if shows_something(app):
                break
            await asyncio.sleep(0.01)
            await idle(app)
        else:
            raise AssertionError(f"there is nothing to be seen after {key}")


def shows_something(app: Driver) -> bool:
    """Whether every panel has been given what it is to show."""
    for rows in app.app.screen.query(LinesWidget):
        if rows.region.height > 1 and rows.is_on_screen:
            text = " ".join(rows.render_line(y).text for y in range(rows.size.height))
            if not text.strip() or any(f" {word} …" in text for word in WAITING):
                return False
    return True


def over_the_edge(app: Driver) -> list[str]:
    """What hangs over the edge of the terminal, or makes the screen scroll."""
    screen, place = app.app.screen, Region(0, 0, *app.app.size)
    found: list[str] = []
    if not isinstance(screen, ModalScreen):
        if screen.max_scroll_x or screen.max_scroll_y:
            found.append(f"{screen} scrolls")
        found += [
            f"{rows} at {rows.region}"
            for rows in screen.query(LinesWidget)
            if rows.region.area and rows.is_on_screen and not place.contains_region(rows.region)
        ]
    return found


async def check(app: Driver) -> None:
    """Wait until nothing hangs over any edge: what a room changes at a new size comes after it."""
    found: list[str] = []
    for _ in range(200):
        if not (found := over_the_edge(app)):
            return
        await asyncio.sleep(0.01)
        await idle(app)
    raise AssertionError(f"{found} on {app.app.size}")


def redraw(app: Driver, sizes: Iterable[tuple[int, int]]) -> None:
    """Let every panel of the screen draw to each of these sizes, whatever its own is."""
    original = LinesWidget.size
    try:
        for size in sizes:
            LinesWidget.size = property(lambda _, size=size: Size(*size))  # type: ignore[assignment]  # a panel asks for nothing else
            for rows in app.app.screen.query(LinesWidget):
                rows.redraw()
                for y in range(size[1]):
                    assert rows.render_line(y).cell_length == size[0], f"{rows} at {size}, row {y}"
    finally:
        LinesWidget.size = original  # type: ignore[method-assign]  # likewise
    for rows in app.app.screen.query(LinesWidget):
        rows.redraw()


async def resize(app: Driver, width: int, height: int, *, drawn: bool = True) -> None:
    """Change the terminal's size, and wait until that is drawn, unless dragging goes on."""
    app.app._driver._size = Size(width, height)  # type: ignore[union-attr]  # as Pilot does
    app.app.post_message(Resize(Size(width, height), Size(width, height)))
    if drawn:
        await idle(app)
        await check(app)
    else:
        await asyncio.sleep(0.01)
        broken(app)


async def sweep(
    app: Driver, sizes: Iterable[tuple[int, int]], keys: Sequence[str], done: list[str]
) -> None:
    """Drag the screen that is open through sizes, pressing a key at each; note what was done."""
    for number, size in enumerate(sizes):
        done.append("{}×{}".format(*size))
        await resize(app, *size, drawn=number % 3 > 0)
        if keys:
            key = keys[number % len(keys)]
            done.append(key)
            app.app.post_message(Key(key, None))
            await asyncio.sleep(0)
    await idle(app)


async def _turn(
    scene: Scene, ways: Sequence[str], generator: random.Random, end: float, done: list[str]
) -> int:
    """Sweep these screens of a scene, in one app. Return how many sizes they were drawn at."""
    swept = 0
    async with staged(scene) as app:
        for name in ways:
            if time.monotonic() > end:
                break
            done[:] = [name]
            await leave(app)
            await resize(app, 80, 24)
            await enter(app, SCREENS[name])
            done.append("redrawn")
            some = generator.sample(EVERY, 20) + generator.sample(SMALL, 100)
            redraw(app, some)
            sizes = [*generator.sample(EVERY, 10), *generator.sample(SMALL, 20)]
            generator.shuffle(sizes)
            await sweep(app, sizes, KEYS, done)
            swept += len(sizes) + len(some)
    return swept


def main(minutes: float, seed: int) -> int:
    """Sweep until the time is over. Return the exit code."""
    generator = random.Random(seed)  # noqa: S311  (of no secret)
    end, found = time.monotonic() + 60 * minutes, dict[str, str]()
    swept = 0
    staging = scenes()
    while time.monotonic() < end:
        scene = generator.choice(list(staging))
        ways = generator.sample(list(SCREENS), len(SCREENS))
        done: list[str] = []
        try:
            swept += asyncio.run(_turn(staging[scene], ways, generator, end, done))
        except Exception as failure:
            frames = traceback.extract_tb(failure.__traceback__)
            ours = [f for f in frames if "/tui/" in f.filename] or list(frames)
            what = f"{ours[-1].filename}:{ours[-1].lineno} {type(failure).__name__}: {failure}"
            if what not in found:
                found[what] = f"{scene}, {done[0]}: {' '.join(done[-6:])}"
                print(f"{what}\n    {found[what]}", flush=True)
                if os.environ.get("TRACE"):
                    traceback.print_exception(failure)
    print(f"{swept} sizes, {len(found)} faults; seed {seed}")
    return 1 if found else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home, suppress(KeyboardInterrupt):
        os.environ |= {f"XDG_{kind}_HOME": home for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
        sys.exit(main(*numbers(__doc__, minutes=MINUTES, seed=0)))
