"""Keys and clicks of the chart: its view, and the line that reads off exact values."""

from __future__ import annotations

from textual import on

from ...widgets.chart import Chart
from .dashboard import Dashboard


class ChartActions(Dashboard):
    """Actions that change the view of the chart."""

    def action_loss(self) -> None:
        """Accuracy or loss."""
        self.query_one(Chart).toggle_loss()

    def action_log(self, axis: str) -> None:
        """Switch an axis between logarithmic and linear."""
        self.query_one(Chart).toggle_log(axis)

    def action_zoom(self, factor: float) -> None:
        """More or fewer iterations."""
        self.query_one(Chart).zoom(factor)

    def action_pan(self, share: float) -> None:
        """Earlier or later ones."""
        self.query_one(Chart).pan(share)

    def action_latest(self) -> None:
        """Switch between the latest stretch and the whole run."""
        self.query_one(Chart).toggle_latest()

    def action_smooth(self) -> None:
        """Smooth, or as it is."""
        self.query_one(Chart).toggle_smooth()

    def action_line(self, columns: int) -> None:
        """Move the reading line; the first press puts it at the newest iteration."""
        if self.seen is None or self.seen.progress is None:
            return
        newest = self.seen.progress.iteration
        here = (
            newest
            if self.workspace.at is None
            else self.query_one(Chart).beside(self.workspace.at, columns)
        )
        self._read_at(here)

    @on(Chart.Pointed)
    def _pointed(self, event: Chart.Pointed) -> None:
        self._read_at(event.iteration)

    def _read_at(self, iteration: float) -> None:
        newest = max((len(seen.history) for seen in self.session.runs() if seen.history), default=1)
        self.workspace.at = min(max(0, round(iteration)), newest - 1)
