"""Mini-batches: every sample once an epoch, in a fresh random order each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class BatchCursor:
    """A position in the stream of batches, from which the stream can be resumed exactly."""

    generator: dict[str, Any]  # state before this epoch's order was drawn
    epoch: int  # epochs begun
    position: int  # samples of this epoch already taken


class Batches:
    """Draws batches without replacement: an epoch is a random order of the m samples, cut up."""

    def __init__(self, m: int, generator: np.random.Generator) -> None:
        self.m = m
        self._generator = generator
        self._order: NDArray[np.int64] | None = None
        self._cursor = BatchCursor(dict(generator.bit_generator.state), epoch=0, position=m)

    def take(self, size: int) -> NDArray[np.int64]:
        """Return the row numbers of the next batch; the last one of an epoch may be smaller."""
        cursor = self._cursor
        if cursor.position >= self.m:
            if self._order is None and cursor.epoch:
                # After `seek` to the end of an epoch: repeat that epoch's draw to get past it.
                self._generator.bit_generator.state = cursor.generator
                self._generator.permutation(self.m)
            cursor = BatchCursor(dict(self._generator.bit_generator.state), cursor.epoch + 1, 0)
            self._order = None
        if self._order is None:
            self._generator.bit_generator.state = cursor.generator
            self._order = self._generator.permutation(self.m)
        rows = self._order[cursor.position : cursor.position + size]
        self._cursor = BatchCursor(cursor.generator, cursor.epoch, cursor.position + len(rows))
        return rows

    @property
    def cursor(self) -> BatchCursor:
        """The position of the next batch."""
        return self._cursor

    def release_buffers(self) -> None:
        """Free the order of the epoch; `take` draws it again when needed."""
        self._order = None

    def seek(self, cursor: BatchCursor) -> None:
        """Continue from `cursor`: the next batch is the one that follows it."""
        if (cursor.epoch, cursor.generator) != (self._cursor.epoch, self._cursor.generator):
            self._order = None
            self._generator.bit_generator.state = cursor.generator
        self._cursor = cursor


def check_generator(state: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError unless this is a valid state of the generator."""
    np.random.default_rng().bit_generator.state = state
