"""The pace of mini-batches: whether the worker process makes them quicker, by the clock.

Two idle cores halve the time of a large batch. A small batch, or a machine whose second core is
busy, loses more by waiting. Only a measurement can tell, and the result is the same either way.
"""

from __future__ import annotations

from statistics import median

# The ways are timed in turns of a few batches each: whoever has computed a batch has its weights in
# its core's cache, so that the first ones of a turn are slow, whichever way it is.
TURNS = 3  # of each way
BATCHES_PER_TURN = 8
WARM_UP_BATCHES = 3  # of a turn, not timed
# Batches before the ways are compared again: few at first, since whatever else the machine does may
# have misled the clock, and twice as many each time that the same way turns out to be the quicker.
FIRST_HELD_BATCHES = 250
MAX_HELD_BATCHES = 4000
WATCHED_BATCHES = 40  # whose mean time must not rise
STALL_FACTOR = 1.5


class Pace:
    """Told what each batch took, chooses the way of the next one."""

    def __init__(self) -> None:
        self._times: dict[bool, list[float]] = {False: [], True: []}
        self._uses_worker = False  # for the next batch
        self._hold = FIRST_HELD_BATCHES
        self._choice: bool | None = None  # when the ways were compared last
        self._turns = self._batches = 0  # of the comparison, and of its present turn
        self._held = -1  # batches since the ways were compared; -1: they are being compared
        self._expected = 0.0  # seconds
        self._lately = 0.0

    def prefers_worker(self) -> bool:
        """Return whether the worker is to compute half of the next batch."""
        return self._uses_worker

    def took(self, seconds: float) -> None:
        """Take note of the time of a batch that was computed the way that was chosen."""
        if self._held < 0:
            self._compare(seconds)
            return
        self._held += 1
        self._lately += (seconds - self._lately) / WATCHED_BATCHES
        is_stalled = self._uses_worker and self._lately > STALL_FACTOR * self._expected
        if is_stalled or self._held >= self._hold:
            self._probe()

    def _probe(self) -> None:
        self._turns, self._held = 0, -1
        self._times = {False: [], True: []}

    def _compare(self, seconds: float) -> None:
        """Time both ways, in turns of a few batches each; then choose."""
        self._batches += 1
        if self._batches > WARM_UP_BATCHES:
            self._times[self._uses_worker].append(seconds)
        if self._batches < BATCHES_PER_TURN:
            return
        self._batches = 0
        self._turns += 1
        if self._turns < 2 * TURNS:
            self._uses_worker = not self._uses_worker
            return
        medians = {way: median(times) for way, times in self._times.items()}
        self._uses_worker = medians[True] < medians[False]
        is_confirmed = self._uses_worker == self._choice
        self._hold = min(2 * self._hold, MAX_HELD_BATCHES) if is_confirmed else FIRST_HELD_BATCHES
        self._choice = self._uses_worker
        self._expected = self._lately = medians[self._uses_worker]
        self._held = 0
