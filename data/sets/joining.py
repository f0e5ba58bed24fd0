"""Joins two sources: as training and test part, or one after the other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import DataError
from ..images.values import FULL, spread
from ..source_content import MAX_CLASSES, Bytes, Digits, SourceContent, Span, image_side


def joined(
    found: SourceContent, other: SourceContent, path: object, other_path: object
) -> SourceContent:
    """One source with all of another to test on; both have labels, which must agree in kind.

    Raises DataError, which begins with one of the paths, for images of another size.
    """
    _check_size(found, other, path, other_path)
    found, other = _on_one_scale(found, other, path, other_path)
    assert found.labels is not None
    assert other.labels is not None
    names, first, second = _one_list(found, other, other_path)
    test = Digits(other.images, second(other.labels))
    if other.test is not None:
        test = Digits(
            np.concatenate([test.images, other.test.images]),
            np.concatenate([test.labels, second(other.test.labels)]),
        )
    return replace(
        found,
        labels=first(found.labels),
        test=test,
        names=names,
        scale=found.scale or other.scale,
        notes=(*found.notes, *(note for note in other.notes if note not in found.notes)),
        findings=(*found.findings, *(f for f in other.findings if f not in found.findings)),
    )


def appended(
    found: SourceContent, other: SourceContent, path: object, other_path: object
) -> SourceContent:
    """Two pieces of one set, both with labels, one after the other."""
    both = joined(found, other, path, other_path)
    assert both.labels is not None
    assert both.test is not None
    images = np.concatenate([both.images, both.test.images])
    return replace(
        both, images=images, labels=np.concatenate([both.labels, both.test.labels]), test=None
    )


def _check_size(
    found: SourceContent, other: SourceContent, path: object, other_path: object
) -> None:
    sizes = [image_side(part.images.shape[1]) for part in (found, other)]
    if sizes[0] != sizes[1]:
        raise DataError(
            f"{other_path}: its images are {sizes[1]} × {sizes[1]}; expected {sizes[0]} × "
            f"{sizes[0]}, as in {path}"
        )


def _on_one_scale(
    found: SourceContent, other: SourceContent, path: object, other_path: object
) -> tuple[SourceContent, SourceContent]:
    """Both with pixels from 0 to 255, should one have nothing but 0 and 1, or other extremes."""
    if found.span is not None and other.span is not None:
        span = min(found.span[0], other.span[0]), max(found.span[1], other.span[1])
        return _spread(found, span), _spread(other, span)
    if bool(found.scale) == bool(other.scale):
        return found, other
    plain = other if found.scale else found
    if int(plain.images.max()) > 1:
        raise DataError(f"{other_path}: its pixels are on another scale than those of {path}")
    scaled = replace(plain, images=plain.images * np.uint8(FULL))
    return (found, scaled) if plain is other else (scaled, other)


def _spread(found: SourceContent, span: Span) -> SourceContent:
    """Return the same source on the scale of a pair."""
    if found.span == span or found.span is None:
        return found
    images = spread(found.images, found.span, span)
    test = found.test
    if test is not None:
        test = Digits(spread(test.images, found.span, span), test.labels)
    return replace(found, images=images, test=test, span=span)


def _one_list(
    found: SourceContent, other: SourceContent, other_path: object
) -> tuple[tuple[str, ...], _Relabel, _Relabel]:
    """Merge the classes of both, with the relabeling that each one needs."""
    if found.names == other.names:
        return found.names, _Relabel(), _Relabel()
    if not found.names or not other.names:
        raise DataError(f"{other_path}: one of the pair names its classes and the other does not")
    names = found.names + tuple(name for name in other.names if name not in found.names)
    if len(names) > MAX_CLASSES:
        raise DataError(f"{other_path}: has other classes than what it goes with")
    return names, _Relabel(), _Relabel(tuple(names.index(name) for name in other.names))


class _Relabel:
    """Maps labels of one list of classes to those of another."""

    def __init__(self, indices: tuple[int, ...] = ()) -> None:
        self._indices = np.array(indices, np.uint8)

    def __call__(self, labels: Bytes) -> Bytes:
        return self._indices[labels] if len(self._indices) else labels
