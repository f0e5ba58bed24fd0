"""The train command: trains without a screen. Results go to stdout, the rest to stderr."""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from ....data.dataset import Dataset
from ....net.engine.engine import Engine
from ....net.run import checkpoint
from ....net.run.diagnosis import DivergedError
from ....net.run.history import Progress
from ....net.run.state import HyperparameterLog
from ....net.trainer import Trainer, replay
from ...datasets.findings import all_notes
from ...datasets.loading import open_dataset, provenance_of
from ...export.files import check_apart, check_writable, write_atomically
from ...export.tables import TABLES, history_text
from ...render.glyphs import bar
from ...text import format_duration, printable
from ...training.headless import final_scores, new_trainer
from ..console import CLEAR_LINE, REDRAW_INTERVAL_S, log_notes, progress

DONE, FAILED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train, and where to write the results."""

    threads: int | None = None  # None: one per core
    share: float | None = None  # to test on, of data without a test part; None: the default
    model: Path | None = None
    history: Path | None = None
    overwrite: bool = False
    as_json: bool = False
    quiet: bool = False


def run_training(source: str, log: HyperparameterLog, options: TrainOptions) -> int:
    """Train from initial weights to the end of the run, or to Ctrl-C; return the exit code.

    Args:
        source: Data, as for --data.
        log: Hyperparameters to begin with, and planned changes.
        options: Everything else.

    Raises:
        UserError: A file cannot be written; also NetError and DataError for unusable input.
    """
    check_writable(options.model, overwrite=options.overwrite)
    check_writable(options.history, overwrite=options.overwrite, endings=TABLES)
    check_apart((options.model, options.history))
    with progress(f"reading {source}", quiet=options.quiet) as on_progress:
        dataset = open_dataset(source, options.share, on_progress)
    log_notes(source, all_notes(dataset.notes, dataset.findings), quiet=options.quiet)
    engine = Engine(dataset.train, options.threads)
    trainer = new_trainer(dataset, log[0][1], engine)
    start = time.perf_counter()
    stopped, code = _run_updates(trainer, log, shows=sys.stderr.isatty() and not options.quiet)
    seconds = time.perf_counter() - start
    # Save before anything else can fail.
    saved = checkpoint.SavedModel(trainer.state(), provenance_of(dataset, source))
    try:
        if options.model is not None:
            checkpoint.save(saved.state, options.model, saved.provenance)
    finally:
        if options.history is not None:
            text = history_text([(dataset.name, saved)], options.history.suffix)
            write_atomically(options.history, text, overwrite=options.overwrite)
    result = _summary(dataset, engine, trainer, stopped, seconds)
    if options.as_json:
        click.echo(json.dumps(result))
    elif not options.quiet:
        _print_summary(result, options)
    return code


def _run_updates(trainer: Trainer, log: HyperparameterLog, *, shows: bool) -> tuple[str, int]:
    """Make all updates; return how the run ended and the exit code for that."""
    interrupted = False

    def interrupt(*_: object) -> None:
        # Acted on between two updates, so that no update is left half-made.
        nonlocal interrupted
        interrupted = True

    previous_handler = signal.signal(signal.SIGINT, interrupt)
    start, last_drawn = time.perf_counter(), 0.0
    diagnosis = None
    try:
        for latest in replay(trainer, log):
            if trainer.diagnosis is not diagnosis and (diagnosis := trainer.diagnosis):
                where = f"at update {diagnosis.iteration}"
                click.echo(f"{CLEAR_LINE * shows}mnist-tui: {where}: {diagnosis.summary}", err=True)
            now = time.perf_counter()
            if shows and now - last_drawn >= REDRAW_INTERVAL_S:
                last_drawn = now
                _show_progress(latest, trainer.hyperparameters.iterations, now - start)
            if interrupted:
                return "interrupted", INTERRUPTED
    except DivergedError as error:
        click.echo(f"{CLEAR_LINE * shows}mnist-tui: {error}", err=True)
        return "diverged", FAILED
    finally:
        signal.signal(signal.SIGINT, previous_handler)
        if shows:
            click.echo(CLEAR_LINE, nl=False, err=True)
    return "finished", DONE


def _summary(
    dataset: Dataset, engine: Engine, trainer: Trainer, stopped: str, seconds: float
) -> dict[str, Any]:
    """Return the numbers of the summary: the final weights over the complete sets."""
    hyperparameters = trainer.hyperparameters
    scores = final_scores(trainer, engine)
    return {
        "data": dataset.name,
        **asdict(hyperparameters),
        "threads": engine.threads,
        "iteration": trainer.iteration,
        "train_accuracy": scores.train.accuracy,
        "test_accuracy": scores.test.test_accuracy,
        "loss": scores.train.loss,
        "gradient_norm": scores.test.gradient_norm,
        "seconds": seconds,
        "iterations_per_second": trainer.iteration / seconds if seconds else math.nan,
        "stopped": stopped,
    }


def _print_summary(result: dict[str, Any], options: TrainOptions) -> None:
    click.echo(
        f"{result['stopped']} after {result['iteration']:,} iterations in "
        f"{format_duration(result['seconds'])} ({result['iterations_per_second']:.1f} a second)\n"
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
        f"loss {progress.loss:.3f}  train {progress.train_accuracy:.1%}  "
        f"{format_duration(left)} left"
    )
    click.echo(f"\r{line:<79}", nl=False, err=True)
