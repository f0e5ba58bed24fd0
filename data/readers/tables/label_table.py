"""A table of labels alone, beside one of their images: y_train.csv beside X_train.csv."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...images.values import UnfitError, one_hot_labels, whole_labels
from ...source_content import MAX_CLASSES, Bytes, natural
from ..safe_files import opened, unpacked
from .csv_header import INDEX_NAMES, LABEL_NAMES, NUMBER

MAX_BYTES = 1 << 28  # bytes of such a table
CELLS = re.compile(rb"[,;\t ]+")
MAX_NAME_LENGTH = 40  # characters of a class's name


def read_label_table(path: Path) -> tuple[Bytes, tuple[str, ...]]:
    """Read the labels, one a line, and the classes' names if they are text.

    A line holds one number or word, perhaps after an index, or a number for each class, of which
    one is 1. Raises DataError that names the line.
    """
    with opened(path) as file:
        content = unpacked(file, path).read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise DataError(f"{path}: is longer than the {MAX_BYTES:,} bytes labels may have")
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    rows = [
        (number, [cell.strip(b'"') for cell in CELLS.split(line.strip())])
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith(b"#")
    ]
    if len(rows) > 1 and _is_header(rows[0][1], rows[1][1]):
        names = [cell.decode("utf-8", "replace").casefold() for cell in rows[0][1]]
        del rows[0]
    else:
        names = []
    if not rows:
        raise DataError(f"{path}: has no rows; expected a label for each image")
    width = len(rows[0][1])
    if width == 2 and names and names[0] in INDEX_NAMES:
        rows = [(number, row[1:]) for number, row in rows]
        width = 1
    for number, row in rows:
        if len(row) != width:
            raise DataError(f"{path}: line {number}: has {len(row)} cells; expected {width}")
    if width > MAX_CLASSES:
        raise DataError(f"{path}: line {rows[0][0]}: has {width} cells; expected a label")
    if all(NUMBER.fullmatch(cell) for _, row in rows for cell in row):
        values = np.array([row for _, row in rows]).astype(np.float64)
        try:
            labels = whole_labels(values[:, 0]) if width == 1 else one_hot_labels(values)
        except UnfitError as unfit:
            number, row = rows[unfit.index // width]
            cell = row[unfit.index % width].decode()
            raise DataError(
                f"{path}: line {number}: is {cell}; expected {unfit.expected}"
            ) from unfit
        return labels, ()
    if width > 1:
        raise DataError(f"{path}: line {rows[0][0]}: has {width} cells; expected a label")
    words = [row[0].decode("utf-8", "replace")[:MAX_NAME_LENGTH] for _, row in rows]
    classes = tuple(sorted(set(words), key=natural))
    if len(classes) > MAX_CLASSES:
        raise DataError(f"{path}: has {len(classes)} different labels; expected {MAX_CLASSES}")
    places = {word: i for i, word in enumerate(classes)}
    return np.array([places[word] for word in words], np.uint8), classes


def _is_header(first: list[bytes], second: list[bytes]) -> bool:
    """Return whether the first line names the columns: it is words above numbers, or says label."""
    if any(NUMBER.fullmatch(cell) for cell in first):
        return False
    name = first[-1].decode("utf-8", "replace").casefold()
    return name in LABEL_NAMES or NUMBER.fullmatch(second[-1]) is not None
