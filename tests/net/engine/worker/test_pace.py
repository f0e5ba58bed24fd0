"""The pace: the quicker way is chosen, and chosen anew when it stops being the quicker one."""

from __future__ import annotations

import pytest
from mnist_tui.net.engine.worker.pace import HELD_BATCHES, PROBED_BATCHES, WATCHED_BATCHES, Pace

PROBE = 2 * PROBED_BATCHES


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
    assert tried.count(True) == tried.count(False) == PROBED_BATCHES
    assert set(spend(pace, HELD_BATCHES, alone, together)) == {together < alone}
    assert set(spend(pace, 4, alone, together)) == {True, False}, "compared again"


def test_one_slow_batch_is_no_stall_but_many_are() -> None:
    pace = Pace()
    spend(pace, PROBE, 2.0, 1.0)
    pace.took(15.0)
    assert set(spend(pace, WATCHED_BATCHES, 2.0, 1.0)) == {True}
    ways = spend(pace, 2 * WATCHED_BATCHES + PROBE, 2.0, 9.0)  # the other core is taken
    assert set(ways[-4:]) == {False}
