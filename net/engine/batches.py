"""Which samples each mini-batch takes: every one once an epoch, in a fresh order each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BatchCursor:
    """Where in the stream of batches a run stands; enough to go on from exactly there."""

    generator: dict[str, Any]  # the generator's state before this epoch's order was drawn
    epoch: int  # epochs begun
    position: int  # samples of this epoch already taken


class Batches:
    """Draws without replacement: an epoch is a random order of the m samples, cut into batches."""

    def __init__(self, m: int, generator: np.random.Generator) -> None:
        self.m = m
        self._generator = generator
        self._order: NDArray[np.int64] | None = None
        self._cursor = BatchCursor(dict(generator.bit_generator.state), epoch=0, position=m)

    def take(self, size: int) -> NDArray[np.int64]:
        """The row numbers of the next batch; an epoch's last batch may be smaller than `size`."""
        place = self._cursor
        if place.position >= self.m:
            if self._order is None and place.epoch:
                # Come here by go_to: draw past the epoch that has ended, as was done before.
                self._generator.bit_generator.state = place.generator
                self._generator.permutation(self.m)
            place = BatchCursor(dict(self._generator.bit_generator.state), place.epoch + 1, 0)
            self._order = None
        if self._order is None:
            self._generator.bit_generator.state = place.generator
            self._order = self._generator.permutation(self.m)
        rows = self._order[place.position : place.position + size]
        self._cursor = BatchCursor(place.generator, place.epoch, place.position + len(rows))
        return rows

    @property
    def cursor(self) -> BatchCursor:
        """Where the next batch will come from."""
        return self._cursor

    def release_buffers(self) -> None:
        """Forget the epoch's order; it is drawn again when the next batch is asked for."""
        self._order = None

    def seek(self, place: BatchCursor) -> None:
        """Let the next batch be the one that came, or would have come, at `place`."""
        if (place.epoch, place.generator) != (self._cursor.epoch, self._cursor.generator):
            self._order = None
            self._generator.bit_generator.state = place.generator
        self._cursor = place


def check_generator(state: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError unless this is a state such a generator can have."""
    np.random.default_rng().bit_generator.state = state
