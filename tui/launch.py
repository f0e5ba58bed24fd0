"""From the command line to the open app and back: the terminal, the session on disk, the end."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .problem import Problem
from .terminal import USUAL, Abilities, abilities, choose
from .text import printable

if TYPE_CHECKING:
    from ..net.hyperparameters import Hyperparameters
    from .store import Page, Store

LAST = "the last session"  # what --resume without a file means


@dataclass(frozen=True, slots=True)
class Options:
    """How the app is run; nothing of it is about the network."""

    threads: int | None = None  # that share an update; None: as many as there are cores
    start: bool = False  # train at once
    resume: str | None = None  # a file, or LAST
    kiosk: bool = False  # strangers use it: nothing is read from or written to the disk
    abilities: Abilities = USUAL


@dataclass(frozen=True, slots=True)
class SessionFolder:
    """A session on disk, locked, and whether it is to be gone on with."""

    store: Store
    page: Page | None = None  # None: it begins now
    is_offered: bool = False  # a person is asked first


def run(
    source: str | None,
    hyperparameters: Hyperparameters,
    options: Options,
    *,
    glyphs: str = "auto",
    color: str = "auto",
) -> int:
    """Open the app in this terminal; returns the exit code.

    source: of the data; None: mnist, or what the session had. Raises Problem if the terminal is
    none, or cannot do, or if there is nothing to resume.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Problem(
            "the app needs a terminal to draw in; use “mnist-tui train” where there is none"
        )
    can = abilities(glyphs, color, os.environ, sys.stderr)
    os.umask(0o077)  # whatever the app writes is nobody else's business
    if options.kiosk:
        for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
            del os.environ[name]  # settings of the framework that could write files
    choose(can.color)
    from .app import MnistApp
    from .guard import Guard

    app = MnistApp(
        source,
        hyperparameters,
        replace(options, abilities=can),
        _folder(options, source),
    )
    app.guard = Guard(app.leave)
    app.run()
    app.put_away()
    if app.failure:
        raise Problem(app.failure)
    return app.return_code or 0


def _folder(options: Options, source: str | None) -> SessionFolder | None:
    """Where this session is to be kept; None: nowhere."""
    from . import store

    if options.kiosk:
        return None
    if options.resume is not None and options.resume != LAST:
        return _from_file(store.Store.new(), Path(options.resume), source or "mnist")
    found = store.last()
    if options.resume == LAST:
        if found is None:
            raise Problem(f"there is no session to go on with in {store.root()}")
        return SessionFolder(*found)
    if found and not found[1].ended:
        return SessionFolder(*found, is_offered=True)
    if found:
        found[0].close()
    try:
        return SessionFolder(store.Store.new())
    except Problem:
        return None


def _from_file(store: Store, path: Path, source: str) -> SessionFolder:
    """A session whose first run is this saved one. Raises NetError if it cannot be read."""
    from ..net import checkpoint
    from .runs import KeptRun, State
    from .store import Page

    state = checkpoint.load(path)
    begun = printable(path.name, 40)
    kept = KeptRun(1, begun, state.iteration, 0.0, State.PAUSED.value, state, first=state)
    store.put_run(kept)
    page = Page(source, 1, asdict(state.hyperparameters), runs={"1": kept.facts})
    store.put_page(page)
    return SessionFolder(store, page)
