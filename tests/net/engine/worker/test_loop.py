"""The worker in a thread: it tells a shortage, and ends with its pipe wherever it stands."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest
from mnist_tui.net.engine.halved_network import HalfOfUnits, HalvedNetwork
from mnist_tui.net.engine.worker.loop import serve
from mnist_tui.net.engine.worker.shared_batch import SharedBatch
from mnist_tui.net.engine.worker.shared_memory import (
    MEETINGS,
    BatchShape,
    Flag,
    SharedMemory,
    Task,
    byte_count,
    meeting,
    nameless_file,
)
from mnist_tui.net.optimizers import GradientDescent

from tests.helpers.support import PATIENCE, wait_until

SHAPE = BatchShape((16, 6, 5), "float64", 8)
Said = tuple[Flag, int]  # what a flag says of a task: a meeting; 0: the task's own number
# What the parent says in the course of a batch, and what the worker says to that.
STEPS: tuple[tuple[Said, Said | None], ...] = (
    ((Flag.REQUESTED, 0), None),
    ((Flag.TAKEN, 0), (Flag.WORKER_MET, MEETINGS)),
    ((Flag.PARENT_MET, MEETINGS), (Flag.COMPLETED, 0)),
)
MOVED_STEPS: tuple[tuple[Said, Said | None], ...] = (
    ((Flag.REQUESTED, 0), None),
    ((Flag.TAKEN, 0), (Flag.WORKER_MET, 1)),
    ((Flag.PARENT_MET, 1), (Flag.WORKER_MET, 2)),
    ((Flag.PARENT_MET, 2), (Flag.WORKER_MET, MEETINGS)),
    ((Flag.PARENT_MET, MEETINGS), (Flag.COMPLETED, 0)),
)
WAYS = ((0.0, STEPS), (1.0, MOVED_STEPS))  # how far images are moved, and the steps then


def number(task: int, count: int) -> int:
    """What a flag says when a task has come to this meeting; 0: to no meeting."""
    return meeting(task, count) if count else task


@contextmanager
def serving(epsilon: float = 0.0) -> Generator[memoryview[int]]:
    """The flags of a worker that waits for blank images; it has ended when the context has."""
    file = nameless_file(byte_count(SHAPE))
    parents, workers = SharedMemory(file, SHAPE), SharedMemory(file, SHAPE)
    os.close(file)
    reading, writing = os.pipe()

    def run() -> None:
        with suppress(EOFError):
            serve(workers, reading)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        parents.flags[Flag.ROWS] = SHAPE.rows
        parents.epsilon[0] = epsilon
        wait_until(lambda: parents.flags[Flag.IS_READY])
        yield parents.flags
    finally:
        os.close(writing)
        thread.join(PATIENCE)
        os.close(reading)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("epsilon", "steps"),
    [(epsilon, steps[:count]) for epsilon, steps in WAYS for count in range(len(steps) + 1)],
)
def test_it_ends_with_its_pipe_however_far_a_batch_has_come(
    epsilon: float, steps: tuple[tuple[Said, Said | None], ...]
) -> None:
    with serving(epsilon) as flags:
        for (flag, count), answer in steps:
            if answer is not None:
                assert flags[answer[0]] < number(1, answer[1]), "it waits for the parent"
            flags[flag] = number(1, count)
            if answer is not None:
                wait_until(lambda answer=answer: flags[answer[0]] == number(1, answer[1]))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SharedBatch, "draw"),
        (HalfOfUnits, "forward"),
        (HalvedNetwork, "rest"),
        (HalfOfUnits, "input_error"),
        (HalfOfUnits, "backward"),
    ],
)
def test_a_batch_that_it_has_no_memory_for_is_never_completed(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    with serving(epsilon=1.0) as flags:
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, short)
            for (flag, count), _ in MOVED_STEPS:
                flags[flag] = number(1, count)
            wait_until(lambda: flags[Flag.FAILED] == 1)
        for (flag, count), _ in MOVED_STEPS:
            flags[flag] = number(2, count)
        wait_until(lambda: flags[Flag.COMPLETED] != 0)
        assert flags[Flag.COMPLETED] == 2


def test_an_update_that_it_has_no_memory_for_is_never_completed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    with serving() as flags:
        flags[Flag.TASK] = Task.UPDATE
        with monkeypatch.context() as patched:
            patched.setattr(GradientDescent, "move", short)
            flags[Flag.REQUESTED] = 1
            wait_until(lambda: flags[Flag.FAILED] == 1)
        flags[Flag.REQUESTED] = 2
        wait_until(lambda: flags[Flag.COMPLETED] == 2)
