"""The cell under the cursor in words: its values, its accuracy, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...config.fields import BY_NAME
from ...sweep.axes import format_axis_value
from ...sweep.watch.overview import Overview, Standing
from ...text import format_duration

if TYPE_CHECKING:
    from ...sweep.summary import Summary

SHORT_S = 60.0  # below this, durations have decimals


def named(name: str, value: Any) -> str:
    """Return a hyperparameter with its value."""
    return f"{BY_NAME[name].label} {format_axis_value(name, value)}"


def where(shown: Overview, at: tuple[Any, Any]) -> str:
    """Name the cell: the values of the two hyperparameters."""
    return f"{named(shown.choice.column, at[1])}, {named(shown.choice.row, at[0])}"


def accuracy(summary: Summary | None, standing: Standing, *, is_short: bool = False) -> list[str]:
    """Return the test accuracy in parts: mean and spread, standard error of the test set."""
    if summary is None:
        return ["no run has ended here yet" if standing is Standing.PENDING else "no run is here"]
    if summary.mean is None:
        return [f"every run diverged ({summary.diverged})"]
    words = f"{'' if is_short else 'test accuracy '}{100 * summary.mean:.2f} %"
    if summary.spread is not None:
        words += f" ± {100 * summary.spread:.2f}"
        words += "" if is_short else f", spread of {len(summary.accuracies)} runs"
    else:
        words += "" if is_short else ", one run"
    if summary.test_error is None:
        return [words]
    return [words, f"standard error of the test set {100 * summary.test_error:.2f}"]


def facts(summary: Summary | None, planned: int) -> list[str]:
    """Return what else is known of the runs, in parts."""
    if summary is None:
        return [f"{planned} {'run' if planned == 1 else 'runs'} planned"] if planned else []
    results = summary.results
    seconds = sum(result.seconds for result in results) / len(results)
    done = f"{len(results)} of {planned} runs" if planned > len(results) else _count(len(results))
    parts = [done, f"{summary.diverged} diverged", f"{duration(seconds)} a run"]
    stopped = [result for result in results if not result.is_complete]
    if stopped:
        last = max(stopped, key=lambda result: result.iteration)
        parts.append(
            f"{len(stopped)} stopped early, after {last.iteration:,} of "
            f"{last.cell.iterations:,} updates"
        )
    return parts


def others(shown: Overview, selected: str) -> list[tuple[str, bool]]:
    """Return the hyperparameters that vary besides the two: each as text, and if it is selected."""
    return [
        (
            named(name, shown.choice.fixed[name])
            if name in shown.choice.fixed
            else f"{BY_NAME[name].label} pooled ({len(shown.varied[name])})",
            name == selected,
        )
        for name in shown.others()
    ]


def duration(seconds: float) -> str:
    """Format a duration: 0.21 s, 12.3 s, 1:02."""
    if seconds >= SHORT_S:
        return format_duration(seconds)
    return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"


def _count(runs: int) -> str:
    return f"{runs} {'run' if runs == 1 else 'runs'}"
