"""The view of the chart: its metric, its axes, and its range of iterations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

from .axes import Axis, nice_end

MIN_SPAN = 10.0  # iterations
LATEST = 0.2  # fraction of the iterations that “latest” shows


@dataclass(frozen=True, slots=True)
class ChartView:
    """Every choice about the chart that the user makes, and nothing derived from the runs."""

    loss: bool = False  # instead of accuracy
    log_y: bool = False
    log_x: bool = False
    smooth: bool | None = None  # None: only for mini-batches, whose curves are noisy
    span: float | None = None  # iterations shown; None: all
    end: float | None = None  # the last one shown; None: the newest

    def x_axis(self, done: float, last: float) -> Axis:
        """Return the axis of iterations when `done` of `last` have been made."""
        scale = "log" if self.log_x else "linear"
        low, high = 0.0, nice_end(done, max(done, last))
        if self.span is not None:
            # A window that follows the newest iteration moves by quarters of its span.
            quarter = self.span / 4
            high = self.end or max(self.span, ceil(done / quarter) * quarter)
            low = max(0.0, high - self.span)
        return Axis(max(1.0, low), max(2.0, high), scale) if self.log_x else Axis(low, high, scale)

    def zoomed(self, factor: float, x: Axis, done: float, around: float | None) -> ChartView:
        """Scale the span of axis x by `factor`, keeping `around` in place if it is shown."""
        span = max(MIN_SPAN, (x.high - x.low) * factor)
        if span >= done:
            return replace(self, span=None, end=None)
        if around is None or not x.low <= around <= x.high:
            return replace(self, span=span, end=self.end)
        end = around + (x.high - around) * span / (x.high - x.low)
        return replace(self, span=span, end=None if end >= done else max(span, end))

    def panned(self, by: float, x: Axis, done: float) -> ChartView:
        """Shift by this many iterations; a view moved to the newest follows it from then on."""
        if self.span is None:
            return self
        end = x.high + by
        return replace(self, end=None if end >= done and by > 0 else max(self.span, end))

    def latest_or_all(self, done: float) -> ChartView:
        """From everything to the latest stretch, and back."""
        if self.span is None and done > MIN_SPAN:
            return replace(self, span=max(MIN_SPAN, ceil(done * LATEST)), end=None)
        return replace(self, span=None, end=None)
