"""ARFF, Weka's and OpenML's form: names of the columns one a line, then rows as in CSV."""

from __future__ import annotations

import io
import re
from pathlib import Path

from ...errors import DataError
from ...source_content import SourceContent
from ..safe_files import OnProgress, unpacked
from . import csv_table

ATTRIBUTE = re.compile(rb"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s+(.*)", re.IGNORECASE)
MAX_ATTRIBUTES = 1 << 15  # 181 × 181 pixels
MAX_LINE_BYTES = 1 << 16


def is_arff(start: bytes) -> bool:
    """Return whether a file starts as ARFF does: @relation, after comments."""
    lines = start.removeprefix(b"\xef\xbb\xbf").splitlines()
    first = next((x for x in lines if x.strip() and not x.startswith(b"%")), b"")
    return first.strip().lower().startswith(b"@relation")


def is_comment_first(start: bytes) -> bool:
    """Return whether the file starts with comments, so that the format shows only further on."""
    return start.startswith(b"%") and not start.startswith(b"%PDF")


def read_arff(
    file: io.BufferedReader, path: Path, on_progress: OnProgress | None, label: str
) -> SourceContent:
    """All images of an ARFF file and their labels. Raises DataError that names the line."""
    content = unpacked(file, path)
    names: list[bytes] = []
    number = 0
    while True:
        line = content.readline(MAX_LINE_BYTES)
        number += 1
        if not line:
            raise DataError(f"{path}: ends before its @data")
        text = line.strip()
        if text.lower().startswith(b"@data"):
            break
        if text.lower().startswith(b"@attribute"):
            match = ATTRIBUTE.fullmatch(text)
            if match is None or len(names) >= MAX_ATTRIBUTES:
                raise DataError(f"{path}: line {number}: is no attribute, or one too many")
            names.append(match[1].strip(b"'\"").replace(b",", b"_"))
        elif text and not text.startswith((b"%", b"@")):
            raise DataError(f"{path}: line {number}: expected @attribute or @data")
    begun = content.readline(MAX_LINE_BYTES)
    if begun.startswith(b"{"):
        raise DataError(
            f"{path}: line {number + 1}: is sparse ARFF, which names only what is not 0; make it "
            f"dense with Weka: java -cp weka.jar "
            f"weka.filters.unsupervised.instance.SparseToNonSparse -i FILE -o set.arff"
        )
    stream = _Stream(b",".join(names) + b"\n" + begun.replace(b"'", b'"'), content)
    return csv_table.read_table(
        file, path, on_progress, label, csv_table.Text(stream, number, b"%", "ARFF")
    )


class _Stream(io.BufferedIOBase):
    """Lines, and after them the rest of a file, with double quotes for single ones."""

    def __init__(self, line: bytes, rest: io.BufferedIOBase) -> None:
        super().__init__()
        self._line, self._rest = line, rest

    def read(self, size: int | None = -1, /) -> bytes:
        if self._line:
            line, self._line = self._line, b""
            return line
        return self._rest.read(size).replace(b"'", b'"')  # around the names of classes
