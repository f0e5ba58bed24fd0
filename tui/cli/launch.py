"""Launches the app: checks the terminal, finds the session folder, reports how it ended."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..config.app_options import EMBEDDED, AppOptions
from ..errors import UserError
from ..kiosk import forget_settings
from ..terminal.capabilities import detect_capabilities, set_color_mode
from ..text import printable

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog
    from ..app import MnistApp
    from ..lessons.lesson import Lesson
    from ..storage.resume import SessionFolder

LAST_SESSION = "the last session"  # stands for --resume without a path


def run_app(
    source: str | None,
    log: HyperparameterLog,
    options: AppOptions,
    *,
    lessons: Sequence[Lesson] = (),
    glyphs: str = "auto",
    color: str = "auto",
) -> int:
    """Run the app in this terminal; return the exit code.

    Args:
        source: Data, as for --data; None: mnist, or the data of the resumed session.
        log: Hyperparameters to begin with, and planned changes.
        options: Everything else about the app.
        lessons: To be played, besides those in the program; the first one begins.
        glyphs: Value of --glyphs.
        color: Value of --color.

    Raises:
        UserError: There is no suitable terminal, or no session to resume.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UserError(
            "the app needs a terminal to draw in; where there is none, use “mnist-tui train”, "
            "or “mnist-tui serve” to have it in a browser"
        )
    capabilities = detect_capabilities(glyphs, color, os.environ, sys.stderr)
    os.umask(0o077)  # files that the app writes are readable only by you
    if options.kiosk:
        forget_settings()
    set_color_mode(capabilities.color)
    folder = _session_folder(options, source)
    from ..app import MnistApp
    from ..terminal.shutdown import ShutdownGuard

    app = MnistApp(source, log, replace(options, abilities=capabilities), folder, lessons)
    guard = ShutdownGuard(app.leave, app.put_away)
    guard.begin()  # before the app changes the terminal's mode
    app.exit_within(guard.insist)
    app.run(mouse=not _swallows_escape(os.environ))
    app.put_away()
    if app.failure:
        raise UserError(app.failure)
    if not app.return_code:
        _report_session(app)
    return app.return_code or 0


def _report_session(app: MnistApp) -> None:
    """Report on stderr whether and where the session was saved."""
    if app.is_lost:
        click.echo("mnist-tui: not all of this session is saved: it could not be written", err=True)
    elif app.kept_in is not None:
        where = printable(app.kept_in)
        click.echo(f"Session saved in {where}; mnist-tui --resume continues it.", err=True)


def _swallows_escape(environment: Mapping[str, str]) -> bool:
    """Return whether this is GNU screen; with the mouse on, it delays Esc until the next key."""
    return "STY" in environment


def _session_folder(options: AppOptions, source: str | None) -> SessionFolder | None:
    """Return the folder of this session; None in a kiosk, which saves nothing."""
    if options.kiosk:
        return None
    from ..storage import catalog
    from ..storage.resume import SessionFolder

    if options.resume is not None and options.resume != LAST_SESSION:
        path = Path(options.resume)
        if path.is_dir():
            return SessionFolder(*catalog.open_session(path))
        return _session_from_model(path, source, options)
    notes: list[str] = []
    session = catalog.latest_session(notes, cut_off=options.resume is None)
    if session:
        return SessionFolder(*session, is_offered=options.resume is None, notes=notes)
    if options.resume and not notes:
        raise UserError(f"there is no session to go on with in {catalog.root()}")
    return _new_session(notes)


def _new_session(notes: list[str]) -> SessionFolder:
    """Create a new session; without a folder, and with a note, if it cannot be saved."""
    from ..storage import catalog
    from ..storage.resume import SessionFolder

    try:
        return SessionFolder(catalog.create_session(), notes=notes)
    except UserError as problem:
        return SessionFolder(notes=[*notes, f"This session cannot be saved: {problem}"])


def _session_from_model(path: Path, source: str | None, options: AppOptions) -> SessionFolder:
    """Create a session whose first run is a saved model, on that model's data or on `source`.

    A network from elsewhere is fitted to the data before the app opens.

    Raises:
        NetError: The model cannot be read; UserError likewise, or if it does not fit the data.
    """
    from ..datasets.loading import open_for
    from ..interop.model_file import read_model
    from ..storage.from_model import first_run, keep
    from .console import progress

    model = read_model(path)
    saved, notes = model.saved, []
    if model.foreign is not None:
        with progress(f"reading {source or EMBEDDED}", quiet=False) as on_progress:
            dataset = open_for(
                saved, source or EMBEDDED, options.share, on_progress, model=str(path)
            )
        fitted = model.fitted(dataset.test, options.input_scale, len(dataset.train))
        saved, notes = fitted.saved, list(fitted.lines)
    manifest, run = first_run(saved, path.name, source, options.share)
    folder = replace(_new_session(notes), manifest=manifest, runs=[run])
    if folder.store:
        try:
            keep(folder.store, manifest, run)
        except UserError as problem:
            return replace(folder, notes=[*notes, str(problem)])
    return folder
