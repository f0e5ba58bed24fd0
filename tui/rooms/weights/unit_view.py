"""One hidden unit on a whole screen: picture, outgoing weights, top images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual.strip import Strip

from ....net.inspection.terms import by_size
from ...render.glyphs import signed_bar
from ...render.labels import a, called, class_columns, widest
from ...render.tiles import TilePage, sizes
from ...widgets.digit_tile import digit_tile
from ...widgets.lines import LinesWidget
from ..gallery.thumbnails import thumbnail_row, weight_tile
from ..layout import row_lines, tall_row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ....net.inspection.units import UnitWeights
    from ....net.network import Array

CAPTION = 11  # columns under a digit
MIN_FACT_COLUMNS = 30
MAX_WORD_COLUMNS = 110  # columns beside the picture


@dataclass(frozen=True, slots=True, eq=False)
class UnitFacts:
    """The content of the view of one unit."""

    layer: int
    unit: int
    is_last: bool  # whether its layer is the last hidden one
    weights: UnitWeights
    share: float  # fraction of the test images at which it is active
    side: int
    images: NDArray[np.uint8]  # top × pixels: the images with the highest activation, highest first
    labels: tuple[str, ...]  # the class of each
    names: tuple[str, ...]  # of the classes
    Z: Array  # top
    things: str  # the word for the images
    in_signs: bool


def strongest(rows: LinesWidget, weights: Array, columns: int, names: Sequence[str] = ()) -> Text:
    """Draw as many weights as fit, largest in magnitude first, each with its target.

    `names` are the targets' names if they are classes.
    """
    line = Text(no_wrap=True)
    digits = widest(names, len(weights), class_columns(columns))
    for index in by_size(weights)[: columns // (digits + 9)].tolist():
        weight = float(weights[index])
        line.append(f"{called(names, index, digits):>{digits}} ", rows.ink("quiet"))
        line.append(f"{weight:+6.2f}  ", rows.ink("plus" if weight > 0 else "minus"))
    return line


class UnitView(LinesWidget):
    """Shows the latest unit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: UnitFacts | None = None

    def update(self, facts: UnitFacts) -> None:
        """Show this one."""
        self._facts = facts
        self.redraw()

    def redraw(self) -> None:
        """Draw the weights above, the images below."""
        facts, width = self._facts, self.size.width
        if facts is None or width < 2:
            return
        note = (f"never active on any test {facts.things.removesuffix('s')}", self.ink("warning"))
        if facts.share:
            note = (f"active on {facts.share:.1%} of test {facts.things}", self.ink("quiet"))
        lines: list[Text | Strip] = [self.title(f"Unit {facts.unit} of layer {facts.layer}", note)]
        picture = self._picture(facts)
        columns = max((row.cell_length for row in picture), default=0)
        upper = max(len(picture), min(len(facts.weights.outgoing) + 4, self.size.height - 8))
        words = self._words(facts, width - columns - 6, upper)
        for y in range(upper):
            left = picture[y] if y < len(picture) else Strip.blank(0)
            right = self.strip(words[y]) if y < len(words) else Strip.blank(0)
            lines.append(Strip.join([Strip.blank(2), left.adjust_cell_length(columns + 3), right]))
        self.show([*lines, *self._digits(facts, self.size.height - len(lines))])

    def _picture(self, facts: UnitFacts) -> list[Strip]:
        """Draw its incoming weights: as a picture of pixels, or the strongest inputs."""
        height = self.size.height
        if facts.layer > 1:
            each = self._bars(facts.weights.incoming, 30, max(5, height - 10))
            head = Text("reads most of these units", self.ink("quiet"))
            return [self.strip(line) for line in (head, *each)]
        fitting = [
            columns
            for columns in sizes(facts.side)
            if columns <= self.size.width - MIN_FACT_COLUMNS
            and -(-columns // 2) + 1 + 7 <= max(height, 22)
            and -(-columns // 2) + 1 <= height
        ]
        smallest = sizes(facts.side)[-1]
        columns = fitting[0] if fitting else max(2, min(smallest, 2 * (height - 2)))
        incoming, side = facts.weights.incoming, facts.side
        return weight_tile(self, incoming, side, columns, in_signs=facts.in_signs)

    def _words(self, facts: UnitFacts, width: int, height: int) -> list[Text]:
        """Draw the bias, a legend, and the outgoing weights."""
        quiet, unit = self.ink("quiet"), facts.weights
        where = "each class" if facts.is_last else f"units of layer {facts.layer + 1}"
        if len(unit.outgoing) > height - 4:
            where += ", the largest"
        largest = float(abs(unit.incoming).max())
        return [
            Text.assemble(("bias           ", quiet), (f"{unit.bias:+9.4f}", self.ink("title"))),
            Text.assemble(("largest weight ", quiet), (f"{largest:9.4f}", self.ink("title"))),
            Text.assemble(
                ("+ excites", self.ink("plus")), "   ", ("− inhibits", self.ink("minus"))
            ),
            Text(f"adds to {where}:", quiet),
            *self._bars(
                unit.outgoing,
                min(width, MAX_WORD_COLUMNS),
                height - 4,
                facts.names if facts.is_last else (),
            ),
        ]

    def _bars(
        self, weights: Array, width: int, height: int, names: Sequence[str] = ()
    ) -> list[Text]:
        """Draw weights as bars to either side of a middle: all in order, or the largest.

        `names` are the targets' names if they are classes.
        """
        import numpy as np

        height = max(0, height)
        shown = np.arange(len(weights)) if len(weights) <= height else by_size(weights)[:height]
        most = float(abs(weights).max())
        digits = widest(names, len(weights), class_columns(width))
        half = max(1, (width - digits - 10) // 2)
        each = row_lines(len(shown), height)
        lines: list[Text] = []
        for index in shown.tolist():
            weight = float(weights[index])
            ink = self.ink("plus" if weight > 0 else "minus")
            share = weight / most if most > 0 and np.isfinite(weight) else 0.0
            name = called(names, index, digits)
            line = Text(f"{name:>{digits}} ", self.ink("title"), no_wrap=True)
            line.append(f"{weight:+7.3f} ", ink)
            drawn = Text(signed_bar(share, 2 * half + 1), ink, no_wrap=True)
            lines += tall_row(line, drawn, each)
        return lines

    def _digits(self, facts: UnitFacts, height: int) -> list[Text | Strip]:
        """Draw as many top images as fit."""
        title = self.title("Excited most by", ("Enter: all of these, large", self.ink("quiet")))
        columns = min(sizes(facts.side)[-1], 2 * (height - 2))
        if columns < 10:
            words = "  ".join(
                f"{a(label, digits=facts.things == 'digits')} (Z {value:.2f})"
                for label, value in zip(facts.labels, facts.Z.tolist(), strict=True)
            )
            line = Text(f" {words}"[: self.size.width], self.ink("quiet"))
            return [title, line] if height > 1 else [title]
        rows = -(-columns // 2)
        wide, down = max(columns, CAPTION) + 2, max(1, (height - 1) // (rows + 1))
        here = TilePage(columns, rows, max(1, self.size.width // wide), down, wide, rows + 1)
        lines: list[Text | Strip] = [title]
        for begin in range(0, min(len(facts.labels), here.count), here.across):
            these = range(begin, min(begin + here.across, len(facts.labels)))
            lines += thumbnail_row(self, [self._tile(facts, i, columns) for i in these], here)
        return lines

    def _tile(self, facts: UnitFacts, index: int, columns: int) -> tuple[list[Strip], Text]:
        image = facts.images[index].reshape(facts.side, facts.side)
        label, value = facts.labels[index], facts.Z[index]
        words = f"{label}  Z {value:6.2f}" if len(label) < 3 else f"{label} {value:.2f}"
        caption = Text(words, self.ink("quiet"))
        return digit_tile(self, image, columns), caption
