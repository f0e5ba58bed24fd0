"""Loads data for commands and dialogs, through the user's cache and matched to a saved run."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from math import isqrt
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from ...data.dataset import EMBEDDED, Dataset, UnlabeledError, load
from ...data.errors import ClassesError, DataError
from ...data.findings import FromOne, LightPaper, Stretched, TenIsZero, Transposed
from ...data.images.layout import MNIST, ImageLayout, from_numbers
from ...data.images.quality import PLAIN_SCALE
from ...data.sets.split import TEST_SHARE
from ...net.architecture import architecture_name
from ...net.run.provenance import Provenance, digest
from ..errors import UserError
from .orientation import sideways
from .paths import expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ...data.findings import Finding
    from ...data.readers.safe_files import OnProgress
    from ...data.source_content import Digits
    from ...net.run.checkpoint import SavedModel


# Of MNIST's training part in any file format; see net/run/provenance.py.
MNIST_SHA256 = "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b"


@dataclass(frozen=True, eq=False)
class PredictionInput:
    """Images to predict."""

    name: str
    images: NDArray[np.uint8]  # m × pixels
    labels: NDArray[np.uint8] | None  # m; None if unknown
    names: tuple[str, ...]  # of the classes
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    layout: ImageLayout = MNIST

    @property
    def side(self) -> int:
        """Side of an image in pixels."""
        return isqrt(self.images.shape[1])


def cache_folder() -> Path:
    """Return the folder of parsed tables: XDG_CACHE_HOME/mnist-tui, usually ~/.cache/mnist-tui."""
    return user_cache_path("mnist-tui", appauthor=False)


def open_dataset(
    source: str = EMBEDDED,
    share: float | None = None,
    on_progress: OnProgress | None = None,
    *,
    classes: int | None = None,
    names: tuple[str, ...] = (),
    has_paper: bool = True,
    learnt: Callable[[Digits], bool] | None = None,
) -> Dataset:
    """Load the data that `--data` names. Raises DataError; see `data.load` for the arguments."""
    dataset = load(
        source,
        share=TEST_SHARE if share is None else share,
        classes=classes,
        names=names,
        has_paper=has_paper,
        learnt=learnt,
        cache=cache_folder(),
        on_progress=on_progress,
    )
    finding = None if source == EMBEDDED else sideways(dataset)
    return replace(dataset, findings=(*dataset.findings, finding)) if finding else dataset


def open_for(
    saved: SavedModel,
    source: str,
    share: float | None = None,
    on_progress: OnProgress | None = None,
    *,
    model: str = "the model",
) -> Dataset:
    """Labelled data that a saved network can be tested on.

    Of data without a test part, the part that was kept apart when it learnt from them; every
    image, if it learnt from other data. share: of such data, what to test on in any case.

    Raises UserError, with both shapes, for data that it was not made for; DataError as `load`.
    """
    sizes = saved.state.sizes
    try:
        has_paper = layout_of(saved)[0].has_paper
        dataset = open_dataset(
            source,
            share or saved.provenance.share or None,
            on_progress,
            classes=sizes[-1],
            names=class_names(saved),
            has_paper=has_paper,
            learnt=_is_training_part(saved) if share is None and saved.provenance.sha256 else None,
        )
    except ClassesError as problem:
        raise UserError(
            f"{model}: is a network {architecture_name(sizes)}, but {problem}"
        ) from problem
    _check_pixels(model, sizes, dataset.name, dataset.train.images.shape[1])
    return _named_alike(model, saved.provenance, dataset)


def questions_for(
    saved: SavedModel,
    source: str,
    share: float | None = None,
    on_progress: OnProgress | None = None,
    *,
    model: str = "the model",
) -> PredictionInput:
    """Images that a saved network can answer: a test part, or all of a source without labels.

    Raises as `open_for` does.
    """
    try:
        dataset = open_for(saved, source, share, on_progress, model=model)
    except UnlabeledError as unlabeled:
        found = unlabeled.images
        _check_pixels(model, saved.state.sizes, found.name, found.images.shape[1])
        layout, _ = layout_of(saved)
        return PredictionInput(
            found.name,
            found.images,
            None,
            class_names(saved),
            found.notes,
            found.findings,
            layout,
        )
    return predictions_input(dataset)


def predictions_input(dataset: Dataset) -> PredictionInput:
    """Return the test part as images to predict."""
    test = dataset.test
    return PredictionInput(
        dataset.name,
        test.images,
        test.labels,
        dataset.names,
        dataset.notes,
        dataset.findings,
        dataset.layout,
    )


def _is_training_part(saved: SavedModel) -> Callable[[Digits], bool]:
    return lambda part: digest(part) == saved.provenance.sha256


def class_names(saved: SavedModel) -> tuple[str, ...]:
    """Of the classes of a saved network: as its data named them, else by number."""
    classes = saved.state.sizes[-1]
    return saved.provenance.names if len(saved.provenance.names) == classes else _numbers(classes)


def layout_of(saved: SavedModel) -> tuple[ImageLayout, str]:
    """Return the image layout that a saved network was trained on, and a note if it is assumed."""
    provenance = saved.provenance
    if provenance.layout:
        try:
            return from_numbers(provenance.layout), ""
        except DataError as problem:
            return MNIST, f"{problem}; MNIST's layout is assumed"
    if EMBEDDED in (provenance.data, provenance.source) or provenance.sha256 == MNIST_SHA256:
        return MNIST, ""
    return (
        MNIST,
        "the model does not say how its images lay in their frame; MNIST's layout is assumed",
    )


def provenance_of(dataset: Dataset, source: str) -> Provenance:
    """Describe how a run on these data was made, if it were saved now."""
    return Provenance(
        data=dataset.name,
        source=expanded(source),
        form=form_of(dataset),
        share=dataset.share,
        sha256=digest_of(dataset),
        names=dataset.names,
        program=program(),
        date=now(),
        layout=dataset.layout.as_numbers(),
    )


def form_of(dataset: Dataset) -> str:
    """Return the form the data came in, and whether anything was changed in loading it."""
    form, *others = dataset.notes or ("",)
    changes = (LightPaper, Stretched, Transposed, TenIsZero, FromOne)
    is_changed = any(isinstance(finding, changes) for finding in dataset.findings)
    # Any other note is about labels, colors or a scale that had to be made sense of.
    if form and (is_changed or not set(others) <= {PLAIN_SCALE}):
        return f"{form}, adapted"
    return form


def now() -> str:
    """Return the date and time of day in UTC."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime())


def digest_of(dataset: Dataset) -> str:
    """SHA-256 of the training part; see net/run/provenance.py."""
    return digest(dataset.train)


def is_other(provenance: Provenance, dataset: Dataset) -> str | None:
    """One line for a person if these are not the data that a run learnt from; None if they are.

    None also if it is unknown.
    """
    if not provenance.sha256 or provenance.sha256 == digest_of(dataset):
        return None
    return (
        f"it was trained on other images: on {provenance.data}"
        f"{f' ({provenance.form})' if provenance.form else ''}, "
        f"not on the training part of {dataset.name}"
    )


@cache
def program() -> str:
    """Return the program's name and version."""
    return f"mnist-tui {version('mnist-tui')}"


def _numbers(classes: int) -> tuple[str, ...]:
    return tuple(map(str, range(classes)))


def _named_alike(model: str, provenance: Provenance, dataset: Dataset) -> Dataset:
    """Reconcile the class names of model and data, which must agree if both have any.

    Where only one of them has names, a note says how they are matched.
    """
    numbers, theirs = _numbers(dataset.classes), dataset.names
    ours = provenance.names if len(provenance.names) == dataset.classes else ()
    if not ours or ours == theirs:
        return dataset
    if numbers not in (ours, theirs):
        raise UserError(
            f"{model}: its classes are {_listed(ours)}, but those of {dataset.name} "
            f"are {_listed(theirs)}"
        )
    note = f"classes {_listed(theirs)} taken for the model's {_listed(ours)}, in this order"
    names = ours if theirs == numbers else theirs
    return replace(dataset, names=names, notes=(*dataset.notes, note))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "")


def _check_pixels(model: str, sizes: tuple[int, ...], name: str, pixels: int) -> None:
    if sizes[0] != pixels:
        side = isqrt(pixels)
        raise UserError(
            f"{model}: is a network {architecture_name(sizes)}, but the images of {name} are "
            f"{side} × {side}, {pixels} pixels, not {sizes[0]}"
        )
