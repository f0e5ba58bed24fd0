"""From the command line to the open app and back: the terminal, the session on disk, the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config.app_options import EMBEDDED, AppOptions
from ..errors import UserError
from ..kiosk import forget_settings
from ..terminal.capabilities import (
    detect_capabilities,
    set_color_mode,
)
from ..text import printable

if TYPE_CHECKING:
    from ...net.run.state import Course
    from ..app import MnistApp
    from ..storage.resume import SessionFolder

LAST = "the last session"  # what --resume without a file means


def run(
    source: str | None,
    course: Course,
    options: AppOptions,
    *,
    glyphs: str = "auto",
    color: str = "auto",
) -> int:
    """Open the app in this terminal; returns the exit code.

    source: of the data; None: mnist, or what the session had. course: hyperparameters to begin
    with, and changes of them along the way. Raises UserError if the terminal is
    none, or cannot do, or if there is nothing to resume.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError(
            "the app needs a terminal to draw in; use “mnist-tui train” where there is none"
        )
    can = detect_capabilities(glyphs, color, os.environ, sys.stderr)
    os.umask(0o077)  # whatever the app writes is nobody else's business
    if options.kiosk:
        forget_settings()
    set_color_mode(can.color)
    folder = _folder(options, source)
    from ..app import MnistApp
    from ..terminal.shutdown import ShutdownGuard

    app = MnistApp(source, course, replace(options, abilities=can), folder)
    app.guard = ShutdownGuard(app.leave, app.put_away)
    app.guard.begin()  # before the terminal is another one than it was
    app.run(mouse=not _swallows_escape(os.environ))
    app.put_away()
    if app.failure:
        raise UserError(app.failure)
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


def _folder(options: AppOptions, source: str | None) -> SessionFolder | None:
    """Where this session is to be kept; None: nowhere, and nobody expects it."""
    if options.kiosk:
        return None
    from ..storage import catalog
    from ..storage.resume import SessionFolder

    if options.resume is not None and options.resume != LAST:
        path = Path(options.resume)
        if path.is_dir():
            return SessionFolder(*catalog.open_session(path))
        return _from_file(path, source)
    notes: list[str] = []
    found = catalog.latest_session(notes, cut_off=options.resume is None)
    if found:
        return SessionFolder(*found, is_offered=options.resume is None, notes=notes)
    if options.resume and not notes:
        raise UserError(f"there is no session to go on with in {catalog.root()}")
    return _new(notes)


def _new(notes: list[str]) -> SessionFolder:
    """A session that begins; if it cannot be kept, the app goes on all the same."""
    from ..storage import catalog
    from ..storage.resume import SessionFolder

    try:
        return SessionFolder(catalog.create_session(), notes=notes)
    except UserError as problem:
        return SessionFolder(notes=[*notes, f"This session cannot be saved: {problem}"])


def _from_file(path: Path, source: str | None) -> SessionFolder:
    """A session whose first run is this saved one, on what that learnt from, or on these data.

    Raises NetError if it cannot be read.
    """
    from ...net.errors import NetError
    from ...net.run import checkpoint
    from ..storage.manifest import Manifest
    from ..training.snapshot import RunFacts, RunStatus, SavedRun

    saved = checkpoint.read(path)
    state, made = saved.state, saved.made
    begun = printable(path.name, 40)
    facts = RunFacts(begun, state.iteration, 0.0, RunStatus.PAUSED.value)
    kept = SavedRun(1, facts, state, first=state)
    page = Manifest(
        source=source or made.source or EMBEDDED,
        current=1,
        share=made.share or None,
        wanted=asdict(state.hyperparameters),
        runs={"1": asdict(facts)},
    )
    folder = replace(_new([]), page=page, runs=[kept])
    if folder.store:
        try:
            folder.store.put_run(kept)
            folder.store.put_page(page)
        except (OSError, NetError) as failure:
            return replace(folder, notes=[f"This session cannot be saved: {printable(failure)}"])
    return folder
