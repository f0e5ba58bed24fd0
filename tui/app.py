"""The app: assembles session, screens, themes and commands; does little itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from .guard import LONG_PATIENCE, Guard
from .keeping import Keeping, take_up
from .keys import KEYS
from .launch import Options, SessionFolder
from .line import Line
from .problem import Problem
from .report import write_report
from .screens.ask import ConfirmScreen
from .screens.main import MainScreen
from .session import Session
from .settings import remember, remembered
from .store import Store
from .themes import DARK_RUNS, DARK_SIGNS, INK, THEMES

if TYPE_CHECKING:
    from ..data.dataset import Dataset
    from ..net.hyperparameters import Hyperparameters
    from .store import Page

LOOK = 0.25  # seconds between two looks whether the line is free again
KEEP = 2.0  # seconds between two looks whether the session's page is another one
KIOSK_WEIGHTS = 250_000  # of a network in kiosk mode: 784-300-10 and the like
KIOSK_IDLE = 30 * 60.0  # seconds without a key until a kiosk ends


class MnistApp(App[None]):
    """Hosts the network; one session, one main screen."""

    TITLE = "mnist-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True, system=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True, system=True),
    ]

    def __init__(
        self,
        source: str | None,
        hyperparameters: Hyperparameters,
        options: Options | None = None,
        folder: SessionFolder | None = None,
    ) -> None:
        """source: of the data; None: mnist, or what the session had.

        folder: where the session is kept; None: nowhere.
        """
        self.options = options = options or Options()
        can = options.abilities
        Line.ascii_only = can.ascii_only
        super().__init__(driver_class=Line, ansi_color=True if can.color == "none" else None)
        self._source, self._folder = source, folder
        self._keeping: Keeping | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_awake = True  # a key was pressed lately; only a kiosk asks
        self.guard: Guard | None = None
        self.failure = ""  # why the app had to end, for the command line to say
        self.session = Session(
            self._load,
            hyperparameters,
            self._on_settled,
            threads=options.threads,
            most_weights=KIOSK_WEIGHTS if options.kiosk else None,
        )
        self.main = MainScreen(self.session, start=options.start)
        self.main.line_is_behind = self._line_is_behind
        self.main.set_reactive(MainScreen.blocks, can.blocks)

    def _load(self) -> Dataset:
        from ..data.dataset import load  # NumPy with it: in the session's thread

        return load(self._source or "mnist")

    def _on_settled(self) -> None:
        """From the session's thread; posting is all that may be done there."""
        self.main.post_message(MainScreen.Settled())

    def on_mount(self) -> None:
        """Colours first, then the one screen, then what lasts as long as the app."""
        for theme in THEMES.values():
            self.register_theme(theme)
        before = None if self.options.kiosk else remembered("theme")
        self.theme = before if before in self.available_themes else INK.name
        if not self.options.kiosk:
            self.theme_changed_signal.subscribe(self, lambda theme: remember("theme", theme.name))
        self.push_screen(self.main)
        self._loop = asyncio.get_running_loop()
        if self.guard is not None:
            self.guard.begin()
        self.set_interval(LOOK, self._look_after_line)
        if self.options.kiosk:
            self.set_interval(KIOSK_IDLE, self._leave_if_idle)
        self.main.call_after_refresh(self._open)

    # The session on disk

    def _open(self) -> None:
        """Begin, or go on with a session; ask first if that is only offered."""
        folder = self._folder
        if folder is None:
            self.session.open()
        elif folder.page is None or not folder.is_offered:
            self._open_in(folder.store, folder.page)
        else:
            store, page = folder.store, folder.page

            def answered(yes: bool | None) -> None:
                if yes:
                    self._open_in(store, page)
                else:
                    store.leave(page)
                    self._open_in(self._another_store(), None)

            self.push_screen(ConfirmScreen(_offer(page)), answered)

    def _another_store(self) -> Store | None:
        try:
            return Store.new()
        except Problem as problem:
            self._cannot_save(str(problem))
            return None

    def _open_in(self, store: Store | None, page: Page | None) -> None:
        if store is not None:
            source = self._source or (page.source if page else "mnist")
            self._source = source
            if page is not None:
                try:
                    take_up(store, page, self.main)
                except Problem as problem:
                    self.main.post_message(MainScreen.Failed(str(problem)))
                    return
            self._keeping = Keeping(store, source, self._cannot_save)
            self.session.keep_with(self._keeping.saver)
            self.set_interval(KEEP, lambda: self._keeping and self._keeping.look(self.main))
        self.session.open()

    def _cannot_save(self, why: str) -> None:
        """From the saver's thread, or ours."""
        if self._loop is not None:
            tell = partial(self.notify, why, severity="warning", markup=False, timeout=15)
            self._loop.call_soon_threadsafe(tell)

    # The line

    def _line_is_behind(self) -> bool:
        return isinstance(self._driver, Line) and self._driver.is_behind

    def _look_after_line(self) -> None:
        if isinstance(self._driver, Line):
            self._driver.catch_up()

    # The end

    def leave(self, code: int) -> None:
        """End with this exit code; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(partial(self.exit, return_code=code))

    def on_unmount(self) -> None:
        """However the app ends, the worker ends with it, and what it learnt is on disk."""
        if self.guard is not None:
            self.guard.insist(self.return_code or 0, LONG_PATIENCE)
        self.put_away()

    def put_away(self) -> None:
        """End the worker and write what is left, once."""
        self.session.close()
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.close(self.main, ended=self.return_code == 0)

    def _fatal_error(self) -> None:
        """A bug: instead of Textual's long traceback, a file with it, and one line that says so."""
        error = self._exception
        path = write_report(error) if error and not self.options.kiosk else None
        where = f"; what is known of it is in {path}" if path else f": {error!r}"
        self.failure = f"a bug has ended the app, the run is saved{where}"
        self._close_messages_no_wait()

    @on(MainScreen.Failed)
    def _failed(self, event: MainScreen.Failed) -> None:
        self.failure = event.why
        self.exit(return_code=1)

    # A kiosk

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there, and go on as usual."""
        if isinstance(event, events.InputEvent):
            self._is_awake = True
        await super().on_event(event)

    def _leave_if_idle(self) -> None:
        if not self._is_awake:
            self.failure = f"nobody pressed a key for {KIOSK_IDLE / 60:.0f} minutes"
            self.exit(return_code=1)
        self._is_awake = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's signature)
        """A kiosk cannot be suspended: there may be a shell beneath."""
        return not (self.options.kiosk and action == "suspend_process")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The runs' colours, for themes that are not the app's own."""
        return {**super().get_theme_variable_defaults(), **DARK_RUNS, **DARK_SIGNS}

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every key's action by name, then Textual's own."""
        if isinstance(screen, MainScreen):
            for key in KEYS:
                yield SystemCommand(
                    f"{key.help[0].upper()}{key.help[1:]}",
                    f"key {key.shown_as}",
                    partial(screen.run_action, key.action),
                )
        for command in super().get_system_commands(screen):
            if not (self.options.kiosk and command.title == "Screenshot"):
                yield command


def _offer(page: Page) -> str:
    """What a person is asked about a session that was cut off."""
    chosen, facts = page.hyperparameters(), page.runs.get(str(page.current), {})
    hidden = "-".join(map(str, chosen.hidden))
    return (
        f"The last session was cut off: {len(page.runs)} runs, hidden {hidden}, "
        f"{facts.get('seconds', 0):.0f} s of training. Go on with it?"
    )
