"""Predictions for a whole set of digits, and the confusion matrix."""

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
    """One prediction for each of m digits, in their order."""

    classes: int  # predictions are 0 to classes - 1
    labels: Labels  # m: the right class
    predicted: Indices  # m: the class of the largest logit
    confidence: Array  # m: the probability of that class, 1 / classes to 1
    loss: Array  # m: cross-entropy, in nats

    def order(self, mask: NDArray[np.bool_]) -> Indices:
        """Return the indices of the digits in a boolean mask, the most confident prediction first.

        A float32 cannot tell 0.99999999 from 1, so confident predictions tie; the larger loss,
        which still differs, then goes first, and after it the lower index.
        """
        indices = np.flatnonzero(mask)
        return indices[np.lexsort((-self.loss[indices], -self.confidence[indices]))]

    def mistakes(self) -> Indices:
        """Return the misclassified digits, the most confident prediction first."""
        return self.order(self.predicted != self.labels)

    def cell(self, label: int, predicted: int) -> Indices:
        """Return the digits of one cell of the confusion matrix, most confident first."""
        return self.order((self.labels == label) & (self.predicted == predicted))


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """The confusion matrix and what follows from it."""

    counts: Counts  # classes × classes: counts[label, predicted]

    @property
    def accuracy(self) -> float:
        """Fraction of digits predicted right, 0 to 1; nan if there is no digit."""
        return float(_fraction(np.trace(self.counts), self.counts.sum()))

    @property
    def recall(self) -> NDArray[np.float64]:
        """Per class k, the fraction of its digits predicted as k; nan where there are none."""
        return _fraction(self.counts.diagonal(), self.counts.sum(axis=1))

    @property
    def precision(self) -> NDArray[np.float64]:
        """Per class k, the fraction of the digits predicted as k that are k; nan if none."""
        return _fraction(self.counts.diagonal(), self.counts.sum(axis=0))

    def mistakes(self) -> list[tuple[int, int]]:
        """Return each (label, predicted) pair that occurs as a mistake, the most frequent first."""
        wrong = self.counts * ~np.eye(len(self.counts), dtype=bool)
        order = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
        labels, predicted = np.unravel_index(order, wrong.shape)
        return list(zip(labels.tolist(), predicted.tolist(), strict=True))


@np.errstate(all="ignore")
def predict(parameters: Parameters, samples: Samples) -> Predictions:
    """Predict the class of all samples, by forward passes alone.

    Raises:
        NetError: The images or labels do not fit the network.
    """
    m, classes, dtype = len(samples.images), parameters.sizes[-1], parameters.vector.dtype
    labels = samples.labels.astype(np.intp)  # a copy, and no overflow in label · classes
    check_labels(parameters, labels, m)
    predicted, confidence, loss = np.empty(m, np.intp), np.empty(m, dtype), np.empty(m, dtype)
    for span, activations in forward_in_chunks(parameters, samples.images):
        Z, A = activations.Z[-1], activations.A[-1]  # classes × the digits of this span
        # By Z, as in the accuracy: softmax may round two logits to the same probability.
        predicted[span] = Z.argmax(axis=0)
        confidence[span] = A.max(axis=0)
        loss[span] = cross_entropy(Z, labels[span])
    return Predictions(classes, labels, predicted, confidence, loss)


def confusion(predictions: Predictions) -> Confusion:
    """Count predictions into a confusion matrix."""
    k = predictions.classes
    # label · k + predicted numbers the cells row by row, so one bincount counts them all.
    cells = predictions.labels.astype(np.intp) * k + predictions.predicted
    return Confusion(np.bincount(cells, minlength=k * k).reshape(k, k).astype(np.int64))


def _fraction(part: Counts | np.int64, whole: Counts | np.int64) -> NDArray[np.float64]:
    """Return part / whole, and nan where whole is 0."""
    with np.errstate(invalid="ignore"):
        return np.divide(part, whole, dtype=np.float64)
