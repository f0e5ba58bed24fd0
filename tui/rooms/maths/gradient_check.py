"""The gradient check as a table: both derivatives, their difference, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

from ....net.inspection.gradient_check import STEP_SIZE, THRESHOLD, Check
from ...text import plural
from ...widgets.lines import LinesWidget
from ..layout import MAX_PROSE_COLUMNS, Block, Ink, prose, words

if TYPE_CHECKING:
    from ....net.inspection.gradient_check import Verdict

SIGNS: dict[Verdict, tuple[str, str]] = {
    "right": ("✓", "moving"),
    "kink": ("∠", "quiet"),
    "too small to tell": ("~", "quiet"),
    "wrong": ("✗", "warning"),
}
MEANING = f"""\
Analytic is what backward found. Numeric asks the loss itself: the weight is moved by \
h = {STEP_SIZE:g} both ways, and (loss(w + h) − loss(w − h)) / 2h is the slope, without any \
backward pass. All of it is in float64.
The relative error is |analytic − numeric| / the larger of the two. Up to {THRESHOLD:g} passes for \
right ✓: h is not infinitely small and a computer rounds, so they are never equal to the last \
digit. A mistake in a formula shows as 0.01 or more.
∠ kink: the step carries some unit's Z over 0, where ReLU's slope jumps. The numeric slope then \
mixes both sides and may differ; neither is wrong. ~ too small to tell: they differ by no more \
than rounding alone may do."""
SHORT = f"""\
numeric = (loss(w + h) − loss(w − h)) / 2h, h = {STEP_SIZE:g}. A relative error up to \
{THRESHOLD:g} passes ✓, as h is not infinitely small. ∠ a kink of ReLU lies between: they may \
differ. ~ less than rounding does."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of a check so far, and its subject."""

    checks: Sequence[Check]
    chosen: int  # number of user-selected ones, which come first
    index: int  # of the test digit
    iteration: int  # of the network
    thing: str = "digit"  # the word for an image

    @property
    def summary(self) -> str:
        """The number of each verdict."""
        verdicts = [check.verdict for check in self.checks]
        counts = {verdict: verdicts.count(verdict) for verdict in SIGNS}
        return " · ".join(
            f"{sign} {counts[verdict]} {verdict}"
            for verdict, (sign, _) in SIGNS.items()
            if counts[verdict] or verdict in ("right", "wrong")
        )


class ChecksPage(LinesWidget):
    """Draws the latest check."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._checked: Checked | None = None

    def update(self, checked: Checked | None) -> None:
        """Show this; None: it is under way."""
        self._checked = checked
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._checked is None:
            self.show([self.title("Gradient check"), Text("  checking …", self.ink("quiet"))])
            return
        checked = self._checked
        role = "warning" if any(c.verdict == "wrong" for c in checked.checks) else "moving"
        head = self.title("Gradient check", (checked.summary, self.ink(role)))
        what = f"{checked.thing.capitalize()} {checked.index}"
        when = f"after {checked.iteration} {plural('update', checked.iteration)}"
        note = f" {what}, {when}.   k others   Esc back"
        lines = [head, Text(note, self.ink("quiet")), Text()]
        width, ink = self.size.width - 2, self.ink("title")
        rows = table(checked, self.ink, self.size.width)
        meaning = prose(MEANING.splitlines(), width, ink)
        if len(lines) + len(rows) + 1 + len(meaning) > self.size.height:
            meaning = words(SHORT, min(MAX_PROSE_COLUMNS, width), ink)
        meaning = [Text(" ").append_text(line) for line in meaning]
        room = max(3, self.size.height - len(lines) - len(meaning) - 1)
        self.show([*lines, *rows[:room], Text(), *meaning])


def table(checked: Checked, ink: Ink, width: int) -> Block:
    """One row a weight; those on the path first."""
    gap = 3 if width >= 100 else 1
    columns = (14, 13, 13, 9)
    heads = ("weight", "analytic", "numeric", "rel. error")
    head = f"  {heads[0]:<14}" + "".join(
        f"{'':>{gap}}{name:>{size}}" for name, size in zip(heads[1:], (13, 13, 10), strict=True)
    )
    block = [Text(f"{head}{'':>{gap}}verdict", ink("quiet"), no_wrap=True)]
    for i, check in enumerate(checked.checks):
        mine = i < checked.chosen
        sign, role = SIGNS[check.verdict]
        line = Text(no_wrap=True).append(f"{'▸' if mine else ' '} ", ink("chosen"))
        line.append(f"{check.weight.name:<{columns[0]}}", ink("chosen" if mine else "quiet"))
        for number in (check.analytic, check.numeric):
            line.append(f"{'':>{gap}}{number:13.6e}")
        line.append(f"{'':>{gap}}{check.error:10.1e}")
        line.append(f"{'':>{gap}}{sign} {check.verdict}", ink(role))
        block.append(line)
    return block
