"""The members of an .npz file, treated as untrusted input.

Pickled objects are never loaded. A member is read piece by piece, after its header has been
compared with its real size, so that no header can demand memory.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ...source_content import Bytes
from ..safe_files import max_unpacked_bytes
from .array_set import Header
from .npy_format import checked_full, chunk_sizes, read_header

MAGIC = b"PK"  # what every zip file begins with
UNPACKING = (zipfile.BadZipFile, zlib.error)
MAX_MEMBERS = 64
# Raised by zipfile for archives that are damaged, encrypted, or compressed in an unknown way.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError
)  # fmt: skip


class Archive:
    """The members of an .npz file, each checked before its numbers are read."""

    form = "npz"

    def __init__(self, file: IO[bytes], path: Path) -> None:
        """Open the archive. Raises DataError unless it is a zip with .npy members alone."""
        self._path = path
        try:
            self._zip = zipfile.ZipFile(file)
        except UNREADABLE as damage:
            raise DataError(f"{path}: is not an .npz file, or is cut short") from damage
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise DataError(f"{path}: holds {len(infos):,} members; expected {MAX_MEMBERS} at most")
        for info in infos:
            name = info.filename
            if "/" in name or "\\" in name or not name.endswith(".npy"):
                raise DataError(f"{path}: holds {name[:80]!r}; expected arrays (.npy) alone")
        self.names = [info.filename.removesuffix(".npy") for info in infos]
        twice = {name for name in self.names if self.names.count(name) > 1}
        if twice:
            raise DataError(f"{path}: {min(twice)[:80]!r} is there twice")

    def header(self, name: str, kinds: str) -> Header:
        """Shape and type of a member, which must be of one of these kinds of NumPy's."""
        with self._opened(name) as file:
            return self._header(name, kinds, file)

    def pieces(self, name: str, kinds: str, row: int = 1) -> Iterator[NDArray[Any]]:
        """Yield a member's numbers, flat and in order, in chunks of whole rows of `row` numbers."""
        with self._opened(name) as file:
            header = self._header(name, kinds, file)
            for size in chunk_sizes(header, row):
                yield np.frombuffer(self._read(name, file, size), header.dtype)
            if self._read(name, file, 1, exact=False):  # to the end, where its checksum is held
                raise self.refusal(name, "goes on after the numbers it declares")

    def array(self, name: str, kinds: str) -> NDArray[Any]:
        """Return a small member, whole and flat."""
        pieces = list(self.pieces(name, kinds))
        return np.concatenate(pieces) if pieces else np.empty(0, self.header(name, kinds).dtype)

    def mapped(self, name: str) -> Bytes | None:  # noqa: ARG002  (as for files of their own)
        """None: what is in an archive is read."""
        return None

    def refusal(self, name: str, what: str) -> DataError:
        """Return the error that says what is wrong with a member."""
        return DataError(f"{self._path}: {name} {what}")

    def _opened(self, name: str) -> IO[bytes]:
        info = self._zip.getinfo(f"{name}.npy")
        if info.file_size > max_unpacked_bytes(info.compress_size):
            raise self.refusal(
                name, f"unfolds into {info.file_size:,} bytes: too many for its size"
            )
        try:
            return self._zip.open(info)
        except UNREADABLE as damage:
            raise self.refusal(name, f"is damaged: {damage}") from damage

    def _read(self, name: str, file: IO[bytes], size: int, *, exact: bool = True) -> bytes:
        try:
            content = file.read(size)
        except UNREADABLE as damage:
            raise self.refusal(name, f"is damaged: {damage}") from damage
        if exact and len(content) < size:
            raise self.refusal(name, "ends before the numbers it declares")
        return content

    def _header(self, name: str, kinds: str, file: IO[bytes]) -> Header:
        size = self._zip.getinfo(f"{name}.npy").file_size
        try:
            header = read_header(file, name, kinds, self.refusal, variable=name)
        except UNPACKING as damage:
            raise self.refusal(name, f"is damaged: {damage}") from damage
        if header.nbytes > size:
            raise self.refusal(name, f"declares {header.nbytes:,} bytes and holds fewer")
        return checked_full(header, name, self.refusal)
