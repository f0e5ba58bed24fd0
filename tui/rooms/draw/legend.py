"""The words below the canvas: the prediction, the pen, and as many keys as fit."""

from __future__ import annotations

from collections.abc import Sequence

from ...render.labels import called, spoken
from .pen import Drawing

EMPTY = "Enter puts the pen down, arrows draw; or drag the mouse."
APART = "   "
KEY_HINTS = (
    "arrows: move",
    "Shift: by 4",
    "Home PgUp End PgDn: slant",
    "+ -: thickness",
    "u U: undo, redo",
    "c: clear",
    "h j k l: push it",
    "d n N: test {}s",
    "g: ASCII",
    "▲ ◀: the ink's centre of mass",
    "┴ ┤: the middle",
)


def verdict(
    centered: Sequence[float],
    drawn: Sequence[float],
    names: Sequence[str] = (),
    *,
    untrained: bool,
    digits: bool = True,
) -> str:
    """Return both answers, for the drawing brought into the data's form and as it was drawn."""
    first, second = (
        max(range(len(shares)), key=shares.__getitem__) for shares in (centered, drawn)
    )
    words = (
        f"Centred: {spoken(called(names, first), digits=digits)} ({centered[first]:.1%}). "
        f"As you drew it: {spoken(called(names, second), digits=digits)} ({drawn[second]:.1%})."
    )
    return f"Untrained. {words}" if untrained else words


def pen_sign(drawing: Drawing) -> str:
    """Return the pen as one character: down or up, ink or eraser."""
    if drawing.erases:
        return "×" if drawing.down else "□"
    return "●" if drawing.down else "○"


def pen_words(drawing: Drawing) -> str:
    """Describe the pen and its steps, every number of a fixed width."""
    done, undone = drawing.steps
    tool = "eraser" if drawing.erases else "pen   "
    return (
        f"{tool} {pen_sign(drawing)} {'down' if drawing.down else 'up  '}  "
        f"width {drawing.width:4.1f}  at {drawing.x:2.0f},{drawing.y:2.0f}  "
        f"undo {done:<3} redo {undone:<3}"
    )


def flowed(items: Sequence[str], width: int) -> list[str]:
    """Flow short texts into lines of at most `columns`, without breaking one."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(APART) + len(item) <= width:
            lines[-1] += APART + item
        else:
            lines.append(item)
    return lines
