"""A sweep at a glance: its grid over two hyperparameters, with what is still to come.

Nothing here draws. The sweep room and the exported picture are drawn from the same overview.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from math import ceil, floor
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...config.fields import BY_NAME
from ...render.axes import Axis
from ..results import latest
from ..summary import Grid, Summary, grid, ordered, varied
from .plan import At, Choice, Plan

if TYPE_CHECKING:
    from ..results import SweepResult

FALLBACK = ("alpha", "hidden")  # looked at if nothing else varies
LOW_STEP, HIGH_STEP = 20, 100  # the scale ends at whole twentieths, and at whole hundredths
MAX_ACCURACY = 0.9999  # of the scale's end
TOLERANCE = 1e-9


class Standing(Enum):
    """What is known of a place in the grid."""

    ABSENT = "absent"  # the sweep has no run there
    PENDING = "pending"  # no run has ended there yet
    DIVERGED = "diverged"  # every run that has ended diverged
    PARTLY_DIVERGED = "partly diverged"
    STOPPED = "stopped"  # halving has given up every run, at a rung
    MEASURED = "measured"


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A sweep's grid, with the axes' planned values and places that have no result yet."""

    choice: Choice
    grid: Grid
    varied: Mapping[str, tuple[Any, ...]]
    """The values of every hyperparameter that has several, in the panel's order."""
    scale: Axis
    """The accuracies of the shades, the lightest first; errors 10, 1, 0.1 % equally far apart."""
    best: At | None
    finished: int
    """Runs of the whole sweep that have a result."""
    planned: int
    """Runs of the whole sweep; as many as are finished, if nothing is known."""
    pending: int
    """Places of the grid without a result, but with runs planned."""
    _counts: Mapping[At, int]
    _each: int
    _planned_values: tuple[frozenset[Any], frozenset[Any]]

    def at(self, place: At) -> Summary | None:
        """Return what is known of a place, if anything is."""
        return self.grid.summaries.get(place)

    def runs_at(self, place: At) -> int:
        """Return the number of runs planned at a place."""
        rows, columns = self._planned_values
        if place[0] in rows and place[1] in columns and self._each:
            return self._each
        return self._counts.get(place, 0)

    def standing(self, place: At) -> Standing:
        """Return in which of its states a place is."""
        summary = self.at(place)
        if summary is None:
            return Standing.PENDING if self.runs_at(place) else Standing.ABSENT
        if summary.mean is None:
            return Standing.DIVERGED
        if summary.diverged:
            return Standing.PARTLY_DIVERGED
        if not any(result.is_complete for result in summary.results):
            return Standing.STOPPED
        return Standing.MEASURED

    def standings(self) -> frozenset[Standing]:
        """Return all but ABSENT that there are."""
        found = {self.standing(place) for place in self.grid.summaries}
        return frozenset(found | ({Standing.PENDING} if self.pending else set()))

    def share(self, accuracy: float) -> float:
        """Return where an accuracy lies on the scale, from 0 to 1."""
        import numpy as np

        return float(self.scale.places(np.array([accuracy]))[0].clip(0, 1))

    def others(self) -> tuple[str, ...]:
        """Return the hyperparameters that vary besides the two."""
        return tuple(
            name for name in self.varied if name not in (self.choice.row, self.choice.column)
        )


def overview(
    results: Sequence[SweepResult],
    plan: Plan,
    choice: Choice | None = None,
    *,
    test_images: int = 0,
) -> Overview:
    """Return the overview of these results.

    Args:
        results: In any order; of several rungs of a run, the highest counts.
        plan: What else is to come.
        choice: What is looked at; None: the two hyperparameters that say most.
        test_images: That each accuracy was measured on; 0: unknown.
    """
    chosen = latest(results)
    several = _several(chosen, plan)
    choice = choice or default_choice(several)
    found = grid(chosen, choice.row, choice.column, choice.fixed, test_images=test_images)
    counts, each = plan.count(choice)
    rows, columns = (frozenset(plan.values.get(name, ())) for name in (choice.row, choice.column))
    found = replace(
        found,
        row_values=_with(choice.row, found.row_values, rows if each else {at[0] for at in counts}),
        column_values=_with(
            choice.column, found.column_values, columns if each else {at[1] for at in counts}
        ),
    )
    return Overview(
        choice,
        found,
        several,
        _scale(found.summaries.values()),
        found.best,
        len(chosen),
        max(plan.runs, len(chosen)),
        _pending(found, counts, rows, columns) if each or counts else 0,
        counts,
        each,
        (rows, columns),
    )


def _pending(
    found: Grid, counts: Mapping[At, int], rows: frozenset[Any], columns: frozenset[Any]
) -> int:
    if counts:
        return sum(place not in found.summaries for place in counts)
    done = sum(row in rows and column in columns for row, column in found.summaries)
    return len(rows) * len(columns) - done


def default_choice(several: Mapping[str, tuple[Any, ...]]) -> Choice:
    """Return the two hyperparameters to look at first: alpha across, if it varies.

    The seed is not among them: its runs are repetitions, and so are pooled.
    """
    names = [name for name in several if name != "seed"]
    names += [name for name in FALLBACK if name not in names]
    return Choice(row=names[1], column=names[0])


def _several(results: Iterable[SweepResult], plan: Plan) -> Mapping[str, tuple[Any, ...]]:
    """Return the values of each hyperparameter that has several, planned or with results."""
    results = tuple(results)
    seen = varied(results)
    found: dict[str, tuple[Any, ...]] = {}
    for name in BY_NAME:
        values = seen.get(name) or {getattr(one.hyperparameters, name) for one in results[:1]}
        together = _with(name, values, plan.values.get(name, ()))
        if len(together) > 1:
            found[name] = together
    return MappingProxyType(found)


def _with(name: str, values: Iterable[Any], others: Iterable[Any]) -> tuple[Any, ...]:
    return ordered(name, {*values, *others})


def _scale(summaries: Iterable[Summary]) -> Axis:
    """Return a scale whose ends stand still while most results come in."""
    means = [summary.mean for summary in summaries if summary.mean is not None]
    low, high = min(means, default=0.0), max(means, default=1.0)
    low = floor(low * LOW_STEP + TOLERANCE) / LOW_STEP
    high = min(ceil(high * HIGH_STEP - TOLERANCE) / HIGH_STEP, MAX_ACCURACY)
    low = min(low, high - 1 / HIGH_STEP)
    return Axis(low, high, "error", percent=True)
