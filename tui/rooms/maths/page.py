"""The page of the maths room: where in the walk one is, the formula, why, and the scene below."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from ...render.labels import image_title, worded
from ...widgets.lines import LinesWidget
from ..layout import MAX_PROSE_COLUMNS, Block, Ink, words
from .scenes.layer import scene
from .walk.stages import Stage, formula, shapes, stages, title, why
from .walk.state import MathsState

MIN_WHY_ROWS = 18  # rows of the page, below which an explanation has one line
LEAST_WORDS = 10  # below which it gives way to the numbers


class MathsPage(LinesWidget):
    """Draws what it was given last."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._looked: MathsState | None = None

    def update(self, looked: MathsState) -> None:
        """Show this."""
        self._looked = looked
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._looked is None:
            self.show([Text(), Text("  working out every number …", self.ink("quiet"))])
            return
        looked, sizes = self._looked, self._looked.lens.sizes
        walk = stages(sizes)
        here = walk.index(looked.stage) + 1
        digits = looked.thing == "digit"
        note = image_title(looked.index, looked.lens.label, looked.names, digits=digits)
        name = f"{here} of {len(walk)} · {worded(title(looked.stage, sizes), looked.thing)}"
        lines = [strip(looked.stage, walk, self.ink, self.size.width)]
        lines.append(self.title(name, (note, self.ink("chosen"))))
        lines += told(looked, self.ink, self.size.width, self.size.height)
        room = self.size.height - len(lines)
        # One column stays free at the right edge.
        self.show([*lines, *scene(looked, self.ink, self.size.width - 1, max(1, room))])


def strip(stage: Stage, walk: list[Stage], ink: Ink, width: int) -> Text:
    """The whole walk in a row, the stage one is at marked; in a narrow window its neighbourhood."""
    symbols = [other.symbol for other in walk]
    at = walk.index(stage)
    joint = next(
        (joint for joint in (" → ", "  ", " ") if len(joint.join(symbols)) + 4 <= width), " "
    )
    first, last = 0, len(walk)
    while len(joint.join(symbols[first:last])) + 8 > width and last - first > 1:
        if at - first > last - 1 - at:
            first += 1
        else:
            last -= 1
    line = Text(" … " if first else " ", ink("quiet"), no_wrap=True)
    for i in range(first, last):
        mine = i == at
        style = ink("chosen") + Style(reverse=True) if mine else ink("quiet")
        text = f"[{symbols[i]}]" if mine else symbols[i]
        line.append(text, style + Style(meta={"stage": i}))
        line.append("" if i == last - 1 else joint, ink("quiet"))
    return line.append(" …" if last < len(walk) else "", ink("quiet"))


def told(looked: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Formula and shapes, then why."""
    stage, sizes = looked.stage, looked.lens.sizes
    line = Text(" ", no_wrap=True)
    line.append(formula(stage, sizes, looked.lens.label), ink("moving") + Style(bold=True))
    alpha = [f"α = {looked.lens.alpha:g}"] if stage.kind == "update" else []
    notes = [*alpha, shapes(stage, sizes)]
    gap = 5 if line.cell_len + sum(5 + len(note) for note in notes) < width else 2
    for note in notes:
        if line.cell_len + gap + len(note) < width:
            line.append(" " * gap + note, ink("quiet"))
    if height < LEAST_WORDS:
        return [line]
    text = worded(why(stage, sizes), looked.thing)
    reason = words(text, min(MAX_PROSE_COLUMNS, width - 2), ink("title"))
    block = [line, *(Text(" ").append_text(text) for text in reason)]
    return block if height < MIN_WHY_ROWS else [*block, Text()]
