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

    BINDINGS = [
        Binding("enter", "submit", "take it", key_display="Enter"),
        Binding("tab", "app.focus_next", "next field", key_display="Tab"),
        Binding("escape", "revert", "leave", key_display="Esc"),
        Binding("f1", "screen.help", "help", key_display="F1"),
    ]

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

    def __init__(self, field: Field, value: object) -> None:
        super().__init__(id=f"field-{field.name}")
        self.field = field
        self._entry = FieldInput(
            shown(value), compact=True, select_on_focus=True, tooltip=field.hint
        )
        self._entry.in_force = shown(value)
        self._mark = Label("↻" if field.needs_reset else " ", classes="mark")
        self._word = Label(field.hint, classes="word", markup=False)  # or what is wrong

    def compose(self) -> ComposeResult:
        """Name, value and mark in a row; the hint or the error under them, if there is one."""
        with Horizontal():
            yield Label(self.field.label, classes="name")
            yield self._entry
            yield self._mark
        yield self._word

    def put(self, value: object, *, waits: bool) -> None:
        """Show the value in force, unless a person is typing; `waits`: for a reset."""
        entry = self._entry
        is_untouched = entry.value == entry.in_force
        entry.in_force = shown(value)
        self._mark.set_class(waits, "waits")
        if is_untouched or not (entry.has_focus or self.has_class("wrong")):
            entry.value = entry.in_force

    def refuse(self, why: str) -> None:
        """Say under the field what is wrong with what was typed."""
        self._word.update(Content(printable(why)))
        self.add_class("wrong")
        # Only after the next layout has it a place to be scrolled to.
        self.call_after_refresh(self._word.scroll_visible, animate=False)

    def accept(self) -> None:
        """Nothing is wrong (any more)."""
        if self.has_class("wrong"):
            self.remove_class("wrong")
            self._word.update(Content(self.field.hint))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        if event.value != self._entry.in_force:
            self.post_message(self.Entered(self, event.value))

    def restore(self) -> None:
        """Show what is in force again, if it was refused."""
        if self.has_class("wrong"):
            self.accept()
            self._entry.value = self._entry.in_force


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
        self._goes_by: Hyperparameters | None = None  # what the run goes by; None: to be shown anew

    def compose(self) -> ComposeResult:
        """A title and a note that appears when a reset is due; the fields come after the frame."""
        yield PanelTitle("Hyperparameters")
        yield Label("r resets with new ↻", classes="note")

    def on_mount(self) -> None:
        """Many small widgets: what is to be seen first does not wait for them."""
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        rows = [FieldRow(field, getattr(self._wanted, field.name)) for field in FIELDS]
        await self.mount(*rows, after=0)
        running = self._goes_by or self._wanted
        self._goes_by = None
        self.update(self._wanted, running)

    def update(self, wanted: Hyperparameters, running: Hyperparameters) -> None:
        """Show what is wanted, and mark where the run still goes by something else."""
        if (wanted, running) == (self._wanted, self._goes_by):
            return
        self._wanted, self._goes_by = wanted, running
        waiting = False
        for row in self.query(FieldRow):
            name = row.field.name
            waits = row.field.needs_reset and getattr(wanted, name) != getattr(running, name)
            row.put(getattr(wanted, name), waits=waits)
            row.set_class(not row.field.applies(wanted), "unused")
            waiting = waiting or waits
        self.set_class(waiting, "waiting")
        self.query_one(PanelTitle).name_it(preset_of(wanted) or "")

    @on(FieldRow.Reverted)
    def _reverted(self, event: FieldRow.Reverted) -> None:
        """Whoever leaves the fields leaves no wrong entry behind."""
        event.stop()
        for row in self.query(FieldRow):
            row.restore()

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
            self._goes_by = None  # the entry is to be written as all are
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
