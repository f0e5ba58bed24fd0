"""The logits of one image as sums: a row per unit, a column per class, sums at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp

from ...render.labels import a, called, spoken
from ...widgets.lines import LinesWidget

if TYPE_CHECKING:
    from ....net.inspection.contributions import Contributions

NAME = 9  # columns of a row's name
AROUND = 8  # rows that are not units: title, classes, rule, others, bias, rounding, logit, softmax
MIN_ROWS_FOR_RULE = 12  # rows
MAX_CLASS_COLUMNS = 18  # columns of a class
MAX_GAP = 2  # blank lines between two units


class LogitsTable(LinesWidget):
    """Shows the latest sums."""

    def __init__(self, chosen: int | None = None, *, id: str | None = None) -> None:
        """chosen: the class that orders the units at first; None: the answer."""
        super().__init__(id=id)
        self._found: Contributions | None = None
        self._title = ""
        self._label: int | None = None
        self._names: Sequence[str] = ()  # of the classes
        self._thing = "digit"
        self._class = chosen  # orders the units; None: the answer
        self._first = 0  # how many of the largest are scrolled away
        self._columns = range(0)  # the shown classes
        self._wide = 1

    def update(
        self,
        found: Contributions,
        title: str,
        label: int | None,
        names: Sequence[str] = (),
        thing: str = "digit",
    ) -> None:
        """Show what adds up to the logits of an image.

        Args:
            found: the sums.
            title: what the image is called.
            label: its class; None: not known, as of a drawing.
            names: of the classes.
            thing: what the images show, in a word.
        """
        if self._title and title != self._title:
            self._class, self._first = None, 0
        self._found, self._title, self._label, self._names = found, title, label, names
        self._thing = thing
        self.redraw()

    @property
    def room(self) -> int:
        """Number of units shown at once."""
        return max(1, self.size.height - AROUND + (self.size.height < MIN_ROWS_FOR_RULE))

    @property
    def chosen(self) -> int:
        """The class that orders the units."""
        if self._class is not None or self._found is None:
            return self._class or 0
        return int(self._found.logits.argmax())

    def choose(self, by: int) -> None:
        """Choose the class this many further on, wrapping around."""
        if self._found is not None:
            self._class = (self.chosen + by) % len(self._found.logits)
            self._first = 0
            self.redraw()

    def scroll_units(self, rows: int) -> None:
        """Scroll by this many units, within the list."""
        if self._found is not None:
            last = max(0, self._found.products.shape[1] - self.room)
            self._first = max(0, min(self._first + rows, last))
            self.redraw()

    def on_click(self, event: Click) -> None:
        """Order the units by the class clicked."""
        column = (event.x - NAME) // self._wide
        if event.x >= NAME and 0 <= column < len(self._columns):
            self.choose(self._columns[column] - self.chosen)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """On."""
        event.stop()
        self.scroll_units(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Back."""
        event.stop()
        self.scroll_units(-3)

    def redraw(self) -> None:
        """Draw the table."""
        import numpy as np

        found = self._found
        if found is None or self.size.width < 2:
            return
        classes, units = found.products.shape
        order = np.roll(found.order(self.chosen), -self._first)
        shown = min(self.room, units)
        decimals, digits = _format(found)
        self._columns = self._around(classes, digits + 1)
        self._wide = max(
            4, min(MAX_CLASS_COLUMNS, (self.size.width - NAME - 1) // len(self._columns))
        )
        sums = {k: found.printed(k, order, shown, decimals) for k in self._columns}
        apart = min(MAX_GAP, self.room // max(1, shown) - 1)  # blank lines after each unit
        lines = [self._titled(found), self._head(found)]
        for row in range(shown):
            unit = int(order[row])
            lines.append(self._row(f"unit {unit}", [sums[k].products[row] for k in sums], decimals))
            lines += [Text()] * apart
        if self.size.height >= MIN_ROWS_FOR_RULE:
            lines.append(Text(" " + "─" * (NAME + self._wide * len(sums) - 1), self.ink("quiet")))
        if shown < units:
            name = f"{units - shown} more"
            lines.append(self._row(name, [one.rest for one in sums.values()], decimals))
        lines.append(self._row("bias", [one.bias for one in sums.values()], decimals))
        lines.append(self._row("rounding", [one.rounding for one in sums.values()], decimals))
        totals = [one.total for one in sums.values()]
        lines.append(self._row("= logit", totals, decimals, bold=True))
        softmax = Text(f" {'softmax':<{NAME - 1}}", self.ink("quiet"), no_wrap=True)
        for k in sums:
            words = f"{100 * float(found.probabilities[k]):.1f}%"
            softmax.append(
                f"{words:>{self._wide}}", self.ink("chosen" if k == self.chosen else "quiet")
            )
        self.show([*lines, softmax])

    def _is_right(self, found: Contributions) -> bool:
        return self._label is None or int(found.logits.argmax()) == self._label

    def _titled(self, found: Contributions) -> Text:
        digits, right = self._thing == "digit", self._is_right(found)
        words = spoken(called(self._names, int(found.logits.argmax())), digits=digits)
        if self._label is not None:
            label = a(called(self._names, self._label), digits=digits)
            words += " ✓ right" if right else f" ✗ it is {label}"
        ink = self.ink("moving" if right else "warning")
        return self.title(f"{self._title}: what adds up to its logits", (words, ink))

    def _head(self, found: Contributions) -> Text:
        """Draw the classes, with answer and label marked as beside the prediction's bars."""
        predicted = int(found.logits.argmax())
        more = "‹" if self._columns[0] else " "
        line = Text(f" {'W·A':<{NAME - 2}}{more}", self.ink("quiet"), no_wrap=True)
        for k in self._columns:
            right, is_known = self._is_right(found), self._label is not None
            sign = "◂" if k == self._label else ""
            if k == predicted:
                sign = "▸" if not is_known else "✓" if right else "✗"
            ink = self.ink("title")
            if k == self.chosen:
                ink = self.ink("chosen") + Style(reverse=True)
            words = f"{called(self._names, k, self._wide - 2 - len(sign))}{sign}"
            line.append(" " * (self._wide - len(words) - 1)).append(f" {words}", ink)
        more = "›" if self._columns[-1] + 1 < len(found.logits) else ""
        return line.append(more, self.ink("quiet"))

    def _row(self, name: str, numbers: list[float], decimals: int, *, bold: bool = False) -> Text:
        line = Text(f" {name:<{NAME - 1}}", self.ink("title" if bold else "quiet"), no_wrap=True)
        for k, number in zip(self._columns, numbers, strict=True):
            words = f"{number:+.{decimals}f}" if number else "·"
            role = "plus" if number > 0 else "minus" if number < 0 else "quiet"
            ink = self.ink("quiet" if name == "rounding" else role)
            line.append(f"{words:>{self._wide}}", ink + Style(bold=bold or k == self.chosen))
        return line

    def _around(self, classes: int, wide: int) -> range:
        """Return as many classes as fit, the chosen one among them."""
        shown = max(1, min(classes, (self.size.width - NAME - 1) // wide))
        start = max(0, min(self.chosen - shown // 2, classes - shown))
        return range(start, start + shown)


def _format(found: Contributions) -> tuple[int, int]:
    """Return decimals with which numbers take at most six columns, if possible; and columns."""
    import numpy as np

    numbers = np.concatenate([found.products.ravel(), found.bias, found.totals])
    finite = numbers[np.isfinite(numbers)]
    most = float(abs(finite).max()) if len(finite) else 0.0
    decimals = 2 if most < 99.9 else 1 if most < 999 else 0
    return decimals, max(6, len(f"{-most:.{decimals}f}"))
