"""Prediction history: how the predictions for a digit changed during a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.inference import probabilities
from ..network import Array, Images, Parameters
from ..run.timeline import TimelineView

MAX_PREDICTIONS = 8192  # predictions kept per digit; twice the moments of a timeline
NetworkMoment = tuple[int, Parameters]  # iteration, and the network then


@dataclass(frozen=True, slots=True)
class PredictionChange:
    """A change of the predicted class between two consecutive networks."""

    iteration: int  # of the later network
    before: int  # predicted class until then
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class PredictionHistory:
    """The predictions for one digit, in the order of the iterations."""

    label: int  # the right class
    iterations: NDArray[np.int64]  # n, ascending
    probabilities: Array  # n × classes; each row sums to 1

    @property
    def classes(self) -> NDArray[np.intp]:
        """n: the predicted class, the one with the largest probability."""
        return self.probabilities.argmax(axis=1)

    @property
    def first_right(self) -> int | None:
        """The first iteration with a right prediction, or None."""
        right = np.flatnonzero(self.classes == self.label)
        return int(self.iterations[right[0]]) if len(right) else None

    def changes(self) -> list[PredictionChange]:
        """Return every change of the predicted class, in order."""
        classes = self.classes
        changed = np.flatnonzero(classes[1:] != classes[:-1]) + 1
        return [
            PredictionChange(int(self.iterations[i]), int(classes[i - 1]), int(classes[i]))
            for i in changed
        ]

    def at(self, iterations: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.intp]:
        """Return, for each iteration, the row of the latest prediction; -1 before the first."""
        return np.searchsorted(self.iterations, iterations, side="right") - 1


class PredictionTracer:
    """Prediction histories of some digits through one run; each prediction is computed once.

    Moments that a timeline has since dropped stay in the histories, up to MAX_PREDICTIONS per
    digit. Not thread-safe.
    """

    def __init__(self) -> None:
        # By digit and iteration: one probability per class.
        self._predictions: dict[int, dict[int, Array]] = {}

    def trace(
        self,
        points: Iterable[NetworkMoment],
        images: Mapping[int, Images],
        labels: Mapping[int, int],
    ) -> dict[int, PredictionHistory]:
        """Return the histories of some digits over these networks and those of earlier calls.

        Args:
            points: Networks by iteration.
            images: n_in bytes, by the digit's number.
            labels: The right class, by the digit's number.
        """
        requested: set[int] = set()
        for iteration, parameters in points:
            requested.add(iteration)
            new = [i for i in images if iteration not in self._predictions.setdefault(i, {})]
            if new:
                predictions = probabilities(parameters, np.stack([images[i] for i in new]))
                for i, prediction in zip(new, predictions.T, strict=True):
                    self._predictions[i][iteration] = prediction
        for i in images:
            self._forget_some(i, requested)
        return {i: self._history(i, labels[i]) for i in images}

    def _forget_some(self, digit: int, requested: set[int]) -> None:
        """Drop every second of more than MAX_PREDICTIONS, except those requested just now."""
        predictions = self._predictions[digit]
        while (
            len(predictions) > MAX_PREDICTIONS
            and (others := sorted(set(predictions) - requested))[1:]
        ):
            for iteration in others[1::2]:
                del predictions[iteration]

    def _history(self, digit: int, label: int) -> PredictionHistory:
        predictions = self._predictions[digit]
        order = sorted(predictions)
        return PredictionHistory(
            label, np.array(order, np.int64), np.stack([predictions[i] for i in order])
        )


def moments(timeline: TimelineView) -> Iterator[NetworkMoment]:
    """Yield the networks of a timeline, the first one first."""
    moment = timeline.first if len(timeline) else None
    while moment is not None:
        yield moment.iteration, moment.parameters
        moment = timeline.after(moment.iteration)
