"""Small dialogs: one asks for a name, one for confirmation."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from .base import Dialog
from .input_dialog import InputDialog

MAX_NAME_LENGTH = 40


class NameDialog(InputDialog[str]):
    """Ends with a nonempty name, or None."""

    def __init__(
        self,
        name: str,
        title: str = "Name of the run",
        check: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Create the dialog.

        Args:
            name: the present name.
            title: of the window.
            check: raises UserError for an invalid name.
        """
        super().__init__(title, enter="take it")
        self._before, self._check = name, check

    def entry(self) -> Input:
        """Return the field, with the name so far."""
        return Input(self._before, compact=True, max_length=MAX_NAME_LENGTH)

    def parse(self, text: str) -> str | None:
        """Return the name; None for an empty one."""
        if name := text.strip():
            self._check(name)
        return name or None


class ConfirmDialog(Dialog[bool | None]):
    """Ends with True for yes. Enter gives the marked answer."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
        Binding("enter", "usual", "The answer that is marked"),
    ]

    def __init__(self, question: str, *, usual: bool = False) -> None:
        """Ask a question; Enter gives the answer `usual`: no, where something may be lost."""
        super().__init__()
        self._question, self._usual = question, usual

    def compose(self) -> ComposeResult:
        """Yield the question and its two answers."""
        answers = "▸ y, Enter yes   n, Esc no" if self._usual else "y yes   ▸ n, Enter, Esc no"
        with Vertical(classes="window small") as frame:
            frame.border_subtitle = answers
            yield Label(self._question, markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with it."""
        self.dismiss(yes)

    def action_usual(self) -> None:
        """Close with the answer that is marked."""
        self.dismiss(self._usual)
