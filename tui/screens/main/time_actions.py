"""Keys that move through time: back, forward, and a new run from there."""

from __future__ import annotations

from .dashboard import Dashboard

STRIDE = 50  # steps in which [ and ] go through a run


class TimeActions(Dashboard):
    """Actions that show the current run's past."""

    def action_travel(self, step: int) -> None:
        """Go back or forward by a fiftieth of the run, and at least one saved moment."""
        if self.seen and self.seen.progress:
            self._travel(step, max(1.0, self.seen.progress.iteration / STRIDE))

    def action_moment(self, step: int) -> None:
        """To the kept moment before or after."""
        self._travel(step, 1.0)

    def _travel(self, step: int, stride: float) -> None:
        self.look()  # the latest snapshot may be a quarter of a second old
        if self.seen is None or self.seen.timeline is None or self.seen.progress is None:
            return
        timeline, now = self.seen.timeline, self.seen.progress.iteration
        here = self.workspace.past.iteration if self.workspace.past else now
        if (
            self.workspace.at is not None
            and self.workspace.at < now
            and self.workspace.past is None
        ):
            here = self.workspace.at + (
                1 if step < 0 else -1
            )  # from the reading line or the moment shown
            stride = 1.0
        if step < 0:
            found = timeline.before(here - stride + 1) or timeline.first
        else:
            found = timeline.after(here + stride - 1)
        # The newest saved moment does not count as past.
        self.workspace.past = found if found and found.iteration < now else None
        self.workspace.at = self.workspace.past.iteration if self.workspace.past else None

    def action_fork(self) -> None:
        """Fork a new run from the moment shown; it waits for Space."""
        if self.seen and self.seen.run:
            self.session.fork(self.seen.run.number, self.workspace.past)

    def action_back(self) -> None:
        """Close what was opened last: the table's focus, a panel alone, the coach, the past."""
        alone = [name for name in self.classes if name.startswith("-only-")]
        if self.focused is not None:
            self.set_focus(None)
            self.remove_class("-table")
        elif self.has_class("-presenting"):
            self.stop_presenting()
        elif alone:
            self.remove_class(*alone)
            self.show_digit()
        elif self.workspace.past is not None or self.workspace.at is not None:
            self.workspace.past = self.workspace.at = None
        elif self.workspace.remedy is not None or self.workspace.doubts:
            self.workspace.remedy, self.workspace.doubts = None, ()
            self.remove_class("-coached", "-doubted")
