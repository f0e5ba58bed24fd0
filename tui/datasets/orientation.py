"""Whether a set's digits seem to lie on their side: a small network of our own reads both ways.

The file beside this one has its weights, 25 kB, so that nothing has to be trained before a set can
be opened; tests/manual/digit_reader.py makes them from the digits in the package.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Final

import numpy as np

from ...data.dataset import DIGITS
from ...data.findings import Sideways, Transposed
from ...data.images.normalization import centered
from ...net.engine.inference import probabilities
from ...net.network import Parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...data.dataset import Dataset

HIDDEN: Final = (16,)  # units of the network's hidden layer
SIDE: Final = 28  # of an image it reads, in pixels
ONE_TO_TEN: Final = tuple(map(str, range(1, 11)))  # where 10 means the digit 0
SAMPLE: Final = 200  # images that are read
MOST: Final = 0.6  # of them have to be read as labelled with rows and columns exchanged
BETTER: Final = 0.3  # of them more than as they lie


def sideways(dataset: Dataset) -> Sideways | None:
    """Return the evidence for exchanging rows and columns of a set's images, if there is any.

    It can be found only in a set of the ten digits on plain paper.
    """
    if dataset.names not in (DIGITS, ONE_TO_TEN) or not dataset.layout.has_paper:
        return None
    count = len(dataset.train)
    rows = np.unique(np.linspace(0, count - 1, min(SAMPLE, count), dtype=np.int64))
    square = dataset.train.images[rows].reshape(-1, dataset.side, dataset.side)
    labels = dataset.train.labels[rows]
    if dataset.names == ONE_TO_TEN:
        labels = (labels + np.uint8(1)) % np.uint8(10)
    if dataset.side != SIDE or not dataset.layout.is_mnist:
        square = np.stack([centered(image) for image in square])
    as_they_lie, exchanged = agreement(square, labels), agreement(square.mT, labels)
    if exchanged < max(MOST * len(rows), as_they_lie + BETTER * len(rows)):
        return None
    was_asked_for = Transposed("as you said") in dataset.findings
    return Sideways(len(rows), as_they_lie, exchanged, was_asked_for)


def agreement(square: NDArray[np.uint8], labels: NDArray[np.uint8]) -> int:
    """How many of these images, n × SIDE × SIDE, the network reads as they are labelled."""
    answers = probabilities(_network(), np.ascontiguousarray(square).reshape(len(square), -1))
    return int(np.count_nonzero(answers.argmax(axis=0) == labels))


@cache
def _network() -> Parameters:
    with as_file(files("mnist_tui.tui.datasets") / "digit_reader.npy") as path:
        vector = np.load(path, allow_pickle=False)
    return Parameters((SIDE**2, *HIDDEN, len(DIGITS)), vector.astype(np.float32))
