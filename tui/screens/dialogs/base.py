"""The base of all windows and rooms: they close once, and are painted once at a time."""

from __future__ import annotations

from contextlib import nullcontext

from textual import on
from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.events import ScreenResume
from textual.geometry import Size
from textual.screen import ModalScreen, Screen, ScreenResultType


class PaintsOnce(Screen[ScreenResultType]):
    """A screen that is not painted in part just before it is painted whole.

    Textual paints what a new layout has changed; if everything is to be painted, it does that next:
    when a room is opened in a large terminal, 75 KB each.
    """

    _is_update = False  # whether what has gathered since the last update is painted now

    def _on_timer_update(self) -> None:
        self._is_update = True
        super()._on_timer_update()
        self._is_update = False

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        # Only in an update, which paints next. After a resize Textual would paint by a message to
        # itself, and two sizes in a row, kept apart by such messages, lead to each other for ever.
        once = self._is_update and self._repaint_required
        with self.app.batch_update() if once else nullcontext():
            super()._refresh_layout(size, scroll)


class ClosesOnce(PaintsOnce[ScreenResultType]):
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
