"""Every screen at sizes from 1 × 1 to 200 × 60, and what stands there where all is too small."""

from __future__ import annotations

import asyncio
from itertools import groupby, product

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.least_size import LEAST
from mnist_tui.tui.screens.help import HelpScreen
from textual.events import MouseScrollDown, Paste

from .made_up import ALL_62, made_up
from .pilot import ENDLESS, Driver, opened
from .sizes import KEYS, SCREENS, Scene, enter, idle, leave, redraw, resize, staged, sweep
from .terminal import terminal

COARSE = [(1, 1), (14, 30), (20, 6), (60, 10), (23, 7), (100, 9), (9, 30), (40, 12), (200, 60)]
FORCED = [*product((0, 1, 2, 5, 17, 33, 61), (0, 1, 2, 4, 7, 13)), (9, 40), (130, 20), (200, 60)]
GROUPS = {
    group: list(names) for group, names in groupby(SCREENS, lambda name: name.split(",")[0])
}
QUICK = {"batch_size": 50, "iterations": ENDLESS}


async def look_at(app: Driver, names: list[str]) -> None:
    """Each screen at every coarse size, with a key at each; its panels at many more."""
    for name in names:
        await leave(app)
        await resize(app, 80, 24)
        await enter(app, SCREENS[name])
        redraw(app, FORCED)
        done = [name]
        try:
            await sweep(app, COARSE, KEYS, done)
        except Exception as failure:
            failure.add_note(" ".join(done))
            raise


@pytest.mark.parametrize("group", GROUPS)
async def test_no_size_breaks_a_screen(small: Dataset, group: str) -> None:
    async with staged(Scene(small, training=True, chosen=QUICK)) as app:
        await look_at(app, GROUPS[group])


HARD = ["maths, stage 1", "confusion", "weights", "pixels", "one digit", "draw", "logits"]
SCENES = {
    "800 units, in the past": Scene(
        made_up(28, ("0", "1")), past=True, chosen={**QUICK, "hidden": (800,)}
    ),
    "62 classes, two layers": Scene(made_up(28, ALL_62), chosen={**QUICK, "hidden": (12, 9)}),
    "4 × 4": Scene(made_up(4, ("0", "1")), training=True, chosen={**QUICK, "hidden": (1,)}),
    "128 × 128": Scene(made_up(128, ("aeroplanes of the navy", "boats"), 60), chosen=QUICK),
}


@pytest.mark.parametrize("scene", SCENES)
async def test_no_size_breaks_a_room_whatever_it_holds(scene: str) -> None:
    async with staged(SCENES[scene]) as app:
        await look_at(app, HARD)
