"""Parquet, as Hugging Face's hub has MNIST, through PyArrow; it is imported here alone, to read.

A column of pictures (a struct with their bytes, or the bytes) and a column of labels; or a column
for each pixel, as in CSV, or one of lists.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...images.values import PixelBuffer, UnfitError, whole_labels
from ...source_content import MAX_CLASSES, Bytes, SourceContent, image_side, natural
from ..pictures.picture import read_raw_gray, shallow
from ..safe_files import MAX_PIXEL_BYTES, OnProgress, opened
from .csv_header import INDEX_NAMES, LABEL_NAMES

CHUNK_ROWS = 256  # at a time
MAX_ROWS = 1 << 24
MAX_COLUMNS = 1 << 15
ADVICE = (
    "is a Parquet file: install what reads it with pip install 'mnist-tui[parquet]', or save its "
    "images as .npz with pandas.read_parquet and numpy.savez"
)


def read_parquet(path: Path, on_progress: OnProgress | None, label: str = "") -> SourceContent:
    """Read the set in a Parquet file. Raises DataError that names path and row."""
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as missing:
        raise DataError(f"{path}: {ADVICE}") from missing
    with opened(path) as file:
        try:
            content: Any = ParquetFile(file, memory_map=False)
            return _Table(content, path, label).found(on_progress)
        except DataError:
            raise
        except Exception as damage:  # the library raises what it likes at rubbish
            if type(damage).__module__.startswith(("pyarrow", "builtins")):
                raise DataError(f"{path}: is a damaged Parquet file, or is cut short") from damage
            raise


class _Table:
    """The columns of a file: pictures or pixels, and a label."""

    def __init__(self, content: Any, path: Path, label: str) -> None:
        self._content, self._path = content, path
        schema: Any = content.schema_arrow
        self._rows = int(content.metadata.num_rows)
        names: list[str] = list(schema.names)
        if self._rows > MAX_ROWS or len(names) > MAX_COLUMNS:
            raise DataError(f"{path}: has {self._rows:,} rows of {len(names):,} columns: too many")
        if not self._rows:
            raise DataError(f"{path}: has no rows; expected one for each image")
        labels = [
            n for n in names if n.casefold() in ({label.casefold()} if label else LABEL_NAMES)
        ]
        if len(labels) > 1 or (label and not labels):
            raise DataError(
                f"{path}: has {len(labels)} columns named label; say which with --label NAME"
            )
        self._label = labels[0] if labels else None
        others = [n for n in names if n != self._label and n.casefold() not in INDEX_NAMES]
        kinds = {name: str(schema.field(name).type) for name in others}
        self._pictures = next((n for n, kind in kinds.items() if _holds_pictures(kind)), None)
        self._lists = next((n for n, kind in kinds.items() if "list<" in kind), None)
        numeric = ("int", "uint", "float", "double", "halffloat", "bool")
        self._pixels = [n for n, kind in kinds.items() if kind.startswith(numeric)]
        alike = len({re.sub(r"\d+", "#", name) for name in self._pixels}) == 1
        if alike and self._pixels == sorted(self._pixels):  # many tools sort columns by letters
            self._pixels.sort(key=lambda name: [int(n) for n in re.findall(r"\d{1,9}", name)])
        self._names = _names(schema, self._label)

    def found(self, on_progress: OnProgress | None) -> SourceContent:
        """All rows."""
        if self._pictures is None and self._lists is None and image_side(len(self._pixels)) is None:
            raise DataError(
                f"{self._path}: has neither a column of pictures nor one for each pixel of a "
                f"square image"
            )
        wanted = [n for n in (self._pictures or self._lists, self._label) if n is not None]
        if self._pictures is None and self._lists is None:
            wanted += self._pixels
        grays, labels = PixelBuffer(), list[Any]()
        side, done, notes = 0, 0, set[str]()
        for batch in self._content.iter_batches(batch_size=CHUNK_ROWS, columns=wanted):
            block, more = self._block(batch, done)
            notes |= more
            if side not in (0, block.shape[1]):
                raise DataError(
                    f"{self._path}: row {done}: has {block.shape[1]} pixels; expected {side}"
                )
            side = block.shape[1]
            if self._rows * side > MAX_PIXEL_BYTES:
                raise DataError(f"{self._path}: holds more than {MAX_PIXEL_BYTES:,} pixels")
            try:
                grays.add(block)
            except UnfitError as unfit:
                row, pixel = divmod(unfit.index, side)
                raise DataError(
                    f"{self._path}: row {done + row}: pixel {pixel} is {block[row, pixel]}; "
                    f"expected {unfit.expected}"
                ) from unfit
            if self._label is not None:
                labels += batch.column(self._label).to_pylist()
            done += len(block)
            if on_progress is not None:
                on_progress(done, self._rows)
        images, scale = grays.taken()
        codes, names = self._codes(labels) if self._label is not None else (None, ())
        form = "pictures" if self._pictures else "pixels"
        return SourceContent(
            images.reshape(-1, side),
            codes,
            names=names,
            notes=(f"Parquet, {form}", *sorted(notes)),
            scale=scale,
            span=grays.span,
        )

    def _block(self, batch: Any, first: int) -> tuple[NDArray[Any], set[str]]:
        """Return the images of a block of rows, one a row."""
        notes: set[str] = set()
        if self._pictures is not None:
            rows: list[Bytes] = []
            for i, cell in enumerate(batch.column(self._pictures).to_pylist()):
                is_struct = isinstance(cell, dict)
                content = cast("dict[str, Any]", cell).get("bytes") if is_struct else cell
                name = f"{self._path}: row {first + i}"
                if not isinstance(content, bytes):
                    raise DataError(f"{name}: has no picture in it")
                gray, more = read_raw_gray(content, name)
                notes.update(more)
                if gray.dtype != np.uint8:
                    gray, note = shallow(gray)
                    notes.add(note)
                if image_side(gray.size) is None or gray.shape[0] != gray.shape[1]:
                    raise DataError(f"{name}: its picture is {gray.shape[1]} × {gray.shape[0]}")
                if rows and gray.size != rows[0].size:
                    raise DataError(f"{name}: its picture has another size than those before")
                rows.append(gray.reshape(-1))
            return np.stack(rows), notes
        if self._lists is not None:
            cells: Any = batch.column(self._lists).to_pylist()
            block = np.array(cells)
            if block.dtype.kind not in "biuf" or image_side(block.size // len(block)) is None:
                raise DataError(f"{self._path}: row {first}: holds no square image in its list")
            return block.reshape(len(block), -1), notes
        columns = [batch.column(n).to_numpy(zero_copy_only=False) for n in self._pixels]
        return np.stack(columns, axis=1), notes

    def _codes(self, labels: list[Any]) -> tuple[Bytes, tuple[str, ...]]:
        if all(isinstance(label, str) for label in labels):
            names = tuple(sorted({label[:40] for label in labels}, key=natural))
            if len(names) > MAX_CLASSES:
                raise DataError(
                    f"{self._path}: has {len(names)} different labels; expected {MAX_CLASSES}"
                )
            places = {name: i for i, name in enumerate(names)}
            return np.array([places[label[:40]] for label in labels], np.uint8), names
        try:
            codes = whole_labels(np.array([np.nan if x is None else x for x in labels], float))
        except UnfitError as unfit:
            raise DataError(
                f"{self._path}: row {unfit.index}: its label is {labels[unfit.index]}; expected "
                f"{unfit.expected}"
            ) from unfit
        except (TypeError, ValueError) as problem:
            raise DataError(f"{self._path}: its labels are neither numbers nor text") from problem
        return codes, self._names if len(self._names) > int(codes.max()) else ()


def _holds_pictures(kind: str) -> bool:
    return kind in ("binary", "large_binary") or kind.startswith("struct<bytes: ")


def _names(schema: Any, label: str | None) -> tuple[str, ...]:
    """Return the class names from the metadata that Hugging Face writes beside the columns."""
    try:
        metadata: dict[bytes, bytes] = schema.metadata or {}
        description: Any = json.loads(metadata[b"huggingface"])
        names: Any = description["info"]["features"][label]["names"]
    except (KeyError, ValueError, TypeError):
        return ()
    if not isinstance(names, list):
        return ()
    found = [str(name)[:40] for name in cast("list[Any]", names)]
    unique = len(set(found)) == len(found) and 2 <= len(found) <= MAX_CLASSES
    return tuple(found) if unique else ()
