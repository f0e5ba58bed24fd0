"""Pictures of signed numbers: color and character give the sign, density gives the size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from ...layout import Ink

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLUS = " ·+*#"  # upright, for what is positive: the more strokes, the more
MINUS = " ·-~="  # lying, for what is negative
LEGEND = "#*+ more than 0   =~- less"


def signed_rows(values: NDArray[np.floating], rows: int, ink: Ink) -> list[Text]:
    """side × side numbers as at most `rows` lines; each character is two of them above one another.

    Where there is room for all rows, each number is two characters wide. The strongest sign of
    each is that of the largest number of the picture; what is no number is left empty.
    """
    if rows < 1:
        return []
    side = len(values)
    numbers = np.nan_to_num(values.astype(float), nan=0.0, posinf=0.0, neginf=0.0)
    if rows >= side:
        cells = numbers.repeat(2, axis=1)
    else:
        top = max(0, side // 2 - rows)  # what is cut off is cut above as below
        seen = numbers[top : top + 2 * rows]
        seen = seen[: len(seen) // 2 * 2]
        cells = (seen[0::2] + seen[1::2]) / 2
    largest = float(np.abs(cells).max()) or 1.0
    steps = np.ceil(np.abs(cells) / largest * (len(PLUS) - 1) - 0.25).astype(int)
    lines: list[Text] = []
    for row, sizes in zip(cells.tolist(), steps.tolist(), strict=True):
        line = Text(no_wrap=True)
        for value, step in zip(row, sizes, strict=True):
            sign, role = (PLUS, "moving") if value > 0 else (MINUS, "run2")
            line.append(sign[step], ink(role) if step else "")
        lines.append(line)
    return lines
