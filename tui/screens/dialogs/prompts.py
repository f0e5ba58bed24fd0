"""Small windows that ask: for a name, or whether it is meant."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ...errors import UserError
from ...text import printable
from .base import Dialog

MAX_NAME_LENGTH = 40


class NameDialog(Dialog[str | None]):
    """Ends with a name that is not empty, or None."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def __init__(
        self,
        name: str,
        title: str = "Name of the run",
        check: Callable[[str], object] = lambda _: None,
    ) -> None:
        """check: raises UserError for a name that cannot be."""
        super().__init__()
        self._before, self._title, self._check = name, title, check

    def compose(self) -> ComposeResult:
        """One entry with the name so far."""
        with Vertical(classes="window small") as frame:
            frame.border_title = self._title
            frame.border_subtitle = "Enter take it · Esc leave"
            yield Input(self._before, compact=True, max_length=MAX_NAME_LENGTH)
            yield Label("", classes="complaint", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        try:
            if name:
                self._check(name)
        except UserError as problem:
            self.query_one(".complaint", Label).update(Content(printable(problem)))
        else:
            self.dismiss(name or None)

    def action_leave(self) -> None:
        """Keep the name."""
        self.dismiss(None)


class ConfirmDialog(Dialog[bool | None]):
    """Ends with True for yes. Enter gives the answer that is marked."""

    BINDINGS = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
        Binding("enter", "usual", "The answer that is marked"),
    ]

    def __init__(self, question: str, *, usual: bool = False) -> None:
        """usual: the answer that Enter gives; where something would be lost, that is no."""
        super().__init__()
        self._question, self._usual = question, usual

    def compose(self) -> ComposeResult:
        """The question and its two answers."""
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
