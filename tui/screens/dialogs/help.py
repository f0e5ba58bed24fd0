"""The help screen: what is to be seen, and every key, made from the bindings themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from textwrap import wrap

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.geometry import Size

from ...keymap.help_text import EXPLANATIONS
from ...keymap.main_keys import FILE_ACTIONS, KEYS_BY_TOPIC, RUN_KEYS, Key
from ...keymap.room_keys import ROOM_KEYS
from ...widgets.lines import LinesWidget
from .base import Dialog

KEY = 18  # columns before what a key does
TERM = re.compile(r"\S.{,10}?\s{2,}")  # what a line explains, and the gap after it
TWO_COLUMNS = 110  # columns from which the keys have room beside the explanations
GAP = 4  # columns between the two

KEYS_OF = {  # a section's keys
    "Hyperparameters": "Keys: training",
    "Chart": "Keys: chart",
    "Time": "Keys: time",
    "Runs": "Keys: in the runs table",
    "When a run goes wrong": "Keys: training",
    "Lessons": "Keys: lessons",
    "Files": "Keys: files",
    "Maths": "Keys: maths",
    "Watch one digit": "Keys: digit",
    "Test digit and prediction": "Keys: test digits",
    "Confusion": "Keys: confusion",
    "Gallery": "Keys: gallery",
    "Weights": "Keys: weights",
    "Contributions": "Keys: logits",
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
    """Everything there is to say, by heading: the explanations, then the keys by topic.

    files: whether the keys are for this person that lead to the disk.
    """
    found = {
        heading: Text(words)
        for heading, words in EXPLANATIONS.items()
        if files or heading != "Files"
    }
    for topic, keys in KEYS_BY_TOPIC.items():
        found[f"Keys: {topic.lower()}"] = _table(_allowed(keys, files=files))
    found["Keys: in the runs table"] = Text(
        f"  {'Enter':<15} go on from the run under the cursor\n"
    ).append_text(_table(RUN_KEYS))
    for room, keys in ROOM_KEYS.items():
        found[f"Keys: {room}"] = _table(_allowed(keys, files=files))
    found["Keys: everywhere"] = Text("\n".join(f"  {key:<15} {what}" for key, what in EVERYWHERE))
    return found


def arranged(all_of_it: Mapping[str, Text], asked: str) -> dict[str, Text]:
    """The same, but what was asked for, and its keys, come first."""
    first = [heading for heading in (asked, KEYS_OF.get(asked, "")) if heading in all_of_it]
    return {heading: all_of_it[heading] for heading in (*first, *all_of_it)}


def _allowed(keys: Iterable[Key], *, files: bool) -> list[Key]:
    return [key for key in keys if files or key.action not in FILE_ACTIONS]


def _table(keys: Iterable[Key]) -> Text:
    return Text("\n".join(f"  {key.shown_as:<15} {key.help}" for key in keys))


def laid_out(parts: Mapping[str, Text], width: int) -> list[Text]:
    """Headings and paragraphs in lines of at most so many columns.

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


class HelpText(LinesWidget):
    """All that there is to say: in one column, or explanations beside keys."""

    DEFAULT_CSS = "HelpText { height: auto; }"

    def __init__(self, parts: Mapping[str, Text]) -> None:
        super().__init__()
        self._parts = parts
        self._laid_out: tuple[int, list[Text]] = 0, []  # for so many columns

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  (Textual's signature)
        """As many rows as the words take."""
        return len(self._lines(width))

    def redraw(self) -> None:
        """The words, to the width of now."""
        self.show(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Text]:
        if self._laid_out[0] != width:
            self._laid_out = width, self._lay_out(width)
        return self._laid_out[1]

    def _lay_out(self, width: int) -> list[Text]:
        if width < TWO_COLUMNS:
            return laid_out(self._parts, width)
        each = (width - GAP) // 2
        is_key = {heading: heading.startswith("Keys: ") for heading in self._parts}
        left, right = (
            laid_out(
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


class HelpDialog(Dialog[None]):
    """Scrolls; Esc, q, ? or F1 closes it."""

    BINDINGS = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", key_display="Esc"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def __init__(self, heading: str = "", *, files: bool = True) -> None:
        """Take what to explain.

        Args:
            heading: of the section to begin with; empty: at the top.
            files: whether the keys that lead to the disk are explained.
        """
        super().__init__()
        self._heading, self._files = heading, files

    @property
    def asked(self) -> str:
        """What it begins with, if a section was asked for."""
        found = arranged(sections(), self._heading)
        heading, words = next(iter(found.items()))
        return f"{heading}\n{words.plain}" if heading == self._heading else ""

    def compose(self) -> ComposeResult:
        """The sections in a frame, what was asked for first."""
        with VerticalScroll(id="help", classes="window") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "↑ ↓ scroll · Esc close"
            yield HelpText(arranged(sections(files=self._files), self._heading))

    async def action_dismiss(self, result: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Close."""
        self.dismiss(result)
