"""A large set made of a small one: deformed copies of its images, written as four IDX files."""

from __future__ import annotations

import contextlib
import secrets
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ....data.augment import Deformation, deformed
from ....data.readers.arrays.idx_format import write_idx
from ...errors import UserError
from ...export.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ....data.dataset import Dataset
    from ....data.readers.safe_files import OnProgress

CHUNK_IMAGES = 6000  # images that are deformed and written at once
SEED = 0  # of all deformations: the same set and number give the same files


def write_deformed(
    dataset: Dataset,
    count: int,
    folder: Path,
    *,
    overwrite: bool,
    on_progress: OnProgress | None = None,
) -> None:
    """Write the deformed training images and the test images as they are, in constant memory.

    Args:
        dataset: what the images come from; the i-th is made from its i-th, counted around.
        count: how many training images to make.
        folder: an existing one.
        overwrite: whether files of these names may be written over.
        on_progress: called with the images that are done.

    Raises:
        UserError: a file cannot be written; none of it is then left.
    """
    path = folder / "train-images-idx3-ubyte"
    if path.exists() and not overwrite:
        raise UserError(f"{path}: is there already; write over it with --force")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    side = dataset.side
    try:
        with temporary.open("xb") as file:
            file.write(struct.pack(">BBBB3I", 0, 0, 8, 3, count, side, side))
            done = 0
            for images in _batches(dataset.train.images, count):
                file.write(images.data)
                done += len(images)
                if on_progress is not None:
                    on_progress(done, count)
        temporary.replace(path)
    except OSError as failure:
        raise UserError(f"{path}: cannot be written: {failure.strerror or failure}") from failure
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    labels = np.resize(dataset.train.labels, count)
    square = dataset.test.images.reshape(-1, side, side)
    for name, content in (
        ("train-labels-idx1-ubyte", write_idx(labels)),
        ("t10k-images-idx3-ubyte", write_idx(square)),
        ("t10k-labels-idx1-ubyte", write_idx(dataset.test.labels)),
    ):
        write_atomically(folder / name, content, overwrite=overwrite)


def _batches(images: NDArray[np.uint8], count: int) -> Iterator[NDArray[np.uint8]]:
    """Deformed images in batches, each by a seed of its own, so that all can be made again."""
    for number, start in enumerate(range(0, count, CHUNK_IMAGES)):
        rows = np.arange(start, min(start + CHUNK_IMAGES, count)) % len(images)
        generator = np.random.default_rng((SEED, number))
        yield np.ascontiguousarray(deformed(images[rows], Deformation(), generator))
