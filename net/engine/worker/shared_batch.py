"""A mini-batch in shared memory, one half of whose gradient each process computes.

The parent computes half 0, the worker half 1. Twice each needs what the other has written. There
they meet: each sets a flag of its own and waits for the other's.
"""

from __future__ import annotations

from collections.abc import Callable

from ...dropout import Dropout
from ...network import Array, Images, Labels, Masks
from ..halved_network import HALVES, Batch, HalfOfUnits, HalvedNetwork, masks_of
from ..input_blocks import scale_into
from ..partial_gradients import Rows, Tally
from .shared_memory import DROPOUT, Flag, SharedMemory

Meeting = tuple[Flag, Flag]  # what the parent sets when it has come there, and what the worker sets
SCALED: Meeting = (Flag.PARENT_SCALED, Flag.WORKER_SCALED)
SUMMED: Meeting = (Flag.PARENT_SUMMED, Flag.WORKER_SUMMED)


class SharedBatch:
    """A batch of images and their labels, as both processes see it."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory

    def take(self, images: Images, labels: Labels, rows: Rows, dropout: Dropout | None) -> None:
        """Write the next batch down: the images of these rows."""
        memory, m = self._memory, len(rows)
        images.take(rows, axis=0, out=memory.images[:m], mode="clip")
        memory.labels[:m] = labels[rows]
        memory.flags[Flag.ROWS] = m
        self.dropout = dropout

    def compute_half(
        self, network: HalvedNetwork, half: HalfOfUnits, meet: Callable[[Meeting], None]
    ) -> Tally:
        """Write the gradient of one half of the units, while another process computes the other.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Args:
            network: Goes on where the halves end; its gradient receives that of later layers.
            half: The half.
            meet: Tells the other process that this one has come so far, and waits for it.
        """
        memory, m = self._memory, self._memory.flags[Flag.ROWS]
        M = masks_of(self.dropout, memory.shape.sizes, m, memory.shape.dtype)
        self._scale(half.index, M)
        meet(SCALED)
        batch = Batch(memory.X[:m].T, memory.labels[:m], M)
        activations = half.forward(batch)
        self._sums(half.index)[:] = activations.Z2
        meet(SUMMED)
        dZ2, score = network.rest(self._sums(0) + self._sums(1), batch)
        half.backward(activations, dZ2)
        return score

    def _scale(self, half: int, M: Masks) -> None:
        """Write the floats of one half of the images into X."""
        memory, m = self._memory, self._memory.flags[Flag.ROWS]
        images = slice(half * m // HALVES, (half + 1) * m // HALVES)
        X = memory.X[images]
        scale_into(X, memory.images[images])
        if M[0] is not None:
            X *= M[0].T[images]

    def _sums(self, half: int) -> Array:
        """Return what a half of the units adds to Z2: sizes[2] × m."""
        n, m = self._memory.shape.sizes[2], self._memory.flags[Flag.ROWS]
        return self._memory.sums[half][: n * m].reshape(n, m)

    @property
    def dropout(self) -> Dropout | None:
        """The masks of the batch."""
        if not self._memory.flags[Flag.DROPS]:
            return None
        pixel_rate, unit_rate, place, state, increment = DROPOUT.unpack(self._memory.dropout)
        return Dropout(
            pixel_rate,
            unit_rate,
            int.from_bytes(state, "little"),
            int.from_bytes(increment, "little"),
            place,
        )

    @dropout.setter
    def dropout(self, dropout: Dropout | None) -> None:
        self._memory.flags[Flag.DROPS] = dropout is not None
        if dropout is not None:
            numbers = (n.to_bytes(16, "little") for n in (dropout.state, dropout.increment))
            rates = dropout.pixel_rate, dropout.unit_rate
            DROPOUT.pack_into(self._memory.dropout, 0, *rates, dropout.place, *numbers)
