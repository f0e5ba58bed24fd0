"""The prediction for the selected image: a bar for each class, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from ..render.glyphs import EIGHTHS, bar
from ..render.labels import a, called, spoken
from .lines import LinesWidget

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEY = "3"
BAR = {"█", *EIGHTHS}
MAX_BAR_COLUMNS = 72
MIN_BAR_COLUMNS = 6  # with fewer, only the likeliest classes are shown
BESIDE = 13  # columns of a bar's cell without name and bar


def arranged(
    shares: Sequence[float], label: int, rows: int, columns: int
) -> tuple[list[int], list[int]]:
    """Return the classes to show, in order, and those that do not fit.

    In this many columns and rows all classes keep their places if they fit; otherwise the
    likeliest come first, with the true one among them, above a row that lists the others.
    """
    everyone = list(range(len(shares)))
    if len(shares) <= rows * columns:
        return everyone, []
    ranked = sorted(everyone, key=lambda digit: -shares[digit])
    best = ranked[: max(1, rows - 1)]
    if label not in best:
        best[-1] = label
    return best, [digit for digit in ranked if digit not in best]


class Probabilities(LinesWidget):
    """Draws the latest prediction."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._answer: NDArray[np.floating] | None = None
        self._label = 0
        self._names: Sequence[str] = ()
        self._digits = True  # whether the classes are the digits
        self._untrained = True
        self._covered = self._large = False

    def update(
        self,
        answer: NDArray[np.floating] | None,
        label: int,
        names: Sequence[str] = (),
        *,
        untrained: bool,
        digits: bool = True,
        covered: bool = False,
        large: bool = False,
    ) -> None:
        """Show a prediction.

        Args:
            answer: the probabilities of the classes; None: not known yet.
            label: the image's label.
            names: of the classes, by label; without them, their numbers.
            untrained: whether the network has made no updates.
            digits: whether the classes are digits.
            covered: whether to hide answer and label.
            large: whether the bars fill all the room there is.
        """
        self._answer, self._label, self._untrained = answer, label, untrained
        self._names, self._digits = names, digits
        self._covered, self._large = covered, large
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._answer is None:
            self.show([self.title("Prediction", key=KEY)])
            return
        shares = [float(share) for share in self._answer]
        predicted = int(self._answer.argmax())
        names = [called(self._names, digit) for digit in range(len(shares))]
        rows, width = self.size.height - 1, self.size.width
        longest = max(map(len, names))
        columns = max(1, -(-len(shares) // max(1, rows)))
        if width // columns < longest + BESIDE + MIN_BAR_COLUMNS:
            columns = 1
        shown, others = arranged(shares, self._label, rows, columns)
        each = width // columns
        if not self._large:
            each = min(MAX_BAR_COLUMNS + longest + BESIDE + 2, each)
        cells = [self._cell(digit, shares[digit], predicted, names, each) for digit in shown]
        if others and not self._covered:
            left = sum(shares[digit] for digit in others)
            words = f"  and {len(others)} others".ljust(each - 10)
            cells.append(Text(f"{words} {100 * left:5.1f} %", self.ink("quiet")))
        down = -(-len(cells) // columns)
        gap = rows // max(1, down) if self._large else 2
        gap = max(1, gap if rows >= gap * down else 1)
        lines = [self._titled(names, predicted)]
        lines += [Text()] * min(1, (rows - gap * down) // 2)
        for y in range(down):
            line = Text(no_wrap=True)
            for cell in cells[y::down]:
                line.append_text(cell)
            lines += self._tall(line, columns, gap)
        self.show(lines)

    def _tall(self, line: Text, columns: int, gap: int) -> list[Text]:
        """Return a row in this many lines: its bar in all of them but the last, which is blank."""
        high = gap - 1 if self._large and columns == 1 else 1
        if high < 2:
            return [line] + [Text()] * (gap - 1)
        bar_only = line.copy()
        bar_only.plain = "".join(c if c in BAR else " " for c in line.plain)
        lines = [bar_only] * high + [Text()] * (gap - high)
        lines[(high - 1) // 2] = line
        return lines

    def _titled(self, names: Sequence[str], predicted: int) -> Text:
        """Return the title with the verdict, as long as fits."""
        right, true = predicted == self._label, names[self._label]
        name = spoken(names[predicted], digits=self._digits)
        verdict = f"{name} ✓ right" if right else f"{name} ✗ it is {a(true, digits=self._digits)}"
        ink, quiet = self._ink(predicted), self.ink("quiet")
        room = self.size.width - len("─ 3 Prediction  …  ─")
        note = "untrained: " if self._untrained else ""
        if self._covered:
            return self.title("Prediction", ("Enter reveals", self.ink("chosen")), key=KEY)
        if len(note + verdict) > room:
            note = ""
        if len(verdict) > room:
            verdict = f"{name} ✓" if right else f"{name} ✗ {true}"
        return self.title("Prediction", (note, quiet), (verdict, ink), key=KEY)

    def _cell(
        self, digit: int, share: float, predicted: int, names: Sequence[str], width: int
    ) -> Text:
        """Draw a class's name, bar, probability and sign; covered, its name alone."""
        if self._covered:
            words = Text(f"  {names[digit]}", self.ink("quiet"), no_wrap=True)
            words.truncate(width, pad=True)
            return words
        is_label, is_answer = digit == self._label, digit == predicted
        right, longest = predicted == self._label, max(map(len, names))
        sign = ("✓" if right else "✗") if is_answer else "◂" if is_label else " "
        ink = self._ink(predicted) if is_answer else self.ink("quiet")
        length = max(0, width - longest - BESIDE - 2)
        if not self._large:
            length = min(MAX_BAR_COLUMNS, length)
        line = Text(no_wrap=True)
        line.append(f"  {names[digit]:<{longest}} ", self.ink("chosen" if is_label else "quiet"))
        line.append(f"{bar(share, length):<{length}}", ink)
        line.append(f" {100 * share:5.1f} %", "" if is_answer else self.ink("quiet"))
        line.append(f" {sign}", ink if is_answer else self.ink("chosen"))
        line.truncate(width, pad=True)
        return line

    def _ink(self, predicted: int) -> Style:
        return self.ink("moving" if predicted == self._label else "warning")
