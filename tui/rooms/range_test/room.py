"""Find alpha: a range test on a copy of the run, and its suggestion at a key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from ....net.inspection.range_test import RangeTest, find_alpha
from ...config.fields import format_value
from ...config.stepping import round_step
from ...errors import EXPECTED_ERRORS
from ...keymap.room_keys import ROOM_KEYS
from ...screens.main.dashboard import Dashboard
from ...training.pending import pending
from ..background_job import BackgroundJob
from ..room import Room
from .page import Found, RangeTestPage

if TYPE_CHECKING:
    from ....net.network import Parameters


class RangeTestRoom(Room):
    """Tests the network as it was when you came in; r tests it as it is now."""

    HEADING = "Find alpha"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["range_test"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self._behind = BackgroundJob(self)
        self._is_asked = False  # whether a test is made or was

    def furnish(self) -> list[Widget]:
        """Return the page, which fills the room."""
        return [RangeTestPage(id="range-test")]

    @property
    def result(self) -> RangeTestPage:
        """The page with the result."""
        return self.query_one(RangeTestPage)

    @property
    def is_preparing(self) -> bool:
        """Whether a test is made."""
        return super().is_preparing or self._behind.is_at_work

    def show(self, parameters: Parameters) -> None:
        """Test this network, unless one was tested already."""
        viewed, dataset = self.dashboard.viewed, self.workspace.session.dataset
        if self._is_asked or viewed is None or dataset is None:
            return
        self._is_asked = True
        past = self.workspace.past
        chosen = past.hyperparameters if past else self.workspace.session.wanted
        iteration = viewed[1]

        def job() -> Callable[[], None]:
            test = find_alpha(parameters, dataset.train, chosen)
            return partial(self._take, test, iteration)

        self.result.update(None)
        self._behind.ask(job, at_once=True)

    def _take(self, test: RangeTest, iteration: int) -> None:
        alpha = self.workspace.session.wanted.alpha
        # The round number at or below: a little too small costs time, too large costs the run.
        suggestion = round_step(test.suggestion * (1 + 1e-6), -1)
        self.result.update(Found(test, suggestion, alpha, iteration))

    def action_again(self) -> None:
        """Test the network as it is now."""
        self._is_asked = False
        self.again()

    def action_take(self) -> None:
        """Give the run the suggested alpha, and go back."""
        found, session = self.result.found, self.workspace.session
        if found is None:
            return
        try:
            session.change(replace(session.wanted, alpha=found.suggestion))
        except EXPECTED_ERRORS as problem:
            self.notify(str(problem), severity="warning", markup=False)
            return
        self.dashboard.show_run()
        waits = pending(session.snapshot(), session.wanted, in_past=self.workspace.past is not None)
        when = f"at the {event.long}" if (event := waits.get("alpha")) else "from here on"
        self.notify(f"Alpha is {format_value(found.suggestion)} {when}.", markup=False)
        self.dismiss(None)
