"""The weights along the way: within the budget whatever the run's length, and evenly spread."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.engine.batches import BatchCursor
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.state import RunMoment
from mnist_tui.net.run.timeline import Timeline

EACH = 400  # bytes of one moment here


def moment(iteration: int) -> RunMoment:
    vector = np.full(EACH // 8, iteration, np.float32)
    memory = {"velocity": vector.copy()}
    return RunMoment(
        (4, 8, 2), vector, Hyperparameters(), iteration, BatchCursor({}, 0, 0), memory, 0
    )


def filled(budget: int, length: int, start: int = 0) -> Timeline:
    """What is kept of a run of so many updates, in bytes of `budget`."""
    timeline = Timeline(budget)
    for iteration in range(start, start + length + 1):
        timeline.offer(iteration, lambda iteration=iteration: moment(iteration))
    return timeline


def kept(timeline: Timeline) -> list[int]:
    """All that is kept, found by going forward as a person would."""
    found = [timeline.first.iteration]
    while after := timeline.after(found[-1]):
        found.append(after.iteration)
    return found


LENGTHS = st.integers(0, 60) | st.integers(0, 3000)


@given(length=LENGTHS, room=st.integers(2, 70), start=st.integers(0, 50))
def test_the_budget_holds_for_any_length_and_what_is_kept_is_evenly_spread(
    length: int, room: int, start: int
) -> None:
    timeline = filled(room * EACH + 7, length, start)
    iterations = kept(timeline)
    assert timeline.nbytes == len(timeline) * EACH == len(iterations) * EACH
    assert timeline.nbytes <= room * EACH + 7
    assert iterations[0] == start
    if length < room:
        assert iterations == list(range(start, start + length + 1))
        return
    assert len(iterations) >= room // 2
    steps = np.diff(iterations[1:])
    assert len(set(steps.tolist())) <= 1
    every = int(steps[0]) if len(steps) else 1
    if len(steps):
        assert iterations[1] - start <= every
        assert start + length - iterations[-1] < every
    assert all(timeline.before(at + 1).vector[0] == at for at in iterations)  # pyright: ignore[reportOptionalMemberAccess]: there


@given(length=LENGTHS, room=st.integers(1, 30))
def test_a_smaller_budget_thins_at_once(length: int, room: int) -> None:
    timeline = filled(40 * EACH, length)
    before = kept(timeline)
    timeline.set_budget(room * EACH)
    assert timeline.nbytes <= room * EACH
    assert set(kept(timeline)) <= set(before)
    assert kept(timeline)[0] == 0
    for iteration in range(length + 1, length + 200):
        timeline.offer(iteration, lambda iteration=iteration: moment(iteration))
        assert timeline.nbytes <= room * EACH


def test_the_first_moment_is_kept_though_it_takes_more_than_all() -> None:
    timeline = filled(EACH // 2, 100)
    assert kept(timeline) == [0]
    assert timeline.nbytes == EACH


@given(length=LENGTHS, room=st.integers(1, 30), at=st.floats(-5, 3005))
def test_before_and_after_are_the_nearest_on_either_side(length: int, room: int, at: float) -> None:
    timeline = filled(room * EACH, length)
    iterations = kept(timeline)
    before, after = timeline.before(at), timeline.after(at)
    assert (before and before.iteration) == max((i for i in iterations if i < at), default=None)
    assert (after and after.iteration) == min((i for i in iterations if i > at), default=None)


@given(length=LENGTHS, room=st.integers(1, 30), at=st.integers(0, 3000))
def test_a_fork_has_the_past_up_to_it_and_goes_on_as_evenly(
    length: int, room: int, at: int
) -> None:
    timeline = filled(room * EACH, length)
    whole, at = kept(timeline), min(at, length)
    shorter = timeline.until(at)
    assert kept(shorter) == [i for i in whole if i <= at]
    assert shorter.nbytes == len(shorter) * EACH
    for iteration in range(at, at + 100):
        shorter.offer(iteration, lambda iteration=iteration: moment(iteration))
    assert shorter.nbytes <= max(1, room) * EACH
    steps = np.diff(kept(shorter)[1:])
    assert len(set(steps.tolist())) <= 1
    assert kept(timeline) == whole


def test_a_moment_is_taken_only_if_it_is_kept_and_never_twice() -> None:
    taken: list[int] = []

    def take(iteration: int) -> RunMoment:
        taken.append(iteration)
        return moment(iteration)

    timeline = Timeline(10 * EACH)
    for iteration in [0, 0, 1, 1, *range(1000)]:
        timeline.offer(iteration, lambda iteration=iteration: take(iteration))
    assert len(taken) == len(set(taken))
    assert len(taken) < 100
