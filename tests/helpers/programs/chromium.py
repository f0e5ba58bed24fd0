"""Debian's Chromium without a window, and what a person sees and does in it."""

from __future__ import annotations

import base64
import importlib.util
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.helpers.support import PATIENCE

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = (
    ""
    if CHROMIUM and DRIVER and importlib.util.find_spec("selenium")
    else "no browser here: chromium, chromium-driver and selenium"
)
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # as root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The page's terminal then has rows of text, which can be read, in place of a canvas.
READABLE = "--disable-3d-apis"
ROWS = "return [...document.querySelectorAll('.xterm-rows > div')].map(row => row.textContent)"
SCREEN = ".xterm-screen"


class Browser:
    """A browser with one tab in front."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def run(self, script: str) -> Any:
        """Run a script in the page; what it returns."""
        return self.driver.execute_script(script)  # pyright: ignore[reportUnknownMemberType]

    @property
    def rows(self) -> list[str]:
        """What stands on the screen of the tab in front."""
        found: list[str] = self.run(ROWS)
        return [row.replace("\xa0", " ") for row in found]

    def shows(self, text: str) -> bool:
        """Whether this stands in a row."""
        return any(text in row for row in self.rows)

    def until(self, condition: Callable[[], object]) -> float:
        """Wait until this holds; how long it took."""
        begun = time.monotonic()
        while not condition():
            assert time.monotonic() - begun < PATIENCE, "still not so:\n" + "\n".join(self.rows)
            time.sleep(0.02)
        return time.monotonic() - begun

    def type(self, keys: str) -> None:
        """Press keys."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(keys).perform()

    def drag(self, *cells: tuple[int, int]) -> None:
        """Press the mouse's button in the first of these columns and rows, and release it."""
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.by import By

        screen: Any = self.driver.find_element(By.CSS_SELECTOR, SCREEN)
        wide, high = float(screen.size["width"]), float(screen.size["height"])
        rows = self.rows
        columns = max(map(len, rows))
        hand = ActionChains(self.driver, duration=50)
        for number, (x, y) in enumerate(cells):  # offsets are from the middle
            right = int(wide * ((x + 0.5) / columns - 0.5))
            down = int(high * ((y + 0.5) / len(rows) - 0.5))
            hand.move_to_element_with_offset(screen, right, down)
            if number == 0:
                hand.click_and_hold()
        hand.release().perform()

    def events(self) -> list[tuple[str, Any]]:
        """What happened on the network since the last call: names and parameters."""
        said: list[dict[str, str]] = self.driver.get_log("performance")  # pyright: ignore[reportUnknownMemberType]
        found = [json.loads(entry["message"])["message"] for entry in said]
        return [(str(event["method"]), event["params"]) for event in found]

    def hosts(self) -> set[str]:
        """Who was asked for anything since the last call."""
        urls = [
            urlsplit(str(event["request"]["url"] if "request" in event else event["url"]))
            for name, event in self.events()
            if name in {"Network.requestWillBeSent", "Network.webSocketCreated"}
        ]
        return {url.netloc for url in urls if url.scheme in {"http", "https", "ws", "wss"}}

    def until_sent(self, text: str) -> None:
        """Wait until the app has sent this, for a terminal that cannot be read."""
        sent = b""

        def is_there() -> bool:
            nonlocal sent
            for name, event in self.events():
                if name == "Network.webSocketFrameReceived" and event["response"]["opcode"] == 2:
                    sent += base64.b64decode(event["response"]["payloadData"])
            return text.encode() in sent

        self.until(is_there)


@contextmanager
def browser(*options: str, size: tuple[int, int] = (1100, 800)) -> Generator[Browser]:
    """A browser with a window of so many pixels and a profile of its own, as long as it lasts."""
    from selenium import webdriver

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        chosen = webdriver.ChromeOptions()
        for option in (*OPTIONS, *options):
            chosen.add_argument(option)
        chosen.add_argument(f"--user-data-dir={Path(profile) / 'profile'}")
        chosen.add_argument(f"--window-size={size[0]},{size[1]}")
        chosen.binary_location = str(CHROMIUM)
        chosen.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        driver = webdriver.Chrome(options=chosen, service=webdriver.ChromeService(DRIVER))
        try:
            yield Browser(driver)
        finally:
            driver.quit()
