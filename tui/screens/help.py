"""The help screen: what is to be seen, and every key, made from the bindings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..explanations import EXPLANATIONS
from ..keys import FILE_ACTIONS, RUN_KEYS, TOPICS, Key
from ..room_keys import ROOM_KEYS
from .cockpit import Cockpit
from .dialog import Dialog

KEYS_OF = {  # a section's keys
    "Hyperparameters": "Keys: training",
    "Chart": "Keys: chart",
    "Time": "Keys: time",
    "Runs": "Keys: in the runs table",
    "When a run goes wrong": "Keys: training",
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
    for topic, keys in TOPICS.items():
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


class HelpScreen(Dialog[None]):
    """Scrolls; Esc, q, ? or F1 closes it."""

    CSS_PATH = "window.tcss"
    BINDINGS = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", key_display="Esc"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def __init__(self, heading: str = "") -> None:
        """heading: of the section to begin with; empty: at the top."""
        super().__init__()
        self._heading = heading

    def compose(self) -> ComposeResult:
        """The sections in a frame."""
        cockpits = [screen for screen in self.app.screen_stack if isinstance(screen, Cockpit)]
        files = all(cockpit.may_touch_files for cockpit in cockpits)
        with VerticalScroll(id="help", classes="window") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "↑ ↓ scroll · Esc close"
            for heading, words in arranged(sections(files=files), self._heading).items():
                text = Text.assemble((heading, "bold"), "\n", words, "\n")
                classes = "asked" if heading == self._heading else ""
                yield Static(text, markup=False, classes=classes)

    def on_mount(self) -> None:
        """Go to what was asked for."""
        if asked := self.query(".asked"):
            self.call_after_refresh(asked.first().scroll_visible, top=True, animate=False)

    async def action_dismiss(self, result: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Close."""
        self.dismiss(result)
