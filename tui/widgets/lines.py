"""Base of widgets made of finished lines; redraws only changed cells.

On a slow connection every byte counts. A panel passes all its lines to `show`, and only the
differing cells of each row are sent to the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

ROLES = {  # roles of colors, with their names in the theme
    "title": "foreground",
    "quiet": "secondary",
    "moving": "accent",
    "chosen": "primary",
    "warning": "warning",
    **{sign: sign for sign in ("plus", "minus")},
    **{f"run{hue}": f"run-{hue}" for hue in range(4)},
}
# Whatever may take no cell or two of them: all but Latin letters, arrows, lines, blocks, braille.
UNUSUAL = re.compile("[^\x20-\x7e\xa0-\xac\xae-\u02ff\u2190-\u2199\u2500-\u259f\u2800-\u28ff]")


@cache
def _style(color: str, *, bold: bool) -> Style:
    return Style(color=Color.parse(color).rich_color, bold=bold or None)


def changed(before: Strip, after: Strip) -> tuple[int, int] | None:
    """Return the range of cells, start and end, in which two rows differ; None if they do not."""
    if before == after:
        return None
    old, new = _cells(before), _cells(after)
    differing = [x for x, (a, b) in enumerate(zip_longest(old, new)) if a != b]
    return (differing[0], differing[-1] + 1) if differing else None


def _cells(strip: Strip) -> list[tuple[str, object]]:
    """Return a row's cells, each with its style; a wide character occupies its first cell."""
    cells: list[tuple[str, object]] = []
    for text, style, _ in strip:
        if not UNUSUAL.search(text):
            cells.extend([(character, style) for character in text])
            continue
        for character in text:
            cells.append((character, style))
            cells.extend([("", style)] * (cell_len(character) - 1))
    return cells


class LinesWidget(Widget):
    """Shows the latest lines, cut to its size."""

    DEFAULT_CSS = "LinesWidget { height: 1fr; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: list[Strip] = []

    def on_mount(self) -> None:
        """Redraw everything once the new colours apply."""
        self.app.theme_changed_signal.subscribe(
            self, lambda _: self.call_after_refresh(self.redraw), immediate=True
        )

    def on_resize(self) -> None:
        """Draw to the new size at once."""
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last, to the size and in the colours of now."""

    def show(self, lines: Sequence[Text | Strip]) -> None:
        """Put these lines in place of those before."""
        if not self.size.width:  # wrapped to no width, they would flash up a letter a line
            lines = ()
        rows = [line if isinstance(line, Strip) else self.strip(line) for line in lines]
        regions: list[Region] = []
        for y, (before, after) in enumerate(zip_longest(self._rows, rows)):
            stretch = changed(before or Strip.blank(0), after or Strip.blank(0))
            if stretch:
                regions.append(Region(stretch[0], y, stretch[1] - stretch[0], 1))
        self._rows = rows
        if regions:
            self.refresh(*regions)

    def strip(self, line: Text) -> Strip:
        """Render a line as styled cells."""
        line.stylize_before(line.style)  # Rich leaves a line's own style out if it has no other
        return Strip(line.render(self.app.console), line.cell_len)

    def ink(self, role: str) -> Style:
        """Return the theme's style for one of ROLES."""
        return _style(self.app.theme_variables[ROLES[role]], bold=role == "chosen")

    def color(self, role: str) -> Color:
        """Return the theme's color for one of ROLES."""
        return Color.parse(self.app.theme_variables[ROLES[role]])

    def blends(self, role: str, count: int) -> list[RichColor]:
        """So many colours, from the ground this stands on to the theme's colour for a role."""
        ground, ink = self.background_colors[1], self.color(role)
        return [ground.blend(ink, step / (count - 1)).rich_color for step in range(count)]

    def title(self, title: str, *notes: tuple[str, Style], key: str = "") -> Text:
        """Draw a panel's first row: its title in a rule, with notes at the right end.

        Args:
            title: Its words.
            notes: Pieces of text, each with its style.
            key: Enlarges the panel; it stands before the title.
        """
        rule = self.ink("quiet")
        note = Text.assemble(*notes, no_wrap=True)
        left = Text("─ ", rule, no_wrap=True)
        if key:
            left.append(f"{key} ", self.ink("moving"))
        left.append(title, self.ink("title")).append(" ", rule)
        room = self.size.width - left.cell_len
        if notes and room >= note.cell_len + 3:
            left.append("─" * (room - note.cell_len - 3), rule)
            return left.append(" ").append_text(note).append(" ─", rule)
        if notes and room > note.cell_len:  # as far to the right as it can
            left.append(" " * max(1, room - note.cell_len - 1)).append_text(note)
            return left.append(" " * (self.size.width - left.cell_len))
        left.append("─" * max(0, room), rule)
        left.truncate(max(0, self.size.width), overflow="crop")
        return left

    def render_line(self, y: int) -> Strip:
        """One row as Textual wants it: padded, and on the widget's own ground."""
        row = self._rows[y] if y < len(self._rows) else Strip.blank(0)
        return row.adjust_cell_length(self.size.width).apply_style(self.rich_style)
