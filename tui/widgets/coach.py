"""The coach: explains a diagnosis with its figures, and offers a remedy as a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from ..config.fields import format_value
from .lines import LinesWidget

if TYPE_CHECKING:  # imports NumPy, for which the first screen does not wait
    from ...net.run.diagnosis import Diagnosis, Remedy

MIN_ROW_WORDS = 30  # columns of a warning in a single row
WHY = {
    "diverged": "Alpha is too large here: each update overshoots more than the one before.",
    "exploding": "Alpha is too large here: updates overshoot the valley instead of going down.",
    "dead": "ReLU passes no gradient where it is silent, so only the output biases still change.",
    "collapsed": "Alpha leapt too far, and hidden units that fell silent do not come back.",
    "plateau": "Too large an alpha silenced half of the hidden units, and they do not come back.",
    "stuck": "So for the last hundred updates, or more.",
}


class Coach(LinesWidget):
    """Shows the latest diagnosis."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._last: tuple[Diagnosis, Remedy] | None = None
        self._doubts: Sequence[str] = ()  # about the data

    def update(
        self, diagnosis: Diagnosis | None, remedy: Remedy | None, doubts: Sequence[str] = ()
    ) -> None:
        """Explain this trouble, if there is one, and what the data have to do with it."""
        self._last = (diagnosis, remedy) if diagnosis is not None and remedy is not None else None
        self._doubts = doubts
        self.redraw()

    def redraw(self) -> None:
        """Lay the words out for the present width."""
        warning, quiet, key = self.ink("warning"), self.ink("quiet"), self.ink("chosen")
        rows: list[Text] = []
        if self._last is None and self._doubts and self.size.height == 1:
            self.show([self._in_a_row()])
            return
        if self._last is not None:
            diagnosis = self._last[0]
            rows.append(self.title(f"! {diagnosis.kind} at update {diagnosis.iteration}"))
            why = "Look at the data first:" if self._doubts else WHY[diagnosis.kind]
            rows += self._wrapped(f"{diagnosis.summary} {why}", warning)
        elif self._doubts:
            rows.append(self.title("! the data"))
        else:
            return
        for doubt in self._doubts:
            rows += self._wrapped(f"{doubt[:1].upper()}{doubt[1:]}.", warning)
        if self._last is not None:
            diagnosis, remedy = self._last
            rows += self._wrapped(numbers(diagnosis), quiet)
            rows += self._wrapped(f"h   {offer(remedy)}", key)
        rows += self._wrapped("Esc closes this and changes nothing.", quiet)
        self.show(rows)

    def _in_a_row(self) -> Text:
        """Return the first warning, cut if it is too long, and how to close it."""
        first, *others = self._doubts
        more = f" (and {len(others)} more)" if others else ""
        end = f"{more}  Esc closes this"
        if len(end) + MIN_ROW_WORDS > self.size.width:
            end = ""
        words = Text(f" ! {first}", self.ink("warning"), no_wrap=True)
        words.truncate(max(1, self.size.width - len(end) - 1), overflow="ellipsis")
        return words.append(end, self.ink("quiet"))

    def _wrapped(self, words: str, ink: Style) -> list[Text]:
        lines = Text(words, ink).wrap(self.app.console, max(1, self.size.width - 4))
        return [Text("  ").append_text(line) for line in lines]


def numbers(diagnosis: Diagnosis) -> str:
    """Return the figures behind a diagnosis."""
    from ...net.run.diagnosis import TINY_STEP

    step = diagnosis.alpha * diagnosis.gradient_norm
    share = step / diagnosis.length if diagnosis.length else 0.0
    small = " (next to nothing)" if share < TINY_STEP else ""
    silent = ", ".join(
        f"{count} of {units}"
        for count, units in zip(diagnosis.silent, diagnosis.hyperparameters.hidden, strict=True)
    )
    return (
        f"alpha {format_value(diagnosis.alpha)} "
        f"· loss {diagnosis.loss:.4g}, first {diagnosis.first_loss:.4g} "
        f"· largest weight {diagnosis.largest_weight:.3g} "
        f"· largest gradient {diagnosis.largest_gradient:.3g} "
        f"· alpha × |∇| is {share:.3g} of the weights' length{small} "
        f"· silent hidden units {silent}"
    )


def offer(remedy: Remedy) -> str:
    """Describe what the key will do."""
    chosen = remedy.hyperparameters
    if remedy.moment is None:
        return (
            f"begins again from other first weights: hidden {format_value(chosen.hidden)}, "
            f"init {chosen.init}, seed {chosen.seed}"
        )
    where = f"goes back to update {remedy.moment.iteration}"
    return f"{where} and on from there, as a new run, with alpha {format_value(chosen.alpha)}"
