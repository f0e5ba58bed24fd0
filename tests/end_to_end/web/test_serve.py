"""`mnist-tui serve`, spoken to as by the page's terminal: sessions, their limits and their ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.helpers.programs.served_app import Tab, runs, seconds_until, served

# Seconds to the end of a process; `tests.manual.measure.browser` measures 2 on a quiet machine.
SOON = 6.0
FIRST = "Test image #0: a 7"


async def test_two_tabs_have_an_app_each_and_every_key_and_size_acts_on_its_own() -> None:
    async with served() as server:
        one, two = await server.open(), await server.open((100, 30))
        for tab in (one, two):
            await tab.until(lambda tab=tab: tab.shows(FIRST))
        await one.type("\x1b[C")
        await one.type("sss+")
        await one.until(lambda: one.shows("Test image #1: a 2"))
        await one.until(lambda: one.iteration == 3)
        await one.until(lambda: one.shows("α 0.2"))
        await two.until(lambda: "quit" in two.screen.display[29])  # the footer
        await two.resize(120, 40)
        await two.until(lambda: "quit" in two.screen.display[39])
        await two.until(lambda: two.shows(FIRST) and two.shows("α 0.15"))
        assert len(server.apps) == 2
        await one.say("ping", "7")
        await one.say("unknown")
        for nonsense in ("{", "[[[]]]", "17", '["resize", {"width": -1}]', '["stdin", null]'):
            await one.socket.send_str(nonsense)
        await one.say("resize", {"width": 10**9, "height": 0})
        await one.until(lambda: one.shows("Too small"))
        await one.resize(80, 24)
        await one.until(lambda: one.shows("Test image #1: a 2"))


async def leave(tab: Tab, how: str) -> None:
    if how == "q":
        await tab.type("q")
        await tab.until_closed()
    elif how == "close":
        await tab.close()
    else:
        tab.vanish()


async def test_an_app_ends_with_its_tab() -> None:
    async with served() as server:
        for how in ("q", "close", "vanish", "close while it hangs"):
            tab = await server.open()
            await tab.until(lambda tab=tab: tab.shows("original"))
            (app,) = server.apps
            if how.endswith("hangs"):
                os.kill(app, signal.SIGSTOP)
                for _ in range(30):
                    await tab.type("x" * 100_000)  # more than anything keeps for it
            await leave(tab, how.partition(" ")[0])
            assert await seconds_until(lambda app=app: not runs(app)) < SOON, how
        assert server.process.poll() is None


async def test_tabs_that_are_slammed_shut_leave_nothing() -> None:
    async with served() as server:
        for turn in range(6):
            tab = await server.open()
            await leave(tab, "vanish" if turn % 2 else "close")
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await server.open(Origin="null")  # of a page in a sandbox, or a file
        await seconds_until(lambda: not server.apps)
        tab = await server.open()
        await tab.until(lambda: tab.shows("original"))


async def test_a_further_tab_is_told_that_all_places_are_taken() -> None:
    async with served("--sessions", "1") as server:
        tab = await server.open()
        await tab.until(lambda: tab.shows("original"))
        async with server.client.get(server.url) as full:
            assert full.status == 503
            assert full.headers["Retry-After"] == "5"
            assert "at most 1 at once" in await full.text()
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            await server.open()
        assert len(server.apps) == 1
        await tab.close()
        await seconds_until(lambda: not server.apps)
        while not await is_free(server.client, server.url):
            pass
        tab = await server.open()
        await tab.until(lambda: tab.shows("original"))


async def is_free(client: aiohttp.ClientSession, url: str) -> bool:
    async with client.get(url) as page:
        return page.status == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_all_apps_end_with_the_server(number: signal.Signals) -> None:
    async with served() as server:
        tabs = [await server.open(), await server.open()]
        for tab in tabs:
            await tab.until(lambda tab=tab: tab.shows("original"))
        apps = server.apps
        assert len(apps) == 2
        assert server.stop(number) == (-number if number == signal.SIGKILL else 0)
        if number == signal.SIGKILL:
            assert await seconds_until(lambda: not any(map(runs, apps))) < SOON
        assert not any(map(runs, apps))


async def test_nobody_reaches_files_whatever_the_server_was_started_with(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {"HOME": str(home), "TEXTUAL_LOG": str(home / "log"), "TEXTUAL": "debug"}
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        environment[name] = str(home / name)
    async with served(**environment, TERM="dumb", NO_COLOR="1", LC_ALL="C") as server:
        tab = await server.open()
        await tab.until(lambda: tab.shows(FIRST))
        assert tab.screen.buffer[0][0].bg != "default"  # it has colours
        await tab.type("OES\x1aT?")
        await tab.until(lambda: tab.shows("What happens here"))
        await tab.type("\x1b")
        await tab.until(lambda: tab.shows(FIRST))
        await tab.type("d")
        await tab.until(lambda: tab.shows("your drawing"))
        await tab.type("\r\x1b[Cwox\r\x11")
        await tab.until_closed()
    assert not list(home.rglob("*"))


async def test_the_page_asks_nobody_else_and_no_other_page_may_ask_here() -> None:
    async with served("--public-url", "https://school.org/mnist/") as server:
        for prefix in ("", "mnist/"):
            async with server.client.get(server.url + prefix) as page:
                assert page.status == 200
                assert page.headers["Content-Security-Policy"].startswith("default-src 'self';")
                assert "://" not in await page.text()
            for name in ("page/page.js", "page/page.css", "static/js/textual.js"):
                async with server.client.head(server.url + prefix + name) as file:
                    assert file.status == 200
        for name in ("static", "static/", "static/../server.py", "page/%2e%2e/server.py"):
            async with server.client.get(server.url + name) as file:
                assert file.status in {403, 404}
        own = server.url.rstrip("/")
        for origin in ("https://elsewhere.org", "null", "http://[", own.replace("http", "x") + "1"):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await server.open(Origin=origin)
        for origin in (own, "https://school.org"):
            tab = await server.open(Origin=origin)
            await tab.close()


async def test_every_tab_begins_with_the_lesson_and_draws_as_asked() -> None:
    async with served("--lesson", "alpha", "--glyphs", "ascii") as server:
        tab = await server.open()
        await tab.until(lambda: tab.shows("Lesson: What alpha does"))
        await tab.until(lambda: all(row.isascii() for row in tab.screen.display))
