"""The help screen: what is to be seen, and every key, made from the bindings themselves."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from ..keys import TOPICS

INTRODUCTION = {
    "What happens here": "A neural network learns to read handwritten digits, from scratch, while "
    "you watch. Each iteration it looks at the training digits, finds for every weight how the "
    "loss would change with it (the gradient), and moves all weights a little the other way: by "
    "alpha times the gradient.",
    "Hyperparameters": "What you choose. Tab or a click goes into a field, Enter takes the value, "
    "Esc leaves it. They act from the next update on; ↻ marks those that act from the next reset "
    "on. p chooses a preset, a whole set that goes together.",
    "Accuracy": "The share of digits answered right: the line for those it learns from, the dots "
    "for the test digits it never learns from.",
    "Test digit and prediction": "One of the 10 000 test digits, and how sure the network, as it "
    "is now, is of each answer.  ✓ right   ✗ wrong   ◂ the true label.",
}
MORE_KEYS = (
    ("Ctrl+P", "command palette: every action by name"),
    ("Ctrl+Q  Ctrl+C", "leave at once, from anywhere"),
    ("Esc", "leave a field or a window"),
)


def help_text() -> Text:
    """The introduction, then the keys by topic."""
    text = Text()
    for heading, words in INTRODUCTION.items():
        text.append(f"{heading}\n", "bold").append(f"{words}\n\n")
    for topic, keys in TOPICS.items():
        text.append(f"{topic}\n", "bold")
        for key in keys:
            text.append(f"  {key.shown_as:<15} {key.help}\n")
        text.append("\n")
    text.append("Everywhere\n", "bold")
    for key, what in MORE_KEYS:
        text.append(f"  {key:<15} {what}\n")
    return text


class HelpScreen(ModalScreen[None]):
    """Scrolls; Esc, q, ? or F1 closes it."""

    CSS_PATH = "window.tcss"
    BINDINGS = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", key_display="Esc"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def compose(self) -> ComposeResult:
        """The text in a frame."""
        with VerticalScroll(id="help", classes="window") as frame:
            frame.border_title = "Help"
            frame.border_subtitle = "↑ ↓ scroll · Esc close"
            yield Static(help_text(), markup=False)

    async def action_dismiss(self, result: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Close."""
        self.dismiss(result)
