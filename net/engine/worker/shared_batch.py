"""A mini-batch in shared memory, one half of whose gradient each process computes.

The parent computes half 0, the worker half 1. The worker waits for the images, which only the
parent has. Then both meet where each needs what the other has added to the second layer's sums:
each sets a flag of its own and waits for the other's. The floats X each makes for itself, since
half of them from another core's cache would be there no sooner.
"""

from __future__ import annotations

from collections.abc import Callable

from ...dropout import DrawnMasks, Dropout
from ...network import Array, Images, Labels
from ..halved_network import HalfOfUnits, HalvedNetwork, batch_of
from ..partial_gradients import Rows
from .shared_memory import DROPOUT, Flag, SharedMemory


class SharedBatch:
    """A batch of images and their labels, as one of the two processes sees it."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._drops: DrawnMasks | None = None

    def announce(self, m: int, dropout: Dropout | None) -> None:
        """Write down what the worker must know to begin with a batch of m images."""
        self._memory.flags[Flag.ROWS] = m
        self.dropout = dropout

    def draw(self) -> None:
        """Draw the masks of the batch."""
        memory, dropout = self._memory, self.dropout
        self._drops = dropout and dropout.draw(memory.shape.sizes, memory.flags[Flag.ROWS])

    def take(self, images: Images, labels: Labels, rows: Rows) -> None:
        """Write the images of these rows down, without the pixels that are left out."""
        memory, m = self._memory, len(rows)
        own = memory.images[:m]
        images.take(rows, axis=0, out=own, mode="clip")
        if self._drops is not None:
            self._drops.blank(own)
        memory.labels[:m] = labels[rows]

    def compute_half(
        self, network: HalvedNetwork, half: HalfOfUnits, meet: Callable[[], None]
    ) -> Array:
        """Write the gradient of one half of the units, while another process computes the other.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Args:
            network: Goes on where the halves end; its gradient receives that of later layers.
            half: The half.
            meet: Tells the other process that this one has written what its half adds to Z2, and
                waits for the other's.

        Returns:
            The last layer's Z: 10 × m.
        """
        memory, m = self._memory, self._memory.flags[Flag.ROWS]
        images, labels = memory.images[:m], memory.labels[:m]
        batch = batch_of(images, labels, self._drops, memory.shape.dtype)
        activations = half.forward(batch)
        self._sums(half.index)[:] = activations.Z2
        meet()
        dZ2, Z = network.rest(self._sums(0) + self._sums(1), batch)
        half.backward(batch, activations, dZ2)
        return Z

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
