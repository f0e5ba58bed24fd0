"""The lesson's strip: a sentence or two, and one thing to do, beneath the app or beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Size

from ..render import large_text
from ..terminal.driver import SlowLinkDriver as Terminal
from .lines import LinesWidget

if TYPE_CHECKING:
    from ..lessons.player import LessonPage

ANSWER_KEYS = ("f2", "f3", "f4", "f5")
MAX_PROSE = 100  # columns: longer lines are hard to read
MIN_ROWS = 16  # of a terminal that can spare some for it
BESIDE_COLUMNS = 140  # of a terminal that has room for the lesson beside the app
FULL_COLUMNS = 78  # in which ROWS suffice for all that a lesson may say
LARGE_SHARE = 0.65  # of a terminal's rows that letters of several cells may take
WIDTH, ROWS, SLENDER_ROWS = 40, 5, 7  # columns beside the app; rows beneath it


class LessonStrip(LinesWidget):
    """Shows the page it was given last; takes no room without one."""

    DEFAULT_CSS = f"""
    LessonStrip {{ height: {ROWS}; display: none; background: $background; }}
    LessonStrip.-slender {{ height: {SLENDER_ROWS}; }}
    LessonStrip.-beside {{
        dock: right; width: {WIDTH}; height: 100%; padding-bottom: 1; border-left: solid $panel;
    }}
    """

    def __init__(self, page: LessonPage | None = None) -> None:
        super().__init__()
        self._page = page
        self._is_large = False

    def on_mount(self) -> None:
        """Take the place that the terminal has for it, before anything is laid out."""
        super().on_mount()
        self.fit()

    def fit(self) -> None:
        """Take the place that the terminal has for it now."""
        size = self.app.size
        self.set_class(self._page is not None and size.height >= MIN_ROWS, "-open")
        self.set_class(size.width < FULL_COLUMNS, "-slender")
        self.remove_class("-beside")
        large = self._large_rows()
        self._is_large = 0 < len(large) <= LARGE_SHARE * size.height
        is_beside = size.width >= BESIDE_COLUMNS and not self._is_large
        self.set_class(is_beside, "-beside")
        self.screen.set_class(self.has_class("-open") and not is_beside, "-beneath")
        if self._is_large:
            self.styles.height = 1 + len(large)
        else:
            self.styles.clear_rule("height")

    def beside(self, size: Size) -> Size:
        """Return what it leaves of a screen of this size."""
        if self._page is None or size.height < MIN_ROWS:
            return size
        if size.width >= BESIDE_COLUMNS:
            return Size(size.width - WIDTH, size.height)
        return Size(size.width, size.height - (SLENDER_ROWS if size.width < FULL_COLUMNS else ROWS))

    def update(self, page: LessonPage | None) -> None:
        """Show this page; without one, nothing."""
        if page != self._page:
            self._page = page
            self.fit()
            self.redraw()

    def redraw(self) -> None:
        """Write the page in the room there is; what is to be done always has its rows."""
        page = self._page
        if page is None or not self.size.width:
            self.show([])
            return
        title = self.title(*self._heading(page))
        if self._is_large:
            self.show([title, *self._large_rows()])
            return
        last = self._last_rows(page, self.size.width)
        room = max(0, self.size.height - 1 - len(last))
        words = self._words(page, self.size.width)[:room]
        beside = self.has_class("-beside")
        gap = [] if beside else [Text()] * (room - len(words))
        if beside:
            where = Text(f" {self._where(page)}", self.ink("quiet"))
            last = [Text(), *last, Text(), where] if room > len(words) + 2 else last
        self.show([title, *words, *gap, *last][: self.size.height])

    def _large_rows(self) -> list[Text]:
        """Return words and what is to be done in large letters, if an audience looks on."""
        page, size = self._page, self.app.size
        presents = self.screen.has_class("-presenting") and not Terminal.ascii_only
        if page is None or not presents or size.width < BESIDE_COLUMNS:
            return []
        columns = size.width // large_text.COLUMNS
        lines = [*self._words(page, columns), *self._last_rows(page, columns)]
        return [row for line in lines for row in large_text.enlarged(line, self.app.console)]

    def _heading(self, page: LessonPage) -> tuple[str, *tuple[tuple[str, Style], ...]]:
        where = () if self.has_class("-beside") else ((self._where(page), self.ink("quiet")),)
        return f"Lesson: {page.title}", *where

    def _where(self, page: LessonPage) -> str:
        return f"step {page.step} of {page.steps} · L: lessons" if page.step else "L: lessons"

    def _words(self, page: LessonPage, columns: int) -> list[Text]:
        """Return what is said, and what is asked."""
        text = Text(no_wrap=False)
        if page.verdict:
            text.append(f"{page.verdict} ", self.ink("plus" if page.was_right else "warning"))
        text.append(page.text, self.ink("title"))
        if page.ask:
            text.append(f"{' ' if page.text else ''}{page.ask}", self.ink("moving"))
        elif page.given:
            text.append(f"  You say: {page.given}.", self.ink("quiet"))
        return self._wrapped(text, columns)

    def _last_rows(self, page: LessonPage, columns: int) -> list[Text]:
        """Return the answers to choose from, or what is to be done."""
        if not page.answers:
            do = Text.assemble(("▸ ", self.ink("moving")), (page.do, self.ink("chosen")))
            return self._wrapped(do, columns) if page.do else []
        choices = [
            Text.assemble(
                (key.upper(), self.ink("moving") + Style(meta={"press": key})),
                (f" {answer}", self.ink("chosen") + Style(meta={"press": key})),
            )
            for key, answer in zip(ANSWER_KEYS, page.answers, strict=False)
        ]
        rows = [Text(" ")]
        for choice in choices:
            if rows[-1].cell_len > 1 and (
                self.has_class("-beside") or rows[-1].cell_len + choice.cell_len > columns - 2
            ):
                rows.append(Text(" "))
            rows[-1].append_text(choice).append("   ")
        return rows

    def _wrapped(self, text: Text, columns: int) -> list[Text]:
        width = min(MAX_PROSE, columns - 2)
        lines = text.wrap(self.app.console, max(1, width))
        return [Text(" ").append_text(line) for line in lines]

    def on_click(self, event: events.Click) -> None:
        """Press the key of the answer that was clicked at."""
        if (key := event.style.meta.get("press")) is not None:
            self.app.simulate_key(key)
