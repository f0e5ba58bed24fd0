"""Lines of a list that go on below their words where they are too long for it."""

from __future__ import annotations

from textwrap import wrap

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions


class Hanging(Content):
    """Text whose lines are continued with an indent, so that keys and numbers stand alone."""

    def __init__(self, text: str, indent: int) -> None:
        """indent: columns before what does not fit in a line."""
        super().__init__(text)
        self._indent = indent

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the rows at this width."""
        return self._wrapped(width).get_height(rules, width)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Render it at this width."""
        return self._wrapped(width).render_strips(width, height, style, options)

    def _wrapped(self, width: int) -> Content:
        indent = " " * min(self._indent, width // 2)
        lines = [
            part
            for line in self.plain.split("\n")
            for part in wrap(line, max(1, width), subsequent_indent=indent) or [""]
        ]
        return Content("\n".join(lines))
