"""The windows of the sweep room: a new sweep, a sweep's folder, a picture's file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label

from ...errors import EXPECTED_ERRORS, UserError
from ...export.files import check_writable
from ...export.formats import target
from ...export.png import PICTURES
from ...screens.dialogs.input_dialog import InputDialog
from ...text import plural, printable
from ...widgets.path_input import PathInput
from .proposal import Proposal, Workload, parse_proposal, shown_command
from .reading import duration

if TYPE_CHECKING:
    from ....net.hyperparameters import Hyperparameters

YIELDS = (
    "It runs in the background, at the lowest priority: the current run and all other programs "
    "come first, so on a busy machine it waits. It ends with the app; what has come stays in the "
    "folder."
)


class NewSweepDialog(InputDialog[Proposal]):
    """Ends with a sweep to begin, or None; says what it costs and which command it is."""

    def __init__(
        self,
        line: str,
        hyperparameters: Hyperparameters,
        work: Workload,
        arguments: Callable[[Proposal], list[str]],
    ) -> None:
        """Create the dialog.

        Args:
            line: The sweep that is proposed.
            hyperparameters: Of the current run.
            work: What a run costs.
            arguments: Returns the arguments of the command.
        """
        super().__init__("A small sweep of the current run", enter="begin", size="")
        self._line, self._hyperparameters = line, hyperparameters
        self._work, self._arguments = work, arguments

    def entry(self) -> Input:
        """Return the field, with what is proposed."""
        return Input(self._line, compact=True, select_on_focus=False)

    def hints(self) -> Iterable[Widget]:
        """Return the cost, the command, and what else is to be known."""
        return (
            Label("", classes="cost", markup=False),
            Label("", classes="command hint", markup=False),
            Label(
                "0.01:1:log7 is seven values at equal ratios, 10,32,128-64 are three", markup=False
            ),
            Label(YIELDS, classes="hint", markup=False),
        )

    def parse(self, text: str) -> Proposal:
        """Return the sweep."""
        try:
            return parse_proposal(text, self._hyperparameters)
        except EXPECTED_ERRORS as problem:
            raise UserError(str(problem)) from problem

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        cost, command = self.query_one(".cost", Label), self.query_one(".command", Label)
        complaint = self.query_one(".complaint", Label)
        try:
            proposal = self.parse(event.value)
        except UserError as problem:
            cost.update("")
            command.update("")
            complaint.update(Content(printable(problem)))
            return
        complaint.update("")
        runs, seconds = len(proposal.cells), proposal.seconds(self._work)
        about = duration(max(1.0, seconds)) if seconds >= 1 else "a second"
        count = f"{runs} {plural('run', runs)}"
        cost.update(Content(f"{count}, about {about} if nothing else trains"))
        command.update(Content(printable(shown_command(self._arguments(proposal)))))


class OpenSweepDialog(InputDialog[Path]):
    """Ends with a folder, which is not looked at here, or None."""

    def __init__(self, text: str = "", complaint: str = "") -> None:
        """Create the dialog, with what was typed before and why that could not be opened."""
        super().__init__("Open a sweep", enter="open · Tab → complete", size="")
        self._text, self._complaint = text, complaint

    def entry(self) -> Input:
        """Return the field for a path."""
        return PathInput(self._text, placeholder="its folder, as after --out")

    def on_mount(self) -> None:
        """Say why the folder before could not be opened."""
        self.query_one(".complaint", Label).update(Content(printable(self._complaint)))

    def parse(self, text: str) -> Path | None:
        """Return the folder."""
        return folder_of(text) if text.strip() else None


class PictureDialog(InputDialog[Path]):
    """Ends with the name of a picture's file, or None."""

    def __init__(self, line: str, complaint: str = "") -> None:
        """Create the dialog with a proposed name, and why the one before could not be written."""
        super().__init__("Save the heat map as a picture", enter="write", size="")
        self._line, self._complaint = line, complaint

    def entry(self) -> Input:
        """Return the field for a path."""
        return PathInput(self._line)

    def hints(self) -> Iterable[Widget]:
        """Return which names are good."""
        return (Label("A name that ends in .svg or .png", classes="hint", markup=False),)

    def on_mount(self) -> None:
        """Say why the name before was not good."""
        self.query_one(".complaint", Label).update(Content(printable(self._complaint)))

    def parse(self, text: str) -> Path:
        """Return the file, which may exist."""
        path = target(text)
        check_writable(path, overwrite=True, endings=PICTURES)
        return path


def folder_of(text: str) -> Path:
    """Return a typed folder in full. Raises UserError for none."""
    try:
        return Path(text.strip()).expanduser().absolute()
    except (RuntimeError, ValueError, OSError) as failure:
        raise UserError(f"{text.strip()}: is no path: {failure}") from failure
