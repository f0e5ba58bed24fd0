"""Film the first minute and picture every room: `python -m tests.manual.pictures [FOLDER]`.

Everything in `docs/pictures/` comes from here: the README's film (a GIF), its still of the main
screen, and one still of each room. The real app trains on the real digits while the keys below
are pressed, so that no picture shows what the program does not do. On a quiet machine, since the
film shows how quick it is.
"""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.export.png import FONTS, png
from mnist_tui.tui.keymap.rooms import ROOMS
from mnist_tui.tui.training.snapshot import RunStatus
from PIL import Image, ImageDraw, ImageFont
from textual.pilot import Pilot

from tests.helpers.support import PROGRAM

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZE = (100, 30)
FRAME_S = 0.45  # between two frames of the film while something moves
WIDTH = 900  # pixels of the film
COLORS = 48
MAX_BYTES = 2_000_000
CAPTION_ROWS = 34  # pixels beneath the screen
SETTLED_S = 0.6  # after a key, for what it opens to be complete
SEVEN = (  # from the middle of the canvas to its upper left, and then the two strokes of a 7
    *["left"] * 5,
    *["up"] * 8,
    "enter",
    *["right"] * 10,
    *["down", "down", "left"] * 6,
)
STILL = 4  # looks, half a second apart, at which a room is to be the same
OPENS = {  # the key of each room; {name: keys} pressed within it before its picture is taken
    "network": ("v", ()),
    "range_test": ("A", ()),
    "landscape": ("V", ()),
    "maths": ("m", ("right", "right", "right")),
    "confusion": ("c", ()),
    "weights": ("w", ()),
    "pixels": ("x", ()),
    "digit": ("i", ()),
    "draw": ("d", SEVEN),
    "sweep": ("W", ()),
}
SWEEP = ("--alpha", "0.01:3:log7", "--hidden", "5,10,20,40", "--seed", "0:2", "--iterations", "40")


@dataclass
class Film:
    """Screens of an open app with how long each is shown and what is said beneath."""

    app: MnistApp
    pilot: Pilot[None]
    frames: list[tuple[str, str, float]] = field(default_factory=list)

    def take(self, caption: str, seconds: float) -> None:
        """Add the screen as it is now."""
        self.frames.append((self.app.export_screenshot(simplify=True), caption, seconds))

    async def run(self, caption: str, seconds: float) -> None:
        """Film for some seconds."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            await self.pilot.pause(FRAME_S)
            self.take(caption, time.monotonic() - now)

    async def press(self, caption: str, *keys: str, seconds: float) -> None:
        """Press keys, and show what comes of them."""
        await self.pilot.press(*keys)
        await self.pilot.pause(SETTLED_S)
        self.take(caption, seconds)


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait until this holds."""
    while not condition():
        await pilot.pause(0.05)


async def still(app: MnistApp, pilot: Pilot[None]) -> None:
    """Wait until nothing moves any more: what is worked out behind a room has arrived."""
    seen: list[str] = []
    while len(seen) < STILL or len(set(seen[-STILL:])) > 1:
        await pilot.pause(SETTLED_S)
        seen.append(app.export_screenshot())


async def first_minute() -> list[tuple[str, str, float]]:
    """Train, turn alpha, break it, read the coach, fork, look inside."""
    app = MnistApp("mnist", ((0, Hyperparameters()),), AppOptions())
    async with app.run_test(size=SIZE) as pilot:

        def state() -> RunStatus:
            return app.session.snapshot().state

        film = Film(app, pilot)
        await until(pilot, lambda: state() is RunStatus.READY)
        await pilot.pause(SETTLED_S)
        film.take("784 pixels, ten hidden units, ten digits. It has learned nothing yet.", 3)
        await pilot.press("space")
        await film.run("Space: it learns. Every curve and bar is the real run.", 6)
        await pilot.press("+", "+", "+")
        await film.run("+ turns alpha up while it learns.", 4)
        await film.press("n: a digit that it gets wrong.", "n", seconds=2.5)
        app.session.change(Hyperparameters(alpha=20.0))
        await pilot.press("r")
        caption = "r with alpha 20, from the same first weights: it breaks."
        await film.run(caption, 3)
        await until(pilot, lambda: app.main.workspace.remedy is not None)
        await pilot.pause(SETTLED_S)
        film.take("The coach says why, with the numbers, and has a remedy.", 4)
        await pilot.press("h")
        await film.run("h: its remedy, beside the run that broke.", 5)
        await pilot.press("[", "[", "[")
        await film.press("[ goes back in time,", "[", seconds=2)
        await film.press("and f begins another run from there.", "f", seconds=1)
        await pilot.press("space")
        await film.run("and f begins another run from there.", 3)
        await film.press("v: the whole network at work on this digit.", "v", seconds=3.5)
        await pilot.press("escape")
        caption = "m: every number of one update."
        await film.press(caption, "m", seconds=2)
        for _ in range(3):
            await film.press(caption, "right", seconds=2)
    return film.frames


def gif(frames: list[tuple[str, str, float]]) -> bytes:
    """Return the film as an animated GIF."""
    regular, _ = FONTS.values()
    font = ImageFont.truetype(regular, 17)
    pictures: list[Image.Image] = []
    for svg, caption, _ in frames:
        screen = Image.open(io.BytesIO(png(svg))).convert("RGB")
        screen = screen.resize(
            (WIDTH, round(screen.height * WIDTH / screen.width)), Image.Resampling.LANCZOS
        )
        picture = Image.new("RGB", (WIDTH, screen.height + CAPTION_ROWS), "#101418")
        picture.paste(screen, (0, 0))
        ImageDraw.Draw(picture).text(
            (WIDTH // 2, screen.height + CAPTION_ROWS // 2 - 3), caption, "#e8e8e8", font, "mm"
        )
        pictures.append(picture)
    sample = Image.new("RGB", (WIDTH, sum(p.height for p in pictures[::8])))
    for place, picture in enumerate(pictures[::8]):  # one palette, or each frame is sent whole
        sample.paste(picture, (0, place * picture.height))
    palette = sample.quantize(COLORS)
    first, *rest = (p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures)
    file = io.BytesIO()
    first.save(
        file,
        "GIF",
        save_all=True,
        append_images=rest,
        duration=[round(1000 * seconds) for _, _, seconds in frames],
        loop=0,
        optimize=False,
    )
    return file.getvalue()


async def stills(folder: Path) -> None:
    """Picture the main screen in the middle of the default run, and each room there."""
    swept = Path(os.environ["XDG_STATE_HOME"]) / "alpha-by-width"
    subprocess.run([PROGRAM, "sweep", *SWEEP, "--out", swept, "--quiet"], check=True)
    app = MnistApp("mnist", ((0, Hyperparameters()),), AppOptions(start=True, sweep=swept))
    async with app.run_test(size=SIZE) as pilot:

        def iteration() -> int:
            progress = app.session.snapshot().progress
            return progress.iteration if progress else 0

        await until(pilot, lambda: iteration() >= 1)
        await pilot.pause(SETTLED_S)
        while app.screen is not app.main:  # the sweep's room opens by itself
            await pilot.press("escape")
            await pilot.pause(SETTLED_S)
        await until(pilot, lambda: iteration() >= 400)
        await pilot.press("n")  # a mistake says more than a digit it is sure of
        await pilot.pause(SETTLED_S)
        app.save_screenshot("main.svg", path=str(folder))
        await pilot.press("space")
        for room in ROOMS:
            key, within = OPENS[room]
            await pilot.press(key)
            await still(app, pilot)
            await pilot.press(*within)
            await still(app, pilot)
            app.save_screenshot(f"{room}.svg", path=str(folder))
            await pilot.press("escape")
            await pilot.pause(SETTLED_S)


async def main(folder: Path) -> None:
    """Write all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    await stills(folder)
    film = gif(await first_minute())
    if len(film) > MAX_BYTES:
        raise SystemExit(f"the film takes {len(film):,} bytes, more than {MAX_BYTES:,}")
    (folder / "first_minute.gif").write_bytes(film)
    print(f"first_minute.gif: {len(film):,} bytes")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
