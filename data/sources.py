"""Chooses the reader of a source by its content, never by its name.

FILE_FORMS has every form of a file, in the order in which they are tried; data/sets/folders.py has
what several files in a folder can be.
"""

from __future__ import annotations

import contextlib
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .cache import Cache, key_of
from .embedded import EMBEDDED
from .errors import DataError
from .readers import foreign, marks
from .readers.arrays import array_files, idx, npy_format, npz
from .readers.safe_files import GZIP_MAGIC, OnProgress, is_packed, opened, unpacked
from .readers.tables import arff, csv_table, libsvm
from .sets.known_sets import applied
from .source_content import SourceContent

FORMS = (
    f'"{EMBEDDED}", IDX files or the folder they are in, CSV, ARFF, LIBSVM, .npz, .npy, Parquet, '
    f"MATLAB, HDF5, a zip or tar of these, or a folder of pictures in sub-folders named by label"
)


def read(
    source: str,
    cache: Path | None,
    on_progress: OnProgress | None,
    *,
    alone: bool = False,
    label: str = "",
) -> tuple[SourceContent, str]:
    """Read a source; return its content and name. Raises DataError for an unknown format.

    Args:
        source: the path.
        cache: folder for parsed tables; None: do not cache.
        on_progress: called with the amount done.
        alone: whether images alone suffice, such as one picture or an IDX file without labels.
        label: the column of a table that the user names as the label's; "" to detect it.
    """
    if not source.strip():
        raise DataError(f"no source is named; expected {FORMS}")
    member = ""
    try:
        if not Path(source).expanduser().exists():
            source, member = _archive_and_member(source)
        path = Path(source).expanduser().resolve()
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as failure:
        raise DataError(f"{source}: does not exist; expected {FORMS}") from failure
    except (OSError, RuntimeError, ValueError) as failure:
        raise DataError(f"{source[:80]}: cannot be looked at: {failure}") from failure
    how = _How(cache, on_progress, label, alone, member)
    found = how.read_folder(path) if is_folder else how.read_file(path)
    return found, f"{path.name}:{member}" if member else path.name


def _archive_and_member(source: str) -> tuple[str, str]:
    """Split ARCHIVE:NAME into the path of the archive and the name of a set in it."""
    for colon in (match.start() for match in re.finditer(":", source)):
        with contextlib.suppress(OSError, RuntimeError, ValueError):
            if Path(source[:colon]).expanduser().is_file() and source[colon + 1 :]:
                return source[:colon], source[colon + 1 :].strip("/")
    return source, ""


@dataclass(frozen=True, slots=True)
class _How:
    """Options that apply to every format."""

    cache: Path | None
    on_progress: OnProgress | None
    label: str
    alone: bool
    member: str = ""  # what is named of an archive

    def read_folder(self, path: Path) -> SourceContent:
        """Read the set that the files in a folder form."""
        from .sets.folders import read_folder

        found = read_folder(path, self.read_file, self.on_progress, FORMS)
        return applied(found, path)

    def read_file(self, path: Path) -> SourceContent:
        """Read a file and the files that belong to it."""
        with opened(path) as file:
            packed = is_packed(file)
            start = unpacked(file, path).read(foreign.START_BYTES)
        form = next((form for form in FILE_FORMS if form.begins(start)), TABLE)
        if start[:2] == GZIP_MAGIC or (packed and not form.may_be_gzipped):
            raise DataError(f"{path}: is gzipped though packed already; unpack it with gunzip")
        if self.member and form not in ARCHIVES:
            raise DataError(f"{path}: is no archive; leave out what stands after the colon")
        found = form.read(path, start, self)
        return applied(replace(found, called=found.called or path.name.split(".")[0]), path)


@dataclass(frozen=True, slots=True)
class FileForm:
    """A file format: how its files start, and its reader."""

    name: str
    begins: Callable[[bytes], object]
    read: Callable[[Path, bytes, _How], SourceContent]
    may_be_gzipped: bool = False


def _idx(path: Path, start: bytes, how: _How) -> SourceContent:
    images = start[3:4] == b"\x03"
    if how.alone and images:
        return idx.images_alone(path)
    return idx.from_file(path, dimensions=3 if images else 1)


def _zip(path: Path, _: bytes, how: _How) -> SourceContent:
    from .readers.archive import zip_names

    names = zip_names(path)
    if "[Content_Types].xml" in names:
        raise DataError(f"{path}: {foreign.WORKBOOK_ADVICE}")
    if {"config.json", "model.weights.h5"} <= set(names):  # of Keras
        raise DataError(f"{path}: {foreign.NETWORK_ADVICE}")
    if any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        raise DataError(f"{path}: {foreign.TORCH_ADVICE}")
    if path.suffix != ".npz" and not all(
        name.endswith(".npy") and "/" not in name for name in names
    ):
        return _archive(path, b"", how)
    if how.member:
        raise DataError(f"{path}: holds one set; leave out what stands after the colon")
    with opened(path) as file:
        if npz.single_member(file, path):
            return array_files.from_file(path, how.on_progress, alone=how.alone)
        return npz.read_archive(file, path, how.on_progress)


def _archive(path: Path, _: bytes, how: _How) -> SourceContent:
    from .readers.archive import unpacked_archive

    with unpacked_archive(path, how.on_progress, how.member) as folder:
        return replace(how, member="").read_folder(folder)


def _npy(path: Path, _: bytes, how: _How) -> SourceContent:
    return array_files.from_file(path, how.on_progress, alone=how.alone)


def _picture(path: Path, _: bytes, how: _How) -> SourceContent:
    if how.alone:
        from .readers.pictures.picture import read_picture

        picture = read_picture(path)
        return SourceContent(picture.image.reshape(1, -1), notes=picture.notes)
    raise DataError(f"{path}: is one picture; expected a folder of them, or use it to predict")


def _parquet(path: Path, _: bytes, how: _How) -> SourceContent:
    from .readers.tables.parquet import read_parquet

    return read_parquet(path, how.on_progress, how.label)


def _matlab(path: Path, _: bytes, how: _How) -> SourceContent:
    from .readers.arrays.matlab import read_matlab

    return read_matlab(path, how.on_progress)


def _hdf5(path: Path, _: bytes, how: _How) -> SourceContent:
    from .readers.arrays.hdf5 import read_hdf5

    return read_hdf5(path, how.on_progress)


def _foreign(path: Path, start: bytes, _: _How) -> SourceContent:
    raise DataError(f"{path}: {foreign.foreign(start)}")


def _arff(path: Path, _: bytes, how: _How) -> SourceContent:
    with opened(path) as file:
        return arff.read_arff(file, path, how.on_progress, how.label)


def _libsvm(path: Path, _: bytes, how: _How) -> SourceContent:
    with opened(path) as file:
        return libsvm.read_libsvm(file, path, how.on_progress)


def _table(path: Path, _: bytes, how: _How) -> SourceContent:
    """Read a CSV file, or its parsed content from the cache."""
    if how.cache is None:
        with opened(path) as file:
            return csv_table.read_table(file, path, how.on_progress, how.label)
    entries = Cache(how.cache)
    with opened(path) as file:
        key = key_of(file, how.label)
        found = entries.kept(key)
        if found is not None:
            return replace(found, notes=(*found.notes, "parsed before, taken from the cache"))
        found = csv_table.read_table(file, path, how.on_progress, how.label)
    # Only now is it certain that the file has not changed while it was read.
    try:
        entries.keep(key, found)
    except OSError as failure:
        note = f"not kept in the cache {how.cache}: {failure.strerror or failure}"
        return replace(found, notes=(*found.notes, note))
    return found


def _with(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(magic)


ARCHIVES = (
    FileForm("npz or zip", _with(b"PK"), _zip),
    FileForm("tar", marks.is_tar, _archive, may_be_gzipped=True),
)
TABLE = FileForm("CSV", lambda _: True, _table, may_be_gzipped=True)
FILE_FORMS = (
    *ARCHIVES,
    FileForm("IDX", _with(b"\0\0"), _idx, may_be_gzipped=True),
    FileForm("npy", _with(npy_format.NPY_MAGIC), _npy),
    FileForm("a picture", _with(*marks.PICTURES), _picture),
    FileForm("Parquet", _with(marks.PARQUET), _parquet),
    FileForm("MATLAB", _with(marks.MATLAB_5), _matlab),
    FileForm("HDF5", _with(marks.HDF5, marks.MATLAB_7_3), _hdf5),
    FileForm("a foreign form", foreign.foreign, _foreign, may_be_gzipped=True),
    FileForm("ARFF", arff.is_arff, _arff, may_be_gzipped=True),
    FileForm("LIBSVM", libsvm.is_libsvm, _libsvm, may_be_gzipped=True),
    TABLE,
)
