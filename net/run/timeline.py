"""The timeline: moments of a run, evenly spread and kept within a memory budget.

`Timeline` belongs to the training thread. Other threads get what its `freeze` returns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from .state import RunMoment

MAX_MOMENTS = 4096  # per timeline; a tiny network's objects are larger than its arrays


class TimelineView:
    """Moments of one run, ascending and always including the first; a view never changes."""

    def __init__(self, moments: Sequence[RunMoment] = ()) -> None:
        self._moments = moments

    def __len__(self) -> int:
        """Return the number of moments."""
        return len(self._moments)

    @property
    def first(self) -> RunMoment:
        """The beginning of the run. Raises IndexError while the timeline is empty."""
        return self._moments[0]

    def before(self, iteration: float) -> RunMoment | None:
        """Return the last moment before this iteration."""
        index = bisect_left(self._moments, iteration, key=_iteration)
        return self._moments[index - 1] if index else None

    def after(self, iteration: float) -> RunMoment | None:
        """Return the first moment after this iteration."""
        index = bisect_right(self._moments, iteration, key=_iteration)
        return self._moments[index] if index < len(self._moments) else None


class Timeline(TimelineView):
    """Moments of one run, as closely spaced as the budget allows.

    Every update is kept at first. Whenever the budget is exceeded, every second moment is dropped
    and the interval doubles. So the moments are always evenly spread, and they take between half
    of the budget and all of it, however long the run.

    Not thread-safe; other threads get what `freeze` returns.
    """

    def __init__(self, budget: int, moments: Sequence[RunMoment] = ()) -> None:
        """Start with these moments; `budget` is in bytes, and never evicts the first moment."""
        super().__init__()
        self._budget = budget
        self._interval = 1
        self._moments: list[RunMoment] = list(moments)
        self._nbytes = sum(moment.nbytes for moment in moments)

    @property
    def nbytes(self) -> int:
        """Size of all moments in bytes."""
        return self._nbytes

    def freeze(self) -> TimelineView:
        """Return the current moments; at most MAX_MOMENTS, so that this stays cheap."""
        return TimelineView(tuple(self._moments))

    def offer(self, iteration: int, take: Callable[[], RunMoment]) -> None:
        """Keep a moment if this iteration is due; `take` is called only then."""
        moments = self._moments
        if moments and (iteration % self._interval or iteration <= moments[-1].iteration):
            return
        moment = take()
        moments.append(moment)
        self._nbytes += moment.nbytes
        self._thin()

    def set_budget(self, budget: int) -> None:
        """Change the budget, in bytes, and drop at once what exceeds it."""
        self._budget = budget
        self._thin()

    def until(self, iteration: int) -> Timeline:
        """Return a new timeline of the moments up to and including this iteration."""
        moments = self._moments
        end = bisect_right(moments, iteration, key=_iteration)
        shorter = Timeline(self._budget, moments[:end])
        shorter._interval = self._interval  # its moments were kept at this interval
        return shorter

    def _thin(self) -> None:
        while len(self) > 1 and (self._nbytes > self._budget or len(self) > MAX_MOMENTS):
            self._interval *= 2
            first, *rest = self._moments
            kept = [first, *(moment for moment in rest if moment.iteration % self._interval == 0)]
            self._nbytes = sum(moment.nbytes for moment in kept)
            self._moments = kept


def _iteration(moment: RunMoment) -> int:
    return moment.iteration
