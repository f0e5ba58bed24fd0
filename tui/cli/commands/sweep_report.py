"""What the sweep command prints: progress on stderr while it works, then the best settings."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ...config.fields import BY_NAME
from ...render.glyphs import bar
from ...sweep.axes import format_axis_value
from ...sweep.results import latest, read_results
from ...sweep.summary import Summary, best, summarize, varied
from ...text import format_duration, printable
from ..console import CLEAR_LINE, REDRAW_INTERVAL_S, log_line

if TYPE_CHECKING:
    from pathlib import Path

    from ...sweep.manifest import Manifest
    from ...sweep.results import SweepResult
    from ...sweep.runner import SweepProgress
    from .sweep import SweepOptions

SHOWN = 10  # settings
LINES = 10  # of progress, where stderr is no terminal


class ProgressLine:
    """A line that shows how far a sweep is; where stderr is no terminal, a new one now and then."""

    def __init__(self, *, quiet: bool) -> None:
        """quiet: show nothing."""
        self._is_terminal, self._quiet = sys.stderr.isatty(), quiet
        self._drawn = 0.0
        self._tenths = -1
        self._best: SweepResult | None = None

    def show(self, step: SweepProgress) -> None:
        """Draw the line, unless it has just been drawn."""
        for result in step.new:
            if not result.diverged and result.test_accuracy >= self._accuracy:
                self._best = result
        if self._quiet:
            return
        tenths = step.done * LINES // max(1, step.planned)
        if not self._is_terminal and tenths > self._tenths:
            self._tenths = tenths
            log_line(self._text(step))
        now = time.perf_counter()
        if self._is_terminal and now - self._drawn >= REDRAW_INTERVAL_S:
            self._drawn = now
            share = step.done / max(1, step.planned)
            text = f"{bar(share, 12):<12} {self._text(step)}"
            click.echo(f"\r{text:<79.79}", nl=False, err=True)

    def close(self) -> None:
        """Erase the line."""
        if self._is_terminal and not self._quiet:
            click.echo(CLEAR_LINE, nl=False, err=True)

    @property
    def _accuracy(self) -> float:
        return self._best.test_accuracy if self._best else 0.0

    def _text(self, step: SweepProgress) -> str:
        words = [f"{step.done:,}/{step.planned:,}"]
        if not step.workers:
            words.append("waiting for workers")
        elif step.seconds_left is not None:
            rate = step.done_now / step.seconds
            words.append(f"{rate:.1f} runs/s" if rate >= 1 else f"{60 * rate:.1f} runs/min")
            words.append(f"{format_duration(step.seconds_left)} left")
        if self._best is not None:
            words.append(f"best {self._accuracy:.2%}")
        return "  ".join(words)


def print_report(
    folder: Path, manifest: Manifest, is_complete: bool, seconds: float, options: SweepOptions
) -> None:
    """Print the settings with the best mean test accuracy, or all of them as one JSON object."""
    results = read_results(folder)
    summaries = summarize(results, manifest.test_images)
    names = [name for name in varied(results) if name != "seed"]
    if options.as_json:
        click.echo(json.dumps(_report(folder, manifest, is_complete, seconds, summaries)))
    elif not options.quiet:
        runs = latest(results)
        diverged = sum(result.diverged for result in runs)
        state = "finished" if is_complete else "interrupted"
        click.echo(
            f"{state} after {format_duration(seconds)}; {len(runs):,} runs, {diverged:,} diverged; "
            f"results in {printable(folder)}"
        )
        for row in _table(names, sorted(summaries, key=_rank)[:SHOWN]):
            click.echo(row)
        if (found := best(summaries)) is not None and found.test_error is not None:
            click.echo(
                f"The test set alone gives an accuracy a standard error of ±{found.test_error:.2%}."
            )


def _rank(summary: Summary) -> tuple[bool, float]:
    return summary.diverged > 0, -(summary.mean or 0.0)


def _table(names: Sequence[str], summaries: Sequence[Summary]) -> list[str]:
    """Return the lines of a table, columns aligned to the right."""
    head = [*(BY_NAME[name].label for name in names), "accuracy", "± spread", "runs", "diverged"]
    rows = [
        [
            *(format_axis_value(n, getattr(summary.hyperparameters, n)) for n in names),
            "–" if summary.mean is None else f"{summary.mean:.2%}",
            "–" if summary.spread is None else f"{summary.spread:.2%}",
            str(len(summary.results)),
            str(summary.diverged or ""),
        ]
        for summary in summaries
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]


def _report(
    folder: Path,
    manifest: Manifest,
    is_complete: bool,
    seconds: float,
    summaries: Sequence[Summary],
) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "data": manifest.data,
        "stopped": "finished" if is_complete else "interrupted",
        "seconds": seconds,
        "planned": manifest.cells,
        "runs": sum(len(summary.results) for summary in summaries),
        "diverged": sum(summary.diverged for summary in summaries),
        "settings": [
            {
                **{k: v for k, v in asdict(summary.hyperparameters).items() if k != "seed"},
                "seeds": [result.seed for result in summary.results],
                "test_accuracy": summary.mean,
                "spread": summary.spread,
                "test_error": summary.test_error,
                "diverged": summary.diverged,
            }
            for summary in sorted(summaries, key=_rank)
        ],
    }
