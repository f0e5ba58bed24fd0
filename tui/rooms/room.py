"""The base of rooms: full-screen views of the network while it trains."""

from __future__ import annotations

from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input

from ..render.labels import thing
from ..screens.dialogs.base import ClosesOnce
from ..screens.dialogs.help import HelpDialog
from ..screens.enter import enter
from ..screens.main.dashboard import REFRESH_S, Dashboard
from ..widgets.footer import KeyFooter
from ..widgets.lesson_strip import ANSWER_KEYS, LessonStrip
from ..widgets.status_line import StatusLine

if TYPE_CHECKING:
    from ...net.network import Parameters

Shown = tuple["Parameters", int]  # a network, and the test digit beside it


class Room(ClosesOnce[None]):
    """Follows the main screen: same network, digit and moment. Training continues.

    A room creates its widgets in `furnish` and updates them in `show`, which is called whenever the
    network or the digit changes. Keys that a room does not use itself still train, pause,
    step, and travel in time.
    """

    AUTO_FOCUS = ""
    HEADING: ClassVar[str] = ""  # of the section in help that explains it
    BINDINGS = [
        Binding("escape,q", "leave", "Back", key_display="Esc"),
        Binding("space", "dashboard('train')", "train", key_display="Space"),
        Binding("s", "dashboard('step', 1)", "step", show=False),
        Binding(
            "left_square_bracket", "dashboard('travel', -1)", "time", key_display="[", show=False
        ),
        Binding(
            "right_square_bracket", "dashboard('travel', 1)", "time", key_display="]", show=False
        ),
        Binding("question_mark,f1", "explain", "help", key_display="?"),
        Binding("L", "dashboard('lessons')", "lessons", show=False),
        Binding("C", "dashboard('place')", "this place as a line", show=False),
        *(
            Binding(key, f"dashboard('answer', {index})", show=False)
            for index, key in enumerate(ANSWER_KEYS)
        ),
    ]

    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__()
        self.dashboard = dashboard
        self.workspace = dashboard.workspace
        self._shown: Shown | None = None
        self._shown_at = self._spent_before = 0.0

    def compose(self) -> ComposeResult:
        """Yield the status line, the room's own widgets and the footer."""
        images = thing(self.workspace.session.dataset)
        yield StatusLine(images, id="status", way_back="] forward")
        with Container(id="room"):
            yield from self.furnish()
        if self.dashboard.lesson_page is not None:  # none can begin while a room is open
            yield LessonStrip(self.dashboard.lesson_page)
        yield KeyFooter(images)

    def furnish(self) -> list[Widget]:
        """Return the widgets of the room."""
        raise NotImplementedError

    def show(self, parameters: Parameters) -> None:
        """Show this network, and the dashboard's digit."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Look now, and then as often as the dashboard does."""
        self.set_interval(REFRESH_S, self.look)
        self.call_after_refresh(self.look)

    def on_resize(self) -> None:
        """Put the lesson where the terminal has room for it."""
        for strip in self.query(LessonStrip):
            strip.fit()

    def free(self, size: Size) -> Size:
        """Return what a lesson leaves of the screen's columns and rows."""
        for strip in self.query(LessonStrip):
            size = strip.beside(size)
        return size

    @property
    def page(self) -> str:
        """Which of its pages a room shows, if it has several."""
        return ""

    def look(self) -> None:
        """Show what the dashboard looks at, if that is something else than before."""
        self.dashboard.look()
        dashboard = self.dashboard
        if dashboard.seen is not None:
            self.query_one(StatusLine).update(
                dashboard.seen, self.workspace.past, dashboard.next_alpha
            )
            self.query_one(KeyFooter).say(dashboard.key_words)
        viewed = self.dashboard.viewed
        if viewed is None or self.workspace.session.dataset is None:
            return
        before, now = self._shown, (viewed[0], self.workspace.index)
        same_digit = before is not None and before[1] == now[1]
        same = before is not None and same_digit and before[0].vector is now[0].vector
        if same or (same_digit and self.moves and not self._line_is_free):
            return
        self._shown = now
        self._shown_at, self._spent_before = perf_counter(), self.dashboard.line_spent()
        self.show(viewed[0])

    @property
    def is_preparing(self) -> bool:
        """Whether the room has yet to find what its own keys act on; see `InputQueue`."""
        return self._shown is None and self.dashboard.viewed is not None

    @property
    def own_keys(self) -> frozenset[str]:
        """The keys that only this room has."""
        return _keys(type(self)) - _keys(Room)

    @property
    def moves(self) -> bool:
        """Whether the network shown changes by itself."""
        return self.workspace.session.is_training and self.workspace.past is None

    @property
    def _line_is_free(self) -> bool:
        """Whether the terminal has had its allotted time for the previous frame."""
        spent = self.dashboard.line_spent() - self._spent_before
        return perf_counter() >= self._shown_at + spent

    def again(self) -> None:
        """Show the same once more, because something else about it was chosen."""
        self._shown = None
        self.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's signature)
        """While a person types into a field, the room's keys rest."""
        return not isinstance(self.focused, Input)

    async def action_dashboard(self, action: str, *parameters: object) -> None:
        """One of the main screen's own actions."""
        await self.dashboard.run_action(f"{action}({', '.join(map(repr, parameters))})")
        self.look()

    async def action_explain(self) -> None:
        """Help, at this room's section."""
        await enter(self, HelpDialog(self.HEADING, files=self.dashboard.may_touch_files))

    def action_leave(self) -> None:
        """Back to the main screen."""
        self.dismiss(None)


@cache
def _keys(kind: type[Room]) -> frozenset[str]:
    """Return the keys that a kind of room binds."""
    bindings = (one for one in kind.BINDINGS if isinstance(one, Binding))
    return frozenset(key for binding in bindings for key in binding.key.split(","))
