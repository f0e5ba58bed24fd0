"""The set that a folder's files form; possible structures, in the order of trying."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..errors import DataError, SeveralSetsError
from ..readers.arrays import array_files, idx
from ..readers.arrays.array_set import role
from ..readers.foreign import START_BYTES, foreign
from ..readers.part_names import NO_SET, part_of
from ..readers.pictures.image_folder import (
    has_pictures,
    is_image_folder,
    is_picture,
    read_image_folder,
)
from ..readers.pictures.picture_table import read_picture_table
from ..readers.safe_files import OnProgress, entries, is_folder, opened, unpacked
from ..readers.tables.label_table import read_label_table
from ..source_content import SourceContent
from .joining import appended, joined

ReadFile = Callable[[Path], SourceContent]

MAX_DEPTH = 4  # folders in one another, down to the data
TABLES = {
    "csv", "tsv", "data", "tra", "tes", "txt", "arff", "parquet", "npz", "mat", "h5", "hdf5",
    "libsvm", "svm", "scale", "zip", "tar", "tgz",
}  # fmt: skip


def read_folder(
    folder: Path, read_file: ReadFile, on_progress: OnProgress | None, forms: str
) -> SourceContent:
    """Read the one set that lies in a folder. Raises DataError if there is none, or several.

    Args:
        folder: the folder; the set may also lie in a folder within it.
        read_file: reads what a single file holds.
        on_progress: called with the amount done.
        forms: the accepted formats, for an error message.
    """
    found = _found(folder, read_file, on_progress, 0)
    if found is not None:
        return found
    files = [path for path in entries(folder) if not is_folder(path)]
    if len(files) == 1 and not NO_SET.search(files[0].name):  # whatever its name, its bytes tell
        return read_file(files[0])
    if places := [place for place in (folder, *_folders(folder)) if has_pictures(place)]:
        raise DataError(
            f"{places[0]}: holds pictures, but nothing says what they show; expected them in "
            f"sub-folders named by label, or a table beside them of their names and labels"
        )
    contents = ", ".join(path.name for path in entries(folder)[:5])[:80] or "nothing"
    raise DataError(f"{folder}: holds no set as a folder, but {contents}; expected {forms}")


def _found(
    folder: Path, read_file: ReadFile, on_progress: OnProgress | None, depth: int
) -> SourceContent | None:
    if (found := idx.from_folder(folder)) is not None:
        return found
    if (found := array_files.from_folder(folder, on_progress)) is not None:
        return found
    paths, folders = entries(folder), _folders(folder)
    if is_image_folder(folder):
        return read_image_folder(folder, on_progress)
    if (found := read_picture_table(folder, on_progress)) is not None:
        return found
    if (found := _tables(folder, paths, read_file)) is not None:
        return found
    if depth < MAX_DEPTH:
        found = _within(folder, folders, read_file, on_progress, depth)
    if found is None:
        _refuse_foreign(paths)
    return found


def _folders(folder: Path) -> list[Path]:
    return [path for path in entries(folder) if is_folder(path)]


def _refuse_foreign(paths: list[Path]) -> None:
    """Call a file by its form that is known and not read; it may be all that lies there."""
    for path in paths[:20]:
        if is_folder(path):
            continue
        with opened(path) as file:
            advice = foreign(unpacked(file, path).read(START_BYTES))
        if advice is not None:
            raise DataError(f"{path}: {advice}")


def _within(
    folder: Path,
    folders: list[Path],
    read_file: ReadFile,
    on_progress: OnProgress | None,
    depth: int,
) -> SourceContent | None:
    """Read the set in the only sub-folder that has one, or in one for each part."""
    if len(folders) == 1:
        return _found(folders[0], read_file, on_progress, depth + 1)
    sets: list[SourceContent] = []
    names: list[str] = []
    left_out: list[str] = []
    problem: DataError | None = None
    for path in folders[:8]:
        try:
            found = _found(path, read_file, on_progress, depth + 1)
        except DataError as refused:
            problem = problem or refused
            continue
        if found is not None:
            sets.append(found)
            names.append(path.name)
        elif has_pictures(path):
            left_out.append(f"{path.name} left out: its pictures have no labels")
    if not sets and problem is not None:
        raise problem
    if not sets:
        return None
    found, parts = sets[0], [part_of(name) for name in names]
    if len(sets) == 2 and {"train"} < set(parts) and "" not in parts:
        train = parts.index("train")
        found, test = sets[train], sets[1 - train]
        paths = folder / names[train], folder / names[1 - train]
        if found.labels is not None and test.labels is not None and found.test is None:
            found = joined(found, test, *paths)
            left_out.insert(0, f"{paths[0].name} to learn from, {paths[1].name} to test on")
            names = names[:1]
    if len(names) > 1:
        raise SeveralSetsError(folder, names, "name one of these folders")
    return replace(found, notes=(*found.notes, *left_out))


def _tables(folder: Path, paths: list[Path], read_file: ReadFile) -> SourceContent | None:
    """Read files that each hold images with labels: one, or a pair of parts."""
    files = _without_twins([path for path in paths if _is_table(path, paths)])
    parts: dict[str, list[Path]] = {}
    for path in files:
        parts.setdefault(_part(path, paths), []).append(path)
    read_file = _with_label_tables(parts, read_file)
    if not parts.get("train"):
        single = parts.get("", []) or parts.get("test", [])
        if len(single) > 1:
            raise _several(folder, single)
        return _called(read_file(single[0]), single[0]) if single else None
    train, train_path = _all(folder, parts["train"], read_file)
    if others := ", ".join(path.name for path in parts.get("", [])[:3]):
        train = replace(train, notes=(*train.notes, f"{others} left out"))
    second = "test" if parts.get("test") else "val"
    if train.test is not None or not parts.get(second):
        return _called(train, train_path)
    test, test_path = _all(folder, parts[second], read_file)
    if test.labels is None:
        note = f"{test_path.name} has no labels and is left out"
        return _called(replace(train, notes=(*train.notes, note)), train_path)
    if train.labels is None:
        raise DataError(f"{train_path}: has no labels, though {test_path.name} beside it has")
    found = joined(train, test, train_path, test_path)
    note = f"{train_path.name} to learn from, {test_path.name} to test on"
    if second == "test" and parts.get("val"):
        note += f"; {parts['val'][0].name} left out"
    return _called(replace(found, notes=(*found.notes, note)), train_path)


def _with_label_tables(parts: dict[str, list[Path]], read_file: ReadFile) -> ReadFile:
    """Take tables of labels out of the parts; return a reader that puts them to their images.

    Of two tables of a part, the one called labels or y is one of labels alone, should the other
    have none.
    """
    label_tables: dict[Path, Path] = {}  # by that of the images
    for part, files in parts.items():
        labels = [p for p in files if (role(p.name.split(".")[0]) or ("", ""))[1] == "labels"]
        if len(files) == 2 and len(labels) == 1:
            images = files[1 - files.index(labels[0])]
            label_tables[images] = labels[0]
            parts[part] = [images]

    def read(path: Path) -> SourceContent:
        found = read_file(path)
        if found.labels is not None or path not in label_tables:
            return found
        labels, names = read_label_table(label_tables[path])
        if len(labels) != len(found.images):
            raise DataError(
                f"{label_tables[path]}: has {len(labels):,} labels for {len(found.images):,} "
                f"images in {path.name}"
            )
        note = f"labels from {label_tables[path].name}"
        return replace(found, labels=labels, names=names, notes=(*found.notes, note))

    return read


def _several(folder: Path, files: list[Path]) -> SeveralSetsError:
    return SeveralSetsError(folder, [path.name for path in files], "name one of these files")


def _called(found: SourceContent, path: Path) -> SourceContent:
    return replace(found, called=found.called or path.name.split(".")[0])


def _all(folder: Path, files: list[Path], read_file: ReadFile) -> tuple[SourceContent, Path]:
    """Join the shards of one part, such as train-00000-of-00002, in order."""
    if len({re.sub(r"[0-9]+", "#", path.name) for path in files}) > 1:
        raise _several(folder, files)
    joined_set = read_file(files[0])
    for path in files[1:]:
        more = read_file(path)
        if joined_set.labels is None or more.labels is None:
            raise DataError(f"{path}: has no labels, so it is no piece to learn from")
        joined_set = appended(joined_set, more, files[0], path)
    return joined_set, files[0]


def _part(path: Path, paths: list[Path]) -> str:
    """Return the part of a table; LIBSVM's test sets end in .t, beside a file of the same name."""
    if path.suffix == ".t":
        return "test"
    return part_of(path.name) or "train" * (path.with_name(f"{path.name}.t") in paths)


def _is_table(path: Path, paths: list[Path]) -> bool:
    if path.suffix == ".t" or path.with_name(f"{path.name}.t") in paths:
        return not is_folder(path)
    endings = [part.casefold() for part in path.name.split(".")[1:]]
    ends = endings[-2:] if endings[-1:] == ["gz"] else endings[-1:]
    is_one = any(end in TABLES for end in ends) and not NO_SET.search(path.name)
    return is_one and not is_folder(path) and not is_picture(path)


def _without_twins(files: list[Path]) -> list[Path]:
    """Each file once, though it may lie there gzipped beside itself."""
    names = {path.name for path in files}
    return [p for p in files if not (p.suffix == ".gz" and p.name[: -len(".gz")] in names)]
