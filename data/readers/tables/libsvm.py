"""LIBSVM's text: a label, then the pixels that are not 0, each with its number: 5 153:3 154:18."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...images.values import PixelBuffer, UnfitError, whole_labels
from ...source_content import SIDES, SourceContent, image_side
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, size_of, unpacked

ROW = re.compile(rb"\s*[+-]?\d+(\.\d*)?(\s+\d+:[+-]?[\d.]+([eE][+-]?\d+)?)+\s*(#.*)?")
COMMON = (64, 256, 784, 1024)  # pixels that images have whose last ones are all 0
MAX_LINE_BYTES = 1 << 20
CHUNK_ROWS = 500  # at a time


def is_libsvm(start: bytes) -> bool:
    """Return whether a file starts as LIBSVM does."""
    lines = [line for line in start.splitlines() if line.strip() and not line.startswith(b"#")]
    return bool(lines) and re.match(rb"\s*[+-]?\d+(\.\d*)?\s+\d+:[+-]?[\d.]", lines[0]) is not None


def read_libsvm(
    file: io.BufferedReader, path: Path, on_progress: OnProgress | None
) -> SourceContent:
    """All images and their labels. Raises DataError that names the line that is not as expected."""
    most = SIDES[-1] ** 2
    lowest, highest, rows = most, 0, 0
    for number, _, places, _ in _rows(file, path):
        if len(places) and (int(places.max()) > most or bool((np.diff(places) <= 0).any())):
            raise DataError(
                f"{path}: line {number}: numbers its pixels {places[0]} to {places.max()}; "
                f"expected numbers that grow, up to {most}"
            )
        if len(places):
            lowest, highest = min(lowest, int(places[0])), max(highest, int(places[-1]))
        rows += 1
    if not rows or not highest:
        raise DataError(f"{path}: has no rows with pixels; expected one for each image")
    count = highest + 1 if lowest == 0 else highest
    pixels = min(p for p in (*COMMON, *(side**2 for side in SIDES)) if p >= count)
    common = [p for p in COMMON if p >= count]
    pixels = min(common) if common else pixels
    if rows * pixels > MAX_PIXEL_BYTES:
        raise DataError(f"{path}: holds more than the {MAX_PIXEL_BYTES:,} pixels allowed")
    grays, labels = PixelBuffer(), bytearray()
    block = np.zeros((CHUNK_ROWS, pixels))
    filled, first, on_disk = 0, 1, size_of(file)
    file.seek(0)
    for number, label, places, values in _rows(file, path):
        block[filled, places - (lowest > 0)] = values
        filled += 1
        try:
            labels += whole_labels(np.array([label])).data
        except UnfitError as unfit:
            raise DataError(
                f"{path}: line {number}: its label is {label:g}; expected {unfit.expected}"
            ) from unfit
        if filled == CHUNK_ROWS or len(labels) == rows:
            _take(grays, block[:filled], first, path)
            block[:] = 0
            filled, first = 0, number + 1
            if on_progress is not None:
                on_progress(file.tell(), on_disk)
    images, scale = grays.taken()
    side = image_side(pixels)
    note = f"{side} × {side} pixels, as the highest number of a pixel is {highest}"
    return SourceContent(
        images.reshape(-1, pixels),
        np.frombuffer(labels, np.uint8),
        notes=("LIBSVM", note),
        scale=scale,
        span=grays.span,
    )


def _take(
    grays: PixelBuffer,
    block: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    first: int,
    path: Path,
) -> None:
    try:
        grays.add(block)
    except UnfitError as unfit:
        row, pixel = divmod(unfit.index, block.shape[1])
        raise DataError(
            f"{path}: row {first + row}: pixel {pixel + 1} is {block[row, pixel]:g}; expected "
            f"{unfit.expected}"
        ) from unfit


def _rows(
    file: io.BufferedReader, path: Path
) -> Iterator[tuple[int, float, np.ndarray[tuple[int], np.dtype[np.int64]], list[float]]]:
    """Yield line number, label, pixel numbers and pixels of every line."""
    content = unpacked(file, path)
    number = 0
    while line := content.readline(MAX_LINE_BYTES + 1):
        number += 1
        text = line.split(b"#")[0].strip()
        if not text:
            continue
        if len(line) > MAX_LINE_BYTES:
            raise DataError(f"{path}: line {number}: does not end within {MAX_LINE_BYTES:,} bytes")
        label, *cells = text.split()
        try:
            pairs = [cell.split(b":") for cell in cells]
            places = np.array([int(place[:9]) for place, _ in pairs], np.int64)
            values = [float(value) for _, value in pairs]
            yield number, float(label), places, values
        except ValueError as problem:
            raise DataError(
                f"{path}: line {number}: is no row of a label and number:pixel pairs"
            ) from problem
