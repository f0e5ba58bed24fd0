"""The gradient of many samples at once: bytes in, chunk by chunk, the mathematics of network.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .network import Parameters, backward, forward, losses

CHUNK = 1000


class Samples(Protocol):
    """Images as bytes, one a row, and their labels; the contract with whoever has data."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """m × n_in, 0 to 255."""
        ...

    @property
    def labels(self) -> NDArray[np.uint8]:
        """m, the index of the right class."""
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """How the network did on some samples."""

    loss: float  # mean cross-entropy, in nats
    accuracy: float  # share answered right, 0 to 1


class Engine:
    """Finds loss, accuracy and gradient over a set of samples."""

    def __init__(self, samples: Samples) -> None:
        self.images, self.labels = samples.images, samples.labels

    def gradient(
        self, parameters: Parameters, gradient: Parameters, rows: NDArray[np.integer[Any]] | None
    ) -> Score:
        """Write the gradient of the mean loss over `rows` (None: all) and score them."""
        m = len(self.labels) if rows is None else len(rows)
        part = Parameters.zeros(parameters.sizes, parameters.vector.dtype)
        gradient.vector[:] = 0
        loss, right = 0.0, 0
        for start in range(0, m, CHUNK):
            here = slice(start, start + CHUNK) if rows is None else rows[start : start + CHUNK]
            X = self.images[here].T / parameters.vector.dtype.type(255)
            labels = self.labels[here]
            activations = forward(parameters, X)
            backward(parameters, activations, labels, m, part)
            gradient.vector += part.vector
            loss += float(losses(activations.Z[-1], labels).sum())
            right += int((activations.A[-1].argmax(axis=0) == labels).sum())
        return Score(loss / m, right / m)

    def score(self, parameters: Parameters) -> Score:
        """Loss and accuracy over all samples, without a gradient."""
        m = len(self.labels)
        loss, right = 0.0, 0
        for start in range(0, m, CHUNK):
            X = self.images[start : start + CHUNK].T / parameters.vector.dtype.type(255)
            labels = self.labels[start : start + CHUNK]
            Z = forward(parameters, X).Z[-1]
            loss += float(losses(Z, labels).sum())
            right += int((Z.argmax(axis=0) == labels).sum())
        return Score(loss / m, right / m)
