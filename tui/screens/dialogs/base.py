"""The base of all windows and rooms: they close once."""

from __future__ import annotations

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.events import ScreenResume
from textual.screen import ModalScreen, Screen, ScreenResultType


class ClosesOnce(Screen[ScreenResultType]):
    """A screen whose first dismissal counts; further ones do nothing.

    If another screen covers it then, as when a thread ends under a question or the command palette,
    it closes as soon as that one has closed.
    """

    _is_dismissed = False
    _result: ScreenResultType | None = None

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close with this result, once."""
        if self._is_dismissed or self not in self.app.screen_stack:
            return AwaitComplete.nothing()
        self._is_dismissed, self._result = True, result
        return self._close() if self.app.screen is self else AwaitComplete.nothing()

    def _close(self) -> AwaitComplete:
        return super().dismiss(self._result)

    @on(ScreenResume)
    def _close_after_all(self) -> None:
        if self._is_dismissed and self.app.screen is self:
            self._close()


# Textual takes styles from the first base only, so this must be a class of its own.


class Dialog(ModalScreen[ScreenResultType], ClosesOnce[ScreenResultType]):
    """A window over the screen; the base of all windows."""


class Palette(CommandPalette, ClosesOnce[None]):  # pyright: ignore[reportIncompatibleMethodOverride]: CommandPalette's own handlers differ from Screen's
    """Textual's command palette."""
