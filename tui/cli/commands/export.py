"""The export command: saved runs as tables, pictures, scripts, and networks for elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...datasets.findings import all_notes
from ...datasets.loading import questions_for
from ...errors import UserError
from ...export.files import check_apart, check_writable, write_atomically, write_files
from ...export.formats import FORMS, ExportInput
from ...export.png import PICTURES, picture
from ...interop.fitting import fit_to_questions
from ...interop.model_file import read_model
from ...storage.manifest import MAX_PATH_LENGTH
from ...text import printable
from ..console import log_line, log_notes, progress

if TYPE_CHECKING:
    from ....net.run.checkpoint import SavedModel
    from ...config.input_scale import InputScale
    from ...export.answers import Predictions

FORMATS = {form.option: form for form in FORMS if form.option}
RECIPE = "--recipe"  # is printed, not written


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and to which files."""

    history: Path | None = None
    chart: Path | None = None
    script: Path | None = None
    recipe: bool = False
    predictions: Path | None = None
    submission: Path | None = None
    safetensors: Path | None = None
    onnx: Path | None = None
    keras: Path | None = None
    tensorboard: Path | None = None
    overwrite: bool = False
    quiet: bool = False
    scale: InputScale | None = None  # that networks from elsewhere read; None: find it out

    @property
    def is_empty(self) -> bool:
        """Whether nothing is requested."""
        return not self.options

    @property
    def single_model_option(self) -> str | None:
        """The first requested option that takes only one model, or None."""
        singles = (
            option for option in self.options if option == RECIPE or FORMATS[option].of == "run"
        )
        return next(singles, None)

    @property
    def files(self) -> dict[str, Path]:
        """The files to write, by option."""
        named = {option: getattr(self, option[2:]) for option in FORMATS}
        return {option: path for option, path in named.items() if isinstance(path, Path)}

    @property
    def options(self) -> list[str]:
        """The requested options."""
        return [option for option in OPTIONS if getattr(self, option[2:])]


OPTIONS = tuple(
    option for field in fields(ExportRequest) if (option := f"--{field.name}") in {*FORMATS, RECIPE}
)


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
    names = run_names(paths)
    for option, path in request.files.items():
        FORMATS[option].check(path, names, overwrite=request.overwrite)
    check_apart(request.files.values())
    runs = [
        (name, _read(path, request, source, share)) for name, path in zip(names, paths, strict=True)
    ]
    material = _export_input(runs, paths[0], request, source, share)
    contents = {
        path: FORMATS[option].contents(material, path) for option, path in request.files.items()
    }
    for path, files in contents.items():
        write_files(files, overwrite=request.overwrite)
        if not request.quiet:
            log_line(f"written to {path}")
    if request.recipe:
        from ...config.recipe import format_recipe

        state = runs[0][1].state
        if state.origin and not request.quiet:
            log_line(f"{paths[0]}: began with the weights of {state.origin}, not of the recipe")
        click.echo(format_recipe(state.hyperparameter_log))
    return 0


def _read(path: Path, request: ExportRequest, source: str, share: float | None) -> SavedModel:
    """Read a model; one from elsewhere is fitted to the data."""
    model = read_model(path)
    if model.foreign is None:
        return model.saved
    fitted, _ = fit_to_questions(model, source, share, request.scale)
    log_notes(str(path), fitted.notes, quiet=request.quiet)
    return fitted.saved


def export_sweep(
    folder: Path, table: Path | None, heat_map: Path | None, request: ExportRequest
) -> int:
    """Write the results of a sweep; return 0.

    Args:
        folder: Of the sweep.
        table: The file of the table; None: none.
        heat_map: The file of the picture; None: none.
        request: Whether it may overwrite a file, and what to say.

    Raises:
        UserError: A file cannot be written, or the folder holds no sweep.
    """
    from ...export.sweep_table import ENDINGS, sweep_table

    check_apart((table, heat_map))
    check_writable(table, overwrite=request.overwrite, endings=ENDINGS)
    check_writable(heat_map, overwrite=request.overwrite, endings=PICTURES)
    contents: dict[Path, str | bytes] = {}
    if table is not None:
        contents[table] = sweep_table(folder, table.suffix.lower())
    if heat_map is not None:
        contents[heat_map] = _heat_map(folder, heat_map)
    for path, content in contents.items():
        write_atomically(path, content, overwrite=request.overwrite)
        if not request.quiet:
            log_line(f"written to {path}")
    return 0


def _heat_map(folder: Path, path: Path) -> str | bytes:
    """Return a picture of the two hyperparameters that the sweep room begins with."""
    from ...export.sweep_svg import heatmap_svg
    from ...sweep.watch.opened import OpenSweep
    from ...sweep.watch.overview import overview

    found = OpenSweep(folder).read()
    shown = overview(found.results, found.plan, test_images=found.test_images)
    return picture(heatmap_svg(shown, folder.absolute().name), path)


def run_names(paths: Sequence[Path]) -> list[str]:
    """Return short distinct names of the runs. Raises UserError if a model is named twice."""
    if len(set(paths)) < len(paths):
        raise UserError("a model is named twice")
    full_paths = [printable(path, MAX_PATH_LENGTH) for path in paths]
    for names in ([printable(path.stem) for path in paths], full_paths):
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(full_paths, 1)]


def _export_input(
    runs: list[tuple[str, SavedModel]],
    path: Path,
    request: ExportRequest,
    source: str,
    share: float | None,
) -> ExportInput:
    """Return what files are made from; the data are read once a file needs predictions."""

    @cache
    def predict() -> Predictions:
        from ...export.answers import answers

        _, saved = runs[-1]
        with progress(f"reading {printable(source)}", quiet=request.quiet) as on_progress:
            questions = questions_for(saved, source, share, on_progress, model=str(path))
        log_notes(source, all_notes(questions.notes, questions.findings), quiet=request.quiet)
        return answers(saved, questions)

    return ExportInput(runs, predict)
