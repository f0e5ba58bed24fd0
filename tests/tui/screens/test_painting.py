"""A screen that is laid out and repainted at once sends one picture, not two."""

from __future__ import annotations

from mnist_tui.tui.screens.dialogs.base import PaintsOnce
from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static


class Counting(App[None]):
    """Counts the pictures that go to the terminal."""

    pictures = 0

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if renderable is not None and not self._batch_count:
            self.pictures += 1
        super()._display(screen, renderable)


class Rows(PaintsOnce[None]):
    """Remembers the most pictures that it has painted in a row."""

    most = 0

    def compose(self) -> ComposeResult:
        yield Static("one row")

    def _on_timer_update(self) -> None:
        assert isinstance(self.app, Counting)
        before = self.app.pictures
        super()._on_timer_update()
        self.most = max(self.most, self.app.pictures - before)


async def test_a_new_layout_and_a_repaint_are_one_picture() -> None:
    async with Counting().run_test() as pilot:
        rows = Rows()
        await pilot.app.push_screen(rows)
        await rows.mount(Static("another", id="another"))
        await pilot.pause()
        assert rows.query_one("#another").region.y == 1
        assert rows.most == 1
