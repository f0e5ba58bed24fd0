"""The pace: the quicker way is chosen, and chosen anew when it stops being the quicker one."""

from __future__ import annotations

import pytest
from mnist_tui.net.engine.worker.pace import (
    BATCHES_PER_TURN,
    FIRST_HELD_BATCHES,
    MAX_HELD_BATCHES,
    TURNS,
    WATCHED_BATCHES,
    Pace,
)

PROBE = 2 * TURNS * BATCHES_PER_TURN


def spend(pace: Pace, batches: int, alone: float, together: float) -> list[bool]:
    """Let batches take so many seconds in each way; return the ways chosen."""
    ways: list[bool] = []
    for _ in range(batches):
        ways.append(pace.prefers_worker())
        pace.took(together if ways[-1] else alone)
    return ways


@pytest.mark.parametrize(("alone", "together"), [(2.0, 1.0), (1.0, 2.0)])
def test_both_ways_are_tried_and_the_quicker_one_is_kept(alone: float, together: float) -> None:
    pace = Pace()
    tried = spend(pace, PROBE, alone, together)
    assert tried.count(True) == tried.count(False) == PROBE // 2
    assert set(spend(pace, FIRST_HELD_BATCHES, alone, together)) == {together < alone}
    assert set(spend(pace, PROBE, alone, together)) == {True, False}, "compared again"


@pytest.mark.parametrize("way", [False, True])
def test_what_a_change_of_ways_costs_does_not_count(way: bool) -> None:
    pace, before = Pace(), False
    for _ in range(PROBE):
        now = pace.prefers_worker()
        pace.took((0.8 if now == way else 1.0) + 0.5 * (now != before))
        before = now
    assert pace.prefers_worker() == way


def test_a_choice_is_held_twice_as_long_each_time_that_it_is_confirmed() -> None:
    pace, held = Pace(), FIRST_HELD_BATCHES
    while held < MAX_HELD_BATCHES:
        spend(pace, PROBE, 2.0, 1.0)
        assert set(spend(pace, held, 2.0, 1.0)) == {True}
        held *= 2
    spend(pace, PROBE, 2.0, 1.0)
    spend(pace, MAX_HELD_BATCHES, 2.0, 1.0)
    spend(pace, PROBE, 1.0, 2.0)  # another one is chosen, and not trusted yet
    assert set(spend(pace, FIRST_HELD_BATCHES, 2.0, 1.0)) == {False}
    spend(pace, PROBE, 2.0, 1.0)
    assert set(spend(pace, FIRST_HELD_BATCHES, 2.0, 1.0)) == {True}


def test_one_slow_batch_is_no_stall_but_many_are() -> None:
    pace = Pace()
    spend(pace, PROBE, 2.0, 1.0)
    pace.took(15.0)
    assert set(spend(pace, WATCHED_BATCHES, 2.0, 1.0)) == {True}
    ways = spend(pace, 2 * WATCHED_BATCHES + PROBE, 2.0, 9.0)  # the other core is taken
    assert set(ways[-4:]) == {False}
