"""A set looked over as a whole: set upright, stretched, turned, and what is odd about it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..findings import Blank, Empty, Faint, Finding, LightPaper, Shared, Stretched, Transposed
from ..source_content import Bytes, Digits, SourceContent
from .layout import PAPERED, corners, sampled
from .mapped_file import is_mapped
from .values import FULL

FAINT = 128  # ink that never gets stronger is stretched, or the images are hard to learn from
FEW_GREYS = 8  # between paper and ink
LIGHTER = 4  # of 255 that paper must differ from the whole image by
LARGE = 20_000  # images of a set in a mapped file that are looked at
RUNS = 20  # pieces of the file that these come from
REASONS: Final[dict[type[Finding], str]] = {
    LightPaper: "its ink is dark on light paper",
    Stretched: "its ink is faint",
    Transposed: "its images lie on their side",
}
AT_A_TIME = 1 << 18  # pixels compared at once
PLAIN_SCALE: Final = "values 0 to 255"  # the note on pixels that needed no other


def upright(found: SourceContent, reason: str) -> SourceContent:
    """The same set with rows and columns of every image exchanged.

    As with `high_ink`, the images are changed within their own memory if that may be written to.
    """
    finding = Transposed(reason)
    return _changed(found, _exchanged, finding)


def high_ink(found: SourceContent, *, has_paper: bool = True) -> SourceContent:
    """The same set with ink high on paper 0: one decision for all its images.

    Ink that never gets strong is stretched, whatever scale it was on; dark ink on light paper is
    turned round unless the images have no paper. The images are changed within their own memory
    if that may be written to: the caller gives them up.
    """
    strongest = max(_strongest(part) for part in _parts(found))
    # Of fractions that small the greys are gone already.
    if 0 < strongest <= FAINT and (strongest >= FEW_GREYS or not found.scale):
        # By a table: each grey becomes the same one everywhere, to learn from and to test on.
        greys = np.minimum(np.rint(np.arange(256) * (FULL / strongest)), FULL).astype(np.uint8)
        stretched = Stretched(strongest)
        scale = f"values 0 to {strongest}, made 0 to 255"
        found = _changed(found, lambda images: _mapped(images, greys), stretched)
        found = replace(found, scale=found.scale or scale)
    if not found.scale:
        scale = PLAIN_SCALE if strongest else "values all 0: blank images"
        found = replace(found, scale=scale)
    if has_paper and _are_light(_parts(found)):
        found = _changed(found, _turned, LightPaper())
    return replace(found, notes=(*found.notes, found.scale))


def odd(train: Digits, test: Digits, classes: int) -> tuple[Finding, ...]:
    """What is odd about a whole set whose ink is high, as far as a network would suffer from it.

    Of a set that is left in its file only a sample is looked at.
    """
    labels = train.labels
    train, test = (_sample(part) if is_mapped(part.images) else part for part in (train, test))
    found: list[Finding] = []
    strongest = max(_strongest(part.images) for part in (train, test))
    if 0 < strongest < FAINT:
        found.append(Faint(strongest))
    blank = sum(_blank(part.images) for part in (train, test))
    if blank:
        found.append(Blank(blank, len(train) + len(test)))
    shared = 0 if test.images is train.images else _shared(train.images, test.images)
    if shared:
        found.append(Shared(shared, len(test)))
    empty = np.flatnonzero(np.bincount(labels, minlength=classes) == 0)
    if len(empty):
        found.append(Empty(tuple(map(int, empty)), classes))
    return tuple(found)


def _parts(found: SourceContent) -> list[Bytes]:
    return [found.images] + ([found.test.images] if found.test is not None else [])


def _changed(
    found: SourceContent, change: Callable[[Bytes], Bytes], finding: Finding
) -> SourceContent:
    """The same set with all its images changed. Raises DataError for what is too large for it."""
    if any(is_mapped(part) for part in _parts(found)):
        raise DataError(
            f"{found.called or 'the set'}: is too large to be changed in memory, and has to be: "
            f"{REASONS[type(finding)]}; store it as it should be"
        )
    images, *others = map(change, _parts(found))
    test = None if found.test is None else Digits(others[0], found.test.labels)
    return replace(found, images=images, test=test, findings=(*found.findings, finding))


def _strongest(images: Bytes) -> int:
    return int(_some(images).max(initial=0))


def _some(images: Bytes) -> Bytes:
    """All of the images, or a sample of so many that reading them all would take long."""
    if not is_mapped(images) or len(images) <= LARGE:
        return images
    return np.concatenate([images[run] for run in _runs(len(images))])


def _runs(count: int) -> list[slice]:
    """Runs of images that follow each other, from everywhere: a disk reads those quickly."""
    starts = np.linspace(0, count - LARGE // RUNS, RUNS, dtype=np.int64).tolist()
    return [slice(start, start + LARGE // RUNS) for start in starts]


def _exchanged(images: Bytes) -> Bytes:
    side = math.isqrt(images.shape[1])
    changed = images if images.flags.writeable else np.empty_like(images)
    step = max(1, AT_A_TIME // images.shape[1])
    for start in range(0, len(images), step):
        square = images[start : start + step].reshape(-1, side, side)
        changed[start : start + step] = square.swapaxes(1, 2).reshape(len(square), -1)
    return changed


def _mapped(images: Bytes, greys: Bytes) -> Bytes:
    """Each pixel's grey exchanged for another."""
    changed = images if images.flags.writeable else np.empty_like(images)
    step = max(1, AT_A_TIME // images.shape[1])
    for start in range(0, len(images), step):
        changed[start : start + step] = greys[images[start : start + step]]
    return changed


def _sample(digits: Digits) -> Digits:
    if len(digits) <= LARGE:
        return digits
    labels = np.concatenate([digits.labels[run] for run in _runs(len(digits))])
    return Digits(_some(digits.images), labels)


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
