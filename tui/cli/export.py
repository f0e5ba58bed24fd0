"""The export command: saved runs as tables, pictures, scripts and recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...net.run import checkpoint
from ..datasets.findings import told
from ..datasets.loading import questions_for
from ..errors import UserError
from ..export.files import check_apart, check_writable, write_atomically
from ..export.png import PICTURES, picture
from ..storage.manifest import LONGEST_PATH
from ..text import printable
from .console import log_line, log_notes, progress

if TYPE_CHECKING:
    from ...net.run.checkpoint import SavedModel

SUFFIXES = {  # the file extensions that each option accepts
    "--history": (".csv", ".json"),
    "--chart": PICTURES,
    "--script": (".py",),
    "--recipe": (),
    "--predictions": (".csv", ".json"),
    "--submission": (".csv",),
}
SINGLE_MODEL_OPTIONS = ("--script", "--recipe", "--predictions", "--submission")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and to which files."""

    history: Path | None = None
    chart: Path | None = None
    script: Path | None = None
    recipe: bool = False
    predictions: Path | None = None
    submission: Path | None = None
    overwrite: bool = False
    quiet: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is requested."""
        return not any(self._value(option) for option in SUFFIXES)

    @property
    def single_model_option(self) -> str | None:
        """The first requested option that takes only one model, or None."""
        return next((option for option in SINGLE_MODEL_OPTIONS if self._value(option)), None)

    @property
    def files(self) -> dict[str, Path]:
        """The files to write, by option."""
        named = {option: getattr(self, option[2:]) for option in SUFFIXES}
        return {option: path for option, path in named.items() if isinstance(path, Path)}

    def _value(self, option: str) -> bool:
        return bool(getattr(self, option[2:]))


def export_runs(
    paths: Sequence[Path], request: ExportRequest, source: str, share: float | None
) -> int:
    """Write everything requested, once all of it is computed; return 0.

    Args:
        paths: Saved models.
        request: What to export.
        source: Data for predictions, as for --data.
        share: Fraction to test on, of data without a test part; None: the default.

    Raises:
        UserError: A file cannot be written; also NetError and DataError for unreadable input.
    """
    for option, path in request.files.items():
        check_writable(path, overwrite=request.overwrite, endings=SUFFIXES[option])
    check_apart(request.files.values())
    runs = [
        (name, checkpoint.read(path)) for name, path in zip(run_names(paths), paths, strict=True)
    ]
    texts = [
        (path, _text(option, path, runs))
        for option, path in request.files.items()
        if option in WRITERS
    ]
    texts.extend(_prediction_tables(paths[0], runs[0][1], request, source, share))
    for path, text in texts:
        write_atomically(path, text, overwrite=request.overwrite)
        if not request.quiet:
            log_line(f"written to {path}")
    if request.recipe:
        from ..config.recipe import format_recipe

        click.echo(format_recipe(runs[0][1].state.hyperparameter_log))
    return 0


def run_names(paths: Sequence[Path]) -> list[str]:
    """Return short distinct names of the runs. Raises UserError if a model is named twice."""
    if len(set(paths)) < len(paths):
        raise UserError("a model is named twice")
    full_paths = [printable(path, LONGEST_PATH) for path in paths]
    for names in ([printable(path.stem) for path in paths], full_paths):
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(full_paths, 1)]


def _history(path: Path, runs: Sequence[tuple[str, SavedModel]]) -> str:
    from ..export.tables import history_text

    return history_text(runs, path.suffix)


def _chart(path: Path, runs: Sequence[tuple[str, SavedModel]]) -> str | bytes:
    from ..export.chart_svg import chart_svg

    return picture(chart_svg(runs), path)


def _script(path: Path, runs: Sequence[tuple[str, SavedModel]]) -> str:
    from ..export.script import script

    (name, saved), *_ = runs
    return script(name, saved, path.name)


WRITERS = {"--history": _history, "--chart": _chart, "--script": _script}


def _text(option: str, path: Path, runs: Sequence[tuple[str, SavedModel]]) -> str | bytes:
    return WRITERS[option](path, runs)


def _prediction_tables(
    model: Path, saved: SavedModel, request: ExportRequest, source: str, share: float | None
) -> list[tuple[Path, str]]:
    """Return the requested tables of predictions; reads the data only if there are any."""
    if request.predictions is None and request.submission is None:
        return []
    from ..export.tables import answers, predictions_text, submission_text

    with progress(f"reading {printable(source)}", quiet=request.quiet) as on_progress:
        questions = questions_for(saved, source, share, on_progress, model=str(model))
    log_notes(source, told(questions.notes, questions.findings), quiet=request.quiet)
    predictions = answers(saved, questions)
    texts: list[tuple[Path, str]] = []
    if request.predictions is not None:
        texts.append(
            (request.predictions, predictions_text(predictions, request.predictions.suffix))
        )
    if request.submission is not None:
        texts.append((request.submission, submission_text(predictions)))
    return texts
