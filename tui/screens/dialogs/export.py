"""The export dialog: what to write and where; files are never replaced without asking."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSoonError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ...config.recipe import format_recipe
from ...datasets.paths import expanded
from ...datasets.progress import CancellableTask, CancelledError
from ...errors import EXPECTED_ERRORS, UserError
from ...export.formats import FORMS, ExportFormat, ExportInput, target
from ...text import printable
from ...widgets.hanging_text import HangingText
from ...widgets.path_input import PathInput
from ..thread_results import call_if_open
from .base import Dialog
from .prompts import ConfirmDialog

if TYPE_CHECKING:
    from ....net.run.checkpoint import SavedModel
    from ....net.run.state import RunState
    from ...export.predictions import Predictions
    from ...render.chart_view import ChartView
    from ...training.workspace import Workspace

POLL_INTERVAL_S = 0.1  # between two updates of the progress
RECIPE = len(FORMS)  # its index among the choices; it is shown, not written


class ExportDialog(Dialog[None]):
    """Closes when something has been written."""

    BINDINGS = [
        Binding("escape", "leave", "Leave"),
        Binding("down", "move(1)", "Choose", show=False),
        Binding("up", "move(-1)", "Choose", show=False),
    ]

    def __init__(self, workspace: Workspace, number: int, view: ChartView, screen: str) -> None:
        """Create the dialog.

        Args:
            workspace: whose runs may be exported.
            number: of the current run.
            view: of the chart.
            screen: the screen beneath the window, as SVG.
        """
        super().__init__()
        self._workspace, self._number = workspace, number
        self._view, self._picture = view, screen
        self._proposed = ""  # the proposed name, until the user types another
        self._effort: CancellableTask | None = None

    def compose(self) -> ComposeResult:
        """Yield the formats, the fields for images and destination, the progress and any error."""
        longest = max(len(form.title) for form in FORMS)
        name = printable(self._workspace.names[self._number], 40)
        with Vertical(classes="window export") as frame:
            frame.border_title = Content(f"Save and export · {name}")
            yield OptionList(
                *(_entry(form.title, form.says, longest) for form in FORMS),
                _entry("recipe", "this run on one line, to paste at P", longest),
            )
            with Vertical(classes="fields"):
                with Horizontal(classes="row to"):
                    yield Label("  write to", classes="name")
                    yield PathInput()
                with Horizontal(classes="row of"):
                    yield Label("  answers for", classes="name")
                    yield PathInput(placeholder="the test images; or a file, such as test.csv")
                yield Label("", classes="recipe", markup=False)
            yield Label("", classes="progress", markup=False)
            yield Label("", classes="complaint", markup=False)

    def on_mount(self) -> None:
        """Begin with the first choice."""
        choices = self.query_one(OptionList)
        choices.can_focus = False
        choices.highlighted = 0
        self._field("to").focus()
        self.set_interval(POLL_INTERVAL_S, self._look)

    def on_unmount(self) -> None:
        """Cancel what is running, however the window closes."""
        if self._effort is not None:
            self._effort.give_up()

    def _field(self, which: str) -> PathInput:
        return self.query_one(f".{which} PathInput", PathInput)

    @property
    def _form(self) -> ExportFormat | None:
        """The chosen format; None for the recipe."""
        place = self.query_one(OptionList).highlighted or 0
        return FORMS[place] if place < RECIPE else None

    def on_descendant_focus(self) -> None:
        """Mark the field in focus with a sign as well as its color."""
        for which, words in (("to", "write to"), ("of", "answers for")):
            sign = "▸" if self._field(which).has_focus else " "
            self.query_one(f".{which} Label", Label).update(f"{sign} {words}")

    # Choosing

    def action_move(self, by: int) -> None:
        """Down and up the choices."""
        choices = self.query_one(OptionList)
        choices.highlighted = ((choices.highlighted or 0) + by) % choices.option_count

    @on(OptionList.OptionHighlighted)
    def _chosen(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        form, to = self._form, self._field("to")
        self._complain("")
        self.query_one(".to").display = form is not None
        self.query_one(".of").display = form is not None and form.asks
        enter = "Enter copy" if form is None else "Tab next field · Enter write"
        self.query_one(".window").border_subtitle = f"↑ ↓ what · {enter} · Esc leave"
        shown = self.query_one(".recipe", Label)
        shown.display = form is None
        if form is None:
            shown.update(Content(self._recipe()))
            self.set_focus(None)
            return
        if to.value == self._proposed:
            self._proposed = form.proposed(self._number)
            to.put(self._proposed)
        if self.focused is None or not form.asks:
            to.focus()

    def key_enter(self) -> None:
        """Copy the recipe if no field has the focus."""
        if self._form is None:
            self.app.copy_to_clipboard(self._recipe())
            self.app.notify("Copied, if this terminal lets programs do that.", markup=False)

    def _recipe(self) -> str:
        seen = self._workspace.session.snapshot()
        return format_recipe(seen.hyperparameter_log)

    # Writing

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self._begin(target(self._field("to").value), overwrite=False)
        except UserError as problem:
            self._complain(str(problem))

    def _begin(self, path: Path, *, overwrite: bool) -> None:
        form = self._form
        if form is None or self._effort is not None:
            return
        self._complain("")
        self._effort = CancellableTask(f"writing {printable(path.name, 40)}")
        self._look()
        self._write(self._effort, form, path, self._field("of").value, overwrite=overwrite)

    @work(thread=True)
    def _write(
        self, effort: CancellableTask, form: ExportFormat, path: Path, of: str, *, overwrite: bool
    ) -> None:
        try:
            numbers = self._numbers(form)
            names = [self._run_name(number) for number in numbers]
            taken = next((file for file in form.files(path, names) if _is_file(file)), None)
            if taken is not None and not overwrite:
                call_if_open(self, self._ask, effort, path, taken)
                return
            form.check(path, names, overwrite=overwrite)
            material = self._material(effort, numbers, of)
            write = partial(form.write, material, path, overwrite=overwrite)
            if not form.draws:
                write()
            elif not call_if_open(self, write):
                return
            files = form.files(path, [name for name, _ in material.runs])
            size = sum(file.stat().st_size for file in files)
        except CancelledError:
            return
        except (*EXPECTED_ERRORS, OSError) as problem:
            call_if_open(self, self._refused, effort, str(problem))
            return
        call_if_open(self, self._done, effort, f"Written: {path} ({size:,} bytes)")

    def _material(self, effort: CancellableTask, numbers: Sequence[int], of: str) -> ExportInput:
        """Collect the material of an export in its present state, asking the training thread.

        Args:
            effort: the task; ends the wait if it is given up.
            numbers: of the runs, the current one last.
            of: source of the images to predict; empty: the test images.
        """
        dataset = self._workspace.session.dataset
        assert dataset is not None
        runs = self._runs(effort, numbers)
        effort.check()

        def predict() -> Predictions:
            from ...datasets.loading import predictions_input, questions_for
            from ...export.predictions import answers

            name, saved = runs[-1]
            if not of.strip():
                return answers(saved, predictions_input(dataset))
            questions = questions_for(saved, expanded(of), on_progress=effort.note, model=name)
            return answers(saved, questions)

        return ExportInput(runs, predict, self._view, self._picture)

    def _numbers(self, form: ExportFormat) -> list[int]:
        """Of the runs it is of, the current one last."""
        others = [seen.run.number for seen in self._workspace.session.runs() if seen.run]
        others.remove(self._number)
        if form.of == "run":
            others = []
        if form.of == "chart":
            others = [number for number in others if number not in self._workspace.hidden]
        return [*others, self._number]

    def _runs(
        self, effort: CancellableTask, numbers: Sequence[int]
    ) -> list[tuple[str, SavedModel]]:
        """Collect the runs of these numbers, with their names and provenance."""
        from ....net.run.checkpoint import SavedModel
        from ...datasets.loading import provenance_of

        session = self._workspace.session
        assert session.dataset is not None
        provenance = provenance_of(session.dataset, expanded(self._workspace.source))
        found: list[tuple[str, SavedModel]] = []
        for number in numbers:
            answer: Future[RunState | None] = Future()
            session.ask(number, answer.set_result)
            state = _patiently(answer, effort)
            if state is not None:
                found.append((self._run_name(number), SavedModel(state, provenance)))
        return found

    def _run_name(self, number: int) -> str:
        """Return the name of a run, with its number where another run has the same name."""
        names = self._workspace.names
        name = names.get(number, f"run {number}")
        return f"{name} ({number})" if list(names.values()).count(name) > 1 else name

    # Results

    def _ask(self, effort: CancellableTask, path: Path, taken: Path) -> None:
        """Ask whether to write to this path, where something has to be replaced."""
        if effort is not self._effort:
            return
        self._effort = None
        self._look()

        def answered(yes: bool | None) -> None:
            if yes:
                self._begin(path, overwrite=True)

        self.app.push_screen(ConfirmDialog(f"{printable(taken)} exists. Write over it?"), answered)

    def _refused(self, effort: CancellableTask, why: str) -> None:
        if effort is self._effort:
            self._effort = None
            self._look()
            self._complain(why)

    def _done(self, effort: CancellableTask, words: str) -> None:
        if effort is self._effort:
            self.app.notify(printable(words), markup=False, timeout=10)
            self.dismiss(None)

    def _look(self) -> None:
        self.query_one(".window").set_class(self._effort is not None, "busy")
        if self._effort is not None:
            self.query_one(".progress", Label).update(Content(self._effort.line))

    def _complain(self, why: str) -> None:
        self.query_one(".complaint", Label).update(Content(printable(why)))

    def action_leave(self) -> None:
        """Give up what is being written; if there is nothing, close."""
        if self._effort is None:
            self.dismiss(None)
            return
        self._effort.give_up()
        self._effort = None
        self._look()
        self._complain("Given up.")


def _entry(title: str, says: str, longest: int) -> Option:
    return Option(HangingText(f"{title:<{longest}}  {says}", longest + 2))


def _is_file(path: Path) -> bool:
    return os.path.lexists(path) and not path.is_dir()


def _patiently(answer: Future[RunState | None], effort: CancellableTask) -> RunState | None:
    """Wait for the update under way, however long it takes, unless the wait is cancelled."""
    while True:
        effort.check()
        try:
            return answer.result(POLL_INTERVAL_S)
        except TooSoonError:
            continue
