"""The specification of a source: a path with options for what its content does not say.

    train.csv --test test.csv --label last --transpose --names classes.txt

One line of text, so that a command, a dialog and a saved session can all hold it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import DataError

OPTION = re.compile(r"\s+--(test|label|names|transpose)\b")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """The path of a source, and its options."""

    path: str
    test: str = ""  # another source, all of it to test on
    label: str = ""  # of a table: the label's column, first, last, its name or its number from 1
    names: str = ""  # a text file of the classes' names, one a line
    transpose: bool = False  # whether rows and columns of the images are exchanged

    def __str__(self) -> str:
        """Return the source as one types it, options after the path."""
        parts = [self.path]
        for name in ("test", "label", "names"):
            value: str = getattr(self, name)
            parts += [f"--{name} {value}"] * bool(value)
        parts += ["--transpose"] * self.transpose
        return " ".join(parts)


def parse_spec(text: str) -> SourceSpec:
    """Read the line that `str` of a SourceSpec writes. Raises DataError for an option misused."""
    path, *rest = OPTION.split(text.strip())
    options = dict(zip(rest[::2], (value.strip() for value in rest[1::2]), strict=True))
    for name, value in options.items():
        if name == "transpose" and value:
            raise DataError(f"{path}: --transpose takes no value, but {value[:40]!r} follows it")
        if name != "transpose" and not value:
            raise DataError(f"{path}: --{name} needs a value, such as {EXAMPLES[name]}")
    return SourceSpec(
        path,
        options.get("test", ""),
        options.get("label", ""),
        options.get("names", ""),
        transpose="transpose" in options,
    )


EXAMPLES = {"test": "test.csv", "label": "last", "names": "classes.txt"}
