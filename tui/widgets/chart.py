"""The chart: accuracy or loss of all shown runs against the iteration, while they train."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message

from ..config.place import QUANTITIES
from ..render import plotext_canvas
from ..render.axes import Axis
from ..render.chart import MIN_PLOT_ROWS, RunCurve, draw_runs, note_rows, readings
from ..render.chart_view import ChartView
from ..render.plot import Plot
from ..render.subcells import mark
from ..terminal.driver import SlowLinkDriver as Terminal
from .lines import LinesWidget

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEFORE = (
    "The share of images answered right will be drawn here: a line for those it learns from, dots "
    "for those it never sees."
)
ROOMY = 14  # rows from which the longest wording of the next steps fits
TILE = 0.22  # of the way from background to ink: the background of a test dot
KEY = "1"
TITLE = len("─ 1 Accuracy  ─") + 2  # columns of the title row without notes
WHEEL = 0.8  # factor of the span for a turn of the mouse wheel


class Chart(LinesWidget):
    """Draws the latest runs, the current one last."""

    @dataclass
    class Pointed(Message):
        """The user clicked on an iteration."""

        iteration: float
        """The iteration."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[RunCurve] = ()
        self._at: int | None = None
        self._past: int | None = None
        self._note = ""
        self._steps: Sequence[str] = ()
        self._opening = ""
        self._plot: Plot | None = None
        self._above = 1  # rows above the drawing
        self._is_prepared = False  # whether what draws lines is loaded, or about to be
        self._drag: tuple[int, Axis] | None = None  # its start, and the axis at that time
        self._dragged = False
        self.view = ChartView()

    def update(
        self,
        lines: Sequence[RunCurve],
        at: int | None,
        note: str = "",
        past: int | None = None,
        steps: Sequence[str] = (),
    ) -> None:
        """Draw these runs.

        Args:
            lines: the runs' curves, the current one last.
            at: the iteration whose values to read out, if any.
            note: a message, shown while no values are read out.
            past: the past iteration that the screen shows, if any.
            steps: what to do next, likewise: one of these wordings, the longest first.
        """
        self._lines, self._at, self._note, self._past = lines, at, note, past
        self._steps = steps
        self.redraw()
        if lines and not self._is_prepared:  # the first picture is complete: time for what is heavy
            self._is_prepared = True
            self.run_worker(plotext_canvas.load, thread=True)

    def open_with(self, words: str) -> None:
        """Say this before the first update."""
        if words != self._opening:
            self._opening = words
            if self._lines and self._done == 0:
                self.redraw()

    # Commands

    @property
    def quantity(self) -> str:
        """What it draws: one of QUANTITIES."""
        return QUANTITIES[self.view.loss]

    def draw_quantity(self, quantity: str) -> None:
        """Draw that one of QUANTITIES."""
        if quantity != self.quantity:
            self.toggle_loss()

    def toggle_loss(self) -> None:
        """Accuracy or loss."""
        self._see(replace(self.view, loss=not self.view.loss))

    def toggle_log(self, axis: str) -> None:
        """Switch an axis, x or y, between logarithmic and linear."""
        name = f"log_{axis}"
        self._see(replace(self.view, **{name: not getattr(self.view, name)}))

    def toggle_smooth(self) -> None:
        """Smooth the curve, or do not."""
        smooth = self.view.smooth
        before = any(line.leaps for line in self._lines[-1:]) if smooth is None else smooth
        self._see(replace(self.view, smooth=not before))

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Show `factor` times as many iterations, about the reading line if there is one."""
        if self._plot:
            around = self._at if around is None else around
            self._see(self.view.zoomed(factor, self._plot.x, self._done, around))

    def pan(self, share: float) -> None:
        """Move by a share of the window."""
        if self._plot:
            x = self._plot.x
            self._see(self.view.panned(share * (x.high - x.low), x, self._done))

    def toggle_latest(self) -> None:
        """Switch between the latest stretch and the whole run."""
        self._see(self.view.latest_or_all(self._done))

    def beside(self, iteration: float, columns: int) -> float:
        """Return the iteration this many columns away, and at least one iteration."""
        if self._plot is None:
            return iteration + columns
        x = self._plot.x
        here = float(x.places(_array(max(iteration, x.low)))) * (self._plot.columns - 1)
        target = self._plot.x_at(round(here) + columns)
        return min(target, iteration - 1) if columns < 0 else max(target, iteration + 1)

    def _see(self, view: ChartView) -> None:
        self.view = view
        self.redraw()

    @property
    def _done(self) -> int:
        return max((len(line.history) - 1 for line in self._lines), default=0)

    # The mouse

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Nearer."""
        event.stop()
        self.zoom(WHEEL, self._iteration(event))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Farther."""
        event.stop()
        self.zoom(1 / WHEEL, self._iteration(event))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a click or a drag."""
        if self._plot:
            self.capture_mouse()
            self._drag, self._dragged = (event.x, self._plot.x), False

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """With the button down: pan."""
        if self._drag and self._plot:
            start_x, x = self._drag
            by = (start_x - event.x) / max(1, self._plot.columns) * (x.high - x.low)
            self._dragged = self._dragged or event.x != start_x
            self._see(self.view.panned(by, x, self._done))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Finish a click, or a drag."""
        self.release_mouse()
        if self._drag and not self._dragged and event.y >= self._above:
            iteration = self._iteration(event)
            if iteration is not None:
                self.post_message(self.Pointed(iteration))
        self._drag = None

    def _iteration(self, event: events.MouseEvent) -> float | None:
        """Return the iteration under the pointer."""
        return self._plot.x_at(event.x - self._plot.left) if self._plot else None

    # Drawing

    def redraw(self) -> None:
        """Draw what was given last."""
        self._plot = None
        name = "Loss" if self.view.loss else "Accuracy"
        if not self._lines:
            self.show([self.title(name, key=KEY)])
            return
        title = self.title(name, *self._notes(), key=KEY)
        if self._done == 0:
            self.show([title, *self._before()])
            return
        width, height = self.size.width, self.size.height - 1
        words = self._words((width, height))
        self._plot = draw_runs(
            self._lines,
            self.view,
            self._at,
            (width, height - len(words)),
            self._ink,
            ascii_only=Terminal.ascii_only,
        )
        self._above = 1 + len(words)
        self.show([title, *words, *(self._plot.lines if self._plot else ())])

    def _words(self, size: tuple[int, int]) -> list[Text]:
        """Return the values read out, or the note, in rows above the drawing."""
        if self._at is not None:
            return readings(self._lines, self.view, self._at, size, self.ink)
        width, height = size
        rows = note_rows(self._note, size, self.ink("chosen")) if self._note else []
        quiet = self.ink("quiet")
        if height >= ROOMY and self._steps:
            return [*rows, *note_rows(self._steps[0], (width, height - len(rows)), quiet)]
        # On a low screen only a run that has ended, and says so, tells what next.
        if rows and height - len(rows) > MIN_PLOT_ROWS:
            fitting = [words for words in self._steps if len(words) + 2 <= width]
            rows += [Text(f" {words}", quiet, no_wrap=True) for words in fitting[:1]]
        return rows

    def _notes(self) -> list[tuple[str, Style]]:
        """Return the values of the current run, present or past, at the right of the title."""
        from ...net.run.history import LOSS, TRAIN_ACCURACY

        number = "{:6.4f}".format if self.view.loss else "{:6.1%}".format
        line = self._lines[-1]
        rows, tested = line.history.view(), line.tested or line.history.tested
        if self._past is not None:
            rows = rows[: line.history.row_at(self._past) + 1]
            tested = line.history.tested_at(self._past)
        last = 1 + len(rows) // 20 if line.leaps else 1
        mean = float(rows[-last:, LOSS if self.view.loss else TRAIN_ACCURACY].mean())
        value = tested and (tested.test_loss if self.view.loss else tested.test_accuracy)
        sign = mark(ascii_only=Terminal.ascii_only)
        batches = "one batch" if last == 1 else f"{last} batches"
        mean_of = batches if last == 1 else f"mean of {batches}"
        ways = [("train ", "", "   ", "test "), ("", "", " ", "")]
        if line.leaps:
            ways = [
                ("train ", f" ({mean_of})", "   ", "test "),
                ("train ", f" ({batches})", "   ", "test "),
                (f"{batches} ", "", " ", "test "),
                ways[-1],
            ]
        notes: list[tuple[str, Style]] = []
        for train, of, gap, test in ways:
            notes = [(f"⠒⠒ {train}{number(mean)}{of}", self.ink(line.role))]
            if value is not None:
                notes += [(gap, Style()), (sign, self._ink("test"))]
                notes.append((f" {test}{number(value)}", self.ink("title")))
            if sum(len(words) for words, _ in notes) + TITLE <= self.size.width:
                break
        return notes

    def _ink(self, role: str) -> Style:
        """As `ink`; and for test dots a ground of their own, since a line has dots as small."""
        if role != "test":
            return self.ink(role)
        if Terminal.colorless and not Terminal.ascii_only:
            return Style(bold=True, reverse=True)
        ground = self.background_colors[1].blend(self.color("title"), TILE)
        return self.ink("title") + Style(bold=True, bgcolor=ground.rich_color)

    def _before(self) -> list[Text]:
        """Return the text shown before the first update."""
        lines: list[Text] = []
        for words, role in ((self._opening, "title"), (BEFORE, "quiet")):
            text = Text(words, self.ink(role))
            more = [Text(), *text.wrap(self.app.console, max(1, self.size.width - 4))]
            if lines and 1 + len(lines) + len(more) > self.size.height:
                break  # half a sentence says nothing
            lines += more
        return [Text("  ").append_text(line) for line in lines]


def _array(value: float) -> NDArray[np.float64]:
    import numpy as np

    return np.asarray(value, np.float64)
