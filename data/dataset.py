"""Dataset: images still as bytes, their labels, a part to train on and a part to test on.

`load` makes one of any source it knows, by what is in it: the set in the package, IDX files,
CSV, .npz, pictures in folders. `load_images` takes the images alone, for a network to answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from .errors import ClassesError, DataError
from .findings import Finding
from .layout import MNIST, ImageLayout, measured
from .quality import odd, upright_ink
from .readers.safe_files import OnProgress
from .source_content import MAX_CLASSES, Bytes, Digits, SourceContent
from .sources import EMBEDDED, read
from .split import SEED, TEST_SHARE, split_train_test

__all__ = ["EMBEDDED", "Dataset", "Digits", "Unlabelled", "load", "load_images"]

DIGITS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a network is trained on and, apart from it, what it is tested on."""

    name: str
    train: Digits
    test: Digits
    side: int  # images are side × side pixels
    names: tuple[str, ...] = DIGITS  # of the classes, by label
    notes: tuple[str, ...] = ()  # what was found out while reading, one line each
    share: float = (
        0.0  # of each class that was kept apart to test on; 0: the source had a test part
    )
    findings: tuple[Finding, ...] = ()  # what is odd about it
    layout: ImageLayout = MNIST  # how the training images lie in their frame

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Unlabelled:
    """Images that a network is to answer for."""

    name: str
    images: Bytes  # m × side², 0 (paper) to 255 (ink), one image a row, as in Digits
    side: int
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def load(
    source: str = EMBEDDED,
    *,
    share: float = TEST_SHARE,
    classes: int | None = None,
    has_paper: bool = True,
    cache: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """The dataset that `source` names: "mnist", the one in the package, or a path.

    A path's form is told by its content: a folder with IDX files, or one such file, whose others
    are looked for beside it; CSV as Kaggle's train.csv or without header, gzipped or not; .npz in
    Keras's form or with images and labels; a folder of pictures in sub-folders named by label.

    share: of a set that has no test part, how much of each class is tested on; which images is
    drawn with a fixed seed, so it is always the same ones.
    classes: how many there are, where the caller knows; else the labels and names tell.
    has_paper: whether ink may stand on light paper, and is then turned round; False where a
    network answers whose own images were photographs.
    cache: a folder to keep parsed tables in, and to take them from; None for none.
    on_progress: called now and then with what is done and all there is to do, in bytes or files;
    what it raises ends the loading.

    Raises DataError, one line that names the file, the place in it, and what is wrong there;
    UnlabelledError and ClassesError, which are DataErrors, where a caller may go on otherwise.
    """
    found, name = read(source, cache, on_progress)
    if found.labels is None:
        raise UnlabelledError(
            f"{source}: has no labels, so there is nothing to learn from or to test against; "
            f"use it to predict",
            _unlabelled(found, name),
        )
    labels = found.labels
    names = _names(source, found, classes)
    is_known = source == EMBEDDED  # to be upright and sound
    if has_paper and not is_known:
        found = upright_ink(found)
    notes, findings, layout = found.notes, found.findings, MNIST
    if found.test is None:
        try:
            train, test = split_train_test(found.images, labels, share)
        except DataError as problem:
            raise DataError(f"{source}: {problem}") from problem
        kept = (
            f"no test part: {100 * share:g} % of each class kept apart to test on, {len(test):,} "
            f"of {len(train) + len(test):,} images, drawn with seed {SEED}"
        )
        notes += (kept,)
    else:
        train, test = Digits(found.images, labels), found.test
    for array in (train.images, train.labels, test.images, test.labels):
        array.setflags(write=False)
    side = math.isqrt(train.images.shape[1])
    if not is_known:
        findings, layout = (*findings, *odd(train, test, len(names))), measured(train.images)
    kept_apart = share if found.test is None else 0.0
    return Dataset(name, train, test, side, names, notes, kept_apart, findings, layout)


def load_images(
    source: str, *, cache: Path | None = None, on_progress: OnProgress | None = None
) -> Unlabelled:
    """The images that `source` names, to predict: any form that `load` takes, labels or not.

    Of a set with a test part, the images of that; of an IDX file of images, exactly these; and
    one picture is a set of one, brought into MNIST's form. Raises DataError as `load` does.
    """
    found, name = read(source, cache, on_progress, alone=True)
    return _unlabelled(found, name)


def _unlabelled(found: SourceContent, name: str) -> Unlabelled:
    found = upright_ink(found)
    images = found.images if found.test is None else found.test.images
    images.setflags(write=False)
    return Unlabelled(name, images, math.isqrt(images.shape[1]), found.notes, found.findings)


def _names(source: str, found: SourceContent, classes: int | None) -> tuple[str, ...]:
    """One for each class. Raises DataError if the labels do not fit their number."""
    assert found.labels is not None, "asked for the classes of images without labels"
    parts = {"training": found.labels} | ({"test": found.test.labels} if found.test else {})
    most = 1 + max(int(labels.max()) for labels in parts.values())
    count = classes or len(found.names) or most
    if not 2 <= count <= MAX_CLASSES:
        raise DataError(f"{source}: has {count} classes; expected 2 to {MAX_CLASSES}")
    for part, labels in parts.items():
        if int(labels.max()) >= count:
            first = int((labels >= count).argmax())
            raise ClassesError(
                f"{source}: label {first} of the {part} part is {labels[first]}; "
                f"expected 0 to {count - 1}"
            )
    if len(found.names) not in (0, count):
        raise ClassesError(f"{source}: names {len(found.names)} classes; expected {count}")
    return found.names or tuple(map(str, range(count)))


class UnlabelledError(DataError):
    """A source has no labels, and labels were asked for; `images` can still be answered."""

    def __init__(self, message: str, images: Unlabelled) -> None:
        super().__init__(message)
        self.images = images
