"""Provenance of a saved run: data, program and date; untrusted when read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any

from ..engine.engine import Samples

MAX_TEXT_LENGTH = 5000  # characters
MAX_CLASSES = 1000  # with names
MAX_LAYOUT_ENTRIES = 20  # that describe a layout


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run comes from; unknown fields are empty."""

    data: str = ""  # short name of the data: mnist, train.csv
    source: str = ""  # as for --data: mnist, or a full path
    form: str = ""  # format of the data: IDX, four files
    share: float = 0.0  # fraction split off for testing; 0: the data had a test part
    sha256: str = ""  # of the training part, from `digest`
    names: tuple[str, ...] = ()  # class names, by label
    program: str = ""  # name and version
    date: str = ""  # of saving, in UTC: 2026-01-31 12:00
    # How the training images lie in their frame, from data/images/layout.py; empty: unknown.
    layout: dict[str, float | str] = field(default_factory=dict[str, float | str])


def digest(samples: Samples) -> str:
    """Return the SHA-256, in hexadecimal, of the images' bytes, row by row, and the labels' bytes.

    It identifies a data set in whatever files it comes. MNIST's 47 MB take at most 0.1 s.
    """
    sha256 = hashlib.sha256()
    for array in (samples.images, samples.labels):
        sha256.update(array.data if array.flags.c_contiguous else array.tobytes())
    return sha256.hexdigest()


def provenance_from_json(content: dict[str, Any], *, has_layout: bool = True) -> Provenance:
    """Read a provenance as dataclasses.asdict and JSON wrote it.

    Args:
        content: The JSON object.
        has_layout: Whether the file's version has layouts.

    Raises:
        ValueError: A value has the wrong type or size; also TypeError and KeyError.
    """
    values = {part.name: content[part.name] for part in fields(Provenance) if part.name != "layout"}
    share: Any = values["share"]
    names: list[Any] = values["names"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError("made: share is no number from 0 to 1")
    if type(names) is not list or len(names) > MAX_CLASSES:
        raise ValueError("made: names is no list of names")
    texts: list[Any] = [*names, *(values[k] for k in values if k not in ("share", "names"))]
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT_LENGTH for text in texts):
        raise ValueError("made: something is no text, or is too long")
    layout = _layout(content["layout"]) if has_layout else {}
    return Provenance(
        **dict[str, Any](values, share=float(share), names=tuple(names), layout=layout)
    )


def _layout(content: object) -> dict[str, float | str]:
    """Validate a layout: numbers and words by name; data/ interprets them."""
    if not isinstance(content, dict) or len(content) > MAX_LAYOUT_ENTRIES:  # pyright: ignore[reportUnknownArgumentType]: JSON
        raise ValueError("made: layout is none")
    items: list[tuple[Any, Any]] = list(content.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]: JSON
    for name, value in items:
        is_number = isinstance(value, int | float) and isfinite(value)
        is_word = isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH
        if not (isinstance(name, str) and len(name) <= MAX_TEXT_LENGTH and (is_number or is_word)):
            raise ValueError("made: layout holds something that is neither a number nor a word")
    return dict(items)
