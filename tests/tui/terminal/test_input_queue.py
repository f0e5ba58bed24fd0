"""Keys that come together do what they do one by one, and what is closed is closed once."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from pkgutil import walk_packages
from time import monotonic, sleep, thread_time
from typing import Any
from unittest.mock import Mock

import mnist_tui.tui
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.inspection.range_test import RangeTest, find_alpha
from mnist_tui.net.inspection.single_step import SampleStep, trace_step
from mnist_tui.tui import app as app_module
from mnist_tui.tui.rooms.background_job import BackgroundJob
from mnist_tui.tui.rooms.digit_history.room import DigitHistoryRoom
from mnist_tui.tui.rooms.gallery.room import GalleryRoom
from mnist_tui.tui.rooms.maths import room as maths_room
from mnist_tui.tui.rooms.maths.find_dialog import FindDialog
from mnist_tui.tui.rooms.range_test import room as range_test_room
from mnist_tui.tui.rooms.range_test.room import RangeTestRoom
from mnist_tui.tui.rooms.saliency.room import SaliencyRoom
from mnist_tui.tui.rooms.weights.unit_room import UnitRoom
from mnist_tui.tui.screens.dialogs.base import ClosesOnce, PaintsOnce, Palette
from mnist_tui.tui.screens.dialogs.go_to import GoToDialog
from mnist_tui.tui.screens.dialogs.prompts import ConfirmDialog
from mnist_tui.tui.screens.main.dashboard import Dashboard
from mnist_tui.tui.screens.main.screen import MainScreen
from mnist_tui.tui.terminal import input_queue
from mnist_tui.tui.terminal.input_parser import InputParser
from mnist_tui.tui.terminal.input_queue import InputQueue
from mnist_tui.tui.widgets.hyperparameters import FieldInput
from mnist_tui.tui.widgets.lines import LinesWidget
from textual.events import Key
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from tests.helpers.app.app_driver import Driver, opened

ESC, LEFT, RIGHT, UP, DOWN, BACKTAB = b"\x1b", b"\x1b[D", b"\x1b[C", b"\x1b[A", b"\x1b[B", b"\x1b[Z"
PASTE = b"\x1b[200~12\x1b[201~"
LONG_S = 0.2  # more than anything takes that the app does meanwhile
KEYS = [
    *(bytes([byte]) for byte in b"0125.e-+/p?lygTomh\x7f\t\r"),
    *(ESC, LEFT, RIGHT, UP, DOWN, BACKTAB, PASTE),
]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(input_queue, "PATIENCE_S", math.inf)


def messages(parser: InputParser, data: bytes, *, is_last: bool = False) -> list[Message]:
    """What these bytes say; the last ones, when nothing follows them."""
    found = list(parser.feed_bytes(data))
    if is_last and parser._timeout_time is not None:  # pyright: ignore[reportPrivateUsage]: as if it had passed
        parser._timeout_time = 0.0  # pyright: ignore[reportPrivateUsage]
        found += parser.tick()
    return found


async def send(app: Driver, packets: Sequence[bytes], *, pauses: bool) -> None:
    """Send packets as a terminal does, with or without pauses for what they lead to."""
    parser = InputParser()
    for n, packet in enumerate(packets):
        for message in messages(parser, packet, is_last=pauses or n == len(packets) - 1):
            app.app.post_message(message)
        if pauses:
            await app.settle()
    await app.settle()


def seen(app: Driver) -> dict[str, object]:
    """What keys have led to."""
    focused = app.app.focused
    entry = (focused.value, focused.selection) if isinstance(focused, Input) else None
    return {
        "screens": [type(screen).__name__ for screen in app.app.screen_stack],
        "focused": focused and [str(node) for node in focused.css_path_nodes],
        "entry": entry,
        "fields": [field.value for field in app.app.main.query(FieldInput)],
        "wrong": [row.id for row in app.app.main.query(".wrong")],
        "wanted": app.app.session.wanted,
        "runs": app.numbers,
        "digit": app.index,
        "theme": app.app.theme,
        "blocks": app.app.main.blocks,
        "alone": sorted(name for name in app.app.main.classes if name.startswith("-only")),
        "reading line": app.app.workspace.at,
    }


async def after(small: Dataset, packets: Sequence[bytes], *, pauses: bool) -> dict[str, object]:
    """The same, of an app that these packets are sent to."""
    async with opened(small) as app:
        await send(app, packets, pauses=pauses)
        await app.until(lambda: not app.app.session.orders_waiting)
        await app.settle()
        return seen(app)


@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(st.sampled_from(KEYS), min_size=2, max_size=14), st.data())
@example([b"\t", b"\x7f", *(b"%c" % c for c in b"0.25"), b"\r"], None)
@example([b"/", b"1", b"2", b"3", b"\r"], None)
@example([b"\t", b"0", b".", b"2", LEFT, LEFT, b"1", b"\r", b"\t", b"5"], None)
@example([b"\t", ESC, b"p", DOWN, b"\r", b"\r", b"/", b"5", b"\r", b"\r", b"?", b"?"], None)
@example([b"m", b"/", PASTE, b"\r", ESC, ESC, b"T", b"T", b"\t", b"\t", PASTE, BACKTAB], None)
def test_keys_in_any_packets_lead_where_they_lead_with_pauses(
    small: Dataset, keys: list[bytes], draw: st.DataObject | None
) -> None:
    data = b"".join(keys)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=4))) if draw else []
    places = [0, *cuts, len(data)]
    packets = [data[a:b] for a, b in pairwise(places)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "save_setting", Mock())
        patch.setattr(input_queue, "LATE_S", math.inf)  # a slow machine changes nothing
        together = asyncio.run(after(small, packets, pauses=False))
        assert together == asyncio.run(after(small, keys, pauses=True))


@pytest.mark.parametrize(
    ("packet", "alpha"),
    [(b"\t\x7f0.25\r", 0.25), (b"\t0.2\x1b[D\x1b[D1\r", 1.2), (b"\t0.25\r", 0.25)],
)
async def test_a_field_takes_its_keys_in_their_order(
    small: Dataset, packet: bytes, alpha: float
) -> None:
    async with opened(small) as app:
        await send(app, [packet], pauses=False)
        assert app.app.session.wanted.alpha == alpha


async def test_what_is_typed_into_the_palette_is_found_before_enter_takes_it(
    small: Dataset,
) -> None:
    async with opened(small) as app:
        await send(app, [b"\x10exactly one\r\r"], pauses=False)
        await app.until(lambda: app.iteration == 1)
        assert app.app.screen is app.app.main


async def test_keys_wait_for_the_first_numbers_of_the_maths(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go = threading.Event()

    def later(*arguments: Any) -> SampleStep:
        may_go.wait()
        return trace_step(*arguments)

    monkeypatch.setattr(maths_room, "trace_step", later)
    async with opened(small) as app:
        for message in messages(InputParser(), b"m/12", is_last=True):
            app.app.post_message(message)
        await app.until(lambda: isinstance(app.app.screen, maths_room.MathsRoom))
        await app.pilot.pause(0.3)  # in which "/" would come to nothing
        may_go.set()
        await app.until(lambda: isinstance(app.app.screen, FindDialog))
        await app.settle()
        assert app.app.screen.query_one(Input).value == "12"


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (b"w\x1b[C\x1b[C\r", UnitRoom),
        (b"cn\r", GalleryRoom),
        (b"ca\x1b[C\r", MainScreen),
        (b"A\r", MainScreen),
        (b"v\x1b[C\r", maths_room.MathsRoom),
        (b"x\x1b[C\r", SaliencyRoom),
        (b"i\r", DigitHistoryRoom),
    ],
)
async def test_keys_wait_for_the_first_numbers_of_every_room(
    small: Dataset, monkeypatch: pytest.MonkeyPatch, packet: bytes, kind: type[Screen[Any]]
) -> None:
    work = BackgroundJob._work  # pyright: ignore[reportPrivateUsage]: made slow

    def later(self: BackgroundJob, job: Callable[[], Callable[[], None]]) -> None:
        sleep(LONG_S)
        work(self, job)

    monkeypatch.setattr(BackgroundJob, "_work", later)
    found: list[object] = []
    for pauses in (False, True):
        async with opened(small) as app:
            await app.make(3)
            if pauses:
                await slowly(app, packet)
            else:
                await send(app, [packet], pauses=False)
            assert isinstance(app.app.screen, kind)
            words = [
                widget.render_line(y).text
                for room in app.app.screen.query("#room")
                for widget in room.query(LinesWidget)
                for y in range(widget.size.height)
            ]
            found.append((app.index, app.app.session.wanted, app.app.workspace.pinned, words))
    assert found[0] == found[1]


async def slowly(app: Driver, packet: bytes) -> None:
    """Send a key when everything before it has been shown."""
    for message in messages(InputParser(), packet, is_last=True):
        app.app.post_message(message)
        await app.settle()
        screen = app.app.screen
        await app.until(lambda screen=screen: not getattr(screen, "is_preparing", False))


async def test_a_room_is_left_however_long_its_numbers_take(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def later(*arguments: Any) -> RangeTest:
        go_on.wait()
        return find_alpha(*arguments)

    monkeypatch.setattr(range_test_room, "find_alpha", later)
    async with opened(small) as app:
        app.tap("A")
        await app.until(lambda: isinstance(app.app.screen, RangeTestRoom))
        app.tap("escape")
        await app.until(lambda: app.app.screen is app.app.main)
        go_on.set()


@pytest.mark.parametrize(
    "packet",
    [b"p\r\r", b"/5\r\r", b"Palpha=0.3\r\r", b"\x10exactly\r\r\r", b"?\x1b\x1b", b"m\x1b\x1b"],
)
async def test_a_window_is_closed_by_the_first_of_two_keys(small: Dataset, packet: bytes) -> None:
    async with opened(small) as app:
        await send(app, [packet], pauses=False)
        assert app.app.screen_stack == [app.app.main]


async def test_a_screen_that_is_dismissed_twice_closes_once_and_tells_once(small: Dataset) -> None:
    async with opened(small) as app:
        answers: list[int | None] = []
        window = GoToDialog(200)
        app.app.push_screen(window, answers.append)
        await app.pilot.pause()
        window.dismiss(1)
        window.dismiss(2)
        await app.until(lambda: app.app.screen is app.app.main)
        window.dismiss(3)
        await app.pilot.pause()
        assert answers == [1]
        assert app.app.screen_stack == [app.app.main]


async def test_a_screen_beneath_another_one_closes_after_it(small: Dataset) -> None:
    async with opened(small) as app:
        answers: list[object] = []
        window, question = GoToDialog(200), ConfirmDialog("Is it?")
        app.app.push_screen(window, answers.append)
        app.app.push_screen(question, answers.append)
        await app.pilot.pause()
        window.dismiss(1)  # as a thread does that has ended
        await app.pilot.pause()
        assert app.app.screen is question
        await app.press("y")
        await app.until(lambda: app.app.screen is app.app.main)
        assert answers == [True, 1]


def test_every_screen_but_the_main_one_closes_once() -> None:
    for module in walk_packages(mnist_tui.tui.__path__, "mnist_tui.tui."):
        import_module(module.name)
    found = _descendants(Screen) - {PaintsOnce}  # which all of them are
    ours = [kind for kind in found if kind.__module__.startswith("mnist_tui.")]
    assert len(ours) > 15
    for kind in ours:
        assert issubclass(kind, ClosesOnce | Dashboard), kind
        assert issubclass(kind, Dashboard) or kind.dismiss is ClosesOnce.dismiss
    assert Palette in ours


def _descendants(kind: type) -> set[type]:
    found = set(kind.__subclasses__())
    return found.union(*map(_descendants, found))


def held(key: str, times: int, interval: float, character: str | None = None) -> list[Key]:
    """Presses of a key that come late, the last one by a second."""
    now = monotonic() - 1.0
    events = [Key(key, character) for _ in range(times)]
    for n, event in enumerate(reversed(events)):
        event.time = now - n * interval
    return events


def count(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[float]:
    """Let T take this much time, and note when it acts."""
    monkeypatch.setattr(input_queue, "LONG_S", LONG_S)
    done: list[float] = []

    def action_theme(_: object) -> None:
        done.append(thread_time())
        while thread_time() < done[-1] + seconds:
            pass

    monkeypatch.setattr(MainScreen, "action_theme", action_theme)
    return done


@pytest.mark.parametrize("interval", [0.033, 0.0], ids=["read in time", "read together"])
async def test_late_repeats_of_a_key_that_takes_long_are_dropped(
    small: Dataset, monkeypatch: pytest.MonkeyPatch, interval: float
) -> None:
    async with opened(small) as app:
        done = count(monkeypatch, 2 * LONG_S)
        for event in held("T", 60, interval, "T"):
            app.app.post_message(event)
        await app.settle()
        assert len(done) == 1


@pytest.mark.parametrize(("seconds", "interval"), [(2 * LONG_S, 0.2), (0.0, 0.033), (0.0, 0.0)])
async def test_other_presses_count_however_late_they_are(
    small: Dataset, monkeypatch: pytest.MonkeyPatch, seconds: float, interval: float
) -> None:
    async with opened(small) as app:
        done = count(monkeypatch, seconds)
        for event in held("T", 10, interval, "T"):
            app.app.post_message(event)
        await app.settle()
        assert len(done) == 10


async def test_no_character_typed_into_a_field_is_too_late(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("tab")
        for event in held("0", 60, 0.033, "0"):
            app.app.post_message(event)
        await app.settle()
        assert isinstance(app.app.focused, Input)
        assert app.app.focused.value == 60 * "0"


async def test_a_held_key_asks_for_no_more_runs_than_can_be_begun(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.input = InputQueue(app.app, lambda: len(asked) > 1)
        asked: list[object] = []
        app.app.session.begin = lambda wanted=None, *, train=False: asked.append((wanted, train))
        for event in held("r", 40, 0.033, "r"):
            app.app.post_message(event)
        await app.settle()
        assert len(asked) == 2


async def test_a_key_that_leads_to_an_endless_wait_holds_up_no_other(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(small) as app:
        monkeypatch.setattr(input_queue, "PATIENCE_S", 0.05)
        monkeypatch.setattr(InputQueue, "_is_preparing", Mock(return_value=True))
        await send(app, [b"ll+"], pauses=False)
        assert app.app.session.wanted.alpha == 0.2
