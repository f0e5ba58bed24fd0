"""A screen that is laid out and repainted at once sends one picture, not two."""

from __future__ import annotations

from mnist_tui.tui.screens.dialogs.base import PaintsOnce
from rich.console import RenderableType
from textual.app import App, ComposeResult
from textual.events import Resize
from textual.geometry import Size
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

    most = layouts = 0

    def compose(self) -> ComposeResult:
        yield Static("one row")

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        self.layouts += 1
        if self.layouts < 1000:
            super()._refresh_layout(size, scroll)

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


async def test_two_sizes_in_a_row_do_not_lead_to_each_other_for_ever() -> None:
    async with Counting().run_test() as pilot:
        rows = Rows()
        await pilot.app.push_screen(rows)
        await pilot.pause()
        before = rows.layouts
        rows.refresh()
        for height in (23, 24):  # as a multiplexer that takes a line for itself
            size = Size(80, height)
            rows.post_message(Resize(size, size))
            rows.call_later(lambda: None)  # two sizes side by side would be one
        await pilot.pause(0.2)
        assert 2 <= rows.layouts - before < 10
