"""What made a saved run: the data it learnt from, the program, the day. As others told it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from math import isfinite
from typing import Any

from ..engine.engine import Samples

MAX_TEXT_LENGTH = 5000  # characters of one text, such as a path
MAX_CLASSES = 1000  # that may be named
MAX_LAYOUT_ENTRIES = 20  # that may tell how the images lay


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a run comes from; whatever is not known is empty."""

    data: str = ""  # the data's short name: mnist, train.csv
    source: str = ""  # how --data names them: mnist, or a whole path
    form: str = ""  # what was found there: IDX, four files
    share: float = 0.0  # of a set without test part: how much of it was tested on; 0: it had one
    sha256: str = ""  # of the training part, as `digest` has it
    names: tuple[str, ...] = ()  # of the classes, by label
    program: str = ""  # mnist-tui and its version
    date: str = ""  # when it was saved: 2026-01-31 12:00, in UTC
    # How the training images lay in their frame, as data/layout.py has it; empty: not known.
    layout: dict[str, float | str] = field(default_factory=dict[str, float | str])


def digest(samples: Samples) -> str:
    """SHA-256, in hexadecimal, of the images' bytes, row by row, followed by the labels' bytes.

    So it tells two sets apart whatever files they came in. MNIST's 47 MB take a tenth of a second
    or less.
    """
    found = hashlib.sha256()
    for array in (samples.images, samples.labels):
        found.update(array.data if array.flags.c_contiguous else array.tobytes())
    return found.hexdigest()


def provenance_from_json(told: dict[str, Any], *, has_layout: bool = True) -> Provenance:
    """As dataclasses.asdict and JSON made it.

    has_layout: whether it was written when layouts were kept. Raises ValueError, TypeError or
    KeyError for anything else.
    """
    found = {part.name: told[part.name] for part in fields(Provenance) if part.name != "layout"}
    share: Any = found["share"]
    names: list[Any] = found["names"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError("made: share is no number from 0 to 1")
    if type(names) is not list or len(names) > MAX_CLASSES:
        raise ValueError("made: names is no list of names")
    texts: list[Any] = [*names, *(found[k] for k in found if k not in ("share", "names"))]
    if not all(isinstance(text, str) and len(text) <= MAX_TEXT_LENGTH for text in texts):
        raise ValueError("made: something is no text, or is too long")
    layout = _layout(told["layout"]) if has_layout else {}
    return Provenance(
        **dict[str, Any](found, share=float(share), names=tuple(names), layout=layout)
    )


def _layout(told: object) -> dict[str, float | str]:
    """Numbers and words by name; what they mean is for others to know."""
    if not isinstance(told, dict) or len(told) > MAX_LAYOUT_ENTRIES:  # pyright: ignore[reportUnknownArgumentType]: JSON
        raise ValueError("made: layout is none")
    items: list[tuple[Any, Any]] = list(told.items())  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]: JSON
    for name, value in items:
        is_number = isinstance(value, int | float) and isfinite(value)
        is_word = isinstance(value, str) and len(value) <= MAX_TEXT_LENGTH
        if not (isinstance(name, str) and len(name) <= MAX_TEXT_LENGTH and (is_number or is_word)):
            raise ValueError("made: layout holds what is no number and no word")
    return dict(items)
