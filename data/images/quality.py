"""The quality of a whole set: transposing, stretching, inverting, and oddities."""

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

FAINT = 128  # fainter ink is stretched, because such images are hard to learn from
FEW_GRAYS = 8  # between paper and ink
LIGHTER = 4  # of 255; minimum difference of paper from the image's mean
SAMPLED_IMAGES = 20_000  # of a mapped set
SAMPLED_RUNS = 20  # pieces of the file that these are from
REASONS: Final[dict[type[Finding], str]] = {
    LightPaper: "its ink is dark on light paper",
    Stretched: "its ink is faint",
    Transposed: "its images lie on their side",
}
CHUNK_PIXELS = 1 << 18  # pixels compared at once
PLAIN_SCALE: Final = "values 0 to 255"  # the note on pixels that needed no other


def upright(found: SourceContent, reason: str) -> SourceContent:
    """Transpose every image of a set.

    As with `high_ink`, the images are changed in place if their memory is writable.
    """
    finding = Transposed(reason)
    return _changed(found, _exchanged, finding)


def high_ink(found: SourceContent, *, has_paper: bool = True) -> SourceContent:
    """Return the set with ink high on paper 0, by one decision for all its images.

    Faint ink is stretched to full strength, on whatever scale it was stored; dark ink on light
    paper is inverted unless the images have no paper. The images are changed in place if their
    memory is writable: the caller gives them up.
    """
    strongest = max(_strongest(part) for part in _parts(found))
    # Fractions this small have lost their greys already.
    if 0 < strongest <= FAINT and (strongest >= FEW_GRAYS or not found.scale):
        # By a table, so that each grey becomes the same one in both parts.
        grays = np.minimum(np.rint(np.arange(256) * (FULL / strongest)), FULL).astype(np.uint8)
        stretched = Stretched(strongest)
        scale = f"values 0 to {strongest}, made 0 to 255"
        found = _changed(found, lambda images: _mapped(images, grays), stretched)
        found = replace(found, scale=found.scale or scale)
    if not found.scale:
        scale = PLAIN_SCALE if strongest else "values all 0: blank images"
        found = replace(found, scale=scale)
    if has_paper and _are_light(_parts(found)):
        found = _changed(found, _turned, LightPaper())
    return replace(found, notes=(*found.notes, found.scale))


def odd(train: Digits, test: Digits, classes: int) -> tuple[Finding, ...]:
    """Return what is odd about a set with high ink, as far as a network would suffer from it.

    A set that stays in its file is only sampled.
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
    """Apply a change to all images of a set. Raises DataError if the set is too large for it."""
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
    if not is_mapped(images) or len(images) <= SAMPLED_IMAGES:
        return images
    return np.concatenate([images[run] for run in _runs(len(images))])


def _runs(count: int) -> list[slice]:
    """Return runs of consecutive images from all parts of the set, which a disk reads quickly."""
    starts = np.linspace(
        0, count - SAMPLED_IMAGES // SAMPLED_RUNS, SAMPLED_RUNS, dtype=np.int64
    ).tolist()
    return [slice(start, start + SAMPLED_IMAGES // SAMPLED_RUNS) for start in starts]


def _exchanged(images: Bytes) -> Bytes:
    side = math.isqrt(images.shape[1])
    changed = images if images.flags.writeable else np.empty_like(images)
    step = max(1, CHUNK_PIXELS // images.shape[1])
    for start in range(0, len(images), step):
        square = images[start : start + step].reshape(-1, side, side)
        changed[start : start + step] = square.swapaxes(1, 2).reshape(len(square), -1)
    return changed


def _mapped(images: Bytes, grays: Bytes) -> Bytes:
    """Each pixel's grey exchanged for another."""
    changed = images if images.flags.writeable else np.empty_like(images)
    step = max(1, CHUNK_PIXELS // images.shape[1])
    for start in range(0, len(images), step):
        changed[start : start + step] = grays[images[start : start + step]]
    return changed


def _sample(digits: Digits) -> Digits:
    if len(digits) <= SAMPLED_IMAGES:
        return digits
    labels = np.concatenate([digits.labels[run] for run in _runs(len(digits))])
    return Digits(_some(digits.images), labels)


def _are_light(parts: list[Bytes]) -> bool:
    """Return whether nearly all images are lighter at their corners than on average."""
    lighter = np.concatenate(
        [corners(some) > some.mean(axis=(1, 2)) + LIGHTER for some in map(sampled, parts)]
    )
    return float(lighter.mean()) >= PAPERED


def _turned(images: Bytes) -> Bytes:
    if not images.flags.writeable:
        return np.subtract(255, images)
    return np.subtract(255, images, out=images)


def _blank(images: Bytes) -> int:
    """Count the images whose pixels are all equal."""
    step = max(1, CHUNK_PIXELS // images.shape[1])
    parts = (images[start : start + step] for start in range(0, len(images), step))
    return sum(int(np.count_nonzero((part == part[:, :1]).all(axis=1))) for part in parts)


def _shared(train: Bytes, test: Bytes) -> int:
    """Count the test images that are also training images, leaving out blank ones."""
    inked = test[(test != test[:, :1]).any(axis=1)]
    return int(np.count_nonzero(np.isin(_hashes(inked), _hashes(train))))


def _hashes(images: Bytes) -> NDArray[np.int64]:
    return np.fromiter((hash(row.tobytes()) for row in images), np.int64, len(images))
