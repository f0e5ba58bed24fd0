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
STEPS = (  # what the parent says in the course of a batch, and what the worker says to that
    (Flag.REQUESTED, None),
    (Flag.TAKEN, Flag.WORKER_MET),
    (Flag.PARENT_MET, Flag.COMPLETED),
)


def number(flag: Flag, task: int) -> int:
    """What a flag says when a task has come so far."""
    is_met = flag in (Flag.PARENT_MET, Flag.WORKER_MET)
    return meeting(task, MEETINGS) if is_met else task


@contextmanager
def serving() -> Generator[memoryview[int]]:
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
        wait_until(lambda: parents.flags[Flag.IS_READY])
        yield parents.flags
    finally:
        os.close(writing)
        thread.join(PATIENCE)
        os.close(reading)
    assert not thread.is_alive()


@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_it_ends_with_its_pipe_however_far_a_batch_has_come(steps: int) -> None:
    with serving() as flags:
        for said, answer in STEPS[:steps]:
            assert not answer or flags[answer] == 0, "it waits for the parent"
            flags[said] = number(said, 1)
            wait_until(lambda answer=answer: not answer or flags[answer] == number(answer, 1))


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (SharedBatch, "draw"),
        (HalfOfUnits, "forward"),
        (HalvedNetwork, "rest"),
        (HalfOfUnits, "backward"),
    ],
)
def test_a_batch_that_it_has_no_memory_for_is_never_completed(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str
) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    with serving() as flags:
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, short)
            for said, _ in STEPS:
                flags[said] = number(said, 1)
            wait_until(lambda: flags[Flag.FAILED] == 1)
        for said, _ in STEPS:
            flags[said] = number(said, 2)
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
