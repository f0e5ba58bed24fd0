"""CSV to arrays, through pandas, block by block; the only file that imports it, when it reads.

A row an image, with a header (label,pixel0,pixel1,…) or without one and the label first or last;
without labels, a set to predict. Commas, semicolons, tabs or spaces; UTF-8 with or without a byte
order mark; any line ends; lines that begin with # are comments.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...images.values import PixelBuffer, UnfitError, one_hot_labels, whole_labels
from ...source_content import MAX_CLASSES, SourceContent, natural
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, size_of, unpacked
from .csv_columns import SHOWN, Columns, columns_of
from .csv_header import NUMBER
from .csv_label import EndColumn

BLOCKS = range(1 << 17, 1 << 22)  # bytes read at a time: a 64th of the file, within these
MAX_CELL_BYTES = 64  # bytes of a cell that is looked at to find the label
MAX_NAME_BYTES = 120  # bytes of a label that is text
MAX_LINE_BYTES = 1 << 20  # bytes of a line: 128 × 128 pixels of 20 characters take a third of it
NAMES = {b",": "commas", b";": "semicolons", b"\t": "tabs", b" ": "spaces"}
COMMENT = b"#"


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of a table that do not begin with the file."""

    content: io.BufferedIOBase
    first: int  # the number of its first line
    comment: bytes = COMMENT  # what a line begins with that is none of the table's
    form: str = "CSV"


def read_table(
    file: io.BufferedReader,
    path: Path,
    on_progress: OnProgress | None = None,
    label: str = "",
    text: Text | None = None,
) -> SourceContent:
    """Read all images of a CSV file, gzipped or not, and their labels if it has any.

    Args:
        file: the file, at its beginning.
        path: for messages.
        on_progress: called with the number of bytes done.
        label: the column that the user names as the label's; "" to detect it.
        text: the table's lines, if they are not the whole file.

    Raises:
        DataError: it names path, line and column of the first unexpected cell.
    """
    on_disk = size_of(file)
    block = min(max(on_disk // 64, BLOCKS.start), BLOCKS.stop)
    text = text or Text(unpacked(file, path), 1)
    table = None
    for first, block_lines in _blocks(text, path, block):
        lines = block_lines
        if table is None:
            skipped = next((i for i, x in enumerate(lines) if not x.startswith(text.comment)), None)
            if skipped is None:
                continue
            number = first + skipped
            ends = partial(_ends, file, path, block)
            columns = columns_of(lines[skipped:], number, path, label, ends)
            table = _Table(columns, path, text)
            skipped += int(columns.has_header)
            lines, first = lines[skipped:], first + skipped  # noqa: PLW2901  (the header is read)
        table.add(lines, first)
        if on_progress is not None:
            on_progress(file.tell(), on_disk)
    if table is None:
        raise DataError(f"{path}: is empty; expected rows of pixels")
    return table.found()


def _ends(file: io.BufferedReader, path: Path, block: int) -> tuple[EndColumn, EndColumn]:
    """Return the first and last column of the whole file; restore its position."""
    place = file.tell()
    first, last = EndColumn(), EndColumn()
    file.seek(0)
    marks = re.compile(rb"[,;\t]|\s+")
    for _, lines in _blocks(Text(unpacked(file, path), 1), path, block):
        for line in filter(bytes.strip, lines):
            if not line.startswith(COMMENT):
                text = line.strip().rstrip(b",;")
                first.add(marks.split(text, maxsplit=1)[0])
                last.add(re.split(rb"[,;\s]", text[-MAX_CELL_BYTES:])[-1])
    file.seek(place)
    return first, last


def _blocks(table: Text, path: Path, size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield blocks of at least one line, each with the number of its first line."""
    file, number, text = table.content, table.first, b""
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
    """Remove the byte order mark from the beginning of a text."""
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{path}: is text in UTF-16; save it as UTF-8")
    return text.removeprefix(b"\xef\xbb\xbf")


class _Table:
    """The rows so far: pixels and labels as bytes, so that a row takes no more than it must."""

    def __init__(self, columns: Columns, path: Path, text: Text) -> None:
        self.columns, self._path, self._text = columns, path, text
        self._grays, self._labels = PixelBuffer(), bytearray()
        self._texts: dict[bytes, int] = {}  # labels that are words, and the number of each
        self._rows = 0

    def add(self, lines: list[bytes], first: int) -> None:
        """Take the rows on these lines, of which `first` is the number of the first."""
        columns = self.columns
        separator, count = columns.separator, len(columns.names)
        is_plain = not (separator == b" " or columns.ends_empty or columns.has_decimal_commas)
        numbers: list[int] = []  # of the lines that are neither blank nor comments
        rows: list[bytes] = []
        for number, given in enumerate(lines, first):
            line = given if is_plain else columns.cells_of(given)
            cells = line.count(separator) + 1
            if given.startswith(self._text.comment):
                continue
            if cells == count and line:
                numbers.append(number)
                rows.append(line)
            elif line.strip():
                raise self._refusal(f"line {number}: has {cells} cells; expected {count}")
        if not rows:
            return
        kept = tuple(range(count))  # the columns of `values`
        if columns.has_text:
            kept = columns.pixels
            values = _parsed(self._without_words(rows, numbers), separator, len(kept))
        else:
            values = _parsed(rows, separator, count)
        if values is None:
            raise self._refusal(self._not_a_number(rows, numbers, kept))
        wanted: tuple[int, ...] = ()  # the columns that are being taken
        try:
            if not columns.has_text:
                wanted = columns.label
                self._take_labels(values)
                values = self._pixels(values)
            wanted = columns.pixels
            self._grays.add(values)
        except UnfitError as unfit:
            row, place = divmod(unfit.index, len(wanted))
            cell = rows[row].split(separator)[wanted[place]]
            found = self._cell(numbers[row], wanted[place], cell)
            raise self._refusal(f"{found}; expected {unfit.expected}") from unfit
        self._rows += len(rows)
        if self._rows * len(columns.pixels) > MAX_PIXEL_BYTES:
            raise self._refusal(f"holds more than the {MAX_PIXEL_BYTES:,} pixels allowed")

    def found(self) -> SourceContent:
        """All rows; only once."""
        columns = self.columns
        if not self._rows:
            raise self._refusal("has no rows; expected one for each image")
        pixels, scale = self._grays.taken()
        labels = np.frombuffer(self._labels, np.uint8) if columns.label else None
        names = ()
        if self._texts:
            given = [word.decode() for word in self._texts]
            names = tuple(sorted(given, key=natural))
            assert labels is not None
            labels = np.array([names.index(name) for name in given], np.uint8)[labels]
        where = "no labels" if not columns.label else f"labels in column {columns.label[0] + 1}"
        header = "a header" if columns.has_header else "no header"
        form = f"{self._text.form} with {NAMES[columns.separator]}, {header}, {where}"
        return SourceContent(
            pixels.reshape(-1, len(columns.pixels)),
            labels,
            names=names,
            notes=(form, *columns.notes),
            scale=scale,
            span=self._grays.span,
        )

    def _take_labels(self, values: NDArray[np.float64]) -> None:
        label = self.columns.label
        if len(label) == 1:
            self._labels += whole_labels(values[:, label[0]]).data
        elif label:
            self._labels += one_hot_labels(values[:, label]).data

    def _pixels(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        others = (*self.columns.label, *self.columns.left_out)
        if others in ((), (0,)):  # as in most files; a view will do
            return values[:, len(others) :]
        return np.delete(values, others, axis=1)

    def _without_words(self, rows: list[bytes], numbers: list[int]) -> list[bytes]:
        """Return the rows with only their pixels; record the labels' words."""
        columns = self.columns
        others = sorted((*columns.label, *columns.left_out), reverse=True)
        left: list[bytes] = []
        for row, number in zip(rows, numbers, strict=True):
            cells = row.split(columns.separator)
            if columns.label:
                word = cells[columns.label[0]].strip(b' \t\r"')
                if not word or len(word) > MAX_NAME_BYTES or not _is_text(word):
                    found = self._cell(number, columns.label[0], word)
                    raise self._refusal(f"{found}; expected 1 to {MAX_NAME_BYTES} bytes of text")
                self._labels.append(self._texts.setdefault(word, len(self._texts)))
                if len(self._texts) > MAX_CLASSES:
                    raise self._refusal(
                        f"{columns.place(number, columns.label[0])}: is the {len(self._texts)}th "
                        f"different text; expected {MAX_CLASSES} classes at most"
                    )
            for i in others:
                del cells[i]
            left.append(columns.separator.join(cells))
        return left

    def _not_a_number(self, rows: list[bytes], numbers: list[int], columns: tuple[int, ...]) -> str:
        """Locate the first cell that is not a number, which pandas does not say."""
        for number, row in zip(numbers, rows, strict=True):
            for column, cell in enumerate(row.split(self.columns.separator)):
                if column in columns and NUMBER.fullmatch(cell) is None:
                    return f"{self._cell(number, column, cell)}; expected a number"
        return f"lines {numbers[0]} to {numbers[-1]}: cannot be read as rows of numbers"

    def _cell(self, line: int, column: int, cell: bytes) -> str:
        """Describe a cell and its content for a message."""
        text = cell.decode("utf-8", "replace").strip()
        if self.columns.has_decimal_commas:  # as the file has it
            text = text.replace(".", ",")
        shown = repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
        return f"{self.columns.place(line, column)}: is {shown if text else 'empty'}"

    def _refusal(self, what: str) -> DataError:
        return DataError(f"{self._path}: {what}")


def _parsed(rows: list[bytes], separator: bytes, columns: int) -> NDArray[np.float64] | None:
    """Parse the numbers on these lines, one row each; None if any cell is not a number.

    pandas reads them as one long column because its cost grows with the number of columns: with
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


def _is_text(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True
