"""One digit through a run: what the networks along the way make of it, and when it turned right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.inference import probabilities
from ..network import Array, Images, Parameters
from ..run.timeline import TimelineView

MAX_ANSWERS = 8192  # answers kept for a digit; twice as many as a timeline has moments
NetworkMoment = tuple[int, Parameters]  # after so many updates, this network


@dataclass(frozen=True, slots=True)
class PredictionChange:
    """Between two networks that were looked at, the answer changed."""

    iteration: int  # of the later one
    before: int  # the class answered until then
    after: int


@dataclass(frozen=True, slots=True, eq=False)
class PredictionHistory:
    """The answers for one digit, in the order of the iterations."""

    label: int  # the right class
    iterations: NDArray[np.int64]  # n, ascending: after how many updates
    probabilities: Array  # n × classes: the probabilities then; each row sums to 1

    @property
    def classes(self) -> NDArray[np.intp]:
        """n: the class answered, the one with the largest probability."""
        return self.probabilities.argmax(axis=1)

    @property
    def first_right(self) -> int | None:
        """The first iteration looked at whose answer is right."""
        right = np.flatnonzero(self.classes == self.label)
        return int(self.iterations[right[0]]) if len(right) else None

    def changes(self) -> list[PredictionChange]:
        """Every change of the answer, in order."""
        classes = self.classes
        changed = np.flatnonzero(classes[1:] != classes[:-1]) + 1
        return [
            PredictionChange(int(self.iterations[i]), int(classes[i - 1]), int(classes[i]))
            for i in changed
        ]

    def at(self, iterations: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.intp]:
        """For each of these iterations the row that was the newest then; -1 before the first."""
        return np.searchsorted(self.iterations, iterations, side="right") - 1


class PredictionTracer:
    """Traces of some digits through one run; each answer is worked out once and kept.

    Moments that a timeline has thinned out since stay in the traces, as long as there are no more
    than MOST answers for a digit. One thread at a time.
    """

    def __init__(self) -> None:
        self._answers: dict[int, dict[int, Array]] = {}  # by digit, by iteration

    def trace(
        self,
        points: Iterable[NetworkMoment],
        images: Mapping[int, Images],
        labels: Mapping[int, int],
    ) -> dict[int, PredictionHistory]:
        """What these networks, and those followed before, make of these digits.

        images, labels: by the number that a digit goes by; each image is n_in bytes.
        """
        asked: set[int] = set()
        for iteration, parameters in points:
            asked.add(iteration)
            new = [i for i in images if iteration not in self._answers.setdefault(i, {})]
            if new:
                found = probabilities(parameters, np.stack([images[i] for i in new]))
                for i, answer in zip(new, found.T, strict=True):
                    self._answers[i][iteration] = answer
        for i in images:
            self._forget_some(i, asked)
        return {i: self._history(i, labels[i]) for i in images}

    def _forget_some(self, digit: int, asked: set[int]) -> None:
        """Of more than MOST answers let every second go, but for those asked for just now."""
        known = self._answers[digit]
        while len(known) > MAX_ANSWERS and (others := sorted(set(known) - asked))[1:]:
            for iteration in others[1::2]:
                del known[iteration]

    def _history(self, digit: int, label: int) -> PredictionHistory:
        known = self._answers[digit]
        order = sorted(known)
        return PredictionHistory(
            label, np.array(order, np.int64), np.stack([known[i] for i in order])
        )


def moments(timeline: TimelineView) -> Iterator[NetworkMoment]:
    """The networks that a timeline keeps, the first first."""
    moment = timeline.first if len(timeline) else None
    while moment is not None:
        yield moment.iteration, moment.parameters
        moment = timeline.after(moment.iteration)
