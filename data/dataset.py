"""Dataset: images as bytes with their labels, in a training part and a test part.

`load` reads one from any known source, recognized by its content: the packaged set, IDX files,
CSV, .npz, pictures in folders. `load_images` reads images alone, for prediction.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .embedded import EMBEDDED, read_embedded
from .errors import DataError
from .findings import Finding
from .images.layout import MNIST, ImageLayout, measured
from .images.mapped_file import is_mapped
from .images.quality import high_ink, odd, upright
from .readers.safe_files import OnProgress
from .sets.classes import with_classes
from .sets.joining import joined
from .sets.known_sets import read_names, with_names
from .sets.split import SEED, TEST_SHARE, draw_test_mask, split_train_test
from .source_content import Bytes, Digits, SourceContent
from .source_spec import SourceSpec, parse_spec

__all__ = ["EMBEDDED", "Dataset", "Digits", "Unlabeled", "load", "load_images"]

DIGITS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Dataset:
    """A training part and a separate test part."""

    name: str
    train: Digits
    test: Digits
    side: int  # images are side × side pixels
    names: tuple[str, ...] = DIGITS  # of the classes, by label
    notes: tuple[str, ...] = ()  # on the reading, one line each
    share: float = 0.0  # of each class held out for testing; 0: the source had a test part
    findings: tuple[Finding, ...] = ()  # oddities of the data
    layout: ImageLayout = MNIST  # how the training images lie in their frame

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class Unlabeled:
    """Images to predict."""

    name: str
    images: Bytes  # m × side², 0 (paper) to 255 (ink), one image a row, as in Digits
    side: int
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def load(  # noqa: PLR0913  (each is an independent option)
    source: str = EMBEDDED,
    *,
    share: float = TEST_SHARE,
    classes: int | None = None,
    names: tuple[str, ...] = (),
    has_paper: bool = True,
    learnt: Callable[[Digits], bool] | None = None,
    cache: Path | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Read the dataset that `source` names: "mnist" (the packaged one) or a path.

    The content decides the format; data/sources.py has the table of formats. The path may be
    followed by what the content cannot say: see data/source_spec.py.

    Args:
        source: the path, and its options.
        share: the share of each class to test on, for a set without a test part. The images are
            drawn with a fixed seed, so they are always the same.
        classes: their number, if the caller knows it; otherwise labels and names decide.
        names: the class names, if the caller knows them.
        has_paper: whether ink may stand on light paper, and is then inverted; False for a network
            trained on photographs.
        learnt: for a set without a test part, whether a network was trained on this training
            part. If it was not, every image is used for testing.
        cache: folder for parsed tables; None: do not cache.
        on_progress: called now and then with the amount done and the total, in bytes or files;
            an exception it raises ends the loading.

    Raises:
        DataError: one line that names the file, the place in it, and the fault. The subclasses
            UnlabeledError and ClassesError mark faults that a caller may handle.
    """
    spec = parse_spec(source)
    found, name = _read(spec, cache, on_progress)
    if found.labels is None:
        raise UnlabeledError(
            f"{spec.path}: has no labels, so there is nothing to learn from or to test against; "
            f"use it to predict",
            _unlabeled(found, name),
        )
    is_known = source == EMBEDDED  # to be upright and sound
    if not is_known:
        found = high_ink(found, has_paper=has_paper)
    found = with_classes(spec.path, found, classes, names)
    train, test, kept_apart, notes = _parted(spec.path, found, share, learnt)
    for array in (train.images, train.labels, test.images, test.labels):
        array.setflags(write=False)
    side = math.isqrt(train.images.shape[1])
    findings, layout = found.findings, MNIST
    if not is_known:
        findings = (*findings, *odd(train, test, len(found.names)))
        layout = measured(train.images)
    return Dataset(
        name, train, test, side, found.names, found.notes + notes, kept_apart, findings, layout
    )


def load_images(
    source: str, *, cache: Path | None = None, on_progress: OnProgress | None = None
) -> Unlabeled:
    """Read the images that `source` names, to predict: any form that `load` takes, labels or not.

    Of a set with a test part, the images of that; of an IDX file of images, exactly these; and
    one picture is a set of one, brought into MNIST's form. Raises DataError as `load` does.
    """
    found, name = _read(parse_spec(source), cache, on_progress, alone=True)
    return _unlabeled(found, name)


def _read(
    spec: SourceSpec, cache: Path | None, on_progress: OnProgress | None, *, alone: bool = False
) -> tuple[SourceContent, str]:
    """Read a source and apply the options of its spec."""
    if spec.path == EMBEDDED and spec != SourceSpec(EMBEDDED):
        raise DataError(f"{spec}: the set in the program is read as it is; leave the options out")
    found, name = _read_one(spec.path, cache, on_progress, alone=alone, label=spec.label)
    if spec.test:
        other, _ = _read_one(spec.test, cache, on_progress, label=spec.label)
        found = _with_test(spec, found, other)
    if spec.transpose:
        found = upright(found, "as you said")
    if spec.names:
        names = read_names(Path(spec.names).expanduser())
        if found.labels is not None:
            found = with_names(replace(found, names=()), _by_label(found, names))
    return found, name


def _read_one(
    source: str,
    cache: Path | None,
    on_progress: OnProgress | None,
    *,
    alone: bool = False,
    label: str = "",
) -> tuple[SourceContent, str]:
    """Read the set in the package, or another, whose readers are imported only then."""
    if source == EMBEDDED:
        return read_embedded(), EMBEDDED
    from .sources import read

    return read(source, cache, on_progress, alone=alone, label=label)


def _by_label(found: SourceContent, names: tuple[str, ...]) -> tuple[str, ...]:
    """Names by label: from 1 on where there are as many names as the highest label."""
    assert found.labels is not None
    parts = [found.labels] + ([] if found.test is None else [found.test.labels])
    lowest = min(int(part.min()) for part in parts)
    highest = max(int(part.max()) for part in parts)
    return ("", *names) if lowest == 1 and highest == len(names) else names


def _with_test(spec: SourceSpec, found: SourceContent, other: SourceContent) -> SourceContent:
    """One source to learn from, with all of another to test on."""
    if found.labels is None or other.labels is None:
        path = spec.path if found.labels is None else spec.test
        raise DataError(f"{path}: has no labels, so it cannot be learnt from or tested on")
    return joined(found, other, spec.path, spec.test)


def _parted(
    source: str,
    found: SourceContent,
    share: float,
    learnt: Callable[[Digits], bool] | None,
) -> tuple[Digits, Digits, float, tuple[str, ...]]:
    """Return the training part, the test part, the share held out, and a note on it."""
    assert found.labels is not None
    everything = Digits(found.images, found.labels)
    if found.test is not None:
        return everything, found.test, 0.0, ()
    try:
        if learnt is not None and not is_mapped(everything.images):
            kept = ~draw_test_mask(everything.labels, share)
            if not learnt(Digits(everything.images[kept], everything.labels[kept])):
                which = (
                    "learnt from all of them" if learnt(everything) else "learnt from other images"
                )
                note = f"all {len(everything):,} images are tested on; the model {which}"
                return everything, everything, 0.0, (note,)
        train, test = split_train_test(everything.images, everything.labels, share)
    except DataError as problem:
        raise DataError(f"{source}: {problem}") from problem
    note = (
        f"no test part: {100 * share:g} % of each class kept apart to test on, {len(test):,} "
        f"of {len(everything):,} images, drawn with seed {SEED}"
    )
    if is_mapped(everything.images):
        note = f"no test part: the last {len(test):,} of {len(everything):,} images are tested on"
    return train, test, share, (note,)


def _unlabeled(found: SourceContent, name: str) -> Unlabeled:
    found = high_ink(found)
    images = found.images if found.test is None else found.test.images
    images.setflags(write=False)
    return Unlabeled(name, images, math.isqrt(images.shape[1]), found.notes, found.findings)


class UnlabeledError(DataError):
    """A source lacks the required labels; its `images` can still be predicted."""

    def __init__(self, message: str, images: Unlabeled) -> None:
        super().__init__(message)
        self.images = images
