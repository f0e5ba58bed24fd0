"""Text whose wrapped lines stand under the words they continue, for the entries of lists."""

from __future__ import annotations

from textwrap import wrap

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

MIN_COLUMNS = 12  # right of an indent; with fewer, the lines stand further to the left
LEAST_INDENT = 2


class HangingText(Visual):
    """Text that is wrapped with an indent on all lines but its own."""

    def __init__(self, text: str, indent: int) -> None:
        """Take a text and the columns to indent its wrapped lines by."""
        self._text = text
        self._indent = indent

    def __str__(self) -> str:
        """Return the text as it is without wrapping."""
        return self._text

    def wrapped(self, width: int) -> Content:
        """Return the text in lines of at most this many columns."""
        indent = self._indent if width - self._indent >= MIN_COLUMNS else LEAST_INDENT
        if width <= LEAST_INDENT:
            return Content(self._text)
        lines = (
            wrap(line, width, subsequent_indent=" " * indent) or [""]
            for line in self._text.split("\n")
        )
        return Content("\n".join(line for several in lines for line in several))

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Render the wrapped lines."""
        return self.wrapped(width).render_strips(width, height, style, options)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width that needs no wrapping."""
        return Content(self._text).get_optimal_width(rules, container_width)

    def get_minimal_width(self, rules: RulesMap) -> int:
        """Return the narrowest width that still wraps between words."""
        return Content(self._text).get_minimal_width(rules)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines at this width."""
        return self.wrapped(width).get_height(rules, width)
