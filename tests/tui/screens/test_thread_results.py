"""Results of threads: they reach the screen that asked, and none that is being taken away."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest
from mnist_tui.tui.rooms.background_job import BackgroundJob
from mnist_tui.tui.screens.thread_results import call_if_open
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tests.helpers.support import PATIENCE


class AskingScreen(Screen[None]):
    """A screen whose result comes when all its widgets are gone, unless it is allowed before."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.may_come = threading.Event()
        self.was_late, self.waits = False, True
        self.calls: list[bool] = []  # whether the result was delivered

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("nothing yet")

    def found(self) -> str:
        """What takes a while, in a thread."""
        assert self.may_come.wait(PATIENCE)
        return "found"

    def show(self, words: str) -> None:
        """Show a result, as rooms and dialogs do."""
        self.query_one(Static).update(words)
        self.shown.append(words)

    async def on_unmount(self) -> None:
        """Wait for the result, now that the widgets are gone, and the screen is not yet."""
        if not self.waits:
            return
        self.was_late = not self.may_come.is_set()
        assert self.is_attached
        assert not self.query(Static)
        self.may_come.set()
        await self.app.workers.wait_for_complete()


def as_dialogs_do(screen: AskingScreen) -> None:
    """Ask in a thread of one's own."""

    def work() -> None:
        words = screen.found()
        screen.calls.append(call_if_open(screen, screen.show, words))

    screen.run_worker(work, thread=True)


def as_rooms_do(screen: AskingScreen) -> None:
    """Ask in a background job."""

    def job() -> Callable[[], None]:
        words = screen.found()
        return lambda: screen.show(words)

    BackgroundJob(screen).ask(job)


@asynccontextmanager
async def asked(
    ask: Callable[[AskingScreen], None],
) -> AsyncGenerator[tuple[App[None], AskingScreen]]:
    """An app whose screen has asked, and waits for its result."""
    app, screen = App[None](), AskingScreen()
    async with app.run_test():
        await app.push_screen(screen)
        ask(screen)
        yield app, screen


WAYS = pytest.mark.parametrize("ask", [as_dialogs_do, as_rooms_do])


@WAYS
async def test_a_result_is_shown(ask: Callable[[AskingScreen], None]) -> None:
    async with asked(ask) as (app, screen):
        screen.may_come.set()
        await app.workers.wait_for_complete()
        assert screen.shown == ["found"]


@WAYS
async def test_a_result_that_comes_while_its_screen_is_left_is_dropped(
    ask: Callable[[AskingScreen], None],
) -> None:
    async with asked(ask) as (app, screen):
        await app.pop_screen()
        assert screen.was_late
        assert screen.shown == []


async def test_a_result_that_comes_long_after_its_screen_was_left_is_dropped() -> None:
    async with asked(as_dialogs_do) as (app, screen):
        screen.waits = False
        await app.pop_screen()
        while screen.is_attached:
            await asyncio.sleep(0.01)
        screen.may_come.set()
        end = time.monotonic() + PATIENCE
        while not screen.calls:
            assert time.monotonic() < end
            await asyncio.sleep(0.01)
        assert screen.calls == [False]
        assert screen.shown == []


@WAYS
async def test_a_result_that_comes_while_the_app_closes_is_dropped(
    ask: Callable[[AskingScreen], None],
) -> None:
    async with asked(ask) as (_, screen):
        pass
    assert screen.was_late
    assert screen.shown == []
