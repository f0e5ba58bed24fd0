"""Parses typed numbers, for fields, options and dialogs alike.

Python accepts more than a user means: 1_0 is 10 to it, and so are Arabic or full-width
digits. Here a number is what a calculator shows.
"""

from __future__ import annotations

import re

WHOLE = re.compile(r"\s*([+-]?[0-9]+)\s*")
REAL = re.compile(r"\s*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)\s*")
MAX_NUMBER_LENGTH = 400  # characters of a number


def whole_number(text: str) -> int:
    """Parse a whole number. Raises ValueError for anything else."""
    found = WHOLE.fullmatch(text) if len(text) <= MAX_NUMBER_LENGTH else None
    if found is None:
        raise ValueError("not a whole number")
    return int(found[1])


def real_number(text: str) -> float:
    """Parse a number. Raises ValueError for anything else."""
    found = REAL.fullmatch(text) if len(text) <= MAX_NUMBER_LENGTH else None
    if found is None:
        raise ValueError("not a number")
    return float(found[1])
