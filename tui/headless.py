"""Train, evaluate and predict without a screen: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..data.augment import Epochs
from ..data.dataset import Dataset, load
from ..net import checkpoint
from ..net.errors import DivergedError
from ..net.gradient import Engine
from ..net.history import COLUMNS, Progress
from ..net.hyperparameters import Hyperparameters
from ..net.metrics import probabilities
from ..net.network import Parameters
from ..net.sizes import named
from ..net.trainer import Trainer
from .glyphs import ascii_rows, bar
from .problem import Problem
from .text import amount, printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DONE, FAILED, INTERRUPTED = 0, 1, 130
BETWEEN_LINES = 0.1  # seconds between two drawings of the progress bar
CLEAR = f"\r{'':79}\r"  # wipes the progress line


@dataclass(frozen=True, slots=True)
class Options:
    """How a training is carried out, and where its result goes."""

    threads: int | None = None  # None: as many as there are cores

    model: Path | None = None
    history: Path | None = None
    overwrite: bool = False
    as_json: bool = False
    quiet: bool = False


def train(source: str, hyperparameters: Hyperparameters, options: Options) -> int:
    """Train from the first weights to the end of the run, or to Ctrl-C; returns the exit code."""
    for path in (options.model, options.history):
        _check_writable(path, overwrite=options.overwrite)
    if options.model is not None and options.model == options.history:
        raise Problem(f"{options.model}: is to hold both model and history; name two files")
    dataset = load(source)
    engine = Engine(dataset.train, options.threads)
    trainer = Trainer(
        dataset.train,
        dataset.test,
        hyperparameters,
        classes=dataset.classes,
        engine=engine,
        deformed=Epochs(dataset.train.images).images,
    )
    begun = time.perf_counter()
    stopped, code = _drive(trainer, shows=sys.stderr.isatty() and not options.quiet)
    seconds = time.perf_counter() - begun
    # First of all, what was learnt goes to disk.
    try:
        if options.model is not None:
            checkpoint.save(trainer.state(), options.model)
    finally:
        if options.history is not None:
            _write_history(trainer.history.rows(), options.history)
    result = _result(dataset, engine, trainer, stopped, seconds)
    if options.as_json:
        click.echo(json.dumps(result))
    elif not options.quiet:
        _summarise(result, options)
    return code


def _drive(trainer: Trainer, *, shows: bool) -> tuple[str, int]:
    """Make all the updates; returns how it stopped and the exit code for that."""
    interrupted = False

    def interrupt(*_: object) -> None:
        # Noted, and acted on between two updates: what was learnt stays whole.
        nonlocal interrupted
        interrupted = True

    usual = signal.signal(signal.SIGINT, interrupt)
    begun, drawn = time.perf_counter(), 0.0
    trouble = None
    try:
        for progress in trainer.steps():
            if trainer.trouble is not trouble and (trouble := trainer.trouble):
                where = f"at update {trouble.iteration}"
                click.echo(f"{CLEAR * shows}mnist-tui: {where}: {trouble.says}", err=True)
            now = time.perf_counter()
            if shows and now - drawn >= BETWEEN_LINES:
                drawn = now
                _show_progress(progress, trainer.hyperparameters.iterations, now - begun)
            if interrupted:
                return "interrupted", INTERRUPTED
    except DivergedError as end:
        click.echo(f"{CLEAR * shows}mnist-tui: {end}", err=True)
        return "diverged", FAILED
    finally:
        signal.signal(signal.SIGINT, usual)
        if shows:
            click.echo(CLEAR, nl=False, err=True)
    return "finished", DONE


def evaluate(model: Path, source: str, *, as_json: bool) -> int:
    """How a saved network does on the test set of a source."""
    state, dataset = _model_and_data(model, source)
    score = Engine(dataset.test).score(Parameters(state.sizes, state.vector))
    result = {
        "model": str(model),
        "network": named(state.sizes),
        "data": dataset.name,
        "images": len(dataset.test),
        "test_accuracy": score.accuracy,
        "loss": score.loss,
    }
    if as_json:
        click.echo(json.dumps(result))
    else:
        click.echo(
            f"{result['network']} answers {score.accuracy:.2%} of {len(dataset.test):,} test "
            f"images right, loss {score.loss:.4f}"
        )
    return DONE


def predict(model: Path, source: str, index: int, *, as_json: bool) -> int:
    """What a saved network makes of one test image."""
    state, dataset = _model_and_data(model, source)
    if not 0 <= index < len(dataset.test):
        raise Problem(f"index must be from 0 to {len(dataset.test) - 1}, not {index}")
    image, label = dataset.test.images[index], int(dataset.test.labels[index])
    answer = probabilities(Parameters(state.sizes, state.vector), image[None, :])[:, 0]
    predicted = int(answer.argmax())
    if as_json:
        shares = [float(share) for share in answer]
        result = {"index": index, "label": label, "prediction": predicted, "probabilities": shares}
        click.echo(json.dumps(result))
        return DONE
    for row in ascii_rows(image.reshape(dataset.side, dataset.side), dataset.side // 2):
        click.echo(row.rstrip())
    verdict = "right" if predicted == label else f"wrong, it is a {label}"
    click.echo(f"test digit {index}: predicts {predicted}, {verdict}")
    for digit, share in enumerate(answer):
        click.echo(f"{digit} {100 * share:5.1f} % {bar(float(share), 40)}".rstrip())
    return DONE


def _model_and_data(model: Path, source: str) -> tuple[checkpoint.RunState, Dataset]:
    state = checkpoint.load(model)
    dataset = load(source)
    pixels = dataset.test.images.shape[1]
    if (state.sizes[0], state.sizes[-1]) != (pixels, dataset.classes):
        raise Problem(
            f"{model}: is a network {named(state.sizes)}, but {dataset.name} has {pixels} pixels "
            f"and {dataset.classes} classes"
        )
    return state, dataset


def _result(
    dataset: Dataset, engine: Engine, trainer: Trainer, stopped: str, seconds: float
) -> dict[str, Any]:
    """The summary's numbers, all of the final weights over whole sets."""
    chosen = trainer.hyperparameters
    final = trainer.measure()
    whole = engine.score(trainer.parameters)
    return {
        "data": dataset.name,
        **asdict(chosen),
        "threads": engine.threads,
        "iteration": trainer.iteration,
        "train_accuracy": whole.accuracy,
        "test_accuracy": final.test_accuracy,
        "loss": whole.loss,
        "gradient_norm": final.slope,
        "seconds": seconds,
        "iterations_per_second": trainer.iteration / seconds if seconds else math.nan,
        "stopped": stopped,
    }


def _summarise(result: dict[str, Any], options: Options) -> None:
    click.echo(
        f"{result['stopped']} after {result['iteration']:,} iterations in "
        f"{amount(result['seconds'])} ({result['iterations_per_second']:.1f} a second)\n"
        f"train accuracy {result['train_accuracy']:.2%}, loss {result['loss']:.4f}\n"
        f"test accuracy  {result['test_accuracy']:.2%}"
    )
    for what, path in (("model", options.model), ("history", options.history)):
        if path is not None:
            click.echo(f"{what} written to {printable(path)}")


def _show_progress(progress: Progress, iterations: int, seconds: float) -> None:
    share = progress.iteration / iterations
    left = seconds / share - seconds
    line = (
        f"{progress.iteration:,}/{iterations:,} {bar(share, 24):<24} {share:4.0%}  "
        f"loss {progress.loss:.3f}  train {progress.train_accuracy:.1%}  {amount(left)} left"
    )
    click.echo(f"\r{line:<79}", nl=False, err=True)


def _check_writable(path: Path | None, *, overwrite: bool) -> None:
    """Better to hear before an hour of training than after it."""
    if path is None:
        return
    try:
        is_folder, exists = path.is_dir(), path.exists()
        folder_is_there, may_write = path.parent.is_dir(), os.access(path.parent, os.W_OK)
    except OSError as failure:
        raise Problem(f"{path}: cannot be written: {failure.strerror or failure}") from failure
    if is_folder:
        raise Problem(f"{path}: is a folder; expected the name of a file to write")
    if exists and not overwrite:
        raise Problem(f"{path}: exists already; --force writes over it")
    if not folder_is_there:
        raise Problem(f"{path}: the folder {path.parent} does not exist")
    if not may_write:
        raise Problem(f"{path}: the folder {path.parent} may not be written to")


def _write_history(rows: NDArray[np.float64], path: Path) -> None:
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"iteration": int})
    try:
        table.to_csv(path, index=False)
    except OSError as failure:
        raise Problem(f"{path}: cannot be written: {failure.strerror or failure}") from failure
