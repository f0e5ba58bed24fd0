"""The weights along the way: a run's moments, kept within a budget, evenly spread.

`Timeline` belongs to the thread that trains. Other threads get what its `freeze` returns.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from .state import RunMoment

MAX_MOMENTS = (
    4096  # moments of a timeline; of a tiny network the objects take more than their arrays
)


class TimelineView:
    """Moments of one run, the first always among them, ascending; a view never changes."""

    def __init__(self, moments: Sequence[RunMoment] = ()) -> None:
        self._moments = moments

    def __len__(self) -> int:
        return len(self._moments)

    @property
    def first(self) -> RunMoment:
        """Where the run began; only once one was offered."""
        return self._moments[0]

    def before(self, iteration: float) -> RunMoment | None:
        """The last moment before this iteration."""
        found = bisect_left(self._moments, iteration, key=_iteration)
        return self._moments[found - 1] if found else None

    def after(self, iteration: float) -> RunMoment | None:
        """The first moment after this iteration."""
        found = bisect_right(self._moments, iteration, key=_iteration)
        return self._moments[found] if found < len(self._moments) else None


class Timeline(TimelineView):
    """Moments of one run, as close as the budget allows.

    It keeps every update at first. When that is too much, every second one goes, and from then
    on only every second one comes; and so on. So what is kept is always evenly spread, and it
    takes between half of the budget and all of it, however long the run.

    Only one thread may use it; others get what `freeze` returns.
    """

    def __init__(self, budget: int, moments: Sequence[RunMoment] = ()) -> None:
        """budget: bytes; the first moment is kept whatever it takes."""
        super().__init__()
        self._budget = budget
        self._interval = 1
        self._moments: list[RunMoment] = list(moments)
        self._nbytes = sum(moment.nbytes for moment in moments)

    @property
    def nbytes(self) -> int:
        """Bytes that all moments take."""
        return self._nbytes

    def freeze(self) -> TimelineView:
        """The moments kept now; there are at most MOST, so that this stays cheap."""
        return TimelineView(tuple(self._moments))

    def offer(self, iteration: int, take: Callable[[], RunMoment]) -> None:
        """Keep the moment after this many updates, if it is one of those to keep."""
        moments = self._moments
        if moments and (iteration % self._interval or iteration <= moments[-1].iteration):
            return
        moment = take()
        moments.append(moment)
        self._nbytes += moment.nbytes
        self._thin()

    def set_budget(self, budget: int) -> None:
        """Change the budget; what is too much goes at once."""
        self._budget = budget
        self._thin()

    def until(self, iteration: int) -> Timeline:
        """The moments up to this iteration, those at it included, as a timeline of its own."""
        moments = self._moments
        end = bisect_right(moments, iteration, key=_iteration)
        shorter = Timeline(self._budget, moments[:end])
        shorter._interval = self._interval  # what is kept there was kept at this distance
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
