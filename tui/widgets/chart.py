"""The chart: train and test accuracy against the iteration, while they come about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.text import Text

from ..curves import Axis, Curve, draw, nice_end
from .rows import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEFORE = (
    "",
    (
        "The share of digits answered right will be drawn here: a line for those it learns "
        "from, dots for those it never sees."
    ),
    "",
    "Untrained, it guesses. Space starts the training, s makes a single update.",
)
ITERATION, TRAIN, TEST = 0, 3, 6  # columns of a history's rows, see net/history.py


class Chart(Rows):
    """Draws the history it was given last; a new size draws it anew."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._history: NDArray[np.float64] | None = None
        self._iterations = 1
        self._batches = False

    def update(
        self, history: NDArray[np.float64] | None, iterations: int, *, batches: bool
    ) -> None:
        """Draw these rows, of a run of so many iterations; None before there are any.

        batches: whether a row's train accuracy is of a mini-batch only, and so leaps about.
        """
        self._history, self._iterations, self._batches = history, iterations, batches
        self._draw()

    def on_resize(self) -> None:
        """Draw to the new size at once."""
        self._draw()

    def _draw(self) -> None:
        history = self._history
        if history is None or not len(history):
            self.show([self.title("Accuracy")])
            return
        train, test = self.ink("moving"), self.ink("title")
        last = 1 + len(history) // 20 if self._batches else 1
        notes = [(f"⠒⠒ train {history[-last:, TRAIN].mean():6.1%}", train)]
        tested = history[history[:, TEST] >= 0]  # the others are not numbers
        if len(tested):
            notes.append((f"   • test {tested[-1, TEST]:6.1%}", test))
        title = self.title("Accuracy", *notes)
        if len(history) == 1:
            self.show([title, *self._before()])
            return
        done = float(history[-1, ITERATION])
        x = Axis(0, nice_end(done, max(done, self._iterations)))
        lines = draw(
            [
                Curve(history[:, ITERATION], history[:, TRAIN], train, smooth=self._batches),
                Curve(*_spread(tested, x, self.size.width), test, dots=True),
            ],
            x,
            Axis(0, 1, percent=True),
            self.size.width,
            self.size.height - 1,
            self.ink("quiet"),
        )
        self.show([title, *lines])

    def _before(self) -> list[Text]:
        """What stands here before the first update."""
        lines: list[Text] = []
        for paragraph in BEFORE:
            words = Text(paragraph, self.ink("quiet"))
            lines += words.wrap(self.app.console, max(1, self.size.width - 4))
        return [Text("  ").append_text(line) for line in lines]


def _spread(
    tested: NDArray[np.float64], x: Axis, width: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Dots at least three columns apart, counted from the left so that none moves later."""
    every = math.ceil((x.high - x.low) / max(1, width) * 3)
    column = tested[:, ITERATION] // every
    first = column != [-1.0, *column[:-1]]
    return tested[first, ITERATION], tested[first, TEST]
