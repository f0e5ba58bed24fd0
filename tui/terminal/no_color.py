"""Removes colors for terminals without them; bold, underline and reverse stay."""

from __future__ import annotations

import re

STYLE = re.compile(r"\x1b\[([0-9;]*)m")
INTRODUCES = {"38", "48", "58"}  # introduce a color of several numbers: 5;N or 2;R;G;B
LENGTHS = {"5": 3, "2": 5}  # of those, itself included
PLAIN = {str(n) for n in (*range(10), *range(21, 30))}  # bold, italic, underlined … and their ends


def without_color(data: str) -> str:
    """Remove colors from every sequence."""
    return STYLE.sub(_plain, data)


def _plain(found: re.Match[str]) -> str:
    numbers, kept = found[1].split(";"), list[str]()
    while numbers:
        if numbers[0] in INTRODUCES:
            del numbers[: LENGTHS.get("".join(numbers[1:2]), 1)]
        elif (number := numbers.pop(0)) in PLAIN or not number:
            kept.append(number)
    return f"\x1b[{';'.join(kept)}m" if kept else ""
