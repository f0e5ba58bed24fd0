"""What the first line of a CSV file tells: separator, header or none, and what each column is."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from ..source_content import SIDES, image_side

LABEL_NAMES = {"label", "labels", "class", "target", "digit", "y"}
NUMBER = re.compile(rb'\s*("?)\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*\1\s*')
SHOWN = 24  # characters of a cell that a message quotes
SQUARES = f"a square image's pixels, {SIDES[0]} to {SIDES[-1]} a side (28: 784 columns)"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of every line, and whether the first line is their header."""

    separator: bytes
    names: tuple[str, ...]  # as messages call them
    label: int | None  # which of them is the label
    has_header: bool

    @property
    def pixels(self) -> tuple[int, ...]:
        """Which of them are pixels, in the image's order."""
        return tuple(i for i in range(len(self.names)) if i != self.label)

    def place(self, line: int, column: int) -> str:
        """A cell as messages call it."""
        label = " (the label)" if column == self.label else ""
        return f"line {line}, column {self.names[column]}{label}"


def columns_of(line: bytes, path: Path) -> Columns:
    """The columns that this first line of `path` tells; DataError if they fit no form."""
    separator = max((b",", b";", b"\t"), key=line.count)
    try:
        cells = next(csv.reader([line.decode("utf-8")], delimiter=separator.decode()), [""])
    except (UnicodeDecodeError, csv.Error) as problem:
        raise DataError(f"{path}: line 1: is not text in UTF-8") from problem
    texts = [cell.strip() for cell in cells]
    if not any(texts):
        raise DataError(f"{path}: line 1: is blank; expected {SQUARES}")
    if texts == [str(i) for i in range(len(texts))]:  # how a table without names is headed
        return _by_count(separator, len(texts), path, has_header=True)
    # One bad cell makes no header of a row.
    numbers = sum(NUMBER.fullmatch(text.encode()) is not None for text in texts)
    if numbers * 2 > len(texts):
        return _by_count(separator, len(texts), path, has_header=False)
    return _by_name(separator, texts, path)


def _by_count(separator: bytes, count: int, path: Path, *, has_header: bool) -> Columns:
    """Without names their number tells: no two squares are neighbours."""
    for label, pixels in ((None, count), (0, count - 1)):
        if image_side(pixels) is not None:
            names = tuple(str(i + 1) for i in range(count))
            return Columns(separator, names, label, has_header)
    raise DataError(
        f"{path}: line 1: has {count} columns; expected {SQUARES}, and perhaps the label before"
    )


def _by_name(separator: bytes, texts: list[str], path: Path) -> Columns:
    labels = [i for i, text in enumerate(texts) if text.casefold() in LABEL_NAMES]
    if len(labels) > 1 or image_side(len(texts) - len(labels)) is None:
        raise DataError(
            f"{path}: line 1: has {len(texts)} columns, the first {texts[0][:SHOWN]!r}, and "
            f"{len(labels)} named label; expected {SQUARES}, and at most one named label"
        )
    names = tuple(text[:SHOWN] for text in texts)
    _check_order([name for i, name in enumerate(names) if i not in labels], path)
    return Columns(separator, names, labels[0] if labels else None, has_header=True)


def _check_order(names: list[str], path: Path) -> None:
    """Columns called pixel0, pixel1, … must come so, or every image would be scrambled."""
    numbered = [re.fullmatch(r"([^0-9]*)([0-9]{1,9})", name) for name in names]
    numbers = [int(match[2]) for match in numbered if match is not None]
    if len(numbers) < len(names):
        return  # called otherwise, such as 1x1, 1x2
    for i in range(1, len(names)):
        if numbers[i] != numbers[i - 1] + 1:
            raise DataError(
                f"{path}: line 1: column {names[i]!r} comes after {names[i - 1]!r}; expected the "
                f"pixels in order"
            )
