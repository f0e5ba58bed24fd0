"""The columns of a CSV file, derived from its first lines: pixels, the label, and others."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import DataError
from ...source_content import SIDES, image_side
from .csv_header import (
    INDEX_NAMES,
    LABEL_NAMES,
    NUMBER,
    are_numbered,
    is_resaved,
    misplaced,
    odd_ones,
)
from .csv_label import EndColumn, label_end, one_hot_columns

DECIMAL = re.compile(rb"[0-9],[0-9]")
SHOWN = 24  # characters of a cell that a message quotes
SQUARES = f"a square image's pixels, {SIDES[0]} to {SIDES[-1]} a side (28: 784 columns)"
SAMPLED_LINES = 2000  # lines of the first block whose ends tell the label
SPLIT_LINES = 100  # of these that are split into all their cells
SPACES = b" "

Ends = Callable[[], tuple[EndColumn, EndColumn]]  # the first and the last column of the whole file


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of every line, and whether the first line is their header."""

    separator: bytes
    names: tuple[str, ...]  # as messages call them
    label: tuple[int, ...]  # which of them is the label; of several, the one that holds 1 tells
    has_header: bool
    left_out: tuple[int, ...] = ()  # neither label nor pixels
    ends_empty: bool = False  # whether a separator stands at the end of every line
    has_decimal_commas: bool = False
    has_text: bool = False  # whether the label, or what is left out, is text
    notes: tuple[str, ...] = ()

    @property
    def pixels(self) -> tuple[int, ...]:
        """Which of them are pixels, in the image's order."""
        others = {*self.label, *self.left_out}
        return tuple(i for i in range(len(self.names)) if i not in others)

    def place(self, line: int, column: int) -> str:
        """Name a cell for messages."""
        label = " (the label)" if column in self.label else ""
        return f"line {line}, column {self.names[column]}{label}"

    def cells_of(self, line: bytes) -> bytes:
        """Return a line with only this separator between its cells, and none at its end."""
        if self.separator == SPACES:
            return SPACES.join(line.split())
        if self.has_decimal_commas:
            line = line.replace(b",", b".")
        if self.ends_empty and line.rstrip().endswith(self.separator):
            return line.rstrip()[: -len(self.separator)]
        return line


@dataclass(frozen=True, slots=True)
class _Sample:
    """The first lines, in cells."""

    path: Path
    number: int  # of the first line
    columns: Columns  # only separator and ends so far
    texts: list[str]  # the first line's cells
    rows: list[list[bytes]]  # the cells of some lines after that
    lines: list[bytes]  # these lines, and more
    label: str  # which column you named as the label; "" for none
    ends: Ends

    def refusal(self, what: str) -> DataError:
        return DataError(f"{self.path}: line {self.number}: {what}")


def columns_of(lines: list[bytes], number: int, path: Path, label: str, ends: Ends) -> Columns:
    """Derive the columns from the first lines of a table.

    Args:
        lines: the first lines, without comments.
        number: line number of the first one, for messages.
        path: for messages.
        label: the label's column as the user names it: first, last, its name or number; "" to
            detect it.
        ends: returns the first and last column of the whole file; called if these lines do not
            suffice.

    Raises:
        DataError: they fit no format, or the label could be in two places.
    """
    separator = _separator(lines[:2])
    if not any(separator in line for line in lines[:2]):
        separator = SPACES if len(lines[-1].split()) > 1 else separator
    bare = Columns(separator, (), (), has_header=False)
    rest = [line for line in lines[1:SAMPLED_LINES] if line.strip()]
    if separator != SPACES and rest and all(x.rstrip().endswith(separator) for x in rest):
        bare = replace(bare, ends_empty=True)
    if separator in b";\t" and any(DECIMAL.search(line) for line in rest[:SPLIT_LINES]):
        bare = replace(bare, has_decimal_commas=True, notes=("decimal commas",))
    head = bare.cells_of(lines[0]).decode("utf-8", "surrogateescape")
    try:
        head.encode("utf-8")
        cells = next(csv.reader([head], delimiter=separator.decode()), [""])
    except (UnicodeEncodeError, csv.Error) as problem:
        raise DataError(f"{path}: line {number}: is not text in UTF-8") from problem
    texts = [cell.strip() for cell in cells]
    if not any(texts):
        raise DataError(f"{path}: line {number}: is blank; expected {SQUARES}")
    rows = [row.split(separator) for row in map(bare.cells_of, rest[:SPLIT_LINES])]
    rows = [row for row in rows if len(row) == len(texts)]
    sample = _Sample(path, number, bare, texts, rows, rest, label, ends)
    if texts == [str(i) for i in range(len(texts))]:  # how a table without names is headed
        return _by_count(sample, has_header=True)
    if is_resaved(texts):
        note = "the first image had become the header, as when pandas saves such a table again"
        columns = _by_count(sample, has_header=True)
        return replace(columns, notes=(*columns.notes, f"{note}; it is left out"))
    # One bad cell makes no header of a row.
    numbers = sum(NUMBER.fullmatch(text.encode()) is not None for text in texts)
    if numbers * 2 > len(texts) and not are_numbered(texts):
        return _by_count(sample, has_header=False)
    return _by_name(sample)


def _separator(lines: list[bytes]) -> bytes:
    """Return what stands between cells: of semicolons beside decimal commas, the semicolons."""
    marks = (b",", b";", b"\t")
    most = max(marks, key=lambda mark: max(line.count(mark) for line in lines))
    steady = [m for m in marks[1:] if len({line.count(m) for line in lines}) == 1 and m in lines[0]]
    is_steady = len({line.count(most) for line in lines}) == 1
    return most if is_steady or not steady else steady[0]


def _by_count(sample: _Sample, *, has_header: bool) -> Columns:
    """Without names their number tells: no two squares are neighbours."""
    count = len(sample.texts)
    first = [] if has_header else [[text.encode() for text in sample.texts]]
    rows = first + sample.rows
    columns = replace(
        sample.columns, names=tuple(str(i + 1) for i in range(count)), has_header=has_header
    )
    if sample.label:
        return _with_label(sample, columns, _named(sample, columns), rows)
    if image_side(count) is not None:
        return columns
    if image_side(count - 1) is not None:
        return _with_label(sample, columns, (_found_end(sample, rows, count),), rows)
    if hot := one_hot_columns(rows, count):
        note = f"the label is the column of 1 among columns {hot[0] + 1} to {hot[-1] + 1}"
        return replace(columns, label=hot, notes=(note,))
    raise sample.refusal(f"has {count} columns; expected {SQUARES}, and perhaps the label")


def _found_end(sample: _Sample, rows: list[list[bytes]], count: int) -> int:
    """Return the label's column in a table without names: its first or its last."""
    first, last = EndColumn(), EndColumn()
    for line in map(sample.columns.cells_of, sample.lines):
        first.add(line.split(sample.columns.separator, 1)[0])
        last.add(line.rsplit(sample.columns.separator, 1)[-1])
    for row in rows[: len(rows) - len(sample.rows)]:  # the first line, where it is no header
        first.add(row[0])
        last.add(row[-1])
    end = label_end(first, last) or label_end(*sample.ends())
    if end is None:
        raise sample.refusal(
            "it is not clear whether the label is the first column or the last; say it with "
            "--label first or --label last (or its name or number)"
        )
    return 0 if end == "first" else count - 1


def _named(sample: _Sample, columns: Columns) -> tuple[int, ...]:
    """Find the column that the user named."""
    ends = {"first": 0, "last": len(columns.names) - 1}
    folded = [text.casefold() for text in sample.texts]
    if columns.has_header and sample.label.casefold() in folded:
        return (folded.index(sample.label.casefold()),)
    if sample.label in ends:
        return (ends[sample.label],)
    if sample.label.isdecimal() and 1 <= int(sample.label[:9]) <= len(columns.names):
        return (int(sample.label) - 1,)
    raise sample.refusal(
        f"has no column {sample.label[:SHOWN]!r}; expected first, last, a name in the header, or "
        f"a number from 1 to {len(columns.names)}"
    )


def _by_name(sample: _Sample) -> Columns:
    texts = sample.texts
    folded = [text.casefold() for text in texts]
    columns = replace(sample.columns, names=tuple(text[:SHOWN] for text in texts), has_header=True)
    labels = [i for i, name in enumerate(folded) if name in LABEL_NAMES]
    index = [i for i, name in enumerate(folded) if name in INDEX_NAMES]
    odd = [i for i in odd_ones(texts) if i not in labels and i not in index]
    if sample.label:
        chosen = _named(sample, columns)
        index += [i for i in labels if i not in chosen]
        labels = list(chosen)
    elif not labels and len(odd) == 1:
        labels = odd
    text_only = [i for i in odd if i not in labels and _is_text(sample.rows, i)]
    left_out = sorted({*index, *text_only} - set(labels))
    pixels = len(texts) - len(labels) - len(left_out)
    squares = (pixels, pixels - 1)  # the label may be among them still
    if left_out and not any(map(image_side, squares)):  # they may be pixels after all
        left_out, pixels = [], len(texts) - len(labels)
    if not labels and image_side(pixels) is None and image_side(pixels - 1) is not None:
        labels = _numbered_end(sample, [i for i in range(len(texts)) if i not in left_out])
        pixels -= len(labels)
    hot = () if labels or image_side(pixels) or left_out else one_hot_columns(sample.rows, pixels)
    if hot:
        first, last = (texts[i][:SHOWN] for i in (hot[0], hot[-1]))
        note = f"the label is the column of 1 among {first} to {last}"
        columns = replace(columns, notes=(note,))
        labels, pixels = list(hot), pixels - len(hot)
    if (len(labels) > 1 and not hot) or image_side(pixels) is None:
        raise sample.refusal(
            f"has {len(texts)} columns, the first {texts[0][:SHOWN]!r}, and {len(labels)} named "
            f"label; expected {SQUARES}, and at most one named label (or say --label NAME)"
        )
    columns = replace(columns, left_out=tuple(left_out))
    columns = _with_label(sample, columns, tuple(labels), sample.rows)
    names = [texts[i] for i in columns.pixels]
    if place := misplaced(names):
        before, after = names[place - 1][:SHOWN], names[place][:SHOWN]
        raise sample.refusal(
            f"column {after!r} comes after {before!r}; expected the pixels in order"
        )
    if left_out:
        listed = ", ".join(repr(texts[i][:SHOWN]) for i in left_out[:3])
        columns = replace(columns, notes=(*columns.notes, f"column {listed} left out"))
    return columns


def _numbered_end(sample: _Sample, columns: list[int]) -> list[int]:
    """Find the label among columns that are all named by numbers; none if it is unclear.

    pandas saves a table without names like this, beside an index.
    """
    if not all(sample.texts[i].isdecimal() for i in columns):
        return []
    first, last = EndColumn(), EndColumn()
    for row in sample.rows:
        first.add(row[columns[0]])
        last.add(row[columns[-1]])
    end = label_end(first, last)
    return [] if end is None else [columns[0 if end == "first" else -1]]


def _with_label(
    sample: _Sample, columns: Columns, label: tuple[int, ...], rows: list[list[bytes]]
) -> Columns:
    """Complete the columns with the label's, and whether other cells are text."""
    if image_side(len(columns.names) - len(label) - len(columns.left_out)) is None:
        raise sample.refusal(
            f"has {len(columns.names) - len(label)} columns besides the label; expected {SQUARES}"
        )
    has_text = any(_is_text(rows, i) for i in (*label, *columns.left_out))
    return replace(columns, label=label, has_text=has_text)


def _is_text(rows: list[list[bytes]], column: int) -> bool:
    """Return whether most cells of a column are words."""
    some = rows[:200]
    words = sum(bool(row[column].strip()) and NUMBER.fullmatch(row[column]) is None for row in some)
    return words * 2 > len(some)
