"""What a network answers for a whole set of digits: which it takes for which, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.engine import Samples
from ..engine.inference import forward_in_chunks
from ..network import Array, Labels, Parameters, cross_entropy
from ..validation import check_labels

Indices = NDArray[np.intp]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """One answer for each of m digits, in their order."""

    classes: int  # the network's answers are 0 to classes - 1
    labels: Labels  # m: what each digit is
    predicted: Indices  # m: what the network takes it for, the class of the largest logit
    confidence: Array  # m: the probability of that class, 1 / classes to 1
    loss: Array  # m: cross-entropy, in nats

    def order(self, mask: NDArray[np.bool_]) -> Indices:
        """The chosen digits, the most confident answer first.

        A float32 cannot tell 0.99999999 from 1, so sure answers tie; then the larger loss goes
        first, which still tells them apart, and then the digit that stands first.
        """
        indices = np.flatnonzero(mask)
        return indices[np.lexsort((-self.loss[indices], -self.confidence[indices]))]

    def mistakes(self) -> Indices:
        """The digits taken for something else, worst, that is most confident, first."""
        return self.order(self.predicted != self.labels)

    def cell(self, label: int, predicted: int) -> Indices:
        """The digits of one cell of the confusion matrix, the most confident answer first."""
        return self.order((self.labels == label) & (self.predicted == predicted))


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """How many digits of each class were taken for each class."""

    counts: Counts  # classes × classes: counts[label, predicted]

    @property
    def accuracy(self) -> float:
        """Share of all digits answered right, 0 to 1; not a number if there is no digit."""
        return float(_fraction(np.trace(self.counts), self.counts.sum()))

    @property
    def recall(self) -> NDArray[np.float64]:
        """Of the digits that are a k, the share taken for a k; nan where there is no k."""
        return _fraction(self.counts.diagonal(), self.counts.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """Of the digits taken for a k, the share that are a k; nan where none was taken for one."""
        return _fraction(self.counts.diagonal(), self.counts.sum(axis=0))

    def mistakes(self) -> list[tuple[int, int]]:
        """The (label, predicted) of every mistake that is made, the most frequent first."""
        wrong = self.counts * ~np.eye(len(self.counts), dtype=bool)
        order = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
        labels, predicted = np.unravel_index(order, wrong.shape)
        return list(zip(labels.tolist(), predicted.tolist(), strict=True))


@np.errstate(all="ignore")
def predict(parameters: Parameters, samples: Samples) -> Predictions:
    """The network's answers for all of these samples, forward only.

    Raises NetError if the images or labels do not fit the network.
    """
    m, classes, dtype = len(samples.images), parameters.sizes[-1], parameters.vector.dtype
    labels = samples.labels.astype(np.intp)  # own memory, and no overflow in label · classes
    check_labels(parameters, labels, m)
    predicted, confidence, loss = np.empty(m, np.intp), np.empty(m, dtype), np.empty(m, dtype)
    for span, activations in forward_in_chunks(parameters, samples.images):
        Z, A = activations.Z[-1], activations.A[-1]  # classes × the digits of this span
        # By Z, as the accuracy is counted: softmax may round two logits to one probability.
        predicted[span] = Z.argmax(axis=0)
        confidence[span] = A.max(axis=0)
        loss[span] = cross_entropy(Z, labels[span])
    return Predictions(classes, labels, predicted, confidence, loss)


def confusion(answers: Predictions) -> Confusion:
    """The answers, counted."""
    k = answers.classes
    # label · k + predicted numbers the cells row by row, so one count of numbers counts them all.
    cells = answers.labels.astype(np.intp) * k + answers.predicted
    return Confusion(np.bincount(cells, minlength=k * k).reshape(k, k).astype(np.int64))


def _fraction(part: Counts | np.int64, whole: Counts | np.int64) -> NDArray[np.float64]:
    """part / whole, and nan where whole is 0: of nothing there is no share."""
    with np.errstate(invalid="ignore"):
        return np.divide(part, whole, dtype=np.float64)
