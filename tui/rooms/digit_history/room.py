"""The digit room: one test digit's probabilities through the run, growing while it trains."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from ....net.inspection.prediction_history import PredictionHistory, PredictionTracer, moments
from ...keymap.room_keys import ROOM_KEYS
from ...render.labels import thing
from ...screens.main.dashboard import Dashboard
from ...training.snapshot import Run, Snapshot
from ..background_job import BackgroundJob
from ..room import Room
from .page import DigitPage, Watched

if TYPE_CHECKING:
    from ....net.network import Parameters


class DigitHistoryRoom(Room):
    """Follows the selected and the pinned digits through the current run."""

    HEADING = "Watch one digit"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["digit"])]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__(dashboard)
        self.traces: dict[int, PredictionHistory] = {}
        self._behind = BackgroundJob(self)
        self._tracer = PredictionTracer()
        self._run: Run | None = None
        self._seen: Snapshot | None = None
        self._asked: tuple[int, int | None] | None = None  # the latest digit and moment

    def furnish(self) -> list[Widget]:
        """One page."""
        return [DigitPage(id="watched")]

    def show(self, parameters: Parameters) -> None:  # noqa: ARG002  (the run's history is shown)
        """Ask every network of the run that was not asked yet about the digits."""
        seen, dataset = self.dashboard.seen, self.workspace.session.dataset
        assert seen is not None
        assert dataset is not None
        assert seen.timeline is not None
        assert seen.progress is not None
        if seen.run is not self._run:
            self._run, self._tracer = seen.run, PredictionTracer()
        index = self.workspace.index
        digits = {index, *self.workspace.pinned}
        images = {i: dataset.test.images[i] for i in digits}
        labels = {i: int(dataset.test.labels[i]) for i in digits}
        tracer, timeline, present = self._tracer, seen.timeline, seen.parameters
        done, wanted = seen.progress.iteration, seen.hyperparameters.iterations
        past = self.workspace.past.iteration if self.workspace.past else None
        side, blocks, names = dataset.side, self.dashboard.blocks, dataset.names
        kind = thing(dataset)
        pinned = tuple(self.workspace.pinned)
        assert present is not None

        def job() -> Callable[[], None]:
            networks = (*moments(timeline), (done, present))
            traces = tracer.trace(networks, images, labels)
            image = images[index].reshape(side, side)
            start = int(min(trace.iterations[0] for trace in traces.values()))
            watched = Watched(
                index, image, traces, pinned, start, done, wanted, past, blocks, names, kind
            )
            return partial(self._found, watched)

        self._behind.ask(job, at_once=(index, past) != self._asked)
        self._asked = index, past

    def _found(self, watched: Watched) -> None:
        self.traces = watched.traces
        self.query_one(DigitPage).update(watched)

    @property
    def is_preparing(self) -> bool:
        """Whether the first numbers are still to come."""
        return super().is_preparing or self._behind.is_first_awaited

    def look(self) -> None:
        """As every room; and while the past is looked at, the run goes on all the same."""
        super().look()
        before, self._seen = self._seen, self.dashboard.seen
        if self.workspace.past is not None and self._seen is not before:
            self.show(self.workspace.past.parameters)

    # Keys

    def action_pin(self) -> None:
        """Pin the digit on the screen, or let it go."""
        pinned, index = self.workspace.pinned, self.workspace.index
        others = tuple(other for other in pinned if other != index)
        self.workspace.pinned = others if index in pinned else (*pinned, index)
        self._asked = None
        self.again()

    def action_next_pinned(self, step: int) -> None:
        """To the next digit that is pinned."""
        pinned = self.workspace.pinned
        if pinned:
            now = self.workspace.index
            at = pinned.index(now) + step if now in pinned else 0
            self.workspace.index = pinned[at % len(pinned)]
            self.look()

    async def action_dashboard(self, action: str, *parameters: object) -> None:
        """As everywhere; a change of glyphs redraws the same digit."""
        await super().action_dashboard(action, *parameters)
        if action == "glyphs":
            self.again()

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """To the pinned digit, or to the moment of the run that was clicked at."""
        meta, page = event.style.meta, self.query_one(DigitPage)
        if "digit" in meta:
            self.workspace.index = meta["digit"]
        elif event.widget is page and (at := page.iteration_at(event.x, event.y)) is not None:
            seen = self.dashboard.seen
            assert seen is not None
            if seen.timeline is None or seen.progress is None:
                return
            moment = seen.timeline.before(at + 1)
            self.workspace.past = moment if at < seen.progress.iteration else None
            self.workspace.at = self.workspace.past.iteration if self.workspace.past else None
        self.look()
