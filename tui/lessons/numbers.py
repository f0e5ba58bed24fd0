"""The numbers that a lesson's text can name in braces: {loss} becomes what the run has then."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite, nan
from typing import TYPE_CHECKING

from ..config.fields import format_value
from ..render.labels import called
from .observation import Observation, lowest_test_loss, measured, tested

if TYPE_CHECKING:
    from ..training.snapshot import Snapshot

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
BEFORE = "before."  # of the run that was begun before the current one
MISSING = "–"


def fill(text: str, now: Observation) -> str:
    """Return the text with every number as it is now; a dash for one that is not known."""
    return PLACEHOLDER.sub(lambda found: number(found[1], now), text)


def unknown(text: str) -> list[str]:
    """Return what stands in braces and is no number here, or a brace that stands alone."""
    names = [name for name in PLACEHOLDER.findall(text) if not is_known(name)]
    return names or re.findall(r"[{}]", PLACEHOLDER.sub("", text))


def is_known(name: str) -> bool:
    """Return whether this can stand in braces."""
    return name in LOOKED_AT or name.removeprefix(BEFORE) in OF_A_RUN


def number(name: str, now: Observation) -> str:
    """Return one number as text."""
    if name in LOOKED_AT:
        return LOOKED_AT[name](now)
    if name.startswith(BEFORE):
        before = now.before
        at = before.progress.iteration if before and before.progress else 0
        return OF_A_RUN[name.removeprefix(BEFORE)](before, at) if before else MISSING
    return OF_A_RUN[name](now.current, now.moment)


def _share(value: float) -> str:
    if 0 < value < 0.0005:
        return "less than 0.1 %"
    return f"{value:.1%}".replace("%", " %") if isfinite(value) else MISSING


def _figure(value: float) -> str:
    if not isfinite(value):
        return MISSING
    return f"{value:.3f}" if 0.1 <= abs(value) < 100 or value == 0 else f"{value:.3g}"


def _metric(name: str, form: Callable[[float], str]) -> Callable[[Snapshot, int], str]:
    def read(run: Snapshot, at: int) -> str:
        found = tested(run, at) if name.startswith("test") else measured(run, at)
        return form(getattr(found, name)) if found else MISSING

    return read


def _first(name: str, form: Callable[[float], str]) -> Callable[[Snapshot, int], str]:
    """At the run's beginning: of a fork, too, that of the untrained network."""
    return lambda run, _: _metric(name, form)(run, 0)


def _promise(run: Snapshot, at: int) -> str:
    """By how much the next update lowers the loss, if the slope stays as it is here."""
    now = measured(run, at)
    return _figure(run.hyperparameters.alpha * now.gradient_norm**2) if now else MISSING


def _wrong(run: Snapshot, at: int, now: Observation) -> str:
    found = tested(run, at)
    if found is None or now.dataset is None or not isfinite(found.test_accuracy):
        return MISSING
    return f"{round((1 - found.test_accuracy) * len(now.dataset.test)):,}"


def _weights(run: Snapshot, _: int) -> str:
    return f"{run.parameters.vector.size:,}" if run.parameters else MISSING


def _best(run: Snapshot, _: int) -> str:
    return _share(run.best.test_accuracy if run.best else nan)


OF_A_RUN: dict[str, Callable[[Snapshot, int], str]] = {
    "run": lambda run, _: str(run.run.number) if run.run else MISSING,
    "updates": lambda _, at: f"{at:,}",
    "iterations": lambda run, _: f"{run.hyperparameters.iterations:,}",
    "alpha": lambda run, _: format_value(run.hyperparameters.alpha),
    "batch": lambda run, _: format_value(run.hyperparameters.batch_size),
    "hidden": lambda run, _: format_value(run.hyperparameters.hidden),
    "seconds": lambda run, _: f"{run.seconds:.2g}",
    "loss": _metric("loss", _figure),
    "train_accuracy": _metric("train_accuracy", _share),
    "test_loss": _metric("test_loss", _figure),
    "test_accuracy": _metric("test_accuracy", _share),
    "gradient": _metric("gradient_norm", _figure),
    "first_loss": _first("loss", _figure),
    "first_accuracy": _first("test_accuracy", _share),
    "first_gradient": _first("gradient_norm", _figure),
    "best_accuracy": _best,
    "lowest_test_loss": lambda run, _: _figure(lowest_test_loss(run)[0]),
    "lowest_at": lambda run, _: f"{lowest_test_loss(run)[1]:,}",
    "promise": _promise,
    "weights": _weights,
    "broke_at": lambda run, _: f"{run.diagnosis.iteration:,}" if run.diagnosis else MISSING,
}


def _class(label: int, now: Observation) -> str:
    return MISSING if label < 0 or now.dataset is None else called(now.dataset.names, label)


def _probability(label: int, now: Observation) -> float:
    return nan if label < 0 or now.answers is None else float(now.answers[label])


LOOKED_AT: dict[str, Callable[[Observation], str]] = {
    "digit": lambda now: str(now.state.index),
    "label": lambda now: _class(now.label, now),
    "answer": lambda now: _class(now.answer, now),
    "certainty": lambda now: _share(_probability(now.answer, now)),
    "probability": lambda now: _share(_probability(now.label, now)),
    "surprise": lambda now: _figure(now.surprise),
    "silent": lambda now: str(now.silent),
    "common_pairs": lambda now: _share(now.common_pairs),
    "promised": lambda now: _figure(now.promise),
    "fall": lambda now: _figure(now.fall),
    "moment": lambda now: f"{now.moment:,}",
    "wanted_alpha": lambda now: format_value(now.wanted.alpha),
    "wrong": lambda now: _wrong(now.current, now.moment, now),
}
