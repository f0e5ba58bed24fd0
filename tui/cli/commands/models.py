"""The models command: lists saved models and their provenance, as a table or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ....net.architecture import architecture_name
from ....net.run.history import History
from ...config.fields import format_value
from ...errors import EXPECTED_ERRORS, UserError
from ...interop.model_file import SUFFIXES, read_model
from ...text import printable
from ..console import log_line

if TYPE_CHECKING:
    from ....net.run.checkpoint import SavedModel
    from ...interop.foreign_network import ForeignNetwork

HEADINGS = ("model", "network", "data", "best", "last", "updates", "alpha", "optimizer", "saved")


@dataclass(frozen=True, eq=False)
class ListedModel:
    """A file: a saved run, or the reason why it cannot be read."""

    path: Path
    saved: SavedModel | None
    problem: str = ""  # one line that names the file
    is_named: bool = True  # as an argument; else it was found in a folder
    foreign: ForeignNetwork | None = None  # what the file holds, if it is from elsewhere

    @property
    def facts(self) -> dict[str, Any]:
        """Its provenance and progress; empty if it cannot be read."""
        if self.saved is None:
            return {}
        if self.foreign is not None:
            return {
                "network": architecture_name(self.foreign.sizes),
                "format": self.foreign.form,
                "program": self.foreign.program or None,
                "notes": self.foreign.notes,
            }
        state, history = self.saved.state, History(self.saved.state.history)
        return {
            "network": architecture_name(state.sizes),
            "best_accuracy": history.best.test_accuracy if history.best else None,
            "last_accuracy": history.tested.test_accuracy if history.tested else None,
            "iteration": state.iteration,
            **asdict(state.hyperparameters),
            "made": asdict(self.saved.provenance),
        }


def find_models(paths: Sequence[Path]) -> Iterator[ListedModel]:
    """Yield the models at these paths or in these folders. Raises UserError if unreadable."""
    for path in paths:
        try:
            is_folder = path.is_dir()
            inside = sorted(path.iterdir()) if is_folder else [path]
        except (OSError, ValueError) as failure:
            why = getattr(failure, "strerror", None) or failure
            raise UserError(f"{path}: cannot be read: {why}") from failure
        for file in inside:
            if not is_folder or file.suffix.lower() in SUFFIXES:
                yield _model(file, is_named=not is_folder)


def list_models(paths: Sequence[Path], *, as_json: bool) -> int:
    """Print the models; return 1 if a named one cannot be read, or none of those found."""
    models = list(find_models(paths))
    read = [model for model in models if model.saved is not None]
    if as_json:
        listed = [{"model": str(m.path), **m.facts, "problem": m.problem or None} for m in models]
        click.echo(json.dumps({"models": listed}))
    else:
        for line in table(read):
            click.echo(line)
    for model in models:
        if model.saved is None:
            log_line(model.problem)
    if not models:
        log_line(f"{', '.join(map(str, paths))}: holds no models ({', '.join(SUFFIXES)})")
    failed = any(model.is_named for model in models if model.saved is None)
    return 1 if failed or (models and not read) else 0


def table(models: Sequence[ListedModel]) -> list[str]:
    """Return a heading and one line per model, in columns."""
    if not models:
        return []
    rows = [HEADINGS, *(_row(model) for model in models)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _model(path: Path, *, is_named: bool) -> ListedModel:
    try:
        model = read_model(path)
    except EXPECTED_ERRORS as problem:
        return ListedModel(path, None, str(problem), is_named)
    return ListedModel(path, model.saved, is_named=is_named, foreign=model.foreign)


def _row(model: ListedModel) -> tuple[str, ...]:
    assert model.saved is not None, "only models that were read"
    if model.foreign is not None:
        of = f"from {model.foreign.program or model.foreign.form}"
        name, network = printable(model.path, 60), architecture_name(model.foreign.sizes)
        return (name, network, printable(of, 24), *["?"] * (len(HEADINGS) - 3))
    facts, provenance = model.facts, model.saved.provenance
    hyperparameters = model.saved.state.hyperparameters
    changed = "*" if len(model.saved.state.hyperparameter_log) > 1 else ""
    return (
        printable(model.path, 60),
        facts["network"],
        printable(provenance.data, 24) or "?",
        _percent(facts["best_accuracy"]),
        _percent(facts["last_accuracy"]),
        f"{facts['iteration']:,}/{hyperparameters.iterations:,}",
        f"{format_value(hyperparameters.alpha)}{changed}",
        hyperparameters.optimizer,
        printable(provenance.date, 24) or "?",
    )


def _percent(share: float | None) -> str:
    return "?" if share is None or not isfinite(share) else f"{share:.2%}"
