"""A place on one line: given away with a key, and gone to, its run made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import on

from ...config.place import HASH_LENGTH, MAIN, Place, format_place
from ...errors import EXPECTED_ERRORS
from ...keymap.rooms import ROOMS
from ...text import printable
from ...training.place_opener import PlaceOpener
from ...widgets.chart import Chart
from ..dialogs.base import ClosesOnce
from .dashboard import REFRESH_S
from .file_actions import FileActions
from .room_actions import RoomActions

if TYPE_CHECKING:
    from textual.screen import Screen

    from ....data.dataset import Dataset

ROOM_OF = {screen: room for room, (_, screen) in ROOMS.items()}
INNER_ROOM_OF = {"GalleryRoom": "gallery", "UnitRoom": "unit", "LogitsRoom": "logits"}


def room_of(screen: Screen[Any]) -> str:
    """Return which room a screen is; main for the main screen, empty for a window."""
    name = type(screen).__name__
    return MAIN if name == "MainScreen" else {**ROOM_OF, **INNER_ROOM_OF}.get(name, "")


@dataclass(frozen=True)
class Journey:
    """What goes to a place, and what becomes of it."""

    name: str = "This place"
    again: str = "paste it again"
    when_there: Callable[[], None] = lambda: None
    if_not: Callable[[], None] = lambda: None


class PlaceActions(RoomActions):
    """What leads to a place, and tells which one is shown."""

    def __init__(self, *arguments: Any, place: Place | None = None, **options: Any) -> None:
        """place: to go to as soon as the data are loaded."""
        super().__init__(*arguments, **options)
        self._place = place
        self._opening: PlaceOpener | None = None
        self._journey = Journey()
        self._hash: tuple[Dataset, str] | None = None  # of the data that were asked about last

    @property
    def is_going(self) -> bool:
        """Whether a place is still being made."""
        return self._opening is not None

    def on_mount(self) -> None:
        """Look as often as the dashboard does whether the place is reached."""
        self.set_interval(REFRESH_S, self._go_on_to_place)

    def place(self) -> Place | None:
        """Return the place that the screen shows; None before there is a run."""
        from ....net.run.hyperparameter_log import effective

        snapshot = self.session.snapshot()
        if snapshot.run is None or snapshot.progress is None:
            return None
        past = self.workspace.past
        room = next((r for r in map(room_of, reversed(self.app.screen_stack)) if r in ROOMS), MAIN)
        return Place(
            effective(snapshot.hyperparameter_log),
            snapshot.progress.iteration,
            past.iteration if past else None,
            self.workspace.index,
            room,
            self._digest()[:HASH_LENGTH],
            self.query_one(Chart).quantity,
        )

    def action_place(self) -> None:
        """Show the line that leads here, and copy it."""
        from ..dialogs.place import PlaceDialog

        if (place := self.place()) is None:
            self.notify("The data are still being read; then there is a place to copy.")
            return
        if origin := self.session.snapshot().origin:
            self.notify(
                f"This run began with the weights of {printable(origin, 40)}, which no line can "
                "carry: save the run with E instead.",
                severity="warning",
                markup=False,
            )
            return
        line = format_place(place)
        self.app.copy_to_clipboard(line)
        self.app.push_screen(PlaceDialog(line))

    def go(self, place: Place, journey: Journey | None = None) -> None:
        """Go to a place; what it takes is done while the screen goes on."""
        if self._opening is not None:
            self._give_up()
        self._journey = journey = journey or Journey()
        digest = self._digest()
        if place.data and not digest.startswith(place.data):
            self._give_up(
                f"{journey.name} is on other data ({place.data}; these are "
                f"{digest[:HASH_LENGTH]}). Open those with O, or with --data, and {journey.again}."
            )
            return
        self.close_rooms()
        self._opening = PlaceOpener(self.workspace, place)

    def _give_up(self, reason: str = "") -> None:
        """Stay where the screen is, and say why."""
        self._opening = None
        if reason:
            self.notify(reason, severity="warning", markup=False)
        self._journey.if_not()

    @on(FileActions.Pasted)
    def _pasted(self, event: FileActions.Pasted) -> None:
        self.go(event.place)

    def close_rooms(self) -> None:
        """Come back to the main screen, whatever is open over it."""
        for screen in reversed(self.app.screen_stack):
            if screen is not self and isinstance(screen, ClosesOnce):
                screen.dismiss(None)
        self.action_whole()

    def action_whole(self) -> None:
        """All panels; no field and no table has the focus."""
        self.set_focus(None)
        self.remove_class("-table", *(name for name in self.classes if name.startswith("-only-")))

    def _digest(self) -> str:
        """Return the SHA-256 of the training images; 0.1 s, the first time."""
        from ...datasets.loading import digest_of

        dataset = self.session.dataset
        if dataset is None:
            return ""
        if self._hash is None or self._hash[0] is not dataset:
            self._hash = dataset, digest_of(dataset)
        return self._hash[1]

    async def _go_on_to_place(self) -> None:
        if self._place is not None and self.session.snapshot().run is not None:
            place, self._place = self._place, None
            self.go(place)
            return
        opening = self._opening
        if opening is None:
            return
        try:
            is_there = opening.advance()
        except EXPECTED_ERRORS as problem:
            self._give_up(f"{self._journey.name} cannot be opened: {problem}")
            return
        if opening.is_stranded:
            self._give_up()
        elif is_there:
            self._opening = None
            self.query_one(Chart).draw_quantity(opening.place.chart)
            self.look()
            if opening.place.room != MAIN:
                await self.action_room(opening.place.room)
            self._journey.when_there()
