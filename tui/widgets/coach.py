"""The coach: says what is wrong with a run, shows the numbers, and offers a cure as a key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from ..config.fields import format_value
from .lines import LinesWidget

if TYPE_CHECKING:  # it imports NumPy, which the first screen does not wait for
    from ...net.run.diagnosis import Diagnosis, Remedy

MIN_ROW_WORDS = 30  # columns of a doubt that has one row only
WHY = {
    "diverged": "Alpha is too large here: each update overshoots more than the one before.",
    "exploding": "Alpha is too large here: updates overshoot the valley instead of going down.",
    "dead": "ReLU passes no gradient where it is silent, so only the output biases still change.",
    "collapsed": "Alpha leapt too far, and hidden units that fell silent do not come back.",
    "plateau": "Too large an alpha silenced half of the hidden units, and they do not come back.",
    "stuck": "So for the last hundred updates, or more.",
}


class Coach(LinesWidget):
    """Shows the trouble it was given last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._last: tuple[Diagnosis, Remedy] | None = None
        self._doubts: Sequence[str] = ()  # about the data

    def update(
        self, trouble: Diagnosis | None, cure: Remedy | None, doubts: Sequence[str] = ()
    ) -> None:
        """Explain this trouble, if there is one, and what the data have to do with it."""
        self._last = (trouble, cure) if trouble is not None and cure is not None else None
        self._doubts = doubts
        self.redraw()

    def redraw(self) -> None:
        """Say it in the width there is."""
        warning, quiet, key = self.ink("warning"), self.ink("quiet"), self.ink("chosen")
        rows: list[Text] = []
        if self._last is None and self._doubts and self.size.height == 1:
            self.show([self._in_a_row()])
            return
        if self._last is not None:
            trouble = self._last[0]
            rows.append(self.title(f"! {trouble.kind} at update {trouble.iteration}"))
            why = "Look at the data first:" if self._doubts else WHY[trouble.kind]
            rows += self._wrapped(f"{trouble.says} {why}", warning)
        elif self._doubts:
            rows.append(self.title("! the data"))
        else:
            return
        for doubt in self._doubts:
            rows += self._wrapped(f"{doubt[:1].upper()}{doubt[1:]}.", warning)
        if self._last is not None:
            trouble, cure = self._last
            rows += self._wrapped(numbers(trouble), quiet)
            rows += self._wrapped(f"h   {offer(cure)}", key)
        rows += self._wrapped("Esc closes this and changes nothing.", quiet)
        self.show(rows)

    def _in_a_row(self) -> Text:
        """Say the first doubt, cut where it is too long, and how to close it."""
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


def numbers(trouble: Diagnosis) -> str:
    """The figures that show it."""
    from ...net.run.diagnosis import TINY_STEP

    step = trouble.alpha * trouble.gradient_norm
    share = step / trouble.length if trouble.length else 0.0
    small = " (next to nothing)" if share < TINY_STEP else ""
    silent = ", ".join(
        f"{count} of {units}"
        for count, units in zip(trouble.silent, trouble.hyperparameters.hidden, strict=True)
    )
    return (
        f"alpha {format_value(trouble.alpha)} "
        f"· loss {trouble.loss:.4g}, first {trouble.first_loss:.4g} "
        f"· largest weight {trouble.largest_weight:.3g} "
        f"· largest gradient {trouble.largest_gradient:.3g} "
        f"· alpha × |∇| is {share:.3g} of the weights' length{small} "
        f"· silent hidden units {silent}"
    )


def offer(cure: Remedy) -> str:
    """What the key will do."""
    chosen = cure.hyperparameters
    if cure.moment is None:
        return (
            f"begins again from other first weights: hidden {format_value(chosen.hidden)}, "
            f"init {chosen.init}, seed {chosen.seed}"
        )
    where = f"goes back to update {cure.moment.iteration}"
    return f"{where} and on from there, as a new run, with alpha {format_value(chosen.alpha)}"
