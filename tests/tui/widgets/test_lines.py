"""Panels of lines: what a hidden one was given is not drawn until there is room for it."""

from __future__ import annotations

from mnist_tui.tui.widgets.lines import LinesWidget
from rich.text import Text
from textual.app import App, ComposeResult
from textual.strip import Strip


class Wrapped(LinesWidget):
    """Wraps its words to its width, as panels do, and notes each first row that was drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: set[str] = set()

    def render_line(self, y: int) -> Strip:
        """Note the first row."""
        row = super().render_line(y)
        if y == 0:
            self.drawn.add(row.text.strip())
        return row

    def redraw(self) -> None:
        """Draw them."""
        width = max(1, self.size.width)
        self.show(list(Text("one two three four").wrap(self.app.console, width)))


class Hiding(App[None]):
    """An app with one panel, hidden at first."""

    def compose(self) -> ComposeResult:
        """Yield it."""
        panel = Wrapped()
        panel.display = False
        yield panel


async def test_a_hidden_panel_holds_no_lines_wrapped_to_no_width() -> None:
    async with Hiding().run_test(size=(40, 5)) as pilot:
        panel = pilot.app.query_one(Wrapped)
        panel.redraw()
        panel.display = True
        while "one two three four" not in panel.drawn:
            await pilot.pause(0.01)
        assert panel.drawn - {""} == {"one two three four"}
