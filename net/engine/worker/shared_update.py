"""An update of the weights in shared memory, about half of which each process makes.

An update multiplies and adds numbers in their places, so any cut gives the same bits. The worker
has the weights into its own units, which are in its core's cache, and of the other numbers what
makes it half of all; see `parts_of`.

Nothing is lost if the worker dies halfway. Before it changes a block, it writes down what that was:
θ in `before`, where the whole of it goes anyway, and the optimizer's memory in `notes`. Then it
tells by a flag which block it changes. From these, the parent puts that block back and makes the
rest itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ...architecture import parameter_count
from ...hyperparameters import Hyperparameters
from ...network import Array
from ...optimizers import OPTIMIZER_CLASSES, GradientDescent, Step, blocks_of
from ..halved_network import start_of_half
from .shared_memory import NOTES, UPDATE, Flag, SharedMemory, keep_order

PLACE_BITS = 32  # of the flag MOVING: the block's place in θ; above them, task and note
TASK_BITS = 30  # its number, which begins anew after so many bits
MAX_UPDATES = 1 << 62  # Adam's mean of so many is no longer too small
KINDS: tuple[type[GradientDescent], ...] = tuple(OPTIMIZER_CLASSES.values())


class SharedUpdate:
    """An update of the parameters in shared memory by the gradient there."""

    def __init__(self, memory: SharedMemory) -> None:
        self._memory = memory
        self._parents, self._workers = parts_of(memory.shape.sizes)
        self._has_begun = False  # whether the parent has, with the update that is described
        self._optimizers: dict[type[GradientDescent], GradientDescent] = {}  # the worker's

    def describe(self, optimizer: GradientDescent, step: Step) -> None:
        """Write down what the worker must know; the optimizer's memory moves here."""
        self._has_begun = False
        for name, shared in zip(optimizer.memory_names, self._memory.memories, strict=False):
            if optimizer.memory[name] is not shared:
                shared[:] = optimizer.memory[name]
                optimizer.memory[name] = shared
        chosen, kind = step.hyperparameters, KINDS.index(type(optimizer))
        numbers = step.alpha, chosen.momentum, chosen.weight_decay, chosen.max_norm
        updates = min(optimizer.updates, MAX_UPDATES)
        UPDATE.pack_into(self._memory.update, 0, *numbers, updates, kind)

    def make_parents_part(self, optimizer: GradientDescent, step: Step) -> float:
        """Make the parent's part of the update; return its squared length."""
        self._has_begun = True
        return optimizer.update_parts(self._parents, step)

    def make_workers_part(self, number: int) -> None:
        """Make the worker's part of the update that is described, as task `number`."""
        memory, task, note = self._memory, number % (1 << TASK_BITS), 0
        alpha, momentum, decay, max_norm, updates, kind = UPDATE.unpack(memory.update)
        optimizer = self._workers_optimizer(KINDS[int(kind)])
        optimizer.updates = int(updates)

        def begin(block: slice) -> None:
            nonlocal note
            note = (note + 1) % NOTES
            for its_copy, numbers in zip(memory.notes[note], memories(optimizer), strict=False):
                its_copy[: block.stop - block.start] = numbers[block]
            keep_order()
            memory.flags[Flag.MOVING] = (task * NOTES + note) << PLACE_BITS | block.start
            keep_order()

        chosen = _chosen(momentum, decay, max_norm)
        step = Step(memory.parameters, memory.gradient, alpha, chosen, memory.before)
        memory.squares[1] = optimizer.update_parts([self._workers], step, begin)

    def finish(self, optimizer: GradientDescent, step: Step, number: int) -> None:
        """Make what a lost worker has left undone of its part in task `number`."""
        optimizer.update_parts([self._put_back_block(optimizer, step, number)], step)

    def put_back(self, optimizer: GradientDescent, step: Step, number: int) -> None:
        """Let `before` be all that was, when task `number` is broken off and the worker ended."""
        theta, before = self._memory.parameters.vector, self._memory.before
        rest = self._put_back_block(optimizer, step, number)
        for part in [rest] if self._has_begun else [rest, *self._parents]:
            before[part] = theta[part]

    def _put_back_block(self, optimizer: GradientDescent, step: Step, number: int) -> slice:
        """Put back the block that a lost worker was changing; return what it has not updated."""
        memory, rest = self._memory, self._workers
        moving, place = divmod(memory.flags[Flag.MOVING], 1 << PLACE_BITS)
        task, note = divmod(moving, NOTES)
        if task == number % (1 << TASK_BITS):
            rest = slice(place, rest.stop)
            by_units = step.hyperparameters.max_norm > 0
            block, _ = blocks_of(rest, memory.shape.sizes, by_units=by_units)[0]
            memory.parameters.vector[block] = memory.before[block]
            for its_copy, numbers in zip(memory.notes[note], memories(optimizer), strict=False):
                numbers[block] = its_copy[: block.stop - block.start]
        return rest

    def _workers_optimizer(self, kind: type[GradientDescent]) -> GradientDescent:
        if kind not in self._optimizers:
            optimizer = self._optimizers[kind] = kind(self._memory.parameters)
            optimizer.memory = dict(zip(kind.memory_names, self._memory.memories, strict=False))
        return self._optimizers[kind]


def memories(optimizer: GradientDescent) -> list[Array]:
    """Return what an optimizer keeps between updates, in the order that shared memory has."""
    return [optimizer.memory[name] for name in optimizer.memory_names]


@lru_cache(maxsize=4)
def _chosen(momentum: float, weight_decay: float, max_norm: float) -> Hyperparameters:
    return Hyperparameters(momentum=momentum, weight_decay=weight_decay, max_norm=max_norm)


def parts_of(sizes: Sequence[int]) -> tuple[list[slice], slice]:
    """Return the parent's parts of θ, and the worker's; they begin and end between two units.

    Args:
        sizes: Widths of the network.
    """
    start, total = start_of_half(sizes, 1) * sizes[0], parameter_count(sizes)
    enough = start + total // 2
    hidden = list(pairwise(sizes[:-1]))
    end = sizes[0] * sizes[1]
    for width, units in hidden[1:]:
        taken = min(units, max(0, enough - end) // width)
        end += taken * width
        if taken < units:
            break
    else:  # whatever follows the hidden layers may be cut anywhere
        end = max(end, enough)
    return [slice(0, start), slice(end, total)], slice(start, end)
