"""The app in a real browser: seen, steered, drawn in by mouse, and gone with its tab."""

from __future__ import annotations

import pytest

from tests.helpers.programs.chromium import MISSING, READABLE, Browser, browser
from tests.helpers.programs.served_app import runs, seconds_until, served

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)


def train_and_draw(tab: Browser) -> None:
    """Make two updates, turn alpha, and draw a stroke with the mouse."""
    tab.until(lambda: tab.shows("Test image #0: a 7"))
    tab.type("ss+")
    tab.until(lambda: tab.shows(" 2/1500") and tab.shows("α 0.2"))
    tab.type("d")
    tab.until(lambda: tab.shows("As you draw"))
    tab.drag((14, 4), (14, 8), (14, 12))
    tab.until(lambda: not tab.shows("As you draw"))
    tab.type("\ue00c")  # Esc, as WebDriver has it
    tab.until(lambda: tab.shows("Test image #0"))


async def test_a_browser_shows_the_app_and_takes_it_along_when_it_goes() -> None:
    async with served() as server:
        with browser(READABLE) as tab:
            tab.driver.get(server.url)
            train_and_draw(tab)
            rows = len(tab.rows)
            tab.driver.set_window_size(1400, 1000)
            tab.until(lambda: len(tab.rows) > rows and "quit" in tab.rows[-1])
            assert tab.hosts() == {server.url.split("/")[2]}  # works without the internet

            (first,) = server.apps
            tab.driver.switch_to.new_window("tab")
            tab.driver.get(server.url)
            tab.until(lambda: tab.shows("Test image #0: a 7"))
            tab.until(lambda: tab.shows("α 0.15"))
            assert len(server.apps) == 2
            tab.driver.close()
            await seconds_until(lambda: server.apps == [first])

            tab.driver.switch_to.window(tab.driver.window_handles[0])
            tab.until(lambda: tab.shows("α 0.2"))
            tab.driver.refresh()
            tab.until(lambda: tab.shows("α 0.15"))
            await seconds_until(lambda: not runs(first))
            assert len(server.apps) == 1
        await seconds_until(lambda: not server.apps)


async def test_a_tab_waits_for_its_place_and_an_ended_session_offers_another() -> None:
    async with served("--sessions", "1") as server:
        with browser(READABLE) as tab:
            held = await server.open()
            tab.driver.get(server.url)
            assert "All places are taken" in tab.driver.page_source
            await held.close()
            tab.until(lambda: tab.shows("Test image #0: a 7"))
            tab.type("q")
            tab.until(lambda: tab.run("return document.body.matches('.-closed')"))
            (again,) = tab.driver.find_elements("css selector", ".ended button")
            again.click()
            tab.until(lambda: tab.shows("Test image #0: a 7"))
