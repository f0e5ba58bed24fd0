"""The lessons that come with the program, in the order in which they are meant to be taken."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from ..errors import UserError
from ..text import printable
from .lesson import Lesson
from .lesson_file import parse_lesson, read_lesson

NAMES = (
    "what-it-sees",
    "forward",
    "loss",
    "update",
    "alpha",
    "breaking",
    "batches",
    "units",
    "mistakes",
    "overfitting",
    "to-99",
)
SUFFIX = ".toml"
BUILT_IN = "mnist_tui.tui.lessons"  # the package that holds their folder


@cache
def built_in(name: str) -> Lesson:
    """Return one of NAMES."""
    file = files(BUILT_IN).joinpath("builtin", f"{name}{SUFFIX}")
    return parse_lesson(file.read_text("utf-8"), name, f"{name}{SUFFIX}")


def find_lesson(name: str) -> Lesson:
    """Return a built-in lesson by its name or its number, or the one in a file.

    Raises UserError if there is none, or for a file that is none.
    """
    if name in NAMES:
        return built_in(name)
    if name.isascii() and name.isdigit() and len(name) < 4 and 1 <= int(name) <= len(NAMES):
        return built_in(NAMES[int(name) - 1])
    path = Path(name)
    if path.suffix != SUFFIX and not path.exists():
        raise UserError(
            f"there is no lesson “{printable(name, 40)}”; expected a {SUFFIX} file or one of "
            f"{' '.join(NAMES)}"
        )
    return read_lesson(path)
