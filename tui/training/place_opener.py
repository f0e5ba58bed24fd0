"""Goes to a place: makes its run again, or finds it in the session, a look at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...net.errors import NetError
from ..errors import UserError
from .snapshot import RunStatus

if TYPE_CHECKING:
    from ...net.run.state import RunMoment, RunState
    from ..config.place import Place
    from .snapshot import Run, Snapshot
    from .workspace import Workspace

ENDED = (RunStatus.FINISHED, RunStatus.DIVERGED)


class PlaceOpener:
    """Leads the open session to one place. `advance` never waits; call it until it returns True."""

    def __init__(self, workspace: Workspace, place: Place) -> None:
        """Take where to go. The data must be loaded."""
        self._workspace, self.place = workspace, place
        self._session = workspace.session
        self._before: Run | None = None  # the current run when the place's own was asked for
        self._number: int | None = None  # of the session's run that stands there
        self._ordered: tuple[int, int] | None = None  # updates asked for, and those made until then
        self._steps = [self._begin, self._train_to_moment, self._train_on, self._look]
        self._moment: RunMoment | None = None
        self._has_asked = False

    def advance(self) -> bool:
        """Do what can be done now; return whether the place is reached.

        Raises UserError if the run cannot be made with this session's data.
        """
        while self._steps and self._workspace.session is self._session and self._steps[0]():
            self._steps.pop(0)
        return not self._steps

    @property
    def is_stranded(self) -> bool:
        """Whether another session was opened meanwhile."""
        return self._workspace.session is not self._session

    @property
    def _now(self) -> Snapshot:
        return self._session.picture().current

    @property
    def _updates(self) -> int:
        progress = self._now.progress
        return progress.iteration if progress else 0

    def _begin(self) -> bool:
        """Ask for the run; found in the session, it need not be made."""
        self._before = self._now.run
        if (number := self._found()) is not None:
            self._session.continue_run(number)
            self._number = number
        else:
            try:
                self._session.follow(self.place.course)
            except NetError as problem:
                raise UserError(f"its run does not fit these data: {problem}") from problem
        self._workspace.past = self._workspace.at = None
        return True

    def _found(self) -> int | None:
        """Return the number of a run of the session that stands exactly there, if there is one."""
        from ...net.run.hyperparameter_log import effective

        for seen in self._session.runs():
            is_there = seen.progress is not None and seen.progress.iteration == self.place.updates
            if not (
                is_there and seen.run and effective(seen.hyperparameter_log) == self.place.course
            ):
                continue
            moment = self.place.moment
            if moment is None or moment == self.place.updates:
                return seen.run.number
            found = seen.timeline.after(moment - 1) if seen.timeline else None
            if found is not None and found.iteration == moment:
                self._moment = found
                return seen.run.number
        return None

    @property
    def _is_here(self) -> bool:
        """Whether the place's run is the current one and at rest."""
        now = self._now
        is_rest = not self._session.is_training and now.state is not RunStatus.TRAINING
        if self._session.orders_waiting or now.run is None or not is_rest:
            return False
        return (
            now.run is not self._before if self._number is None else now.run.number == self._number
        )

    def _goes(self, updates: int) -> bool:
        """Make the updates that are missing; return whether none are, or someone has paused it."""
        if not self._is_here:
            return False
        made = self._updates
        if made >= updates or self._now.state in ENDED:
            return True
        if self._ordered is None or self._ordered[0] != updates:
            self._ordered = updates, made
            self._session.train(updates - made)
            return False
        # Until the worker has published anything, the run seems to rest as before.
        return made != self._ordered[1] and self._now.state is RunStatus.PAUSED

    def _train_to_moment(self) -> bool:
        """Go to the moment that is shown, and take a copy of it."""
        moment, now = self.place.moment, self._now
        if moment is None or moment == self.place.updates or self._moment is not None:
            return True
        if not self._goes(moment):
            return False
        if not self._has_asked and now.run is not None:
            self._has_asked = True
            self._session.ask(now.run.number, partial(PlaceOpener._take, self))
        return self._moment is not None

    def _take(self, state: RunState | None) -> None:
        """In the worker's thread: the run as it stands there."""
        self._moment = state

    def _train_on(self) -> bool:
        return self._goes(self.place.updates)

    def _look(self) -> bool:
        """Look at what the place shows, once the run is there."""
        dataset = self._session.dataset
        if dataset is None:
            return False
        self._workspace.index = self.place.digit % len(dataset.test)
        moment = self._moment
        if moment is not None and moment.iteration < self._updates:
            self._workspace.past, self._workspace.at = moment, moment.iteration
        return True
