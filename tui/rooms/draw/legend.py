"""The words below the canvas: the prediction, the pen, and as many keys as fit."""

from __future__ import annotations

from collections.abc import Sequence

from ...render.labels import called, spoken
from .pen import Drawing

EMPTY = (  # the longest that fits is shown
    "Enter puts the pen down, arrows draw; or drag the mouse.",
    "Enter: pen down; arrows or mouse draw",
)
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
    columns: int,
    untrained: bool,
    digits: bool = True,
) -> str:
    """Return both answers, for the drawing brought into the data's form and as it was drawn.

    In few columns they are told in fewer words.
    """
    first, second = (
        max(range(len(shares)), key=shares.__getitem__) for shares in (centered, drawn)
    )
    one, other = (
        f"{spoken(called(names, label), digits=digits)} ({shares[label]:.1%})"
        for label, shares in ((first, centered), (second, drawn))
    )
    words = f"Centred: {one}. As you drew it: {other}."
    if untrained:
        words = f"Untrained. {words}"
    return words if len(words) <= columns else f"Centred {one}, as drawn {other}"


def pen_sign(drawing: Drawing) -> str:
    """Return the pen as one character: down or up, ink or eraser."""
    if drawing.erases:
        return "×" if drawing.down else "□"
    return "●" if drawing.down else "○"


def pen_words(drawing: Drawing, columns: int) -> str:
    """Describe the pen and its steps, every number of a fixed width, as far as there is room."""
    done, undone = drawing.steps
    tool = "eraser" if drawing.erases else "pen   "
    words, *others = (
        f"{tool} {pen_sign(drawing)} {'down' if drawing.down else 'up  '}",
        f"  width {drawing.width:4.1f}",
        f"  at {drawing.x:2.0f},{drawing.y:2.0f}",
        f"  undo {done:<3} redo {undone:<3}",
    )
    for part in others:
        if len(words) + len(part) > columns:
            break
        words += part
    return words


def flowed(items: Sequence[str], width: int) -> list[str]:
    """Flow short texts into lines of at most `columns`, without breaking one."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(APART) + len(item) <= width:
            lines[-1] += APART + item
        else:
            lines.append(item)
    return lines
