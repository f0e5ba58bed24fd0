"""CSV to arrays, through pandas, block by block; the only file that imports it, when it reads.

Kaggle's forms: a row an image, with a header (label,pixel0,pixel1,…) or without one and the
label first; without labels, a set to predict. Commas, semicolons or tabs; UTF-8 with or without
a byte order mark; any line ends.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..source_content import SourceContent
from ..values import PixelBuffer, UnfitError, whole_labels
from .csv_columns import NUMBER, SHOWN, Columns, columns_of
from .safe_files import MAX_PIXEL_BYTES, OnProgress, size_of, unpacked

BLOCKS = range(1 << 17, 1 << 22)  # bytes read at a time: a 64th of the file, within these
MAX_LINE_BYTES = 1 << 20  # bytes of a line: 128 × 128 pixels of 20 characters take a third of it
NAMES = {b",": "commas", b";": "semicolons", b"\t": "tabs"}


def read_table(
    file: io.BufferedReader, path: Path, on_progress: OnProgress | None = None
) -> SourceContent:
    """All images of a CSV file, gzipped or not, and their labels where it has them.

    Raises DataError that names path, line and column of the first cell that is not as expected.
    """
    on_disk = size_of(file)
    block = min(max(on_disk // 64, BLOCKS.start), BLOCKS.stop)
    table = None
    for first, lines in _blocks(unpacked(file, path), path, block):
        if table is None:
            table = _Table(columns_of(lines[0], path), path)
            skipped = int(table.columns.has_header)
            table.add(lines[skipped:], first + skipped)
        else:
            table.add(lines, first)
        if on_progress is not None:
            on_progress(file.tell(), on_disk)
    if table is None:
        raise DataError(f"{path}: is empty; expected rows of pixels")
    return table.found()


def _blocks(file: io.BufferedIOBase, path: Path, size: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of a block, at least one, and the number of the first of them."""
    number, text = 1, b""
    piece = _without_mark(file.read(size), path)
    while piece or text:
        if b"\0" in piece:
            line = number + (text + piece).partition(b"\0")[0].count(b"\n")
            raise DataError(f"{path}: line {line}: holds a zero byte; expected text")
        text += piece
        # Whole lines; at the end of the file, whatever is left.
        cut = text.rfind(b"\n") + 1 if piece else len(text)
        lines, text = text[:cut].splitlines(), text[cut:]
        if lines:
            yield number, lines
        number += len(lines)
        if len(text) > MAX_LINE_BYTES:
            raise DataError(f"{path}: line {number}: does not end within {MAX_LINE_BYTES:,} bytes")
        piece = file.read(size)


def _without_mark(text: bytes, path: Path) -> bytes:
    """The beginning of a text without its byte order mark."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{path}: is text in UTF-16; save it as UTF-8")
    return text.removeprefix(b"\xef\xbb\xbf")


class _Table:
    """The rows so far: pixels and labels as bytes, so that a row takes no more than it must."""

    def __init__(self, columns: Columns, path: Path) -> None:
        self.columns, self._path = columns, path
        self._greys, self._labels = PixelBuffer(), bytearray()
        self._rows = 0

    def add(self, lines: list[bytes], first: int) -> None:
        """Take the rows on these lines, of which `first` is the number of the first."""
        separator, count = self.columns.separator, len(self.columns.names)
        label = self.columns.label
        numbers: list[int] = []  # of the lines that are not blank
        rows: list[bytes] = []
        for number, line in enumerate(lines, first):
            cells = line.count(separator) + 1
            if cells == count:
                numbers.append(number)
                rows.append(line)
            elif line.strip():
                raise self._refusal(f"line {number}: has {cells} cells; expected {count}")
        if not rows:
            return
        values = _parsed(rows, separator, count)
        if values is None:
            raise self._refusal(self._not_a_number(rows, numbers))
        wanted: tuple[int, ...] = ()  # the columns that are being taken
        try:
            if label is not None:
                wanted = (label,)
                self._labels += whole_labels(values[:, label]).data
                first_is_label = label == 0  # as in most files; a view will do
                values = values[:, 1:] if first_is_label else np.delete(values, label, axis=1)
            wanted = self.columns.pixels
            self._greys.add(values)
        except UnfitError as unfit:
            row, place = divmod(unfit.index, len(wanted))
            cell = rows[row].split(separator)[wanted[place]]
            found = self._cell(numbers[row], wanted[place], cell)
            raise self._refusal(f"{found}; expected {unfit.expected}") from unfit
        self._rows += len(rows)
        if self._rows * len(self.columns.pixels) > MAX_PIXEL_BYTES:
            raise self._refusal(f"holds more than the {MAX_PIXEL_BYTES:,} pixels allowed")

    def found(self) -> SourceContent:
        """All rows; only once."""
        columns = self.columns
        if not self._rows:
            raise self._refusal("has no rows; expected one for each image")
        images, scale = self._greys.taken(len(columns.pixels))
        labels = None if columns.label is None else np.frombuffer(self._labels, np.uint8)
        where = "no labels" if columns.label is None else f"labels in column {columns.label + 1}"
        header = "a header" if columns.has_header else "no header"
        form = f"CSV with {NAMES[columns.separator]}, {header}, {where}"
        return SourceContent(images, labels, notes=(form, scale))

    def _not_a_number(self, rows: list[bytes], numbers: list[int]) -> str:
        """Where the first cell is that no number can be read from; pandas does not tell."""
        for number, row in zip(numbers, rows, strict=True):
            for column, cell in enumerate(row.split(self.columns.separator)):
                if NUMBER.fullmatch(cell) is None:
                    return f"{self._cell(number, column, cell)}; expected a number"
        return f"lines {numbers[0]} to {numbers[-1]}: cannot be read as rows of numbers"

    def _cell(self, line: int, column: int, cell: bytes) -> str:
        """A place and what stands there, as messages say it."""
        text = cell.decode("utf-8", "replace").strip()
        shown = repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
        return f"{self.columns.place(line, column)}: is {shown if text else 'empty'}"

    def _refusal(self, what: str) -> DataError:
        return DataError(f"{self._path}: {what}")


def _parsed(rows: list[bytes], separator: bytes, columns: int) -> NDArray[np.float64] | None:
    """The numbers on these lines, one row each; None if there is a cell that is none.

    pandas is given them as one long column, because most of its time goes by the column: with
    16 384 of them, for images of 128 × 128, it would take a hundred times as long.
    """
    import pandas as pd

    try:
        values = pd.read_csv(
            io.BytesIO(b"\n".join(rows).replace(separator, b"\n")),
            sep=separator.decode(),  # of which there is none left
            header=None,
            dtype=np.float64,
            keep_default_na=False,  # an empty cell, or one that says NA, is no number here
            skip_blank_lines=False,
            low_memory=False,  # it is a block only
        ).to_numpy()
    except ValueError:  # pandas' own errors are of this kind, too
        return None
    return values.reshape(-1, columns) if values.size == len(rows) * columns else None
