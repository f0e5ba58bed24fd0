"""The serve command: the app in browsers, as a kiosk for each tab."""

from __future__ import annotations

import importlib.util
import ipaddress
import socket
from urllib.parse import urlsplit

import click

from ...errors import UserError
from ...host import PROGRAM
from ...terminal.capabilities import GLYPHS
from ..complete_lesson import complete_lesson
from ..console import log_line
from ..options import WholeRange, quiet_option

PACKAGES = ("aiohttp", "textual_serve")  # that the extra installs
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound)


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address to listen at; 0.0.0.0 for all of this machine's.",
)
@click.option(
    "--port",
    type=WholeRange(0, 65535),
    default=8000,
    show_default=True,
    metavar="N",
    help="Port to listen at; 0 for any that is free.",
)
@click.option(
    "--sessions",
    type=WholeRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="Tabs at once; further ones wait for a place.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Where browsers see this server, if a reverse proxy is before it.",
)
@click.option(
    "--lesson",
    "lesson_names",
    multiple=True,
    metavar="NAME|FILE",
    shell_complete=complete_lesson,
    help="Begin a lesson: by its name or number, or from a file. There are no other lessons then.",
)
@click.option("--start", is_flag=True, help="Train at once, without waiting for Space.")
@click.option(
    "--glyphs", type=click.Choice(GLYPHS), default="auto", help="Characters to draw with."
)
@quiet_option
def serve(  # noqa: PLR0913  (click passes every option by name)
    host: str,
    port: int,
    sessions: int,
    public_url: str,
    lesson_names: tuple[str, ...],
    glyphs: str,
    *,
    start: bool,
    quiet: bool,
) -> None:
    """Open the app in browsers, one kiosk for each tab: no files, no way out."""
    _check_url(public_url)
    _check_installed()
    from ...lessons.library import find_lesson
    from ...web.server import ServeOptions
    from ...web.server import serve as serve_until_stopped

    command = [*PROGRAM, "--kiosk", *["--start"] * start, "--glyphs", glyphs]
    for name in lesson_names:
        find_lesson(name)
        command += ["--lesson", name]
    if not quiet and not _is_loopback(host):
        log_line("anyone who reaches this machine can open it: no password, and no encryption")

    def announce(port: int) -> None:
        seen = f", for browsers at {public_url}" if public_url else ""
        click.echo(f"mnist-tui is at {_url(host, port)}{seen} (Ctrl-C ends it)")

    serve_until_stopped(
        ServeOptions(command, host, port, sessions, public_url),
        announce,
        (lambda _: None) if quiet else log_line,
    )


def _check_url(url: str) -> None:
    """Raise UsageError unless this is empty or an address for browsers."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_right = False
    if url and not is_right:
        raise click.UsageError("--public-url is an address such as https://school.org/mnist/")


def _check_installed() -> None:
    """Raise UserError unless the extra is installed."""
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        raise UserError(
            f"serving needs the package {missing[0].replace('_', '-')}: "
            "pip install 'mnist-tui[serve]'"
        )


def _is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(host: str, port: int) -> str:
    """Return the address for a browser's own address line."""
    name = socket.gethostname() if host in EVERYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"
