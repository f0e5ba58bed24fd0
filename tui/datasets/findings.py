"""Describes findings about images in words; data/findings.py defines them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...data.findings import (
    AsItLies,
    Blank,
    DarkPaper,
    Empty,
    Faint,
    Finding,
    FromOne,
    LightPaper,
    Placed,
    Rulings,
    Shared,
    Sideways,
    Specks,
    Stretched,
    TenIsZero,
    Transposed,
    WholePicture,
    misleads,
)

if TYPE_CHECKING:
    from ...data.dataset import Dataset

CENTERED = {"mass": "by its center of mass", "box": "in the middle", "free": "as most lie"}


def words(finding: Finding) -> str:  # noqa: PLR0911, PLR0912  (one line for each kind)
    """One line that says what was found, and what it means."""
    match finding:
        case LightPaper():
            return "dark on light, turned round"
        case DarkPaper():
            return "light on dark"
        case Faint(strongest):
            return f"faint: the strongest ink is {strongest}, full ink would be 255"
        case Stretched(strongest):
            return f"values 0 to {strongest}, made 0 to 255"
        case Transposed(reason):
            return f"set upright, rows and columns exchanged, {reason}"
        case Sideways(images, as_they_lie, exchanged, was_asked_for):
            cure = "leave out --transpose" if was_asked_for else "--transpose sets them upright"
            return (
                f"the images seem to lie on their side: of {images} digits a small network reads "
                f"{as_they_lie} as labelled, and {exchanged} with rows and columns exchanged; "
                f"{cure}"
            )
        case TenIsZero():
            return "labels run from 1 to 10: 10 was taken for the digit 0"
        case FromOne(highest):
            ten = "; if 10 means the digit 0, name the classes with --names" * (highest == 10)
            return f"labels run from 1 to {highest}: {highest} classes, none of label 0{ten}"
        case Blank(count, images):
            return f"{count:,} of {images:,} images are blank: all their pixels are alike"
        case Shared(count, images):
            return (
                f"{count:,} of {images:,} test images are training images too, pixel for pixel: "
                f"test accuracy says that much less about unseen ones"
            )
        case Empty(labels, classes):
            listed = ", ".join(map(str, labels[:6])) + (" …" if len(labels) > 6 else "")
            return f"{classes} classes, but {listed} of 0 to {classes - 1} have no training image"
        case Specks(count):
            return f"{_counted(count, 'speck')} left out, far from the rest of the ink"
        case Rulings(count):
            return f"{_counted(count, 'ruled line')} left out"
        case AsItLies():
            return "lies as the model's images do, taken as it is"
        case Placed(extent, centering):
            return f"ink scaled to {extent:.0%} of the frame and placed {CENTERED[centering]}"
        case WholePicture():
            return "scaled as a whole, as the model's images have no paper"


def all_notes(notes: Iterable[str], findings: Iterable[Finding]) -> tuple[str, ...]:
    """All that is known of a source, one line each."""
    lines = (*notes, *map(words, findings))
    return tuple(dict.fromkeys(lines))  # without duplicates


def noticed(dataset: Dataset) -> tuple[str, ...]:
    """Return the findings that do no harm."""
    return tuple(words(finding) for finding in dataset.findings if not misleads(finding))


def doubts(dataset: Dataset | None) -> tuple[str, ...]:
    """Return why a network learns badly from these data, or seems better on them than it is."""
    return () if dataset is None else tuple(words(f) for f in dataset.findings if misleads(f))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
