"""The network's answer for the chosen digit: ten probabilities as bars, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from ..glyphs import bar
from .rows import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_BAR = 72


class Probabilities(Rows):
    """Draws the answer it was given last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._answer: NDArray[np.floating] | None = None
        self._label = 0
        self._untrained = True

    def update(self, answer: NDArray[np.floating] | None, label: int, *, untrained: bool) -> None:
        """Show the probabilities of the classes (None: not known yet) for a digit of this label."""
        self._answer, self._label, self._untrained = answer, label, untrained
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._answer is None:
            self.show([self.title("Prediction")])
            return
        answer, label = self._answer, self._label
        predicted = int(answer.argmax())
        right = predicted == label
        ink = self.ink("moving" if right else "warning")
        verdict = f"{predicted} ✓ right" if right else f"{predicted} ✗ it is a {label}"
        note = "untrained: " if self._untrained else ""
        lines = [self.title("Prediction", (note, self.ink("quiet")), (verdict, ink))]
        room = self.size.height - 1
        gap = 2 if room >= 2 * len(answer) else 1
        lines += [Text()] * min(1, (room - gap * len(answer)) // 2)
        width = max(0, min(MOST_BAR, self.size.width - 16))
        for digit, share in enumerate(answer):
            sign = ("✓" if right else "✗") if digit == predicted else "◂" if digit == label else " "
            line = Text(no_wrap=True)
            line.append(f"  {digit} ", self.ink("chosen" if digit == label else "quiet"))
            line.append(
                f"{bar(float(share), width):<{width}}",
                ink if digit == predicted else self.ink("quiet"),
            )
            line.append(
                f" {100 * float(share):5.1f} %", "" if digit == predicted else self.ink("quiet")
            )
            line.append(f" {sign}", ink if digit == predicted else self.ink("chosen"))
            lines += [line] + [Text()] * (gap - 1)
        self.show(lines)
