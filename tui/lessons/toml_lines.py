"""Where in a TOML file each key stands: tomllib tells the lines of wrong grammar alone."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_QUOTES = ('"""', "'''")


def line_numbers(text: str) -> dict[Path, int]:
    """Return the line, from 1, of every table and of every bare key of a valid file.

    A path holds names, and the index of each item of an array of tables: ("step", 2, "text").
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote = ""  # that ends the text of several lines that this line is in
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = _open_quote(line, quote)
            continue
        if header := _HEADER.match(line):
            table = _table(header[2].split("."), counts, is_array=header[1] == "[[")
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
        quote = _open_quote(line, "")
    return found


def line_of(path: Path, numbers: dict[Path, int]) -> int:
    """Return the line of a path, or of what it lies in; 1 for the file itself."""
    while path:
        if path in numbers:
            return numbers[path]
        path = path[:-1]
    return 1


def _table(names: list[str], counts: dict[Path, int], *, is_array: bool) -> Path:
    """Return the path of a header's table; within arrays, of their last item."""
    path: Path = ()
    for place, name in enumerate(names):
        path = (*path, name.strip().strip("\"'"))
        if is_array and place == len(names) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def _open_quote(line: str, quote: str) -> str:
    """Return the quote of several lines that is open at the end of this line."""
    while True:
        if quote:
            _, closed, line = line.partition(quote)
            if not closed:
                return quote
            quote = ""
        begins = [(at, mark) for mark in _QUOTES if (at := line.find(mark)) >= 0]
        if not begins:
            return ""
        at, quote = min(begins)
        line = line[at + len(quote) :]
