"""The classes of a set: as named in it, as a network knows them, or as its labels count."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ..errors import ClassesError, DataError
from ..findings import Finding, FromOne, TenIsZero
from ..source_content import MAX_CLASSES, Bytes, Digits, SourceContent

TO_EXPLAIN = 10  # classes that are believed unseen; more must show in the images
EXPLAINED = 0.05  # of the images' variance, beyond what labels drawn by chance explain
TEN_IS_ZERO = re.compile(r"ex[34]data|svhn|(train|test|extra)_32x32|usps_all", re.IGNORECASE)
SAMPLE = 1 << 22  # pixels that are looked at for that


def with_classes(
    source: str, found: SourceContent, count: int | None = None, class_names: tuple[str, ...] = ()
) -> SourceContent:
    """Renumber a set's labels from 0 and name every class.

    Args:
        source: what messages call it.
        found: the content that a reader returned.
        count: number of classes, if the caller knows it.
        class_names: the class names, if the caller knows them; a label then means the class of that
            name.

    Raises:
        DataError: there are no classes, or too many; its subclass ClassesError if they do not
            fit those the caller knows.
    """
    assert found.labels is not None, "asked for the classes of images without labels"
    occurring = np.flatnonzero(np.bincount(np.concatenate(_labels(found)), minlength=1)).tolist()
    own = found.names
    if not own:
        _check_meaning(source, found.images, found.labels)
    if own:
        _check_labels(source, found, len(own))
    spoken = {label: own[label] if own else str(label) for label in occurring}
    if class_names and class_names != own and set(spoken.values()) <= set(class_names):
        indices = {label: class_names.index(name) for label, name in spoken.items()}
        return replace(_relabeled(found, indices), names=class_names)
    if own:
        if count not in (None, len(own)):
            raise ClassesError(f"{source}: names {len(own)} classes; expected {count}")
        return found
    return _numbered(source, found, occurring, count, class_names)


def _numbered(
    source: str,
    found: SourceContent,
    occurring: list[int],
    count: int | None,
    class_names: tuple[str, ...],
) -> SourceContent:
    """Classes that only have numbers."""
    lowest, highest = occurring[0], occurring[-1]
    if occurring == list(range(1, 11)) and TEN_IS_ZERO.search(found.called):
        found = _relabeled(found, {label: label % 10 for label in occurring})
        found = replace(found, findings=(*found.findings, TenIsZero()))
        return replace(found, names=class_names or _numbers(0, 10))
    if lowest >= 1 and highest == count and class_names == _numbers(0, highest):
        raise ClassesError(
            f"{source}: its labels run from {lowest} to {highest}, not from 0 to {highest - 1}; "
            f"say what each means with --names FILE"
        )
    if lowest >= 1 and (count == highest or (count is None and lowest == 1)):
        finding: Finding = FromOne(highest)
        found = _relabeled(found, {label: label - 1 for label in occurring})
        found = replace(found, findings=(*found.findings, finding))
        names = class_names or _numbers(1, highest + 1)
    else:
        names = _numbers(0, count or highest + 1)
    if not 2 <= len(names) <= MAX_CLASSES:
        kind = "class" if len(names) == 1 else "classes"
        raise DataError(f"{source}: has {len(names)} {kind}; expected 2 to {MAX_CLASSES}")
    _check_labels(source, found, len(names))
    return replace(found, names=names)


def _numbers(start: int, end: int) -> tuple[str, ...]:
    return tuple(map(str, range(start, end)))


def _labels(found: SourceContent) -> list[Bytes]:
    assert found.labels is not None
    return [found.labels] + ([] if found.test is None else [found.test.labels])


def _relabeled(found: SourceContent, indices: dict[int, int]) -> SourceContent:
    table = np.zeros(256, np.uint8)
    for label, index in indices.items():
        table[label] = index
    labels, *others = (table[part] for part in _labels(found))
    test = None if found.test is None else Digits(found.test.images, others[0])
    return replace(found, labels=labels, test=test)


def _check_labels(source: str, found: SourceContent, count: int) -> None:
    for part, labels in zip(("training", "test"), _labels(found), strict=False):
        if int(labels.max()) >= count:
            first = int((labels >= count).argmax())
            raise ClassesError(
                f"{source}: label {first} of the {part} part is {labels[first]}; "
                f"expected 0 to {count - 1}"
            )


def _check_meaning(source: str, images: Bytes, labels: Bytes) -> None:
    """Refuse many labels that have nothing to do with the images: a number is no class by itself.

    The images' variance between the classes, as a share of all of it, is what labels explain; k
    classes of n images drawn by chance explain (k - 1) / (n - 1).
    """
    step = -(-len(labels) * images.shape[1] // SAMPLE)
    codes = labels[::step]
    counts = np.bincount(codes)
    occurs = counts > 0
    k, n = int(np.count_nonzero(occurs)), len(codes)
    if k <= TO_EXPLAIN or len(set(counts[occurs].tolist())) == 1:  # as often: somebody's choice
        return
    some = images[::step].astype(np.float32)
    some -= some.mean(axis=0)
    total = float((some**2).sum())
    if n <= k or not total:
        raise DataError(_meaningless(source, k, n))
    sums = np.zeros((len(counts), some.shape[1]))
    np.add.at(sums, codes, some)
    between = float((sums[occurs] ** 2 / counts[occurs, np.newaxis]).sum())
    by_chance = (k - 1) / (n - 1)
    if (between / total - by_chance) / (1 - by_chance) < EXPLAINED:
        raise DataError(_meaningless(source, k, n))


def _meaningless(source: str, classes: int, images: int) -> str:
    return (
        f"{source}: has {classes} different labels on {images:,} images and nothing in the images "
        f"goes with them, so they are no classes; name the label's column with --label"
    )
