"""What a sweep says: mean, spread and standard error of each setting, and grids of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from ..config.fields import BY_NAME
from .results import SweepResult, latest

if TYPE_CHECKING:
    from ...net.hyperparameters import Hyperparameters


@dataclass(frozen=True, slots=True)
class Summary:
    """The test accuracy of several runs, usually of one setting with different seeds.

    Runs that diverged are counted, but their accuracy is not: it is that of the weights before the
    update that broke them.
    """

    results: tuple[SweepResult, ...]  # in the order in which they came; at least one
    test_images: int  # that each accuracy was measured on; 0: unknown

    @property
    def hyperparameters(self) -> Hyperparameters:
        """Those of the first run."""
        return self.results[0].hyperparameters

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Test accuracy of every run that did not diverge."""
        return tuple(result.test_accuracy for result in self.results if not result.diverged)

    @property
    def diverged(self) -> int:
        """Number of runs that diverged."""
        return sum(result.diverged for result in self.results)

    @property
    def mean(self) -> float | None:
        """Mean test accuracy, 0 to 1; None if every run diverged."""
        return fmean(self.accuracies) if self.accuracies else None

    @property
    def spread(self) -> float | None:
        """Standard deviation between the runs (of a sample, n - 1); None for fewer than two."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None

    @property
    def test_error(self) -> float | None:
        """Standard error that the test set itself gives one accuracy: √(p (1 - p) / n).

        Another test set of n images of the same kind would give accuracies that differ by about
        this much. More seeds do not make it smaller, because all of them are asked the same images.
        """
        if self.mean is None or not self.test_images:
            return None
        return sqrt(self.mean * (1 - self.mean) / self.test_images)


@dataclass(frozen=True, slots=True)
class Grid:
    """Summaries over two hyperparameters."""

    row: str  # the hyperparameter that differs from row to row
    column: str
    row_values: tuple[Any, ...]  # sorted
    column_values: tuple[Any, ...]
    summaries: Mapping[tuple[Any, Any], Summary]  # by row and column value; some may be missing

    @property
    def best(self) -> tuple[Any, Any] | None:
        """The place of the best summary; None if there is none."""
        found = best(self.summaries.values())
        return next((at for at, summary in self.summaries.items() if summary is found), None)


def summarize(results: Sequence[SweepResult], test_images: int) -> tuple[Summary, ...]:
    """Return a summary for each setting: of all runs that differ in the seed alone.

    Of runs that halving stopped at several rungs, the highest rung counts.

    Args:
        results: In any order.
        test_images: That each accuracy was measured on; 0: unknown.
    """
    groups = _grouped(latest(results), lambda result: result.cell.setting)
    return tuple(Summary(group, test_images) for group in groups.values())


def best(summaries: Iterable[Summary]) -> Summary | None:
    """Return the summary with the highest mean among those of which no run diverged, or None.

    While there are runs that went to their end, those that halving stopped are no rivals of theirs.
    """
    sound = [summary for summary in summaries if summary.mean is not None and not summary.diverged]
    complete = [one for one in sound if all(result.is_complete for result in one.results)]
    return max(complete or sound, key=lambda summary: summary.mean or 0.0, default=None)


def varied(results: Iterable[SweepResult]) -> dict[str, tuple[Any, ...]]:
    """Return the sorted values of every hyperparameter that has more than one, the seed's too."""
    chosen = {result.cell.recipe: result.hyperparameters for result in results}.values()
    values = {name: {getattr(one, name) for one in chosen} for name in BY_NAME}
    return {name: ordered(name, found) for name, found in values.items() if len(found) > 1}


def grid(
    results: Sequence[SweepResult],
    row: str,
    column: str,
    fixed: Mapping[str, Any] | None = None,
    *,
    test_images: int = 0,
) -> Grid:
    """Summarize over two hyperparameters; all others are fixed, or pooled with the seeds.

    Args:
        results: In any order; of several rungs of a run, the highest counts.
        row: The hyperparameter that differs from row to row.
        column: The hyperparameter that differs from column to column.
        fixed: Values of other hyperparameters; runs with other values are left out.
        test_images: That each accuracy was measured on; 0: unknown.
    """
    chosen = [
        result
        for result in latest(results)
        if all(getattr(result.hyperparameters, k) == v for k, v in (fixed or {}).items())
    ]

    def place(result: SweepResult) -> tuple[Any, Any]:
        return getattr(result.hyperparameters, row), getattr(result.hyperparameters, column)

    groups = _grouped(chosen, place)
    return Grid(
        row,
        column,
        ordered(row, {at[0] for at in groups}),
        ordered(column, {at[1] for at in groups}),
        {at: Summary(group, test_images) for at, group in groups.items()},
    )


def ordered(name: str, values: Iterable[Any]) -> tuple[Any, ...]:
    """Return values of a hyperparameter sorted: numbers upwards, full last, words as listed."""
    choices = BY_NAME[name].choices

    def rank(value: Any) -> Any:
        if isinstance(value, str):
            return choices.index(value)
        return inf if value is None else value

    return tuple(sorted(values, key=rank))


def _grouped(
    results: Iterable[SweepResult], key: Callable[[SweepResult], Any]
) -> dict[Any, tuple[SweepResult, ...]]:
    groups: dict[Any, list[SweepResult]] = {}
    for result in results:
        groups.setdefault(key(result), []).append(result)
    return {found: tuple(group) for found, group in groups.items()}
