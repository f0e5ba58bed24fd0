"""Replaces every character by one of ASCII, for terminals that know no others."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

SIGNS = {
    **dict.fromkeys("✓▼▽↓", "v"),
    **dict.fromkeys("✗×", "x"),
    **dict.fromkeys("◂◀←↵⌫≤‹", "<"),
    **dict.fromkeys("▸▶→≥›", ">"),
    **dict.fromkeys("▲△↑", "^"),
    **dict.fromkeys("○●•□", "o"),
    **dict.fromkeys("−–—⁻", "-"),
    "·": "*",  # a dot between numbers would read as a decimal point
    "…": ".",
    "▒": "=",  # shades, between ░ and █
    "▓": "&",
    "±": "~",
    "√": "v",
    "━": "=",  # the finished part of a bar
    "🔎": "/ ",  # before the command palette's field
    **dict.fromkeys("┊┆┇", ":"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("‘’", "'"),
    **dict(zip("‖■÷∠↻⊙◆▹≠≈∇∂Σσαβμλθπ", "=#//@**)!~VdSsabmlop", strict=True)),
}
UPPER, LOWER = 0b00011011, 0b11100100  # dots of a braille cell above and below its middle


class _Table(dict[int, str]):
    """A table for str.translate that computes each character once."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _ascii(chr(code))
        return found


def _ascii(character: str) -> str:
    """One ASCII character for each cell that the character takes."""
    code = ord(character)
    if code < 128 or character in SIGNS:
        return SIGNS.get(character, character)
    if 0x2500 <= code < 0x2580:  # lines: horizontal, vertical, or corners
        name = unicodedata.name(character)
        corner = "AND" in name or "ARC" in name
        return "+" if corner else "-" if "HORIZONTAL" in name else "|"
    if 0x2580 <= code < 0x25A0:  # blocks, down to a thin stroke
        return ":" if character in "▏▎▍▁▂░" else "#"
    if 0x2800 <= code < 0x2900:
        dots = code & 0xFF
        return " '.:"[bool(dots & UPPER) + 2 * bool(dots & LOWER)]
    plain = unicodedata.normalize("NFKD", character)[0]
    cells = 0 if unicodedata.combining(character) else cell_len(character)
    return plain.ljust(cells)[:cells] if plain.isascii() else "?" * cells


TABLE = _Table()


def in_ascii(text: str) -> str:
    """Replace everything but ASCII in a text, keeping its width."""
    return text if text.isascii() else text.translate(TABLE)
