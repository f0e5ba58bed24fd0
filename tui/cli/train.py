"""Train without a screen: results on stdout, everything else on stderr."""

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

from ...data.augment import Epochs
from ...data.dataset import Dataset
from ...net.engine.engine import Engine
from ...net.run import checkpoint
from ...net.run.diagnosis import DivergedError
from ...net.run.history import Progress
from ...net.run.state import HyperparameterLog
from ...net.trainer import Trainer, replay
from ..datasets.findings import told
from ..datasets.loading import open_dataset, provenance_of
from ..export.files import check_apart, check_writable, write_atomically
from ..export.tables import TABLES, history_text
from ..render.glyphs import bar
from ..text import format_duration, printable
from .console import CLEAR_LINE, REDRAW_INTERVAL_S, log_notes, progress

DONE, FAILED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How a training is carried out, and where its result goes."""

    threads: int | None = None  # None: as many as there are cores
    share: float | None = None  # of a set without test part: how much to test on; None: as usual
    model: Path | None = None
    history: Path | None = None
    overwrite: bool = False
    as_json: bool = False
    quiet: bool = False


def train(source: str, hyperparameter_log: HyperparameterLog, options: TrainOptions) -> int:
    """Train from the first weights to the end of the run, or to Ctrl-C; returns the exit code.

    course: the hyperparameters to begin with, and changes of them along the way.
    """
    check_writable(options.model, overwrite=options.overwrite)
    check_writable(options.history, overwrite=options.overwrite, endings=TABLES)
    check_apart((options.model, options.history))
    with progress(f"reading {source}", quiet=options.quiet) as on_progress:
        dataset = open_dataset(source, options.share, on_progress)
    log_notes(source, told(dataset.notes, dataset.findings), quiet=options.quiet)
    engine = Engine(dataset.train, options.threads)
    trainer = Trainer(
        dataset.train,
        dataset.test,
        hyperparameter_log[0][1],
        classes=dataset.classes,
        engine=engine,
        augmented=Epochs(dataset.train.images).images,
    )
    begun = time.perf_counter()
    stopped, code = _run_updates(
        trainer, hyperparameter_log, shows=sys.stderr.isatty() and not options.quiet
    )
    seconds = time.perf_counter() - begun
    # First of all, what was learnt goes to disk.
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


def _run_updates(trainer: Trainer, course: HyperparameterLog, *, shows: bool) -> tuple[str, int]:
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
        for seen in replay(trainer, course):
            if trainer.diagnosis is not trouble and (trouble := trainer.diagnosis):
                where = f"at update {trouble.iteration}"
                click.echo(f"{CLEAR_LINE * shows}mnist-tui: {where}: {trouble.summary}", err=True)
            now = time.perf_counter()
            if shows and now - drawn >= REDRAW_INTERVAL_S:
                drawn = now
                _show_progress(seen, trainer.hyperparameters.iterations, now - begun)
            if interrupted:
                return "interrupted", INTERRUPTED
    except DivergedError as end:
        click.echo(f"{CLEAR_LINE * shows}mnist-tui: {end}", err=True)
        return "diverged", FAILED
    finally:
        signal.signal(signal.SIGINT, usual)
        if shows:
            click.echo(CLEAR_LINE, nl=False, err=True)
    return "finished", DONE


def _summary(
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
        "gradient_norm": final.gradient_norm,
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
        f"loss {progress.loss:.3f}  train {progress.train_accuracy:.1%}  {format_duration(left)} left"
    )
    click.echo(f"\r{line:<79}", nl=False, err=True)
