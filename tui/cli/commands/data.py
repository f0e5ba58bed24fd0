"""The data command: describes a source, and converts it to four IDX files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from ....data.readers.arrays.idx_format import write_idx
from ...datasets.findings import all_notes
from ...datasets.loading import digest_of, open_dataset
from ...errors import UserError
from ...export.files import check_writable, write_atomically
from ...text import printable
from ..console import log_notes, progress
from .deformed import write_deformed

if TYPE_CHECKING:
    from ....data.dataset import Dataset


def describe(
    source: str,
    share: float | None,
    folder: Path | None,
    deformed_count: int | None = None,
    *,
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Describe a source on stdout; write it, or deformed copies of it, to `folder`; return 0."""
    if folder is not None:
        _check_folder(folder, overwrite=overwrite)
    with progress(f"reading {source}", quiet=quiet) as on_progress:
        dataset = open_dataset(source, share, on_progress)
    log_notes(source, all_notes(dataset.notes, dataset.findings), quiet=quiet)
    if folder is not None and deformed_count is not None:
        _make_folder(folder)
        with progress(f"writing {deformed_count:,} images", quiet=quiet) as on_progress:
            write_deformed(
                dataset, deformed_count, folder, overwrite=overwrite, on_progress=on_progress
            )
    elif folder is not None:
        write_folder(dataset, folder, overwrite=overwrite)
    counts = np.bincount(dataset.train.labels, minlength=dataset.classes).tolist()
    facts = {
        "data": dataset.name,
        "train": len(dataset.train),
        "test": len(dataset.test),
        "side": dataset.side,
        "classes": dataset.names,
        "train_of_each": counts,
        "sha256": digest_of(dataset),
        "written": None if folder is None else str(folder),
    }
    if as_json:
        click.echo(json.dumps(facts))
    elif not quiet:
        names = ", ".join(printable(name, 24) for name in dataset.names)
        click.echo(
            f"{printable(dataset.name)}: {len(dataset.train):,} images to learn from, "
            f"{len(dataset.test):,} to test on, {dataset.side} × {dataset.side}\n"
            f"{dataset.classes} classes: {names}\n"
            f"SHA-256 of the training part {facts['sha256']}"
        )
        if folder is not None:
            click.echo(f"written to {printable(folder)}")
    return 0


def idx_files(dataset: Dataset) -> dict[str, bytes]:
    """Return the content of the four IDX files, by MNIST's file names."""
    files: dict[str, bytes] = {}
    for part, digits in (("train", dataset.train), ("t10k", dataset.test)):
        square = digits.images.reshape(-1, dataset.side, dataset.side)
        files[f"{part}-images-idx3-ubyte"] = write_idx(square)
        files[f"{part}-labels-idx1-ubyte"] = write_idx(digits.labels)
    return files


def write_folder(dataset: Dataset, folder: Path, *, overwrite: bool) -> None:
    """Write the four IDX files to a folder, which is created if necessary. Raises UserError."""
    _make_folder(folder)
    for name, content in idx_files(dataset).items():
        write_atomically(folder / name, content, overwrite=overwrite)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as failure:
        raise UserError(f"{folder}: cannot be made: {failure.strerror or failure}") from failure


def _check_folder(folder: Path, *, overwrite: bool) -> None:
    """Raise UserError if the files cannot be written, before a long read."""
    if not folder.is_dir():
        if folder.exists():
            raise UserError(f"{folder}: is a file; expected a folder, or the name of a new one")
        check_writable(folder, overwrite=False)
        return
    for part in ("train", "t10k"):
        for what in ("images-idx3", "labels-idx1"):
            check_writable(folder / f"{part}-{what}-ubyte", overwrite=overwrite)
