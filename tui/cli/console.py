"""Output of commands on stderr while they work: notes and progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..text import printable

if TYPE_CHECKING:
    from ...data.readers.safe_files import OnProgress

CLEAR_LINE = f"\r{'':79}\r"  # erases the progress line
REDRAW_INTERVAL_S = 0.1  # of the progress line


def log_line(message: str) -> None:
    """Print one line on stderr."""
    click.echo(f"mnist-tui: {printable(message)}", err=True)


def log_notes(source: str, notes: Iterable[str], *, quiet: bool) -> None:
    """Print a source's notes, one line each; the built-in data set has none worth printing."""
    if quiet or source == "mnist":
        return
    for line in notes:
        log_line(f"{source}: {line}")


@contextmanager
def progress(what: str, *, quiet: bool) -> Generator[OnProgress | None]:
    """Show a progress line while data are read, if stderr is a terminal; then erase it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from ..render.glyphs import bar  # late: Rich is a fifth of the time of --help

    drawn = time.perf_counter()  # a quick task needs no line

    def show(done: int, total: int) -> None:
        nonlocal drawn
        now = time.perf_counter()
        if now - drawn >= REDRAW_INTERVAL_S:
            drawn = now
            share = done / total if total else 1.0
            line = f"{printable(what, 40)} {bar(share, 24):<24} {share:4.0%}"
            click.echo(f"\r{line:<79}", nl=False, err=True)

    try:
        yield show
    finally:
        click.echo(CLEAR_LINE, nl=False, err=True)
