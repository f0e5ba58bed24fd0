"""The hyperparameter panel: fields a person types into, each checked when it is left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Label

from ...net.hyperparameters import Hyperparameters
from ...net.presets import preset_of
from ..fields import FIELDS, Field, shown
from ..problem import EXPECTED
from ..text import printable
from .rows import Rows


class FieldInput(Input):
    """Where one value is typed. Enter takes it, Esc puts back what is in force."""

    BINDINGS = [Binding("escape", "revert", "Leave the field")]

    in_force = ""  # the value to go back to, as text

    def action_revert(self) -> None:
        """Forget what was typed and give the keys back to the screen."""
        self.value = self.in_force
        self.post_message(FieldRow.Reverted())
        self.screen.set_focus(None)


class FieldRow(Vertical):
    """A hyperparameter's name, its value, whether it needs a reset, and below what is wrong."""

    @dataclass
    class Entered(Message):
        """A person has entered something."""

        row: FieldRow
        """Where."""
        text: str
        """What, as typed."""

    class Reverted(Message):
        """A person wants what was in force before."""

    def __init__(self, field: Field) -> None:
        super().__init__(id=f"field-{field.name}")
        self.field = field

    def compose(self) -> ComposeResult:
        """Name, value and mark in a row; the error under them, hidden while there is none."""
        with Horizontal():
            yield Label(self.field.label, classes="name")
            yield FieldInput(compact=True, select_on_focus=True, tooltip=self.field.hint)
            yield Label("↻" if self.field.needs_reset else " ", classes="mark")
        yield Label("", classes="complaint", markup=False)
        yield Label(self.field.hint, classes="hint", markup=False)

    def put(self, value: object, *, waits: bool) -> None:
        """Show the value in force, unless a person is typing; `waits`: for a reset."""
        entry = self.query_one(FieldInput)
        entry.in_force = shown(value)
        self.query_one(".mark", Label).set_class(waits, "waits")
        if not entry.has_focus and not self.has_class("wrong") and entry.value != entry.in_force:
            entry.value = entry.in_force

    def refuse(self, why: str) -> None:
        """Say under the field what is wrong with what was typed."""
        self.query_one(".complaint", Label).update(Content(printable(why)))
        self.add_class("wrong")
        # Only after the next layout has it a place to be scrolled to.
        complaint = self.query_one(".complaint", Label)
        self.call_after_refresh(complaint.scroll_visible, animate=False)

    def accept(self) -> None:
        """Nothing is wrong (any more)."""
        self.remove_class("wrong")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        if event.value != self.query_one(FieldInput).in_force:
            self.post_message(self.Entered(self, event.value))

    @on(Reverted)
    def _reverted(self, event: Reverted) -> None:
        event.stop()
        self.accept()


class HyperparameterPanel(VerticalScroll, can_focus=False):
    """All fields. Posts Changed with a full, valid set; what is invalid stays in its field."""

    @dataclass
    class Changed(Message):
        """A person wants other hyperparameters."""

        row: FieldRow
        """The field they changed; `row.refuse` if it cannot be after all."""
        hyperparameters: Hyperparameters
        """The whole set, with the change."""

    def __init__(self, hyperparameters: Hyperparameters, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted = hyperparameters
        self._shown: tuple[Hyperparameters, Hyperparameters] | None = None

    def compose(self) -> ComposeResult:
        """A title, the fields, and a note that appears when a reset is due."""
        yield PanelTitle("Hyperparameters")
        for field in FIELDS:
            yield FieldRow(field)
        yield Label("r resets with new ↻", classes="note")

    def on_mount(self) -> None:
        """Fill in the first values."""
        self.update(self._wanted, self._wanted)

    def update(self, wanted: Hyperparameters, running: Hyperparameters) -> None:
        """Show what is wanted, and mark where the run still goes by something else."""
        if (wanted, running) == self._shown:
            return
        self._wanted, self._shown = wanted, (wanted, running)
        waiting = False
        for row in self.query(FieldRow):
            name = row.field.name
            waits = row.field.needs_reset and getattr(wanted, name) != getattr(running, name)
            row.put(getattr(wanted, name), waits=waits)
            row.set_class(not row.field.applies(wanted), "unused")
            waiting = waiting or waits
        self.set_class(waiting, "waiting")
        self.query_one(PanelTitle).name_it(preset_of(wanted) or "")

    @on(FieldRow.Entered)
    def _entered(self, event: FieldRow.Entered) -> None:
        event.stop()
        row = event.row
        try:
            value = row.field.parse(event.text)
            wanted = replace(self._wanted, **{row.field.name: value})
        except EXPECTED as problem:
            row.refuse(str(problem))
        else:
            row.accept()
            self._shown = None  # the entry is to be written as all are
            self.post_message(self.Changed(row, wanted))


class PanelTitle(Rows):
    """A title in a rule, for a panel made of other widgets."""

    DEFAULT_CSS = "PanelTitle { height: 1; }"

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self._note = ""

    def name_it(self, note: str) -> None:
        """Put a note at the end of the rule."""
        self._note = note
        self.redraw()

    def redraw(self) -> None:
        """Draw the rule as long as the panel is wide."""
        notes = [(self._note, self.ink("quiet"))] if self._note else []
        self.show([self.title(self._words, *notes)])
