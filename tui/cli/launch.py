"""From the command line to the open app and back: the terminal, the session on disk, the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..datasets.paths import EMBEDDED
from ..errors import Problem
from ..kiosk import IDLE, forget_settings
from ..terminal.capabilities import USUAL, Abilities, abilities, choose
from ..text import printable

if TYPE_CHECKING:
    from ...net.trainer import Course
    from ..app import MnistApp
    from ..storage.resume import Folder

LAST = "the last session"  # what --resume without a file means


@dataclass(frozen=True, slots=True)
class Options:
    """How the app is run; nothing of it is about the network."""

    threads: int | None = None  # that share an update; None: as many as there are cores
    share: float | None = None  # of data without a test part, how much to test on; None: as usual
    start: bool = False  # train at once
    resume: str | None = None  # a file, the folder of a session, or LAST
    kiosk: bool = False  # strangers use it: nothing is read from or written to the disk
    idle: float = IDLE  # seconds without a key until a kiosk ends
    abilities: Abilities = USUAL


def run(
    source: str | None,
    course: Course,
    options: Options,
    *,
    glyphs: str = "auto",
    color: str = "auto",
) -> int:
    """Open the app in this terminal; returns the exit code.

    source: of the data; None: mnist, or what the session had. course: hyperparameters to begin
    with, and changes of them along the way. Raises Problem if the terminal is
    none, or cannot do, or if there is nothing to resume.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Problem(
            "the app needs a terminal to draw in; use “mnist-tui train” where there is none"
        )
    can = abilities(glyphs, color, os.environ, sys.stderr)
    os.umask(0o077)  # whatever the app writes is nobody else's business
    if options.kiosk:
        forget_settings()
    choose(can.color)
    folder = _folder(options, source)
    from ..app import MnistApp
    from ..terminal.shutdown import Guard

    app = MnistApp(source, course, replace(options, abilities=can), folder)
    app.guard = Guard(app.leave, app.put_away)
    app.guard.begin()  # before the terminal is another one than it was
    app.run(mouse=not _swallows_escape(os.environ))
    app.put_away()
    if app.failure:
        raise Problem(app.failure)
    if not app.return_code:
        _part(app)
    return app.return_code or 0


def _part(app: MnistApp) -> None:
    """Say what became of the session, to whoever has just left it."""
    if app.is_lost:
        click.echo("mnist-tui: not all of this session is saved: it could not be written", err=True)
    elif app.kept_in is not None:
        where = printable(app.kept_in)
        click.echo(f"Session saved in {where}; mnist-tui --resume goes on with it.", err=True)


def _swallows_escape(environment: Mapping[str, str]) -> bool:
    """Whether this is GNU screen: with the mouse on, it keeps Esc until another key is pressed."""
    return "STY" in environment


def _folder(options: Options, source: str | None) -> Folder | None:
    """Where this session is to be kept; None: nowhere, and nobody expects it."""
    if options.kiosk:
        return None
    from ..storage import catalog
    from ..storage.resume import Folder

    if options.resume is not None and options.resume != LAST:
        path = Path(options.resume)
        if path.is_dir():
            return Folder(*catalog.named(path))
        return _from_file(path, source)
    notes: list[str] = []
    found = catalog.last(notes, cut_off=options.resume is None)
    if found:
        return Folder(*found, is_offered=options.resume is None, notes=notes)
    if options.resume and not notes:
        raise Problem(f"there is no session to go on with in {catalog.root()}")
    return _new(notes)


def _new(notes: list[str]) -> Folder:
    """A session that begins; if it cannot be kept, the app goes on all the same."""
    from ..storage import catalog
    from ..storage.resume import Folder

    try:
        return Folder(catalog.new(), notes=notes)
    except Problem as problem:
        return Folder(notes=[*notes, f"This session cannot be saved: {problem}"])


def _from_file(path: Path, source: str | None) -> Folder:
    """A session whose first run is this saved one, on what that learnt from, or on these data.

    Raises NetError if it cannot be read.
    """
    from ...net.errors import NetError
    from ...net.run import checkpoint
    from ..storage.manifest import Page
    from ..training.snapshot import KeptRun, State

    saved = checkpoint.read(path)
    state, made = saved.state, saved.made
    begun = printable(path.name, 40)
    kept = KeptRun(1, begun, state.iteration, 0.0, State.PAUSED.value, state, first=state)
    page = Page(
        source=source or made.source or EMBEDDED,
        current=1,
        share=made.share or None,
        wanted=asdict(state.hyperparameters),
        runs={"1": kept.facts},
    )
    folder = replace(_new([]), page=page, runs=[kept])
    if folder.store:
        try:
            folder.store.put_run(kept)
            folder.store.put_page(page)
        except (OSError, NetError) as failure:
            return replace(folder, notes=[f"This session cannot be saved: {printable(failure)}"])
    return folder
