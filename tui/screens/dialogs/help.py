"""The help screen: explanations, and every key, generated from the bindings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from textwrap import wrap

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Input
from textual.widgets.option_list import Option

from ...keymap.glossary import glossary_text
from ...keymap.help_text import EXPLANATIONS
from ...keymap.main_keys import FILE_ACTIONS, KEYS_BY_TOPIC, RUN_KEYS, Key
from ...keymap.room_keys import ROOM_KEYS
from ...text import printable
from ...widgets.lines import LinesWidget
from .base import Dialog
from .choice_dialog import ChoiceDialog

KEY = 18  # columns of a key, before its description
TERM = re.compile(r"\S.{,10}?\s{2,}")  # the term that a line explains, and the gap after it
TWO_COLUMNS = 110  # minimum columns for keys beside explanations
GAP = 4  # columns between the two

KEYS_OF = {  # a section's keys
    "Hyperparameters": "Keys: training",
    "Chart": "Keys: chart",
    "Time": "Keys: time",
    "Runs": "Keys: in the runs table",
    "When a run goes wrong": "Keys: training",
    "Lessons": "Keys: lessons",
    "Files": "Keys: files",
    "Network": "Keys: network",
    "Find alpha": "Keys: range test",
    "The lie of the land": "Keys: landscape",
    "Maths": "Keys: maths",
    "Watch one digit": "Keys: digit",
    "Test digit and prediction": "Keys: test digits",
    "Confusion": "Keys: confusion",
    "Gallery": "Keys: gallery",
    "Weights": "Keys: weights",
    "Contributions": "Keys: logits",
    "Sweep": "Keys: sweep",
    "Draw": "Keys: draw",
    "Pixels: saliency and flips": "Keys: pixels",
}
EVERYWHERE = (
    ("Ctrl+P", "command palette: every action by name"),
    ("Ctrl+L", "repaint the screen, if something else has drawn on it"),
    ("Ctrl+Q  Ctrl+C", "leave at once, from anywhere"),
    ("Esc", "leave a field, a window or a room"),
)


def sections(*, files: bool = True) -> dict[str, Text]:
    """Return the help by heading: the explanations, then the keys by topic.

    `files` says whether the keys that touch the disk are available.
    """
    found = {
        heading: Text(words)
        for heading, words in EXPLANATIONS.items()
        if files or heading != "Files"
    }
    found["Glossary"] = Text(glossary_text())
    for topic, keys in KEYS_BY_TOPIC.items():
        found[f"Keys: {topic.lower()}"] = _table(_allowed(keys, files=files))
    found["Keys: in the runs table"] = Text(
        f"  {'Enter':<15} go on from the run under the cursor\n"
    ).append_text(_table(RUN_KEYS))
    for room, keys in ROOM_KEYS.items():
        found[f"Keys: {room.replace('_', ' ')}"] = _table(_allowed(keys, files=files))
    found["Keys: everywhere"] = Text("\n".join(f"  {key:<15} {what}" for key, what in EVERYWHERE))
    return found


def arranged(all_of_it: Mapping[str, Text], asked: str) -> dict[str, Text]:
    """Return the same sections with the requested one, and its keys, first."""
    first = [heading for heading in (asked, KEYS_OF.get(asked, "")) if heading in all_of_it]
    return {heading: all_of_it[heading] for heading in (*first, *all_of_it)}


def _allowed(keys: Iterable[Key], *, files: bool) -> list[Key]:
    return [key for key in keys if files or key.action not in FILE_ACTIONS]


def _table(keys: Iterable[Key]) -> Text:
    return Text("\n".join(f"  {key.shown_as:<15} {key.help}" for key in keys))


def laid_out(parts: Mapping[str, Text], width: int) -> list[Text]:
    """Wrap headings and paragraphs to at most this many columns.

    What explains a key or a term goes on below its own beginning, not below the term.
    """
    lines: list[Text] = []
    for heading, words in parts.items():
        lines += [Text(heading, "bold", no_wrap=True)]
        lines += [Text(line) for line in _wrapped(words.plain, max(1, width))] + [Text()]
    return lines


def _wrapped(words: str, width: int) -> list[str]:
    lines: list[str] = []
    for line in re.sub(r"\n {8,}", " ", words).split("\n"):
        if line.startswith("  "):
            term, rest = line[:KEY], line[KEY:]
        else:
            found = TERM.match(line)
            term = found[0] if found else ""
            rest = line[len(term) :]
        indent = " " * min(len(term), width // 2)
        lines += wrap(rest, width, initial_indent=term, subsequent_indent=indent) or [term.rstrip()]
    return lines


def matching(parts: Mapping[str, Text], query: str) -> dict[str, Text]:
    """Return what of each section has every word of a query: paragraphs, or lines of a table.

    A section whose heading has them all is returned whole.
    """
    words = query.casefold().split()
    found: dict[str, Text] = {}
    for heading, text in parts.items():
        if all(word in heading.casefold() for word in words):
            found[heading] = text
            continue
        plain = re.sub(r"\n {8,}", " ", text.plain)
        blocks = [block for block in plain.split("\n\n") if _has(block, words)]
        kept = [
            "\n".join(line for line in block.split("\n") if _has(line, words) or "\n" not in block)
            for block in blocks
        ]
        if kept := [block for block in kept if block]:
            found[heading] = Text("\n\n".join(kept))
    return found


def _has(text: str, words: Iterable[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


class HelpText(LinesWidget):
    """The full help: in one column, or with explanations beside keys."""

    DEFAULT_CSS = "HelpText { height: auto; }"

    def __init__(self, parts: Mapping[str, Text]) -> None:
        super().__init__()
        self._parts = parts
        self._laid_out: tuple[int, list[Text]] = 0, []  # width, and the lines for it
        self._places: dict[str, int] = {}  # the line of each heading

    def narrow(self, parts: Mapping[str, Text]) -> None:
        """Show these sections instead."""
        self._parts, self._laid_out = parts, (0, [])
        self.refresh(layout=True)
        self.redraw()

    def place(self, heading: str) -> int:
        """Return the line of a heading, 0 being the first."""
        return self._places.get(heading, 0)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (Textual's signature)
        """As many rows as the words take."""
        return len(self._lines(width))

    def redraw(self) -> None:
        """Lay the text out for the present width."""
        self.show(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Text]:
        if self._laid_out[0] != width:
            self._laid_out = width, self._lay_out(width)
        return self._laid_out[1]

    def _lay_out(self, width: int) -> list[Text]:
        if width < TWO_COLUMNS:
            return self._column(self._parts, width)
        each = (width - GAP) // 2
        is_key = {heading: heading.startswith("Keys: ") for heading in self._parts}
        left, right = (
            self._column(
                {name: text for name, text in self._parts.items() if is_key[name] is keys}, each
            )
            for keys in (False, True)
        )
        lines: list[Text] = []
        for one, other in zip_longest(left, right, fillvalue=Text()):
            line = one.copy()
            line.pad_right(each + GAP - line.cell_len)
            lines.append(line.append_text(other))
        return lines

    def _column(self, parts: Mapping[str, Text], width: int) -> list[Text]:
        """Return the sections below one another; remember where each begins."""
        lines: list[Text] = []
        for heading, words in parts.items():
            self._places[heading] = len(lines)
            lines += laid_out({heading: words}, width)
        return lines


class ContentsDialog(ChoiceDialog):
    """Ends with a heading, or None."""

    def __init__(self, headings: Iterable[str]) -> None:
        options = (Option(Content(heading), id=heading) for heading in headings)
        super().__init__(options, title="Contents", enter="go there")


class HelpDialog(Dialog[None]):
    """Scrolls, searches, and leads to a section; Esc, q, ? or F1 closes it."""

    AUTO_FOCUS = ""  # the keys scroll until you search
    BINDINGS = [
        Binding("q,question_mark,f1", "dismiss", "Close", key_display="q"),
        Binding("escape", "back", "Back", key_display="Esc"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("c", "contents", "Contents"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
    ]

    def __init__(self, heading: str = "", *, files: bool = True) -> None:
        """Create the window.

        Args:
            heading: of the section to begin with; empty: at the top.
            files: whether to explain the keys that touch the disk.
        """
        super().__init__()
        self._heading, self._files = heading, files
        self._parts = arranged(sections(files=files), heading)

    @property
    def asked(self) -> str:
        """The first section, if one was requested."""
        found = arranged(sections(), self._heading)
        heading, words = next(iter(found.items()))
        return f"{heading}\n{words.plain}" if heading == self._heading else ""

    def compose(self) -> ComposeResult:
        """Yield a search field, and the sections in a frame, the requested one first."""
        with Vertical(id="help", classes="window") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "/ search · c contents · ↑ ↓ scroll · Esc close"
            yield Input(placeholder="/ to search, such as momentum", compact=True, id="search")
            with VerticalScroll(id="pages", can_focus=False):
                yield HelpText(self._parts)

    @property
    def _pages(self) -> VerticalScroll:
        return self.query_one("#pages", VerticalScroll)

    def action_search(self) -> None:
        """Type what to look for."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Show only what has it."""
        event.stop()
        query = printable(event.value)
        everything = arranged(self._parts, "Glossary")  # whoever types a term wants its meaning
        found = matching(everything, query) if query.strip() else self._parts
        nothing = {f"Nothing here has “{query}” in it.": Text("c opens the contents.")}
        self.query_one(HelpText).narrow(found or nothing)
        self._pages.scroll_home(animate=False)

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        """Give the keys back to the text."""
        event.stop()
        self.set_focus(None)

    def action_contents(self) -> None:
        """Choose a section to go to."""

        def chosen(heading: str | None) -> None:
            if heading is not None:
                self.query_one(Input).value = ""
                self.query_one(HelpText).narrow(self._parts)
                self.call_after_refresh(self._go_to, heading)

        self.app.push_screen(ContentsDialog(self._parts), chosen)

    def _go_to(self, heading: str) -> None:
        self._pages.scroll_to(y=self.query_one(HelpText).place(heading), animate=False)

    def action_scroll(self, rows: int) -> None:
        """Scroll the text by rows."""
        self._pages.scroll_relative(y=rows, animate=False)

    def action_turn(self, pages: int) -> None:
        """Scroll the text by pages."""
        self.action_scroll(pages * max(1, self._pages.size.height - 1))

    def action_back(self) -> None:
        """Leave the search; without one, close."""
        search = self.query_one(Input)
        if search.has_focus or search.value:
            search.value = ""
            self.set_focus(None)
        else:
            self.dismiss(None)

    async def action_dismiss(self, result: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Close."""
        self.dismiss(result)
