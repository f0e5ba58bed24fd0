"""The app: assembles session, screens, themes and commands."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import WorkerFailed

from ..net.hyperparameters import Hyperparameters
from . import kiosk
from .config.app_options import EMBEDDED, AppOptions
from .config.settings import load_setting, save_setting
from .crash_report import write_report
from .datasets.progress import LoadTask
from .keymap.main_keys import KEYS
from .screens.dialogs.base import Palette
from .screens.main.screen import MainScreen
from .screens.minimum_size import MinimumSizeApp
from .shortage import shortage_message
from .storage.resume import SessionFolder, SessionOpener
from .storage.switch import SessionSwitcher, trained_runs
from .terminal.driver import SlowLinkDriver
from .terminal.few_colors import UndimOnLight, has_few_colors
from .terminal.input_queue import InputQueue
from .terminal.shutdown import LONG_PATIENCE_S
from .text import printable
from .themes import DARK_RUNS, DARK_SIGNS, INK, themes_for
from .training.session import TrainingSession, planned
from .training.workspace import Workspace

if TYPE_CHECKING:
    from textual.command import Provider

    from ..data.dataset import Dataset
    from ..net.run.state import HyperparameterLog
    from .lessons.lesson import Lesson

HERE = Path(__file__).parent
# All of them at once: one loaded with its screen would have everything parsed and styled again
# just when the user waits for that screen.
STYLES: list[str | PurePath] = [
    HERE / "screens" / "main" / "main.tcss",
    HERE / "screens" / "dialogs" / "dialog.tcss",
    HERE / "screens" / "dialogs" / "open_data.tcss",
    HERE / "rooms" / "room.tcss",
    HERE / "rooms" / "maths" / "maths.tcss",
    HERE / "rooms" / "saliency" / "saliency.tcss",
    HERE / "rooms" / "draw" / "draw.tcss",
]
POLL_INTERVAL_S = 0.25  # between two checks that the terminal has caught up
AUTOSAVE_INTERVAL_S = 2.0  # between two checks for changes of the manifest
MAX_PASTED = 100_000  # characters: as long as a recipe may be
NOTE_S = 15.0  # for a note about the session, if no key is pressed
MIN_NOTE_S = 3.0  # for any note


def _commands() -> type[Provider]:
    """Import the palette's commands when it is first opened."""
    from .keymap.palette import Commands

    return Commands


class MnistApp(MinimumSizeApp):
    """The Textual app, with one session and one main screen."""

    TITLE = "mnist-tui"
    CSS_PATH = STYLES
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar = {_commands}
    BINDINGS = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True, system=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True, system=True),
        Binding("ctrl+l", "repaint", "Repaint", show=False, priority=True, system=True),
    ]

    def __init__(
        self,
        source: str | None,
        log: HyperparameterLog,
        options: AppOptions | None = None,
        folder: SessionFolder | None = None,
        lessons: Sequence[Lesson] = (),
    ) -> None:
        """Assemble the app; nothing runs yet.

        Args:
            source: the data; None: mnist, or the session's own data.
            log: hyperparameters to begin with, and planned changes.
            options: everything else about the app.
            folder: where to save the session; None: nowhere.
            lessons: that can be played besides those in the program; the first of them begins. A
                kiosk has no others, if there are any.
        """
        self.options = options = options or AppOptions()
        can = options.abilities
        SlowLinkDriver.ascii_only, SlowLinkDriver.colorless = can.ascii_only, can.color == "none"
        super().__init__(
            driver_class=SlowLinkDriver, ansi_color=True if can.color == "none" else None
        )
        self._dress()
        self._loop_of_screen: asyncio.AbstractEventLoop | None = None
        self._putting_away = threading.Lock()
        self._noted, self._last_note = 0.0, ""  # time of the last note, and what it says
        self._idle = kiosk.Idle(options.idle)
        self.input = InputQueue(self, lambda: self.session.orders_waiting > 1)
        self._insist: Callable[[int, float], None] = lambda _code, _seconds: None
        self.failure = ""  # why the app had to exit, for the command line
        self.is_lost = False  # whether trained runs were lost, for the command line
        self.kept_in: Path | None = None  # the session's folder after exit, for the command line
        self._is_put_away = False
        self._reading: LoadTask | None = None  # of the first data
        self.workspace = Workspace(self._session(self._load, log))
        self.main = MainScreen(
            self.workspace,
            start=options.start,
            blocks=can.blocks,
            may_touch_files=not options.kiosk,
            place=options.place,
            sweep=options.sweep,
            lessons=lessons,
            only_these=options.kiosk and bool(lessons),
            loading=lambda: self._reading.line if self._reading else "the data",
            line_is_behind=self._line_is_behind,
            line_spent=self._line_spent,
        )
        self.opener = SessionOpener(
            self.workspace,
            folder or SessionFolder(),
            source,
            partial(self._ask, usual=True),
            self._tell,
            options.share,
        )
        self.switcher = SessionSwitcher(
            self.workspace, self.opener, self._session, self._ask, self._note
        )

    @property
    def session(self) -> TrainingSession:
        """The open session."""
        return self.workspace.session

    @property
    def is_kiosk(self) -> bool:
        """Whether the app runs as a kiosk, which never reads or writes the user's files."""
        return self.options.kiosk

    def _session(self, load: Callable[[], Dataset], log: HyperparameterLog) -> TrainingSession:
        return TrainingSession(
            load,
            log[0][1],
            self._on_settled,
            threads=self.options.threads,
            limits=kiosk.LIMITS if self.is_kiosk else None,
            plan=planned(log),
            tell=self._tell,
        )

    def _load(self) -> Dataset:
        """Load the data, in the session's thread."""
        from .datasets.findings import noticed

        self._reading = LoadTask(self.workspace.source, self.workspace.share)
        dataset = self._reading.dataset()
        if harmless := noticed(dataset):  # the coach explains the others
            self._tell(f"{dataset.name}: {'; '.join(harmless)}")
        return dataset

    def _on_settled(self) -> None:
        """From the session's thread; posting is all that may be done there."""
        self.main.post_message(MainScreen.Settled())

    def get_default_screen(self) -> Screen[Any]:
        """Return the main screen; Textual then draws no other one first."""
        return self.main

    def _dress(self) -> None:
        """Choose the colours before anything is drawn: later, all would be styled twice."""
        few = has_few_colors(self.console)
        for theme in themes_for("16" if few else self.options.abilities.color):
            self.register_theme(theme)
        if few:
            self._filters.insert(0, UndimOnLight())  # Textual has no other way to add one
        before = None if self.is_kiosk else load_setting("theme")
        self.set_reactive(MnistApp.theme, before if before in self.available_themes else INK.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.set_class(SlowLinkDriver.colorless, "-colorless", update=False)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)

    def on_mount(self) -> None:
        """Start what lasts as long as the app."""
        if not self.is_kiosk:
            self.theme_changed_signal.subscribe(
                self, lambda theme: save_setting("theme", theme.name)
            )
        self._loop_of_screen = asyncio.get_running_loop()
        self.set_interval(POLL_INTERVAL_S, self._look_after_line)
        if self.is_kiosk:
            self.set_interval(self._idle.look, self._leave_if_idle)
        self.main.set_interval(AUTOSAVE_INTERVAL_S, self.opener.save)
        self.main.call_after_refresh(self.opener.open)

    def _soon(self, what: partial[Any]) -> None:
        """Do this in the screen's thread; from any thread, and not if there is no screen."""
        loop = self._loop_of_screen
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(what)

    def _tell(self, why: str) -> None:
        """Show a line about the session; from any thread."""
        words = printable(why)
        self._soon(partial(self.notify, words, severity="warning", markup=False, timeout=NOTE_S))

    def _note(self, words: str) -> None:
        """Show lines about a change that you have asked for."""
        self.notify(words, markup=False, timeout=NOTE_S)

    def _ask(self, question: str, answered: Callable[[bool], None], *, usual: bool = False) -> None:
        """Ask in a window. A callback, as awaiting the answer would need a worker of its own.

        Keys typed ahead would overtake that worker.
        """
        from .screens.dialogs.prompts import ConfirmDialog

        self.push_screen(ConfirmDialog(question, usual=usual), lambda yes: answered(bool(yes)))

    @on(MainScreen.Opened)
    def _opened(self, event: MainScreen.Opened) -> None:
        """Other data, or a network, were read."""
        self.switcher.offer(event.source, event.dataset, event.model)

    # The connection to the terminal

    def _line_is_behind(self) -> bool:
        return isinstance(self._driver, SlowLinkDriver) and self._driver.is_behind

    def _line_spent(self) -> float:
        return self._driver.spent if isinstance(self._driver, SlowLinkDriver) else 0.0

    def _look_after_line(self) -> None:
        if isinstance(self._driver, SlowLinkDriver):
            self._driver.catch_up()

    def action_repaint(self) -> None:
        """Redraw everything, whatever something else has drawn on the terminal."""
        if isinstance(self._driver, SlowLinkDriver):
            self._driver.repaint()

    def action_command_palette(self) -> None:
        """Textual's palette, but one that closes once."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    # Exit

    def exit_within(self, insist: Callable[[int, float], None]) -> None:
        """Call `insist` with exit code and seconds when the app exits, to end the process."""
        self._insist = insist

    def leave(self, code: int) -> None:
        """End with this exit code; from any thread."""
        self._soon(partial(self.exit, return_code=code))

    def on_unmount(self) -> None:
        """However the app ends, the worker ends with it, and what it learnt is on disk."""
        self.input.close()
        self._insist(self.return_code or 0, LONG_PATIENCE_S)
        self.put_away()

    def put_away(self) -> None:
        """End the worker and write what is left, once; from any thread."""
        with self._putting_away:
            if self._is_put_away:
                return
            self._is_put_away = True
            self.main.end_sweep()
            self.session.close()
            self.kept_in = self.opener.folder
            if not self.opener.close(ended=self.return_code == 0) and not self.is_kiosk:
                self.is_lost = trained_runs(self.session.runs()) > 0
            self.switcher.close()

    def _fatal_error(self) -> None:
        """Write a bug's traceback to a file and print one line about it."""
        failed = self._exception
        # Textual wraps what a worker raised, and then neither kind nor traceback could be told.
        error = failed.error if isinstance(failed, WorkerFailed) else failed
        if (short := shortage_message(error)) is not None:
            self.failure = f"{short}{'; the run is saved' if self.opener.is_saved else ''}"
            self._close_messages_no_wait()
            return
        saved = ", the run is saved" if self.opener.is_saved else ""
        path = write_report(error) if error and not self.is_kiosk else None
        where = f"; what is known of it is in {path}" if path else f": {error!r}"
        self.failure = f"a bug has ended the app{saved}{where}"
        self._close_messages_no_wait()

    @on(MainScreen.Failed)
    def _failed(self, event: MainScreen.Failed) -> None:
        """Keep a session that cannot continue as it is, and begin another."""
        if not self.opener.is_resumed:
            self.failure = event.why
            self.exit(return_code=1)
            return
        self._tell(f"{event.why}. The session stays saved as it was; this is a new one.")
        dataset = self.session.dataset
        self.opener.release()
        log = ((0, Hyperparameters()),)
        self.workspace.read_from(self.workspace.source if dataset else EMBEDDED)
        self.workspace.open(self._session((lambda: dataset) if dataset else self._load, log))
        self.opener.open_another(is_saved=True)

    # A kiosk

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is there; what is pasted may come from anywhere and is cleaned."""
        if isinstance(event, events.InputEvent) and not self.screen_stack:
            return  # the app is closing
        if isinstance(event, events.InputEvent | events.Paste) and not (
            event.is_forwarded or self.input.admits(event)
        ):
            return
        if isinstance(event, events.InputEvent):
            self._idle.touched()
        if isinstance(event, events.Key) and time.monotonic() - self._noted > MIN_NOTE_S:
            self.clear_notifications()  # notes that the user has read
        if isinstance(event, events.Paste):
            event.text = printable(event.text, MAX_PASTED)
        await super().on_event(event)

    def notify(self, message: str, **options: Any) -> None:
        """As Textual's, and remember when it was; what is still to be read is not said again."""
        now = time.monotonic()
        if message == self._last_note and now - self._noted < self.NOTIFICATION_TIMEOUT:
            return
        self._noted, self._last_note = now, message
        super().notify(message, **options)

    def clear_notifications(self) -> None:
        """As Textual's; what was said may be said again."""
        self._last_note = ""
        super().clear_notifications()

    def _leave_if_idle(self) -> None:
        if self._idle.is_over:
            self.failure = f"nobody pressed a key for {self.options.idle / 60:.0f} minutes"
            self.exit(return_code=1)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's signature)
        """Refuse to suspend a kiosk: there may be a shell beneath."""
        return not (self.is_kiosk and action in {"suspend_process", "screenshot"})

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Add the runs' colors for themes other than the app's own."""
        return {**super().get_theme_variable_defaults(), **DARK_RUNS, **DARK_SIGNS}

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """List the palette's commands: every key's action by name, then Textual's own."""
        if isinstance(screen, MainScreen):
            from .keymap.palette import title_of

            for key in KEYS:
                if not screen.check_action(key.action.partition("(")[0], ()):
                    continue
                yield SystemCommand(
                    title_of(key),
                    f"key {key.shown_as}",
                    partial(screen.run_action, key.action),
                )
        for command in super().get_system_commands(screen):
            if not (self.is_kiosk and command.title == "Screenshot"):
                yield command
