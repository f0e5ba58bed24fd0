"""The page of the maths room: the position in the walk, the formula, its reason, and the scene."""

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
MIN_ROWS_FOR_WORDS = 10  # below which it gives way to the numbers


class MathsPage(LinesWidget):
    """Draws the latest state."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: MathsState | None = None

    def update(self, state: MathsState) -> None:
        """Show this."""
        self._state = state
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        if self._state is None:
            self.show([Text(), Text("  working out every number …", self.ink("quiet"))])
            return
        state, sizes = self._state, self._state.lens.sizes
        walk = stages(sizes)
        here = walk.index(state.stage) + 1
        digits = state.thing == "digit"
        note = image_title(state.index, state.lens.label, state.names, digits=digits)
        name = f"{here} of {len(walk)} · {worded(title(state.stage, sizes), state.thing)}"
        lines = [strip(state.stage, walk, self.ink, self.size.width)]
        lines.append(self.title(name, (note, self.ink("chosen"))))
        lines += explanation(state, self.ink, self.size.width, self.size.height)
        room = self.size.height - len(lines)
        # One column stays free at the right edge.
        self.show([*lines, *scene(state, self.ink, self.size.width - 1, max(1, room))])


def strip(stage: Stage, walk: list[Stage], ink: Ink, width: int) -> Text:
    """Draw all stages in a row with the current one marked; its neighbors if narrow."""
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


def explanation(state: MathsState, ink: Ink, width: int, height: int) -> Block:
    """Draw formula and shapes, then why."""
    stage, sizes = state.stage, state.lens.sizes
    line = Text(" ", no_wrap=True)
    line.append(
        formula(stage, sizes, state.lens.label, state.dropped), ink("moving") + Style(bold=True)
    )
    alpha = [f"α = {state.lens.alpha:g}"] if stage.kind == "update" else []
    notes = [*alpha, shapes(stage, sizes, state.dropped)]
    gap = 5 if line.cell_len + sum(5 + len(note) for note in notes) < width else 2
    for note in notes:
        if line.cell_len + gap + len(note) < width:
            line.append(" " * gap + note, ink("quiet"))
    if height < MIN_ROWS_FOR_WORDS:
        return [line]
    text = worded(why(stage, sizes, state.dropped, is_moved=state.is_moved), state.thing)
    reason = words(text, min(MAX_PROSE_COLUMNS, width - 2), ink("title"))
    block = [line, *(Text(" ").append_text(text) for text in reason)]
    return block if height < MIN_WHY_ROWS else [*block, Text()]
