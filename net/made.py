"""What made a saved run: the data it learnt from, the program, the day. As others told it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import Any

from .gradient import Samples

LONGEST = 5000  # characters of one text, such as a path
MOST_CLASSES = 1000  # that may be named


@dataclass(frozen=True, slots=True)
class Made:
    """Where a run comes from; whatever is not known is empty."""

    data: str = ""  # the data's short name: mnist, train.csv
    source: str = ""  # how --data names them: mnist, or a whole path
    form: str = ""  # what was found there: IDX, four files
    share: float = 0.0  # of a set without test part: how much of it was tested on; 0: it had one
    sha256: str = ""  # of the training part, as `digest` has it
    names: tuple[str, ...] = ()  # of the classes, by label
    program: str = ""  # mnist-tui and its version
    date: str = ""  # when it was saved: 2026-01-31 12:00, in UTC


def digest(samples: Samples) -> str:
    """SHA-256, in hexadecimal, of the images' bytes, row by row, followed by the labels' bytes.

    So it tells two sets apart whatever files they came in. MNIST's 47 MB take a tenth of a second
    or less.
    """
    found = hashlib.sha256()
    for array in (samples.images, samples.labels):
        found.update(array.data if array.flags.c_contiguous else array.tobytes())
    return found.hexdigest()


def from_json(told: dict[str, Any]) -> Made:
    """As dataclasses.asdict and JSON made it.

    Raises ValueError, TypeError or KeyError for anything else.
    """
    found = {field.name: told[field.name] for field in fields(Made)}
    share: Any = found["share"]
    names: list[Any] = found["names"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise ValueError("made: share is no number from 0 to 1")
    if type(names) is not list or len(names) > MOST_CLASSES:
        raise ValueError("made: names is no list of names")
    texts: list[Any] = [*names, *(found[k] for k in found if k not in ("share", "names"))]
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        raise ValueError("made: something is no text, or is too long")
    return Made(**dict[str, Any](found, share=float(share), names=tuple(names)))
