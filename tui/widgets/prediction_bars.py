"""The predicted probabilities as bars, each with a second number beside it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ..render.glyphs import bar
from ..render.labels import called, class_columns, widest
from .lines import LinesWidget

MIN_COLUMNS = 19  # columns that the widget needs
MAX_BAR_COLUMNS = 72
NUMBER = 6  # columns of either number
MARGIN = 1  # column free at the right edge


def listed(shares: Sequence[float], room: int) -> list[int]:
    """Return the classes that fit: all in order, or the likeliest in order."""
    ranked = sorted(range(len(shares)), key=lambda k: -shares[k])
    return sorted(ranked[: max(0, room)])


class PredictionBars(LinesWidget):
    """One row a class: ▸ for the answer, the bar, the probability, and the second number."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shares: Sequence[float] = ()
        self._beside: Sequence[str] = ()
        self._heads = ("", "")
        self._chosen: int | None = None
        self._blank = ""
        self._names: Sequence[str] = ()

    def update(
        self,
        shares: Sequence[float],
        beside: Sequence[str],
        heads: tuple[str, str],
        names: Sequence[str] = (),
        *,
        chosen: int | None = None,
        blank: str = "",
    ) -> None:
        """Show the probabilities of the classes.

        Args:
            shares: the probabilities, 0 to 1.
            beside: a short text for each class.
            heads: headings over both columns.
            names: of the classes, if they have any.
            chosen: the selected class.
            blank: shown while there is no prediction.
        """
        self._shares, self._beside, self._heads = shares, beside, heads
        self._chosen, self._blank, self._names = chosen, blank, names
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        quiet, shares = self.ink("quiet"), self._shares
        lines = [self.title("Prediction")]
        if not len(shares):
            words = Text(self._blank, quiet).wrap(self.app.console, max(1, self.size.width - 2))
            self.show([*lines, Text(), *(Text(" ").append_text(line) for line in words)])
            return
        names = widest(self._names, len(shares), class_columns(self.size.width))
        marks = 1 if self._chosen is None else 2
        fixed = marks + names + 1 + 2 * NUMBER + MARGIN
        width = max(0, min(MAX_BAR_COLUMNS, self.size.width - fixed))
        head = f"{self._heads[0]:>{NUMBER + 2}} {self._heads[1]:>{NUMBER - 1}}"
        lines.append(Text(f"{head:>{fixed + width - MARGIN}}"[-self.size.width :], quiet))
        room = self.size.height - 2
        apart = room >= 2 * len(shares)
        answer = max(range(len(shares)), key=lambda k: shares[k])
        for k in listed(shares, room):
            chosen, said = k == self._chosen, k == answer
            line = Text(no_wrap=True)
            line.append("▸" if said else " ", self.ink("moving"))
            if self._chosen is not None:
                line.append("◆" if chosen else " ", self.ink("chosen"))
            name = called(self._names, k, names)
            line.append(
                f"{name:>{names}} ", self.ink("chosen") if chosen else "" if said else quiet
            )
            filled = f"{bar(shares[k], width):<{width}}"
            line.append(filled, self.ink("moving") if said else quiet)
            line.append(f"{100 * shares[k]:{NUMBER}.1f}", "" if said else quiet)
            beside = self._beside[k]
            line.append(f"{beside:>{NUMBER}}", "" if beside.strip(" 0.+-−%") else quiet)
            lines += [line, Text()] if apart else [line]
        self.show(lines)
