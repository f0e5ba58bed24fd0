"""The predict command: applies a saved network. Results go to stdout."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ....data.readers.pictures.picture import read_picture
from ...datasets.findings import all_notes
from ...datasets.loading import class_names, layout_of
from ...errors import UserError
from ...export.files import check_apart, check_writable, write_atomically
from ...export.predictions import answers, mean_probabilities
from ...export.submission import submission_text
from ...export.tables import TABLES, predictions_text
from ...interop.fitting import fit_alone, fit_to_questions
from ...interop.model_file import read_model
from ...render.glyphs import ascii_rows, bar
from ...render.labels import a, are_digits, spoken
from ...text import printable
from ..console import log_line, log_notes, progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ....net.network import Array
    from ....net.run.checkpoint import SavedModel
    from ...config.input_scale import InputScale
    from ...datasets.loading import PredictionInput

MAX_PICTURE_BYTES = 1 << 28  # from stdin


@dataclass(frozen=True, slots=True)
class PredictSource:
    """The values of --data and the options that go with it."""

    data: str = "mnist"
    share: float | None = None  # to test on, of data without a test part; None: the default
    quiet: bool = False
    scale: InputScale | None = None  # that a network from elsewhere reads; None: find it out
    deformations: int = 0  # copies of each image to average over; 0: the image itself


@dataclass(frozen=True, slots=True)
class PredictOutputs:
    """The files that predictions are written to."""

    predictions: Path | None = None
    submission: Path | None = None
    overwrite: bool = False

    def check(self) -> None:
        """Raise UserError if a file could not be written."""
        check_writable(self.predictions, overwrite=self.overwrite, endings=TABLES)
        check_writable(self.submission, overwrite=self.overwrite, endings=(".csv",))
        check_apart((self.predictions, self.submission))


def predict_one(model: Path, source: PredictSource, index: int, *, as_json: bool) -> int:
    """Print the prediction for one image of a source; return 0."""
    saved, questions = _read_inputs(model, source)
    if not 0 <= index < len(questions.images):
        raise UserError(f"index must be from 0 to {len(questions.images) - 1}, not {index}")
    log_notes(source.data, all_notes(questions.notes, questions.findings), quiet=source.quiet)
    image = questions.images[index]
    label = None if questions.labels is None else int(questions.labels[index])
    digits = are_digits(questions.names, questions.layout)
    kind = "image" if label is None else f"test {'digit' if digits else 'image'}"
    facts = {"index": index, "label": label}
    what = f"{kind} {index}"
    shares = mean_probabilities([saved.state.parameters], image[None, :], source.deformations)[0]
    _print_prediction(shares, image, questions.names, facts, what, digits=digits, as_json=as_json)
    return 0


def predict_picture(model: Path, picture: str, source: PredictSource, *, as_json: bool) -> int:
    """Print the prediction for a picture file, or for stdin if it is "-"; return 0.

    Of the source, only how it is to be read.
    """
    fitted = fit_alone(read_model(model), source.scale)
    log_notes(str(model), fitted.notes, quiet=source.quiet)
    saved = fitted.saved
    pixels = saved.state.sizes[0]
    side = isqrt(pixels)
    if side * side != pixels:
        raise UserError(f"{model}: reads {pixels} numbers, which no square picture has")
    name = "stdin" if picture == "-" else picture
    layout, assumed = layout_of(saved)
    content = read_picture(
        _picture_from_stdin() if picture == "-" else Path(picture), side, name, layout
    )
    lines = all_notes(content.notes, content.findings)
    log_notes(name, lines, quiet=source.quiet)
    if assumed and not source.quiet:
        log_line(f"{model}: {assumed}")
    facts = {"image": name, "found": list(lines)}
    image = content.image.reshape(-1)
    names, what = class_names(saved), printable(name)
    digits = are_digits(names, layout)
    shares = mean_probabilities([saved.state.parameters], image[None, :], source.deformations)[0]
    _print_prediction(shares, image, names, facts, what, digits=digits, as_json=as_json)
    return 0


def predict_all(
    model: Path, source: PredictSource, outputs: PredictOutputs, *, as_json: bool
) -> int:
    """Write the predictions for all images of a source to files; return 0."""
    outputs.check()
    saved, questions = _read_inputs(model, source)
    log_notes(source.data, all_notes(questions.notes, questions.findings), quiet=source.quiet)
    predictions = answers(saved, questions, source.deformations)
    if outputs.predictions is not None:
        text = predictions_text(predictions, outputs.predictions.suffix)
        write_atomically(outputs.predictions, text, overwrite=outputs.overwrite)
    if outputs.submission is not None:
        write_atomically(
            outputs.submission, submission_text(predictions), overwrite=outputs.overwrite
        )
    right = None
    if predictions.labels is not None:
        right = int(np.count_nonzero(predictions.classes == predictions.labels)) / len(
            predictions.labels
        )
    written = [str(p) for p in (outputs.predictions, outputs.submission) if p is not None]
    if as_json:
        result = {
            "model": str(model),
            "data": questions.name,
            "images": len(questions.images),
            "accuracy": right,
            "written": written,
        }
        click.echo(json.dumps(result))
    elif not source.quiet:
        accuracy = "" if right is None else f", {right:.2%} right"
        click.echo(
            f"{len(questions.images):,} images of {printable(questions.name)} answered{accuracy}"
        )
        for path in written:
            click.echo(f"written to {printable(path)}")
    return 0


def _read_inputs(model: Path, source: PredictSource) -> tuple[SavedModel, PredictionInput]:
    with progress(f"reading {source.data}", quiet=source.quiet) as on_progress:
        fitted, questions = fit_to_questions(
            read_model(model), source.data, source.share, source.scale, on_progress
        )
    log_notes(str(model), fitted.notes, quiet=source.quiet)
    return fitted.saved, questions


def _print_prediction(
    answer: Array,
    image: NDArray[np.uint8],
    names: tuple[str, ...],
    facts: dict[str, Any],
    what: str,
    *,
    digits: bool,
    as_json: bool,
) -> None:
    """Print one image with its probabilities."""
    predicted = int(answer.argmax())
    label: int | None = facts.get("label")
    if as_json:
        shares = [float(share) for share in answer]
        result = {**facts, "prediction": predicted, "probabilities": shares, "names": names}
        click.echo(json.dumps(result))
        return
    side = isqrt(len(image))
    for row in ascii_rows(image.reshape(side, side), side // 2):
        click.echo(row.rstrip())
    shown = [printable(name, 24) for name in names]
    verdict = ""
    if label is not None:
        verdict = (
            ", right" if predicted == label else f", wrong, it is {a(shown[label], digits=digits)}"
        )
    click.echo(f"{what}: predicts {spoken(shown[predicted], digits=digits)}{verdict}")
    width = max(map(len, shown))
    for name, share in zip(shown, answer, strict=True):
        click.echo(f"{name:<{width}} {100 * share:5.1f} % {bar(float(share), 40)}".rstrip())


def _picture_from_stdin() -> bytes:
    if sys.stdin.isatty():
        raise UserError("--image - reads a picture from a pipe; stdin is a terminal")
    content = sys.stdin.buffer.read(MAX_PICTURE_BYTES + 1)
    if len(content) > MAX_PICTURE_BYTES:
        raise UserError(f"stdin: has more than the {MAX_PICTURE_BYTES:,} bytes a picture may have")
    return content
