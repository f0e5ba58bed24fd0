"""Typed paths: their completions and absolute forms."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

from ...data.errors import DataError
from ...data.source_spec import parse_spec
from ..config.app_options import EMBEDDED
from ..errors import UserError
from ..text import printable

MAX_COMPLETIONS = 200  # with more, another letter narrows them down
MAX_ENTRIES = 20_000  # of a folder


def completions(text: str) -> list[str]:
    """Return the paths that begin with this text, as the user would type them.

    Folders end with a slash. Hidden files are listed only once their dot is typed; names that a
    terminal could not show are left out, and unreadable folders have no completions. A slow disk
    may block: call it in a thread.
    """
    if text == "~":
        return ["~/"]
    start = text.rpartition("/")[2]
    before = text[: len(text) - len(start)]
    found: list[str] = []
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        folder = Path(before or ".").expanduser()
        with os.scandir(folder) as there:
            for entry in islice(there, MAX_ENTRIES):
                name = entry.name
                fits = name.startswith(start) and (start or not name.startswith("."))
                if fits and printable(name) == name:
                    found.append(before + name + "/" * _is_folder(entry))
    return sorted(found, key=lambda path: (path.casefold(), path))[:MAX_COMPLETIONS]


def common_prefix(text: str, found: list[str]) -> str:
    """Extend the text by the prefix that all its completions share."""
    common = min(found, default="")  # a prefix of the first and the last is one of all
    last = max(found, default="")
    while not last.startswith(common):
        common = common[:-1]
    return common if len(common) > len(text) else text


def expanded(source: str) -> str:
    """Expand a source's relative paths, so that it holds in every working folder."""
    try:
        spec = parse_spec(source)
    except DataError:
        return source.strip()  # loading it reports the error
    paths = (_whole_path(path) for path in (spec.path, spec.test, spec.names))
    return str(replace(spec, **dict(zip(("path", "test", "names"), paths, strict=True))))


def _whole_path(path: str) -> str:
    if path in (EMBEDDED, ""):
        return path
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        return str(Path(path).expanduser().resolve())
    return path


def absolute(path: Path) -> Path:
    """Return the absolute path, without resolving links.

    Raises UserError for a relative path if the working folder no longer exists.
    """
    try:
        return Path(os.path.abspath(path))  # noqa: PTH100  (resolve would follow links)
    except FileNotFoundError:
        raise UserError(
            f"{path}: the folder that mnist-tui was started in is gone; "
            "give the whole path, such as /tmp/model.npz"
        ) from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
