"""The sweep command: many runs, on this machine's cores or on a Dask cluster."""

from __future__ import annotations

import signal
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ....net.hyperparameters import Hyperparameters, check_fits
from ...config.recipe import format_recipe
from ...datasets.findings import all_notes
from ...datasets.loading import digest_of, open_dataset, program
from ...datasets.paths import absolute, expanded
from ...errors import UserError
from ...sweep.cells import with_values
from ...sweep.cluster import Tls, check_installed, local_cluster, running_cluster
from ...sweep.dispatch import Dispatcher
from ...sweep.manifest import Manifest, read_manifest, write_manifest
from ...sweep.results import ResultsWriter, read_results
from ...sweep.runner import RungJob, SweepRunner
from ...sweep.tasks import Requirements
from ...sweep.worker import code_digest
from ..console import log_line, log_notes, progress
from .sweep_report import ProgressLine, print_report

if TYPE_CHECKING:
    from distributed import Client

    from ....data.dataset import Dataset
    from ....net.run.state import HyperparameterLog
    from ...sweep.axes import Axis
    from ...sweep.cells import Cell

DONE, INTERRUPTED = 0, 130


@dataclass(frozen=True, slots=True)
class SweepOptions:
    """How to sweep, and where to."""

    folder: Path
    share: float | None = None
    draws: int | None = None
    draw_seed: int = 0
    halving: int | None = None
    keeps_models: bool = False
    workers: int | None = None
    scheduler: str | None = None
    tls: tuple[Path, Path, Path] | None = None  # authority, certificate, key
    as_json: bool = False
    quiet: bool = False


def run_sweep(
    source: str | None,
    base: HyperparameterLog | None,
    axes: Sequence[Axis],
    options: SweepOptions,
) -> int:
    """Make all runs that have no result in the folder yet; return the exit code.

    Args:
        source: Data, as for --data; None: those of the folder's sweep, or the built-in ones.
        base: Hyperparameters that no axis sets; None: likewise.
        axes: What varies. Without any, the folder's sweep continues.
        options: Everything else.

    Raises:
        UserError: The folder holds another sweep, or cannot be written to; no worker is fit. Also
            NetError and DataError for unusable input.
    """
    check_installed()
    known = read_manifest(options.folder)
    absolute(options.folder)  # refuses it before a long read if it cannot be made
    manifest = _manifest(known, source, base, axes, options)
    with progress(f"reading {manifest.source}", quiet=options.quiet) as on_progress:
        dataset = open_dataset(manifest.source, manifest.share, on_progress)
    log_notes(manifest.source, all_notes(dataset.notes, dataset.findings), quiet=options.quiet)
    manifest = replace(
        manifest,
        data=dataset.name,
        sha256=digest_of(dataset),
        test_images=len(dataset.test),
        program=program(),
        code=code_digest(),
    )
    _check_same(options.folder, known, manifest)
    cells = manifest.plan()
    _check_cells(cells, dataset)
    manifest = replace(manifest, cells=len(cells))
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise UserError(f"{options.folder}: cannot be made: {failure.strerror}") from failure
    with ResultsWriter(options.folder) as writer:
        write_manifest(options.folder, manifest)
        results = read_results(options.folder)
        runner = SweepRunner(options.folder, manifest, cells, results, dataset)
        start = time.perf_counter()
        code = DONE
        if runner.done < runner.planned:
            needs = Requirements(
                manifest.program, manifest.code, manifest.sha256, manifest.source, manifest.share
            )
            code = _run(runner, writer, needs, dataset, options)
        seconds = time.perf_counter() - start
    print_report(options.folder, manifest, code == DONE, seconds, options)
    return code


def _manifest(
    known: Manifest | None,
    source: str | None,
    base: HyperparameterLog | None,
    axes: Sequence[Axis],
    options: SweepOptions,
) -> Manifest:
    """Return what to sweep over; the data are not read yet."""
    if not axes and base is None:
        if known is None:
            raise click.UsageError("say what to vary, such as --alpha 0.01:1:log9 --seed 0:5")
        return replace(known, source=known.source if source is None else expanded(source))
    log = base or ((0, Hyperparameters()),)
    fixed = {axis.name: axis.values[0] for axis in axes if len(axis.values) == 1}
    return Manifest(
        recipe=format_recipe(with_values(log, fixed)),
        axes={axis.name: axis.text for axis in axes if axis.name not in fixed},
        draws=options.draws,
        draw_seed=options.draw_seed,
        halving=options.halving,
        keeps_models=options.keeps_models,
        source=expanded(source or "mnist"),
        share=options.share,
    )


def _check_same(folder: Path, known: Manifest | None, manifest: Manifest) -> None:
    """Refuse to mix results of other data or of another program."""
    if known is None:
        return
    if known.sha256 != manifest.sha256:
        raise UserError(
            f"{folder}: holds a sweep on other data ({known.data}); name another folder"
        )
    if (known.program, known.code) != (manifest.program, manifest.code):
        raise UserError(
            f"{folder}: holds a sweep of {known.program} in another state than this "
            f"{manifest.program}; name another folder, since results may differ"
        )


def _check_cells(cells: Sequence[Cell], dataset: Dataset) -> None:
    """Refuse, before the first run, what does not fit the data. Raises NetError."""
    m, inputs = dataset.train.images.shape
    shapes = {(one.hidden, one.batch_size): one for cell in cells for _, one in cell.log}
    for one in shapes.values():
        check_fits(one, m, inputs, dataset.classes)


def _run(
    runner: SweepRunner,
    writer: ResultsWriter,
    needs: Requirements,
    dataset: Dataset,
    options: SweepOptions,
) -> int:
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True

    line = ProgressLine(quiet=options.quiet)
    with _cluster(options) as client:
        dispatcher = Dispatcher[RungJob](client, needs, dataset, log_line)
        previous_handler = signal.signal(signal.SIGINT, interrupt)
        steps = runner.run(dispatcher, writer)
        try:
            for step in steps:
                line.show(step)
                if interrupted:
                    return INTERRUPTED
        except UserError as problem:
            how_far = f"{runner.done:,} of {runner.planned:,} results are in {options.folder}"
            raise UserError(f"{problem} ({how_far}; the same command goes on)") from problem
        finally:
            line.close()
            steps.close()
            signal.signal(signal.SIGINT, previous_handler)
    return DONE


@contextmanager
def _cluster(options: SweepOptions) -> Generator[Client]:
    if options.scheduler is None:
        with local_cluster(options.workers) as client:
            yield client
    else:
        with running_cluster(options.scheduler, options.tls and Tls(*options.tls)) as client:
            yield client
