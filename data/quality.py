"""A set looked over as a whole, once it is read: turned if its paper is light, and what is odd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .findings import Blank, Empty, Faint, Finding, LightPaper, Shared
from .layout import PAPERED, corners, sampled
from .source_content import Bytes, Digits, SourceContent

FAINT = 128  # the strongest ink has to reach it, or the images are hard to learn from
LIGHTER = 4  # of 255 that paper must differ from the whole image by
AT_A_TIME = 1 << 18  # pixels compared at once


def upright_ink(found: SourceContent) -> SourceContent:
    """The same set with ink high on paper 0: one decision for all its images.

    The images are turned within their own memory if that may be written to: the caller gives them
    up.
    """
    parts = [found.images] + ([found.test.images] if found.test is not None else [])
    if not _are_light(parts):
        return found
    images, *others = (_turned(part) for part in parts)
    test = None if found.test is None else Digits(others[0], found.test.labels)
    return replace(found, images=images, test=test, findings=(*found.findings, LightPaper()))


def odd(train: Digits, test: Digits, classes: int) -> tuple[Finding, ...]:
    """What is odd about a whole set whose ink is high, as far as a network would suffer from it."""
    found: list[Finding] = []
    strongest = max(int(part.images.max(initial=0)) for part in (train, test))
    if 0 < strongest < FAINT:
        found.append(Faint(strongest))
    blank = sum(_blank(part.images) for part in (train, test))
    if blank:
        found.append(Blank(blank, len(train) + len(test)))
    shared = _shared(train.images, test.images)
    if shared:
        found.append(Shared(shared, len(test)))
    empty = np.flatnonzero(np.bincount(train.labels, minlength=classes) == 0)
    if len(empty):
        found.append(Empty(tuple(map(int, empty)), classes))
    return tuple(found)


def _are_light(parts: list[Bytes]) -> bool:
    """Whether nearly all images are lighter at their corners than all in all."""
    lighter = np.concatenate(
        [corners(some) > some.mean(axis=(1, 2)) + LIGHTER for some in map(sampled, parts)]
    )
    return float(lighter.mean()) >= PAPERED


def _turned(images: Bytes) -> Bytes:
    if not images.flags.writeable:
        return np.subtract(255, images)
    return np.subtract(255, images, out=images)


def _blank(images: Bytes) -> int:
    """How many have pixels that are all alike."""
    step = max(1, AT_A_TIME // images.shape[1])
    parts = (images[start : start + step] for start in range(0, len(images), step))
    return sum(int(np.count_nonzero((part == part[:, :1]).all(axis=1))) for part in parts)


def _shared(train: Bytes, test: Bytes) -> int:
    """How many test images are training images too; blank ones are another matter."""
    inked = test[(test != test[:, :1]).any(axis=1)]
    return int(np.count_nonzero(np.isin(_hashes(inked), _hashes(train))))


def _hashes(images: Bytes) -> NDArray[np.int64]:
    return np.fromiter((hash(row.tobytes()) for row in images), np.int64, len(images))
