"""The shared update: two processes move what one moves, and what one leaves undone is made good."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np
import pytest
from mnist_tui.net import optimizers
from mnist_tui.net.architecture import parameter_count
from mnist_tui.net.engine.worker.shared_memory import (
    BatchShape,
    Flag,
    SharedMemory,
    byte_count,
    nameless_file,
)
from mnist_tui.net.engine.worker.shared_update import SharedUpdate, parts_of
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Array, Parameters
from mnist_tui.net.optimizers import OPTIMIZER_CLASSES, GradientDescent, Step

WIDTHS = [
    (784, 1000, 500, 250, 10),
    (20, 8, 5),
    (20, 7, 5),
    (20, 2, 5),
    (20, 9, 6, 5),
    (6, 5, 40, 30, 5),
    (784, 3, 10),
]
SIZES = (20, 9, 6, 5)
CHOSEN = Hyperparameters(weight_decay=0.01, momentum=0.8, max_norm=1.5)
UPDATES = 3


class Killed(Exception):  # noqa: N818  (no error of anybody's)
    """In the place of the signal that nothing can hear."""


@pytest.mark.parametrize("sizes", WIDTHS)
def test_the_parts_are_all_numbers_once_and_cut_no_hidden_unit(sizes: tuple[int, ...]) -> None:
    (first, last), workers = parts_of(sizes)
    ends = [(part.start, part.stop) for part in (first, workers, last)]
    assert [ends[0][0], ends[2][1]] == [0, parameter_count(sizes)]
    assert all(one[1] == other[0] for one, other in pairwise(ends))
    between: set[int] = set()
    start = 0
    for width, units in pairwise(sizes[:-1]):
        between |= {start + unit * width for unit in range(units + 1)}
        start += width * units
    assert all(end in between or end > start for _, end in ends)


@pytest.mark.parametrize("sizes", [(784, 128, 10), (784, 800, 10), (784, 1000, 500, 250, 10)])
def test_the_workers_part_is_about_half_and_has_its_units_weights(sizes: tuple[int, ...]) -> None:
    _, part = parts_of(sizes)
    assert part.stop - part.start == pytest.approx(parameter_count(sizes) / 2, rel=0.01)
    assert part.start == sizes[0] * sizes[1] // 2
    assert part.stop >= sizes[0] * sizes[1]


class Pair:
    """A run of some updates in shared memory, which two processes map."""

    def __init__(self, name: str) -> None:
        shape = BatchShape(SIZES, "float64", 8)
        file = nameless_file(byte_count(shape))
        self.parents, workers = SharedMemory(file, shape), SharedMemory(file, shape)
        os.close(file)
        self.parent, self.worker = SharedUpdate(self.parents), SharedUpdate(workers)
        self.parents.parameters.vector[:] = first().vector
        self.optimizer = OPTIMIZER_CLASSES[name](self.parents.parameters)
        memory = self.parents
        self.step = Step(memory.parameters, memory.gradient, 0.1, CHOSEN, memory.before)
        self.task = 0

    def hand_over(self) -> None:
        """Hand an update over to the worker."""
        self.task += 1
        self.optimizer.updates += 1
        self.parents.gradient.vector[:] = slope(self.task)
        self.parent.describe(self.optimizer, self.step)

    def update(self) -> float:
        """Make an update, a part each; return the squared length."""
        self.hand_over()
        self.worker.make_workers_part(self.task)
        own = self.parent.make_parents_part(self.optimizer, self.step)
        return own + float(self.parents.squares[1])

    def numbers(self) -> list[bytes]:
        """All that the updates have written."""
        return as_bytes(self.optimizer, self.parents.parameters, self.parents.before)


def first() -> Parameters:
    return initial_parameters(SIZES, "he", np.random.default_rng(0), np.float64)


def slope(task: int) -> Array:
    return np.random.default_rng(task).normal(size=parameter_count(SIZES))


def alone(name: str) -> tuple[list[bytes], float]:
    """The numbers after those updates in one process, and the squared length."""
    parameters, gradient, square = first(), first(), 0.0
    optimizer, before = OPTIMIZER_CLASSES[name](parameters), np.empty_like(parameters.vector)
    for task in range(1, UPDATES + 1):
        gradient.vector[:] = slope(task)
        square = optimizer.update(Step(parameters, gradient, 0.1, CHOSEN, before))
    return as_bytes(optimizer, parameters, before), square


def as_bytes(optimizer: GradientDescent, parameters: Parameters, before: Array) -> list[bytes]:
    """All that an update writes."""
    vectors = [parameters.vector, before, *optimizer.memory.values()]
    return [vector.tobytes() for vector in vectors]


@pytest.mark.parametrize("name", OPTIMIZER_CLASSES)
def test_two_processes_move_what_one_moves(name: str) -> None:
    pair, (expected, square) = Pair(name), alone(name)
    found = [pair.update() for _ in range(UPDATES)]
    assert pair.numbers() == expected
    assert found[-1] == pytest.approx(square)


def lose(monkeypatch: pytest.MonkeyPatch, pair: Pair, whole: int, why: type[BaseException]) -> None:
    """Let the worker be lost in its next update, in the midst of the block after so many."""
    kind, moves = type(pair.optimizer), 0
    move = kind.move

    def half_moved(
        self: GradientDescent,
        theta: Array,
        g: Array,
        memory: dict[str, Array],
        alpha: float,
        mu: float,
    ) -> None:
        nonlocal moves
        move(self, theta, g, memory, alpha, mu)
        if moves == whole:
            for vector in (theta, *memory.values()):
                vector[::2] += 1  # it has come nowhere near the end of this block
            raise why
        moves += 1

    pair.hand_over()
    with monkeypatch.context() as patched:
        patched.setattr(kind, "move", half_moved)
        with pytest.raises(why):
            pair.worker.make_workers_part(pair.task)


@pytest.mark.parametrize("why", [Killed, MemoryError])
@pytest.mark.parametrize("whole", range(4))
@pytest.mark.parametrize("name", OPTIMIZER_CLASSES)
def test_what_a_lost_worker_left_undone_is_made_good(
    monkeypatch: pytest.MonkeyPatch, name: str, whole: int, why: type[BaseException]
) -> None:
    monkeypatch.setattr(optimizers, "BLOCK", 25)  # a unit or four of 20 and 9 weights
    pair = Pair(name)
    for _ in range(UPDATES - 1):
        pair.update()
    lose(monkeypatch, pair, whole, why)
    pair.parent.make_parents_part(pair.optimizer, pair.step)
    pair.parent.finish(pair.optimizer, pair.step, pair.task)
    assert pair.numbers() == alone(name)[0]


def test_a_worker_that_is_lost_before_it_begins_leaves_all_to_its_parent() -> None:
    pair = Pair("momentum")
    for _ in range(UPDATES - 1):
        pair.update()
    pair.hand_over()
    pair.parent.make_parents_part(pair.optimizer, pair.step)
    pair.parent.finish(pair.optimizer, pair.step, pair.task)
    assert pair.numbers() == alone("momentum")[0]


@pytest.mark.parametrize("whole", range(4))
def test_when_an_update_is_broken_off_all_that_was_before_is_known(
    monkeypatch: pytest.MonkeyPatch, whole: int
) -> None:
    monkeypatch.setattr(optimizers, "BLOCK", 25)
    pair = Pair("adam")
    for _ in range(UPDATES - 1):
        pair.update()
    before = pair.parents.parameters.vector.copy()
    lose(monkeypatch, pair, whole, Killed)
    pair.parent.make_parents_part(pair.optimizer, pair.step)
    pair.parent.put_back(pair.optimizer, pair.step, pair.task)
    assert pair.parents.before.tobytes() == before.tobytes()


def test_an_update_that_is_broken_off_before_it_begins_changes_nothing() -> None:
    pair = Pair("momentum")
    pair.update()
    theta = pair.parents.parameters.vector.copy()
    pair.hand_over()
    pair.parent.put_back(pair.optimizer, pair.step, pair.task)
    assert pair.parents.before.tobytes() == pair.parents.parameters.vector.tobytes()
    assert pair.parents.before.tobytes() == theta.tobytes()


def test_numbers_that_no_flag_can_hold_are_told_as_far_as_it_can() -> None:
    pair = Pair("adam")
    pair.task, pair.optimizer.updates = (1 << 40) + 7, 1 << 70
    pair.update()
    lost = pair.parents.flags[Flag.MOVING]
    assert lost >> 33 == 8, "the lower bits of the task's number"
