"""The range test drawn: loss over alpha, with the steepest fall, the break, and the suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from ...config.fields import format_value
from ...render.axes import Axis
from ...render.plot import Curve, draw, frame
from ...terminal.driver import SlowLinkDriver
from ...text import plural
from ...widgets.lines import LinesWidget
from ..layout import prose

if TYPE_CHECKING:
    from ....net.inspection.range_test import RangeTest

HEADROOM = 1.25  # times the highest loss before the break: what exceeds it lies on the upper edge
MIN_PLOT_ROWS = 8
WHY = (
    "On a copy of this run, alpha rises with every update (L. Smith, 2015). Where the loss falls "
    "fastest, alpha is large enough to learn quickly; from the break on, each update overshoots "
    "more than the one before, and the coach would say that alpha is too large. The suggestion is "
    "the steepest place, or half of the break if that is less: on a parabola, half is the best "
    "there is."
)
BUT = (
    "It is a hint, no more: it holds for these weights. As the network learns, the valley changes "
    "its shape, and a long run may want a smaller alpha, or bear a larger one."
)


SIGN = "┊"  # of a mark, in every row that no curve passes


@dataclass(frozen=True, slots=True)
class Mark:
    """A line at one alpha, and its name."""

    alpha: float
    name: str
    style: Style


@dataclass(frozen=True, slots=True)
class Found:
    """A finished test, and what it is of."""

    test: RangeTest
    suggestion: float
    """A round number."""
    alpha: float
    """The run's own."""
    iteration: int
    """Updates that the network has seen."""


class RangeTestPage(LinesWidget):
    """Shows the test it was given last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.found: Found | None = None

    def update(self, found: Found | None) -> None:
        """Show this test; None: it is still made."""
        self.found = found
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        quiet = self.ink("quiet")
        if self.found is None:
            self.show([self.title("Find alpha"), Text("  asking a copy of the run …", quiet)])
            return
        found, width = self.found, self.size.width
        note = (f"after {found.iteration} {plural('update', found.iteration)}", quiet)
        lines: list[Text] = [self.title("Find alpha", note), *self._result(found)]
        below = prose((WHY, BUT), max(8, width - 2), quiet)
        room = self.size.height - len(lines) - 1  # the last one for the marks' names
        axis = [Text(" loss, over alpha on a logarithmic axis", quiet)] * (room >= MIN_PLOT_ROWS)
        room -= len(axis)
        below = below[: max(0, room - MIN_PLOT_ROWS)]
        plot = self._plot(found, width, room - len(below))
        drawn = [*axis, *plot] if plot else []
        said = [Text(" ").append_text(line) for line in below]
        self.show([*lines, *drawn, *said])

    def _result(self, found: Found) -> list[Text]:
        """Return the suggestion, in as many words as fit."""
        test, chosen = found.test, self.ink("chosen")
        breaks_at = test.breaks_at
        broken = f"breaks at {breaks_at:.2g}" if breaks_at else "does not break up to 10"
        offered, own = format_value(found.suggestion), format_value(found.alpha)
        than = f"instead of {own}" if own != offered else "as it is"
        for facts, offer in (
            (
                f"The loss falls fastest at {test.steepest:.2g} and {broken}.",
                f"Enter: alpha {offered}, {than}",
            ),
            (f"Steepest at {test.steepest:.2g}; {broken}.", f"Enter: alpha {offered}"),
            ("", f"Enter: alpha {offered}"),
        ):
            line = Text.assemble(" ", facts, "  " if facts else "", (offer, chosen), no_wrap=True)
            if line.cell_len <= self.size.width:
                return [line]
        return [line]

    def _plot(self, found: Found, width: int, height: int) -> list[Text] | None:
        """Return the losses, lightly, and their running mean, under the names of its marks."""
        test = found.test
        alphas, losses = test.alphas, test.losses
        x = Axis(float(alphas[0]), 10.0, "log")
        y = Axis(0.0, ceiling(test))
        plot = frame(x, y, width, height, self.ink("quiet"), margin=1)
        if plot is None:
            return None
        curves = [Curve(alphas, test.smooth, self.ink("moving"))]
        if test.window > 1:
            curves.insert(0, Curve(alphas, losses, self.ink("quiet"), beneath=True))
        draw(plot, curves, ascii_only=SlowLinkDriver.ascii_only)
        marks = [Mark(test.steepest, f"steepest {test.steepest:.2g}", self.ink("chosen"))]
        if test.breaks_at is not None:
            marks.append(Mark(test.breaks_at, f"break {test.breaks_at:.2g}", self.ink("warning")))
        shown = [(mark, at) for mark in marks if (at := plot.column(mark.alpha)) is not None]
        for mark, column in shown:
            for row in range(plot.rows):
                plot.write(row, column, SIGN, mark.style, over=False)
        starts = beside([(at, len(mark.name)) for mark, at in shown], plot.columns)
        names = Text(" " * plot.left, no_wrap=True)
        for (mark, _), start in zip(shown, starts, strict=True):
            names.append(" " * (plot.left + start - names.cell_len))
            names.append(mark.name, mark.style)
        return [names, *plot.lines]


def beside(marks: Sequence[tuple[int, int]], columns: int) -> list[int]:
    """Return where names begin that stand right or left of their marks and apart.

    The first of two stands left of its mark, so that the second may follow its own; where there
    is no room for that, one stands further off.

    Args:
        marks: Of each mark its column, ascending, and the length of its name.
        columns: Of the row.
    """
    starts: list[int] = []
    for i, (column, length) in enumerate(marks):
        right, left = column + 2, column - 1 - length
        is_last = i + 1 == len(marks)
        start = right if is_last or left < 0 else left
        starts.append(max(0, min(start, columns - length)))
    for i in range(1, len(starts)):  # apart: first to the right …
        starts[i] = max(starts[i], starts[i - 1] + marks[i - 1][1] + 1)
    limit = columns
    for i in reversed(range(len(starts))):  # … and then as far left as the row's end demands
        starts[i] = max(0, min(starts[i], limit - marks[i][1]))
        limit = starts[i] - 1
    return starts


def ceiling(test: RangeTest) -> float:
    """Return the upper end of the axis of losses.

    The first loss alone would not do: that of mini-batches may rise before it falls.
    """
    highest = max(test.first_loss, float(test.smooth[: test.lowest + 1].max()))
    top = HEADROOM * highest
    return top if 0 < top < float("inf") else 1.0
