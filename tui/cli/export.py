"""The command export: saved runs as tables, pictures, scripts and recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...net.run import checkpoint
from ..datasets.findings import told
from ..datasets.loading import questions_for
from ..errors import UserError
from ..export.files import check_apart, check_writable, write_atomically
from ..export.formats import FORMS, ExportInput
from ..storage.manifest import LONGEST_PATH
from ..text import printable
from .console import log_line, log_notes, progress

if TYPE_CHECKING:
    from ...net.run.checkpoint import SavedModel
    from ..export.tables import Predictions

FORMATS = {form.option: form for form in FORMS if form.option}
RECIPE = "--recipe"  # is printed, not written


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported, and where to."""

    history: Path | None = None
    chart: Path | None = None
    script: Path | None = None
    recipe: bool = False
    predictions: Path | None = None
    submission: Path | None = None
    overwrite: bool = False
    quiet: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether no export is asked for."""
        return not self.options

    @property
    def of_one(self) -> str | None:
        """The first option asked for that takes one model alone."""
        return next(
            (way for way in self.options if way == RECIPE or FORMATS[way].of == "run"), None
        )

    @property
    def files(self) -> dict[str, Path]:
        """The files to write, by option."""
        named = {way: getattr(self, way[2:]) for way in WAYS}
        return {way: path for way, path in named.items() if isinstance(path, Path)}

    @property
    def options(self) -> list[str]:
        """The options that ask for an export."""
        return [way for way in WAYS if getattr(self, way[2:])]


WAYS = tuple(way for field in fields(Wanted) if (way := f"--{field.name}") in {*FORMATS, RECIPE})


def export(paths: Sequence[Path], wanted: Wanted, source: str, share: float | None) -> int:
    """Write all that is wanted: first everything is made, then the files are written."""
    for way, path in wanted.files.items():
        check_writable(path, overwrite=wanted.overwrite, endings=FORMATS[way].endings)
    check_apart(wanted.files.values())
    runs = [(name, checkpoint.read(path)) for name, path in zip(names(paths), paths, strict=True)]
    material = _material(runs, paths[0], wanted, source, share)
    contents = [
        (path, make(material, path))
        for way, path in wanted.files.items()
        if (make := FORMATS[way].make)
    ]
    for path, content in contents:
        write_atomically(path, content, overwrite=wanted.overwrite)
        if not wanted.quiet:
            log_line(f"written to {path}")
    if wanted.recipe:
        from ..config.recipe import format_recipe

        click.echo(format_recipe(runs[0][1].state.course))
    return 0


def names(paths: Sequence[Path]) -> list[str]:
    """Return what to call the runs: short where that tells them apart.

    Raises UserError if a model is named twice.
    """
    if len(set(paths)) < len(paths):
        raise UserError("a model is named twice")
    whole = [printable(path, LONGEST_PATH) for path in paths]
    for found in ([printable(path.stem) for path in paths], whole):
        if len(set(found)) == len(found):
            return found
    return [f"{name} ({number})" for number, name in enumerate(whole, 1)]


def _material(
    runs: list[tuple[str, SavedModel]], path: Path, wanted: Wanted, source: str, share: float | None
) -> ExportInput:
    """Return what files are made from; the data are read once a file needs predictions."""

    @cache
    def predict() -> Predictions:
        from ..export.tables import answers

        _, saved = runs[-1]
        with progress(f"reading {printable(source)}", quiet=wanted.quiet) as on_progress:
            questions = questions_for(saved, source, share, on_progress, model=str(path))
        log_notes(source, told(questions.notes, questions.findings), quiet=wanted.quiet)
        return answers(saved, questions)

    return ExportInput(runs, predict)
