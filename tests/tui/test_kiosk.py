"""A kiosk: nothing on the disk, no way out, and no more of the machine than is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.kiosk import LIMITS, Idle
from mnist_tui.tui.rooms.draw.room import DrawRoom
from mnist_tui.tui.screens.dialogs.help import sections

from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.support import program


class Kiosk(MnistApp):
    """A kiosk with a dataset at hand."""

    def __init__(self, dataset: Dataset, idle: float = 1800.0) -> None:
        self._small = dataset
        options = AppOptions(threads=1, kiosk=True, idle=idle)
        super().__init__(None, ((0, Hyperparameters(iterations=3)),), options)

    def _load(self) -> Dataset:
        return self._small


@pytest.mark.parametrize("option", [("--resume",), ("--resume", "x.npz"), ("--data", "/")])
def test_it_takes_no_files(option: tuple[str, ...]) -> None:
    ended = program("--kiosk", *option)
    assert ended.returncode == 2
    assert "--kiosk reads no files" in ended.stderr


@pytest.mark.slow
def test_a_network_that_is_too_large_is_refused_with_its_size() -> None:
    with terminal("--kiosk", "--hidden", "2000") as (there, _):
        assert there.end() == 1
    assert b"mnist-tui: hidden makes 1,590,010 weights; here a network may have 250,000" in (
        there.sent
    )


def test_limits_name_the_figure() -> None:
    LIMITS.check((784, 300, 10), LIMITS.iterations)
    with pytest.raises(UserError, match="250,000"):
        LIMITS.check((784, 500, 10), 1)
    with pytest.raises(UserError, match="1,000,000"):
        LIMITS.check((784, 10, 10), LIMITS.iterations + 1)


@pytest.mark.slow
def test_nothing_is_written_and_nothing_in_the_environment_changes_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home if name == "HOME" else home / name))
    spoken = {
        "TEXTUAL": "debug,devtools",
        "TEXTUAL_LOG": str(home / "log"),
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(home),
        "TEXTUAL_PRESS": "ctrl+p",
        "MNIST_TUI_KIOSK": "0",
    }
    with terminal("--kiosk", "--start", environment=spoken) as (there, _):
        there.until(lambda: there.iteration > 2)
        there.type(b"T")
        there.type(b"\x1a")
        grown = there.iteration
        there.until(lambda: there.iteration > grown)
        there.type(b"\x10")
        there.until(lambda: there.shows("Search"))
        there.type(b"screenshot")
        there.until(lambda: there.shows("No matches found"))
        there.type(b"\r\x1b")
        there.until(lambda: not there.shows("screenshot"))
        there.type(b"\x11")
        assert there.end() == 0
    assert not list(home.rglob("*"))


async def test_it_ends_when_nobody_is_there(small: Dataset) -> None:
    app = Kiosk(small, idle=0.4)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(1000):
            if app.failure:
                break
            await pilot.pause(0.02)
    assert app.return_code == 1
    assert "nobody pressed a key" in app.failure


def test_a_key_keeps_it_open() -> None:
    now = 0.0
    idle = Idle(60.0, lambda: now)
    now = 59.0
    assert not idle.is_over
    idle.touched()
    now = 118.0
    assert not idle.is_over
    now = 119.0
    assert idle.is_over
    assert idle.look <= 30.0


async def test_it_says_that_it_is_one_and_has_no_screenshot(small: Dataset) -> None:
    app = Kiosk(small)
    async with app.run_test(size=(80, 24)):
        assert app.is_kiosk
        titles = {command.title for command in app.get_system_commands(app.screen)}
        assert "Screenshot" not in titles
        assert "Quit" in titles
        assert not app.check_action("suspend_process", ())
        assert not app.check_action("screenshot", ())
        told = "\n".join(words.plain for words in sections(files=False).values())
        assert "drawing to the app's own folder" not in told


async def test_strangers_have_no_drawings(small: Dataset, home: Path) -> None:
    app = Kiosk(small)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(1000):
            if app.main.viewed is not None:
                break
            await pilot.pause(0.01)
        await pilot.press("d")
        room = app.screen
        assert isinstance(room, DrawRoom)
        await pilot.press("enter", "right", "w", "o", "x", "enter")
        assert app.screen is room
    assert not list(home.rglob("*.png"))


async def test_the_oldest_runs_go_when_there_are_too_many(small: Dataset) -> None:
    app = Kiosk(small)
    async with app.run_test(size=(80, 24)) as pilot:
        for number in range(1, LIMITS.runs + 4):
            for _ in range(1000):
                run = app.session.snapshot().run
                if run and run.number == number:
                    break
                await pilot.pause(0.01)
            app.session.train(1)
            for _ in range(1000):
                progress = app.session.snapshot().progress
                if progress and progress.iteration == 1:
                    break
                await pilot.pause(0.01)
            app.session.begin()
        assert len(app.session.runs()) <= LIMITS.runs
        numbers = [seen.run.number for seen in app.session.runs() if seen.run]
        assert numbers[-1] >= LIMITS.runs + 2
        assert 1 not in numbers
