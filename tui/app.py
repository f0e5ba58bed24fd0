"""The app: assembles session, screens, theme and commands; does nothing itself."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen

from .keys import KEYS
from .problem import Problem
from .screens.main import MainScreen
from .session import Session
from .settings import remember, remembered
from .themes import DARK_RUNS, INK, THEMES

if TYPE_CHECKING:
    from ..data.dataset import Dataset
    from ..net.hyperparameters import Hyperparameters


class MnistApp(App[None]):
    """Hosts the network; one session, one main screen."""

    TITLE = "mnist-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True, system=True),
    ]

    def __init__(
        self,
        source: str,
        hyperparameters: Hyperparameters,
        threads: int | None = None,
        *,
        start: bool = False,
    ) -> None:
        super().__init__()
        self._source = source
        self.failure = ""  # why the app had to end, for the command line to say
        self.session = Session(self._load, hyperparameters, self._on_settled, threads)
        self.main = MainScreen(self.session, start=start)

    def _load(self) -> Dataset:
        from ..data.dataset import load  # NumPy with it: in the session's thread

        return load(self._source)

    def _on_settled(self) -> None:
        """From the session's thread; posting is all that may be done there."""
        self.main.post_message(MainScreen.Settled())

    def on_mount(self) -> None:
        """Colours first, then the one screen."""
        for theme in THEMES.values():
            self.register_theme(theme)
        before = remembered("theme")
        self.theme = before if before in self.available_themes else INK.name
        self.theme_changed_signal.subscribe(self, lambda theme: remember("theme", theme.name))
        self.push_screen(self.main)
        # A dropped connection or a polite kill ends the app as a person would: terminal restored.
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The runs' colours, for themes that are not the app's own."""
        return {**super().get_theme_variable_defaults(), **DARK_RUNS}

    @on(MainScreen.Failed)
    def _failed(self, event: MainScreen.Failed) -> None:
        self.failure = event.why
        self.exit(return_code=1)

    def on_unmount(self) -> None:
        """However the app ends, the worker ends with it."""
        self.session.close()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every key's action by name, then Textual's own."""
        if isinstance(screen, MainScreen):
            for key in KEYS:
                yield SystemCommand(
                    f"{key.help[0].upper()}{key.help[1:]}",
                    f"key {key.shown_as}",
                    partial(screen.run_action, key.action),
                )
        yield from super().get_system_commands(screen)


def run(source: str, hyperparameters: Hyperparameters, threads: int | None, *, start: bool) -> int:
    """Open the app in this terminal; returns the exit code. Raises Problem without a terminal."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Problem(
            "the app needs a terminal to draw in; use “mnist-tui train” where there is none"
        )
    app = MnistApp(source, hyperparameters, threads, start=start)
    app.run()
    if app.failure:
        raise Problem(app.failure)
    return app.return_code or 0
