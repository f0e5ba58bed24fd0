"""Mini-batches: every sample once an epoch, in a fresh random order each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network import Images

MAX_SCATTERED_BYTES = 1 << 28  # of images that a batch takes from anywhere: five times MNIST
BLOCK = 64  # neighbors in a larger set that stay in one window
WINDOW = 1 << 14  # images among which the order of a larger set is random


@dataclass(frozen=True, slots=True)
class BatchCursor:
    """A position in the stream of batches, from which the stream can be resumed exactly."""

    generator: dict[str, Any]  # state before this epoch's order was drawn
    epoch: int  # epochs begun
    position: int  # samples of this epoch already taken


class Batches:
    """Draws batches without replacement: an epoch is a random order of the m samples, cut up."""

    def __init__(self, m: int, generator: np.random.Generator, *, in_windows: bool = False) -> None:
        """in_windows: whether the order is random within windows alone; see `random_order`."""
        self.m = m
        self._in_windows = in_windows
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
                self._draw()
            cursor = BatchCursor(dict(self._generator.bit_generator.state), cursor.epoch + 1, 0)
            self._order = None
        if self._order is None:
            self._generator.bit_generator.state = cursor.generator
            self._order = self._draw()
        rows = self._order[cursor.position : cursor.position + size]
        self._cursor = BatchCursor(cursor.generator, cursor.epoch, cursor.position + len(rows))
        return rows

    def _draw(self) -> NDArray[np.int64]:
        return random_order(self.m, self._generator, in_windows=self._in_windows)

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


def is_large(images: Images) -> bool:
    """Return whether there are too many images to take each batch from anywhere among them."""
    return images.nbytes > MAX_SCATTERED_BYTES


def random_order(
    m: int, generator: np.random.Generator, *, in_windows: bool = False
) -> NDArray[np.int64]:
    """Return the numbers from 0 to m - 1, each once, in a random order.

    Batches from all over a file larger than memory would wait for it image by image. In windows,
    blocks of neighbors are put in a random order, and the images of every 256 blocks once more:
    they come from everywhere all the same, but each window is read in a few large pieces.
    """
    if not in_windows:
        return generator.permutation(m)
    blocks = generator.permutation(-(-m // BLOCK))
    order = (blocks[:, np.newaxis] * BLOCK + np.arange(BLOCK)).ravel()
    order = order[order < m]
    for start in range(0, m, WINDOW):
        generator.shuffle(order[start : start + WINDOW])
    return order


def check_generator(state: dict[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError unless this is a valid state of the generator."""
    np.random.default_rng().bit_generator.state = state
