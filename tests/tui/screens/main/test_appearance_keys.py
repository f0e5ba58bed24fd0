"""Panels alone, themes and what is remembered of them; and that typing acts nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.config.settings import NAME
from mnist_tui.tui.keymap.main_keys import KEYS
from mnist_tui.tui.themes import THEMES
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.hyperparameters import FieldInput

from tests.helpers.app.app_driver import opened, presses
from tests.helpers.app.terminal_sizes import at_sizes

PANELS = {
    "1": "#chart", "2": "#digit", "3": "#probabilities", "4": "#hyperparameters", "5": "#runs",
}  # fmt: skip


@presses("1", "2", "3", "4", "5")
@at_sizes((80, 24), (120, 40), (200, 60))
async def test_a_panel_can_be_alone_and_back(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        await app.train(3)
        before = {panel: app.find(panel).region for panel in PANELS.values()}
        for key, alone in PANELS.items():
            await app.press(key)
            assert app.find(alone).region.area >= size[0] * (size[1] - 3), alone
            for panel in set(PANELS.values()) - {alone}:
                assert app.find(panel).region.area == 0, panel
            await app.press(key)
            assert {panel: app.find(panel).region for panel in PANELS.values()} == before
        await app.press("1", "2")
        assert app.find("#digit").region.area >= size[0] * (size[1] - 3)
        await app.press("escape")
        assert {panel: app.find(panel).region for panel in PANELS.values()} == before


@presses("T")
async def test_a_theme_is_remembered(small: Dataset, config: Path) -> None:
    async with opened(small) as app:
        seen = {app.app.theme}
        for _ in range(len(THEMES) - 1):
            await app.press("T")
            seen.add(app.app.theme)
        assert seen == set(THEMES)
        await app.press("T", "T")
        chosen = app.app.theme
        assert chosen != "ink"
    assert chosen in (config / NAME).read_text()
    async with opened(small) as app:
        assert app.app.theme == chosen


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"theme": 7}', b'{"theme": "nonsense"}', b"[" * 60_000],
)
async def test_settings_that_are_damaged_are_ignored_and_mended(
    small: Dataset, config: Path, damage: bytes
) -> None:
    config.mkdir()
    (config / NAME).write_bytes(damage)
    async with opened(small) as app:
        assert app.app.theme == "ink"
        await app.press("T")
        chosen = app.app.theme
    async with opened(small) as app:
        assert app.app.theme == chosen


async def test_settings_that_cannot_be_kept_stop_nothing(small: Dataset, config: Path) -> None:
    config.write_text("a file where the folder should be")
    async with opened(small) as app:
        await app.press("T")
        assert app.app.theme != "ink"
        await app.train(1)


async def test_what_is_typed_into_a_field_acts_nowhere_else(small: Dataset) -> None:
    """All letters and signs that are keys of the screen."""
    signs = [key.shown_as for key in KEYS if len(key.shown_as) == 1 and key.shown_as.isascii()]
    async with opened(small) as app:
        await app.train(5)
        entry = app.find("#field-alpha").query_exactly_one(FieldInput)
        entry.focus()
        await app.pilot.pause()
        for sign in signs:
            app.tap(sign if sign.isalnum() else "any", sign)
        await app.until(lambda: entry.value == "".join(signs))
        main = app.app.main
        chart = app.find("#chart")
        assert isinstance(chart, Chart)
        assert (app.iteration, app.numbers, app.index) == (5, [1], 0)
        assert (app.app.workspace.past, app.app.workspace.at, main.blocks, app.app.theme) == (
            None,
            None,
            False,
            "ink",
        )
        assert chart.view == type(chart.view)()
        assert not [name for name in main.classes if name.startswith(("-only", "-table"))]
        assert app.app.screen is main
        await app.press("escape")
        assert entry.value == "0.15"
