"""The evaluate command: measures saved networks, one or several together. Results go to stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ....net.architecture import architecture_name
from ....net.engine.engine import Engine, Score
from ....net.network import Parameters
from ...datasets.findings import all_notes
from ...datasets.loading import class_names, is_other, open_for
from ...errors import UserError
from ...export.predictions import mean_probabilities
from ...interop.model_file import read_model
from ..console import log_line, log_notes, progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ....data.dataset import Digits
    from ....net.run.checkpoint import SavedModel
    from .predict import PredictSource


def evaluate_models(models: Sequence[Path], source: PredictSource, *, as_json: bool) -> int:
    """Print accuracy and loss, on the test set of a source, of networks together; return 0."""
    files = [read_model(model) for model in models]
    first, name = files[0].saved, str(models[0])
    for file in files[1:]:
        _check_alike(name, first, str(file.path), file.saved)
    with progress(f"reading {source.data}", quiet=source.quiet) as on_progress:
        dataset = open_for(first, source.data, source.share, on_progress, model=name)
    all_fitted = [file.fitted(dataset.test, source.scale) for file in files]
    for model, fitted in zip(models, all_fitted, strict=True):
        log_notes(str(model), fitted.notes, quiet=source.quiet)
    log_notes(source.data, all_notes(dataset.notes, dataset.findings), quiet=source.quiet)
    saved = [fitted.saved for fitted in all_fitted]
    others = [is_other(one.provenance, dataset) for one in saved]
    for model, other in zip(models, others, strict=True):
        if other is not None and not source.quiet:
            log_line(f"{model}: {other}")
    networks = [one.state.parameters for one in saved]
    score = _score(networks, dataset.test, source.deformations)
    knows = all(one.provenance.sha256 for one in saved)
    names = list(dict.fromkeys(architecture_name(one.state.sizes) for one in saved))
    result: dict[str, Any] = {
        "model": name if len(models) == 1 else [str(model) for model in models],
        "network": names[0] if len(names) == 1 else names,
        "data": dataset.name,
        "images": len(dataset.test),
        "deformations": source.deformations,
        "test_accuracy": score.accuracy,
        "loss": score.loss,
        "is_trained_on_these": others == [None] * len(others) if knows else None,
    }
    if as_json:
        click.echo(json.dumps(result))
    else:
        who = " and ".join(names)
        who = f"{who} answers" if len(models) == 1 else f"{len(models)} networks {who} answer"
        how = f", seen in {source.deformations} deformed copies each" * bool(source.deformations)
        click.echo(
            f"{who} {score.accuracy:.2%} of {len(dataset.test):,} test images right{how}, "
            f"loss {score.loss:.4f}"
        )
    return 0


def _check_alike(first: str, its: SavedModel, model: str, saved: SavedModel) -> None:
    """Raise UserError if two networks have no probabilities of the same classes to average."""
    ours, theirs = its.state.sizes, saved.state.sizes
    if (ours[0], ours[-1]) != (theirs[0], theirs[-1]):
        raise UserError(
            f"{model}: is a network {architecture_name(theirs)}, which can't answer together with "
            f"{first}, {architecture_name(ours)}: pixels and classes must be as many"
        )
    if class_names(its) != class_names(saved):
        raise UserError(f"{model}: its classes have other names than those of {first}")


def _score(networks: Sequence[Parameters], test: Digits, deformations: int) -> Score:
    """Return loss and accuracy of the mean of the networks' probabilities."""
    if len(networks) == 1 and not deformations:
        return Engine(test).score(networks[0])
    shares = mean_probabilities(networks, test.images, deformations)
    right = shares[np.arange(len(test)), test.labels]
    with np.errstate(divide="ignore"):  # the loss of a right class that got nothing is infinite
        loss = -np.log(right.astype(np.float64)).mean()
    return Score(float(loss), float((shares.argmax(axis=1) == test.labels).mean()))
