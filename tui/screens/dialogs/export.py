"""The window that writes results: what, and where to; nothing is written over unasked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSoonError
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ...config.recipe import written
from ...datasets.paths import whole
from ...datasets.progress import Effort, GivenUpError
from ...errors import EXPECTED, Problem
from ...export.files import check_writable
from ...export.formats import FORMS, Form, Material, target
from ...text import printable
from ...widgets.chart import Chart
from ...widgets.path_input import PathField
from ..main.dashboard import Cockpit
from .base import Dialog
from .prompts import ConfirmScreen

if TYPE_CHECKING:
    from ....net.run.checkpoint import Saved
    from ....net.trainer import RunState

LOOK = 0.1  # seconds between two looks at how far the writing is
RECIPE = len(FORMS)  # its place among the choices; it is shown, not written


class ExportScreen(Dialog[None]):
    """Closes when something was written."""

    BINDINGS = [
        Binding("escape", "leave", "Leave"),
        Binding("down", "move(1)", "Choose", show=False),
        Binding("up", "move(-1)", "Choose", show=False),
    ]

    def __init__(self, cockpit: Cockpit, number: int, screen: str) -> None:
        """number: of the current run. screen: as it was, as SVG."""
        super().__init__()
        self._cockpit, self._number, self._picture = cockpit, number, screen
        self._proposed = ""  # the name that stands there if nobody typed another
        self._effort: Effort | None = None

    def compose(self) -> ComposeResult:
        """What, which images, where to, how far it is or what is wrong."""
        longest = max(len(form.title) for form in FORMS)
        name = printable(self._cockpit.names[self._number], 40)
        with Vertical(classes="window export") as frame:
            frame.border_title = Content(f"Save and export · {name}")
            yield OptionList(
                *(Option(Content(f"{form.title:<{longest}}  {form.says}")) for form in FORMS),
                Option(Content(f"{'recipe':<{longest}}  this run on one line, to paste at P")),
            )
            with Vertical(classes="fields"):
                with Horizontal(classes="row to"):
                    yield Label("  write to", classes="name")
                    yield PathField()
                with Horizontal(classes="row of"):
                    yield Label("  answers for", classes="name")
                    yield PathField(placeholder="the test images; or a file, such as test.csv")
                yield Label("", classes="recipe", markup=False)
            yield Label("", classes="progress", markup=False)
            yield Label("", classes="complaint", markup=False)

    def on_mount(self) -> None:
        """Begin with the first choice."""
        choices = self.query_one(OptionList)
        choices.can_focus = False
        choices.highlighted = 0
        self._field("to").focus()
        self.set_interval(LOOK, self._look)

    def on_unmount(self) -> None:
        """However the window ends, nobody waits any more."""
        if self._effort is not None:
            self._effort.give_up()

    def _field(self, which: str) -> PathField:
        return self.query_one(f".{which} PathField", PathField)

    @property
    def _form(self) -> Form | None:
        """What is chosen; None for the recipe."""
        place = self.query_one(OptionList).highlighted or 0
        return FORMS[place] if place < RECIPE else None

    def on_descendant_focus(self) -> None:
        """Say by a sign, too, where what is typed goes."""
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
        """Where no field has the focus: the recipe."""
        if self._form is None:
            self.app.copy_to_clipboard(self._recipe())
            self.app.notify("Copied, if this terminal lets programs do that.", markup=False)

    def _recipe(self) -> str:
        seen = self._cockpit.session.snapshot()
        return written(seen.course)

    # Writing

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self._begin(target(self._field("to").value), overwrite=False)
        except Problem as problem:
            self._complain(str(problem))

    def _begin(self, path: Path, *, overwrite: bool) -> None:
        form = self._form
        if form is None or self._effort is not None:
            return
        self._complain("")
        self._effort = Effort(f"writing {printable(path.name, 40)}")
        self._look()
        self._write(self._effort, form, path, self._field("of").value, overwrite=overwrite)

    @work(thread=True)
    def _write(self, effort: Effort, form: Form, path: Path, of: str, *, overwrite: bool) -> None:
        try:
            if not overwrite and os.path.lexists(path) and not path.is_dir():
                self.app.call_from_thread(self._ask, effort, path)
                return
            check_writable(path, overwrite=overwrite, endings=form.endings)
            material = self._material(effort, form)
            if form.draws:
                self.app.call_from_thread(form.put, material, path, of, overwrite)
            else:
                form.put(material, path, of, overwrite)
            size = path.stat().st_size
        except GivenUpError:
            return
        except (*EXPECTED, OSError) as problem:
            if not effort.is_given_up:
                self.app.call_from_thread(self._refused, effort, str(problem))
            return
        if not effort.is_given_up:
            self.app.call_from_thread(self._done, effort, f"Written: {path} ({size:,} bytes)")

    def _material(self, effort: Effort, form: Form) -> Material:
        """Everything as it stands now, asked of the training thread."""
        dataset = self._cockpit.session.dataset
        assert dataset is not None
        runs = self._runs(effort, self._numbers(form))
        view = self._cockpit.query_one(Chart).view
        effort.check()
        return Material(runs, dataset, view, self._picture, effort.note)

    def _numbers(self, form: Form) -> list[int]:
        """Of the runs it is of, the current one last."""
        others = [seen.run.number for seen in self._cockpit.session.runs() if seen.run]
        others.remove(self._number)
        if form.of == "run":
            others = []
        if form.of == "chart":
            others = [number for number in others if number not in self._cockpit.hidden]
        return [*others, self._number]

    def _runs(self, effort: Effort, numbers: Sequence[int]) -> list[tuple[str, Saved]]:
        """Runs with their names, by number, and what made them."""
        from ....net.run.checkpoint import Saved
        from ...datasets.loading import made_of

        session, names = self._cockpit.session, self._cockpit.names
        assert session.dataset is not None
        made = made_of(session.dataset, whole(self._cockpit.source()))
        found: list[tuple[str, Saved]] = []
        for number in numbers:
            answer: Future[RunState | None] = Future()
            session.ask(number, answer.set_result)
            state = _patiently(answer, effort)
            if state is not None:
                name = names.get(number, f"run {number}")
                twice = list(names.values()).count(name) > 1
                found.append((f"{name} ({number})" if twice else name, Saved(state, made)))
        return found

    # How it went

    def _ask(self, effort: Effort, path: Path) -> None:
        if effort is not self._effort:
            return
        self._effort = None
        self._look()

        def answered(yes: bool | None) -> None:
            if yes:
                self._begin(path, overwrite=True)

        self.app.push_screen(ConfirmScreen(f"{printable(path)} exists. Write over it?"), answered)

    def _refused(self, effort: Effort, why: str) -> None:
        if effort is self._effort:
            self._effort = None
            self._look()
            self._complain(why)

    def _done(self, effort: Effort, words: str) -> None:
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


def _patiently(answer: Future[RunState | None], effort: Effort) -> RunState | None:
    """Wait for the update under way, however long it takes, but not for nobody."""
    while True:
        effort.check()
        try:
            return answer.result(LOOK)
        except TooSoonError:
            continue
