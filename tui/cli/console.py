"""What commands say on stderr while they work: notes, and how far something has come."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..render.glyphs import bar
from ..text import printable

if TYPE_CHECKING:
    from ...data.readers.safe_files import OnProgress

CLEAR_LINE = f"\r{'':79}\r"  # wipes the progress line
REDRAW_INTERVAL_S = 0.1  # seconds between two drawings of the progress line


def log_line(message: str) -> None:
    """One line for a person."""
    click.echo(f"mnist-tui: {printable(message)}", err=True)


def log_notes(source: str, notes: Iterable[str], *, quiet: bool) -> None:
    """What was found out about a source, one line each; of the set in the package all is known."""
    if quiet or source == "mnist":
        return
    for line in notes:
        log_line(f"{source}: {line}")


@contextmanager
def progress(what: str, *, quiet: bool) -> Generator[OnProgress | None]:
    """A line that shows how far a reading has come, if stderr is a terminal; then it is wiped."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    drawn = time.perf_counter()  # what is quick needs no line

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
