"""Which reader reads a source: told by its content, never by what it is called."""

from __future__ import annotations

import stat
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from .cache import Cache, key_of
from .errors import DataError
from .readers import (
    csv_table,
    idx,
    image_folder,
    npz,
)
from .readers import (
    picture as pictures,
)
from .readers.npz_archive import MAGIC as ZIP_MAGIC
from .readers.safe_files import GZIP_MAGIC, OnProgress, is_packed, opened, unpacked
from .source_content import SourceContent

EMBEDDED = "mnist"
FORMS = (
    f'"{EMBEDDED}", IDX files or the folder they are in, CSV, .npz, or a folder of pictures in '
    f"sub-folders named by label"
)


def read(
    source: str, cache: Path | None, on_progress: OnProgress | None, *, alone: bool = False
) -> tuple[SourceContent, str]:
    """What a source holds, and its name. Raises DataError if it is of no form known here.

    alone: only images are wanted, so that one picture will do, or an IDX file without its labels.
    """
    if source == EMBEDDED:
        with as_file(files("mnist_tui.data") / "mnist") as folder:
            return _in_folder(folder, on_progress), EMBEDDED
    try:
        path = Path(source).expanduser().resolve()
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError) as failure:
        raise DataError(f"{source}: does not exist; expected {FORMS}") from failure
    except (OSError, RuntimeError, ValueError) as failure:
        raise DataError(f"{source[:80]}: cannot be looked at: {failure}") from failure
    found = (
        _in_folder(path, on_progress)
        if is_folder
        else _in_file(path, cache, on_progress, alone=alone)
    )
    return found, path.name


def _in_folder(folder: Path, on_progress: OnProgress | None) -> SourceContent:
    found = idx.from_folder(folder)
    if found is not None:
        return found
    if image_folder.is_image_folder(folder):
        return image_folder.read_image_folder(folder, on_progress)
    raise DataError(f"{folder}: holds no set as a folder; expected {FORMS}")


def _in_file(
    path: Path, cache: Path | None, on_progress: OnProgress | None, *, alone: bool
) -> SourceContent:
    """By what the file begins with, never by what it is called."""
    with opened(path) as file:
        packed = is_packed(file)
        start = unpacked(file, path).read(4)
    is_picture = start.startswith(pictures.MAGIC)
    if start[:2] == GZIP_MAGIC or (packed and (is_picture or start[:2] == ZIP_MAGIC)):
        raise DataError(f"{path}: is gzipped though packed already; unpack it with gunzip")
    if start[:2] == ZIP_MAGIC:
        with opened(path) as file:
            return npz.read_archive(file, path, on_progress)
    if start[:2] == b"\0\0":
        images = len(start) == 4 and start[3] == 3
        if alone and images:
            return idx.images_alone(path)
        return idx.from_file(path, dimensions=3 if images else 1)
    if is_picture and alone:
        picture = pictures.read_picture(path)
        return SourceContent(picture.image.reshape(1, -1), notes=picture.notes)
    if is_picture:
        raise DataError(f"{path}: is one picture; expected a folder of them, or use it to predict")
    return _table(path, cache, on_progress)


def _table(path: Path, cache: Path | None, on_progress: OnProgress | None) -> SourceContent:
    """A CSV file, parsed or, if that was done before, out of the cache."""
    if cache is None:
        with opened(path) as file:
            return csv_table.read_table(file, path, on_progress)
    entries = Cache(cache)
    with opened(path) as file:
        key = key_of(file)
        found = entries.kept(key)
        if found is not None:
            return replace(found, notes=(*found.notes, "parsed before, taken from the cache"))
        found = csv_table.read_table(file, path, on_progress)
    # Only now is it known that nobody changed the file on the way.
    try:
        entries.keep(key, found)
    except OSError as failure:
        note = f"not kept in the cache {cache}: {failure.strerror or failure}"
        return replace(found, notes=(*found.notes, note))
    return found
