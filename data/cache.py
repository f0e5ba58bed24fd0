"""A cache of parsed tables on disk, so that loading the same file again is instant.

An entry is named by the SHA-256 of the file it was parsed from, regardless of the file's name and
place, and is an .npz of bytes alone: images, labels if there are any, notes. It is
written atomically, readable only by its owner, and its checksums are verified when it is read:
damaged entries are ignored. When there are too many, the least recently used are removed first.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .readers.arrays.array_set import BYTES
from .readers.arrays.npz_archive import Archive
from .readers.safe_files import MAX_PIXEL_BYTES, opened
from .source_content import Bytes, SourceContent, Span, image_side

VERSION = 3  # of the parser and the format; entries of other versions are not found
MAX_CACHE_BYTES = 1 << 31  # of all entries
ABANDONED_AFTER_S = 3600  # after which an unfinished entry is removed


def key_of(file: io.BufferedReader, read_as: str = "") -> str:
    """Return the key of a file's content; read the file to its end and rewind it.

    Args:
        file: the open file, at its beginning.
        read_as: anything else that decides what is read from it.
    """
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    if read_as:
        digest = hashlib.sha256(f"{digest} {read_as}".encode()).hexdigest()
    return f"{digest}-{VERSION}"


class Cache:
    """Entries in a folder, which is created for the first one."""

    def __init__(self, folder: Path, largest: int = MAX_CACHE_BYTES) -> None:
        self._folder, self._largest = folder, largest

    def kept(self, key: str) -> SourceContent | None:
        """Return the entry, or None if there is no intact one."""
        path = self._path(key)
        try:
            with opened(path) as file:
                found = _found(Archive(file, path))
        except DataError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # most recently used, so the last to be removed
        return found

    def keep(self, key: str, found: SourceContent) -> None:
        """Write the entry. Raises OSError if that cannot be; then no entry is there."""
        if found.images.nbytes > self._largest:
            return
        # Whatever is text, one line each: the scale and its span, the names, the notes.
        span = [] if found.span is None else [number.hex() for number in map(float, found.span)]
        lines = ["\x1f".join([found.scale, *span]), "\x1f".join(found.names), *found.notes]
        text = "\n".join(lines).encode()
        members: dict[str, NDArray[Any]] = {"images": found.images}
        if text:
            members["notes"] = np.frombuffer(text, np.uint8)
        if found.labels is not None:
            members["labels"] = found.labels
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp creates a new file of mode 0600.
        number, name = tempfile.mkstemp(".part", key, self._folder)
        temporary = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                np.savez(file, **members)  # pyright: ignore[reportArgumentType]: its stub takes allow_pickle for one of them
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path(key))
        finally:
            temporary.unlink(missing_ok=True)
        self._make_room()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.npz"

    def _make_room(self) -> None:
        """Remove what was used longest ago, until the rest is within bounds."""
        entries = [(p.stat(), p) for p in self._folder.glob("*.npz")]
        total = 0
        for status, path in sorted(entries, key=lambda e: e[0].st_mtime_ns, reverse=True):
            total += status.st_size
            if total > self._largest:
                path.unlink(missing_ok=True)
        for path in self._folder.glob("*.part"):
            if path.stat().st_mtime < time.time() - ABANDONED_AFTER_S:
                path.unlink(missing_ok=True)


def _found(archive: Archive) -> SourceContent:
    """Read an entry as `keep` wrote it; DataError for anything else."""
    shape = archive.header("images", BYTES).shape
    if len(shape) != 2 or image_side(shape[1]) is None or shape[0] * shape[1] > MAX_PIXEL_BYTES:
        raise archive.refusal("images", f"is {shape}; expected images in rows")
    labels = _bytes(archive, "labels") if "labels" in archive.names else None
    if labels is not None and len(labels) != shape[0]:
        raise archive.refusal("labels", f"is {len(labels)}; expected {shape[0]}")
    text = _bytes(archive, "notes").tobytes() if "notes" in archive.names else b"\n"
    scales, names, *notes = text.decode("utf-8", "replace").split("\n")
    scale, *span = scales.split("\x1f")
    images = _bytes(archive, "images").reshape(shape)
    return SourceContent(
        images,
        labels,
        names=tuple(filter(None, names.split("\x1f"))),
        notes=tuple(notes),
        scale=scale,
        span=_span(archive, span),
    )


def _span(archive: Archive, texts: list[str]) -> Span | None:
    """Return the values that became 0 and 255, the smaller one first; None if there are none."""
    if not texts:
        return None
    try:
        low, high = map(float.fromhex, texts)
    except (ValueError, OverflowError) as damage:
        raise archive.refusal("notes", "has no two numbers where they should be") from damage
    if not low < high < math.inf:
        raise archive.refusal("notes", "has a span of values that is none")
    return low, high


def _bytes(archive: Archive, name: str) -> Bytes:
    """Read a member of bytes into writable memory."""
    gathered = bytearray()
    for piece in archive.pieces(name, BYTES):
        gathered += piece.data
    return np.frombuffer(gathered, np.uint8)
