"""A mini-batch in shared memory, one half of whose gradient each process computes.

The parent computes half 0, the worker half 1. The worker waits for the images, which only the
parent has. Then both meet where each needs what the other has added to the second layer's sums:
each counts in a flag of its own and waits for the other's. Where images are moved (adversarial.py),
they meet three times: for the sums, for how to move, and for the sums of the moved ones. The floats
X each makes for itself, since half of them from another core's cache would be there no sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ...dropout import DrawnMasks, Dropout
from ...network import Array, Images, Labels
from ..halved_network import Batch, HalfOfUnits, HalvedNetwork, batch_of, move
from ..partial_gradients import Rows
from .shared_memory import DROPOUT, MEETINGS, Flag, SharedMemory


class SharedBatch:
    """A batch of images and their labels, as one of the two processes sees it."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._drops: DrawnMasks | None = None

    def announce(self, m: int, dropout: Dropout | None, epsilon: float) -> None:
        """Write down what the worker must know to begin with a batch of m images."""
        self._memory.flags[Flag.ROWS] = m
        self._memory.epsilon[0] = epsilon
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
        self, network: HalvedNetwork, half: HalfOfUnits, meet: Callable[[int], None]
    ) -> Array:
        """Write the gradient of one half of the units, while another process computes the other.

        It is the same, to the bit, as that of `gradient_by_halves`.

        Args:
            network: Goes on where the halves end; its gradient receives that of later layers.
            half: The half.
            meet: Tells the other process that this one has written what its half adds to a sum,
                and waits for the other's; it takes the number of the meeting, from 1.

        Returns:
            The last layer's Z: 10 × m.
        """
        memory, m = self._memory, self._memory.flags[Flag.ROWS]
        images, labels = memory.images[:m], memory.labels[:m]
        batch = batch_of(images, labels, self._drops, memory.shape.dtype)
        if epsilon := float(memory.epsilon[0]):
            move(batch, self._input_error(network, half, batch, meet), epsilon)
        activations = half.forward(batch)
        Z2 = self._add_up(activations.Z2, self._sums, half, partial(meet, MEETINGS))
        dZ2, Z = network.rest(Z2, batch)
        half.backward(batch, activations, dZ2)
        return Z

    def _input_error(
        self, network: HalvedNetwork, half: HalfOfUnits, batch: Batch, meet: Callable[[int], None]
    ) -> Array:
        """Return dA[0] of adversarial.py: 784 × m."""
        activations = half.forward(batch)
        Z2 = self._add_up(activations.Z2, self._sums, half, partial(meet, 1))
        dZ2, _ = network.rest(Z2, batch, with_gradient=False)
        own = half.input_error(activations, dZ2)
        return self._add_up(own, self._input_errors, half, partial(meet, 2))

    def _add_up(
        self,
        own: Array,
        shares: Callable[[int], Array],
        half: HalfOfUnits,
        meet: Callable[[], None],
    ) -> Array:
        """Return the sum of what this half and the other one have, in their order."""
        shares(half.index)[:] = own
        meet()
        return shares(0) + shares(1)

    def _sums(self, half: int) -> Array:
        """Return what a half of the units adds to Z2: sizes[2] × m."""
        n, m = self._memory.shape.sizes[2], self._memory.flags[Flag.ROWS]
        return self._memory.sums[half][: n * m].reshape(n, m)

    def _input_errors(self, half: int) -> Array:
        """Return what a half of the units adds to dA[0]: 784 × m, one image after the other."""
        return self._memory.input_errors[half][: self._memory.flags[Flag.ROWS]].T

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
