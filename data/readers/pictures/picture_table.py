"""Pictures in one folder, and beside them a table that says each one's label: file, label."""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import DataError
from ...source_content import MAX_CLASSES, Digits, SourceContent, natural
from ..part_names import NO_SET, part_of
from ..safe_files import OnProgress, entries, inside, is_folder, opened
from ..tables.csv_header import INDEX_NAMES, LABEL_NAMES
from .image_folder import LabeledFiles, has_pictures, is_picture, read_pictures

ENDINGS = (".csv", ".tsv", ".txt")
PICTURE_ENDINGS = (
    "", ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".pbm", ".ppm",
)  # fmt: skip
MAX_TABLE_BYTES = 1 << 26
SAMPLED_ROWS = 20  # rows that tell which column names the pictures
MAX_COLUMNS = 64
MAX_DEPTH = 2  # folders in one another between a table and its pictures


def read_picture_table(folder: Path, on_progress: OnProgress | None) -> SourceContent | None:
    """Read a table and the pictures that it names; None if the folder has no such table.

    Raises DataError for a table with missing pictures.
    """
    paths = entries(folder)
    pictured = _pictured(folder)
    if not pictured:
        return None
    if folder not in pictured:  # a table may name them with their folder
        pictured.append(folder)
    tables = [path for path in paths if path.suffix.casefold() in ENDINGS and not is_folder(path)]
    found: dict[str, list[_Table]] = {}
    for path in tables:
        rows = [] if NO_SET.search(path.name) else _rows(path)
        columns = _columns(rows, pictured)
        if columns is not None:
            table = _Table(path, *_labeled(path, rows, columns, pictured))
            found.setdefault(part_of(path.name), []).append(table)
    parts = [found[part][0] for part in ("train", "", "test", "val") if part in found]
    return _read(folder, parts[:2], on_progress) if parts else None


def _pictured(folder: Path, depth: int = MAX_DEPTH) -> list[Path]:
    """Return the folder itself if it has pictures, or the nearest within that have."""
    if has_pictures(folder) or _some_pictures(folder):
        within = [path for path in entries(folder) if is_folder(path)]
        return [folder, *(path for path in within if has_pictures(path))]
    if not depth:
        return []
    folders = [path for path in entries(folder) if is_folder(path)]
    return [place for path in folders for place in _pictured(path, depth - 1)]


def _some_pictures(folder: Path) -> bool:
    return any(is_picture(path) for path in itertools.islice(inside(folder), 9))


def _rows(table: Path) -> list[list[str]]:
    """Return the cells of a small table; none if it is too large or not a table."""
    with opened(table) as file:
        content = file.read(MAX_TABLE_BYTES + 1)
    if len(content) > MAX_TABLE_BYTES:
        return []
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(",;\t ", key=first.count)
        rows = [row for row in csv.reader(text.splitlines(), delimiter=separator) if row]
    except (UnicodeDecodeError, csv.Error):
        return []
    width = len(rows[0]) if rows else 0
    return rows if 2 <= width <= MAX_COLUMNS else []


def _columns(rows: list[list[str]], places: list[Path]) -> tuple[int, int, bool] | None:
    """Find the file and label columns, and whether there is a header; None if either is missing."""
    if not rows:
        return None
    for header in (True, False):
        some = rows[int(header) : SAMPLED_ROWS]
        width = len(rows[0])
        if header and _file(rows[0], 0, places):
            continue
        for column in range(width):
            if not some or not all(_file(row, column, places) for row in some):
                continue
            names = [cell.strip().casefold() for cell in rows[0]]
            others = [i for i in range(width) if i != column]
            labels = [i for i in others if header and names[i] in LABEL_NAMES]
            left = [i for i in others if not header or names[i] not in INDEX_NAMES]
            chosen = labels or (left if len(left) == 1 else [])
            if len(chosen) == 1:
                return column, chosen[0], header
    return None


def _file(row: list[str], column: int, places: list[Path]) -> Path | None:
    """Find the picture that a cell names, within these folders only."""
    if column >= len(row):
        return None
    name = row[column].strip()
    parts = Path(name).parts if name and "\0" not in name and len(name) < 200 else ()
    if not parts or parts[0] == "/" or ".." in parts:
        return None
    for place in places:
        for ending in PICTURE_ENDINGS:
            path = place.joinpath(*parts[:-1], parts[-1] + ending)
            if path.is_file():
                return path
    return None


@dataclass(frozen=True, slots=True)
class _Table:
    """The pictures that a table names, and what it says of each."""

    path: Path
    files: list[Path]
    words: list[str]


def _labeled(
    table: Path, rows: list[list[str]], columns: tuple[int, int, bool], places: list[Path]
) -> tuple[list[Path], list[str]]:
    """Return the pictures and their labels. Raises DataError that names the line."""
    column, label, header = columns
    files: list[Path] = []
    words: list[str] = []
    for number, row in enumerate(rows[int(header) :], 1 + int(header)):
        file = _file(row, column, places)
        if file is None:
            shown = row[column][:60] if column < len(row) else ""
            raise DataError(f"{table}: line {number}: names {shown!r}, which is not there")
        if label >= len(row) or not row[label].strip():
            raise DataError(f"{table}: line {number}: has no label")
        files.append(file)
        words.append(row[label].strip()[:40])
    return files, words


def _read(folder: Path, tables: list[_Table], on_progress: OnProgress | None) -> SourceContent:
    """Read the pictures of one part, or of a training and a test part."""
    names = tuple(sorted({word for table in tables for word in table.words}, key=natural))
    if not 2 <= len(names) <= MAX_CLASSES:
        raise DataError(
            f"{tables[0].path}: has {len(names)} different labels; expected 2 to {MAX_CLASSES}"
        )
    places_of = {name: i for i, name in enumerate(names)}
    parts = [LabeledFiles(t.files, [places_of[word] for word in t.words]) for t in tables]
    found = read_pictures(folder, parts, names, on_progress)
    listed = " and ".join(table.path.name for table in tables)
    note = f"pictures labelled by {listed}, {sum(len(t.files) for t in tables):,} of them"
    numbers = all(name.isdecimal() for name in names)
    if numbers and max(map(int, names)) < MAX_CLASSES:  # as any labels that are numbers
        values = np.array([int(name) for name in names], np.uint8)
        assert found.labels is not None
        test = found.test
        if test is not None:
            test = Digits(test.images, values[test.labels])
        labels = values[found.labels]
        return replace(found, labels=labels, test=test, names=(), notes=(note, *found.notes))
    return replace(found, notes=(note, *found.notes))
