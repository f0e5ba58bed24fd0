"""Makes untrusted text safe to show: no control codes, limited length."""

from __future__ import annotations

import unicodedata


def printable(text: object, at_most: int = 400) -> str:
    """`text` on one line, control, format and unpaired characters as ?, cut with … if too long.

    Whatever a file name, an error or an entry holds, a terminal then only shows it: an escape
    sequence cannot reach it (Unicode's categories C* are all that could start one).
    """
    shown = "".join(
        " " if c in "\n\r\t" else "?" if unicodedata.category(c).startswith("C") else c
        for c in str(text)[: at_most + 1]
    )
    return shown if len(shown) <= at_most else shown[: at_most - 1] + "…"


def format_duration(seconds: float) -> str:
    """Format a duration as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plural(noun: str, count: int) -> str:
    """Return a regular noun as it stands after this number."""
    return noun if count == 1 else f"{noun}s"
