"""The server: a page, and a socket for each tab that has an app at its other end.

The page's terminal is textual-serve's. Its server is not used: it gives an app pipes instead of a
terminal, waits without limit for one that does not end, and takes any number of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from ..errors import UserError
from .session import Session, open_session

PAGE = Path(__file__).parent / "page"
RETRY_S = 5  # between two tries of the page that waits for a place
SILENCE_S = 10.0  # until a browser that says nothing is asked; half of that for its answer
CLOSING_S = 1.0  # for a browser to answer that a socket is closed
MAX_MESSAGE = 1 << 20  # bytes: the longest text that may be pasted, in JSON
MAX_UNSENT = 16_384  # bytes for a browser that reads slowly: more would arrive late
SIZE = 80, 24  # of a terminal, until the browser says its own
# Nothing from elsewhere: not even a font, which would leave a class without internet waiting.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws: wss:"
)


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """What to serve, where, and how often at once."""

    command: Sequence[str]  # that starts an app
    host: str
    port: int  # 0: any that is free
    sessions: int  # at most, at once
    public_url: str = ""  # under which browsers see the server, if a proxy is before it


class Server:
    """The sessions, and what is answered to browsers."""

    def __init__(self, options: ServeOptions, tell: Callable[[str], None]) -> None:
        """Prepare to serve. `tell` gets a line for each session that begins or ends."""
        self._options, self._tell = options, tell
        self._public = urlsplit(options.public_url)
        self._count = 0  # of sessions, with those that are just beginning or ending
        self._stop = asyncio.Event()

    def application(self) -> web.Application:
        """Return the routes, as they are and under the path that browsers see."""
        app = web.Application()
        static = files("textual_serve").joinpath("static")
        for prefix in dict.fromkeys(("", self._public.path.rstrip("/"))):
            app.router.add_get(f"{prefix}/", self._page)
            app.router.add_get(f"{prefix}/ws", self._socket)
            app.router.add_static(f"{prefix}/page", PAGE)
            app.router.add_static(f"{prefix}/static", str(static))
        app.on_shutdown.append(self._end)
        return app

    async def _end(self, _: web.Application) -> None:
        self._stop.set()

    @property
    def _is_full(self) -> bool:
        return self._count >= self._options.sessions

    async def _page(self, _: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        if not self._is_full:
            text = (PAGE / "index.html").read_text("utf-8")
            return web.Response(text=text, content_type="text/html", headers=headers)
        text = (PAGE / "full.html").read_text("utf-8")
        text = text.format(sessions=self._options.sessions, seconds=RETRY_S)
        headers["Retry-After"] = str(RETRY_S)
        return web.Response(status=503, text=text, content_type="text/html", headers=headers)

    def _is_own_page(self, request: web.Request) -> bool:
        """Return whether a socket is opened by our page, not by one of another site."""
        origin = request.headers.get("Origin")
        if origin is None:  # no browser
            return True
        host = origin.partition("://")[2]
        return bool(host) and host in {request.host, self._public.netloc}

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        """Run one session, from the opening of a socket to the end of its app."""
        if not self._is_own_page(request):
            raise web.HTTPForbidden(text="This socket is for the page of this server.\n")
        if self._is_full:
            raise web.HTTPServiceUnavailable(text="All places are taken.\n")
        browser = web.WebSocketResponse(
            heartbeat=SILENCE_S,
            timeout=CLOSING_S,
            max_msg_size=MAX_MESSAGE,
            writer_limit=MAX_UNSENT,
        )
        self._count += 1
        self._tell(f"session opened: {self._count} of {self._options.sessions}")
        try:
            await browser.prepare(request)
            _hold_little_back(request)
            await self._run(browser, *map(request.query.get, ("width", "height")))
        finally:
            self._count -= 1
            self._tell(f"session ended: {self._count} of {self._options.sessions}")
        await browser.close()
        return browser

    async def _run(
        self, browser: web.WebSocketResponse, width: str | None, height: str | None
    ) -> None:
        """Start an app, connect it with the browser, and end it."""
        size = _number(width) or SIZE[0], _number(height) or SIZE[1]
        try:
            session = await open_session(self._options.command, *size)
        except OSError as failure:
            self._tell(f"an app cannot be started: {failure.strerror}")
            return
        try:
            await self._connect(browser, session)
        finally:
            await session.close()

    async def _connect(self, browser: web.WebSocketResponse, session: Session) -> None:
        """Pass on what is drawn and typed until one side ends, or the server does."""
        tasks = [
            asyncio.create_task(work)
            for work in (_draw(session, browser), _obey(browser, session), self._stop.wait())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception) and not isinstance(ended, ConnectionError):
                    raise ended


async def _draw(session: Session, browser: web.WebSocketResponse) -> None:
    """Send what the app draws."""
    while drawn := await session.read():
        await browser.send_bytes(drawn)


async def _obey(browser: web.WebSocketResponse, session: Session) -> None:
    """Do what the page's terminal says; anything that it would not say is ignored."""
    async for message in browser:
        if message.type is not WSMsgType.TEXT:
            continue
        with suppress(ValueError, RecursionError):
            match json.loads(message.data):
                case ["stdin", str(keys)]:
                    session.type(keys)
                case ["resize", {"width": int(columns), "height": int(rows)}]:
                    session.resize(columns, rows)
                case ["ping", str(sent)]:
                    await browser.send_json(["pong", sent])
                case _:
                    pass


def _number(text: str | None) -> int:
    """Return a whole number of a few digits; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _hold_little_back(request: web.Request) -> None:
    """Have the system hold little for a browser that reads slowly; the app then drops pictures."""
    if request.transport is not None:
        line: socket.socket = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MAX_UNSENT)
        request.transport.set_write_buffer_limits(MAX_UNSENT)


def _reason(failure: OSError) -> str:
    """Return the system's words; asyncio's own repeat the address."""
    number = failure.errno or 0
    return os.strerror(number).lower() if number > 0 else str(failure.strerror)


def serve(
    options: ServeOptions, announce: Callable[[int], None], tell: Callable[[str], None]
) -> None:
    """Serve until SIGINT or SIGTERM, and end with all sessions ended.

    Args:
        options: What to serve, and where.
        announce: Called with the port once browsers can connect.
        tell: Called with a line for each session that begins or ends.

    Raises:
        UserError: The server cannot listen there.
    """
    asyncio.run(_serve(options, announce, tell))


async def _serve(
    options: ServeOptions, announce: Callable[[int], None], tell: Callable[[str], None]
) -> None:
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    runner = web.AppRunner(Server(options, tell).application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        announce(runner.addresses[0][1])
        await asked_to_stop.wait()
    except OSError as failure:
        raise UserError(
            f"cannot listen at {options.host}, port {options.port}: {_reason(failure)}; "
            "choose another --port or --host"
        ) from None
    finally:
        await runner.cleanup()
