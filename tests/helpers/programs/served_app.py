"""The real `mnist-tui serve`, and a tab that speaks to it as the page's terminal does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pyte

from tests.helpers.support import PATIENCE, PROGRAM

COLUMNS, ROWS = 80, 24


def children(pid: int) -> list[int]:
    """Processes that a process has started and that still run."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if int(parent) == pid and state != "Z":
            found.append(int(stat.parent.name))
    return found


def runs(pid: int) -> bool:
    """Whether a process is still there, and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def seconds_until(condition: Callable[[], object]) -> float:
    """Wait until this holds; how long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < PATIENCE, "still not so"
        await asyncio.sleep(0.01)
    return time.monotonic() - begun


class Tab:
    """A browser's tab: a socket, and the screen that a person would see."""

    def __init__(
        self, connection: aiohttp.ClientWebSocketResponse, size: tuple[int, int] = (COLUMNS, ROWS)
    ) -> None:
        self.socket = connection
        self.screen = pyte.Screen(*size)
        self.received = 0  # bytes that were drawn
        self._stream = pyte.ByteStream(self.screen)
        self._listening = asyncio.create_task(self._listen())

    async def say(self, *message: object) -> None:
        """Send what the page's terminal sends."""
        await self.socket.send_str(json.dumps(message))

    async def type(self, keys: str) -> None:
        """Press keys."""
        await self.say("stdin", keys)

    async def resize(self, columns: int, rows: int) -> None:
        """Drag the window to another size."""
        self.screen.resize(rows, columns)
        await self.say("resize", {"width": columns, "height": rows})

    async def _listen(self) -> None:
        """Take in all that comes, also while the test does something else."""
        with suppress(aiohttp.ClientError):  # from a ping that comes when it is closed here
            async for message in self.socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.received += len(message.data)
                    self._stream.feed(message.data)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until this holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            shown = "\n".join(self.screen.display)
            assert time.monotonic() < end, f"still not so:\n{shown}"
            assert not self._listening.done(), f"the server has closed the socket:\n{shown}"
            await asyncio.sleep(0.01)

    async def until_closed(self) -> None:
        """Wait until the server closes the socket."""
        async with asyncio.timeout(PATIENCE):
            await self._listening

    async def close(self) -> None:
        """Close the tab."""
        await self.socket.close()

    def shows(self, text: str) -> bool:
        """Whether this stands anywhere on the screen."""
        return any(text in row for row in self.screen.display)

    @property
    def iteration(self) -> int:
        """How many updates the status line says were made."""
        found = re.search(r"(\d+)/\d", self.screen.display[0])
        return int(found[1]) if found else -1

    def vanish(self) -> None:
        """Lose the connection without a word, as by a crash of the browser."""
        self.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


class Served:
    """A running server."""

    def __init__(self, process: subprocess.Popen[str], url: str, client: aiohttp.ClientSession):
        self.process, self.url, self.client = process, url, client

    async def open(self, size: tuple[int, int] = (COLUMNS, ROWS), **headers: str) -> Tab:
        """Open a tab of this size."""
        address = f"{self.url}ws?width={size[0]}&height={size[1]}"
        return Tab(await self.client.ws_connect(address, headers=headers), size)

    @property
    def apps(self) -> list[int]:
        """The processes of its sessions."""
        return children(self.process.pid)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@asynccontextmanager
async def served(*arguments: str | Path, **environment: str) -> AsyncGenerator[Served]:
    """Start a server on a free port, and end it and its sessions at last."""
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    try:
        line = await asyncio.to_thread(process.stdout.readline)
        found = re.search(r":(\d+)/", line)
        assert found, line
        async with aiohttp.ClientSession() as client:
            yield Served(process, f"http://127.0.0.1:{found[1]}/", client)
    finally:
        apps = children(process.pid)
        if process.poll() is None:
            process.terminate()
        process.communicate()
        await seconds_until(lambda: not any(map(runs, apps)))
