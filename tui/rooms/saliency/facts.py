"""Names and numbers, one a line, with as much explanation below as fits."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ...widgets.lines import LinesWidget

MAX_COLUMNS = 36  # columns between a name's beginning and its number's end
MIN_ROWS_FOR_TITLE = 8  # rows


class Facts(LinesWidget):
    """Shows the latest facts; numbers are right-aligned in a column."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._facts: Sequence[tuple[str, str]] = ()
        self._words: Sequence[str] = ()

    def update(self, facts: Sequence[tuple[str, str]], words: Sequence[str]) -> None:
        """Show (name, number) pairs, the most important first, and paragraphs below."""
        self._facts, self._words = facts, words
        self.redraw()

    def redraw(self) -> None:
        """Draw what was given last."""
        quiet, width = self.ink("quiet"), max(1, self.size.width - 1)
        lines = [self.title(self._title)] if self.size.height >= MIN_ROWS_FOR_TITLE else []
        for name, number in self._facts:
            room = min(width - 1, MAX_COLUMNS) - len(name)
            lines.append(
                Text.assemble(" ", (name, quiet), (f"{number:>{max(0, room)}}", self.ink("title")))
            )
        for paragraph in self._words:
            wrapped = Text(paragraph, quiet).wrap(self.app.console, width)
            if len(lines) + len(wrapped) > self.size.height:
                break  # a paragraph is shown in full or not at all
            lines += wrapped
        self.show(lines[: self.size.height])
