"""The hyperparameter panel: input fields, each validated when it loses the focus."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
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
from ..config.fields import FIELDS, Field, format_value
from ..config.stepping import Step
from ..errors import EXPECTED_ERRORS
from ..text import printable
from ..training.pending import Event, waiting_words
from .lines import LinesWidget

TURN = Binding.Group("value", compact=True)
MARK = "↻"  # marks a field that takes effect with the next run
NAME, SIDES = 11, 2  # columns of a row: its name; the padding at both ends


class FieldInput(Input):
    """The input of one value. ↑ ↓ step it, Enter applies it, Esc restores the chosen one."""

    BINDINGS = [
        Binding("up", "turn(1)", "value", key_display="↑", group=TURN),
        Binding("down", "turn(-1)", "value", key_display="↓", group=TURN),
        Binding("enter", "submit", "take it", key_display="Enter"),
        Binding("tab", "app.focus_next", "next field", key_display="Tab"),
        Binding("escape", "revert", "leave", key_display="Esc"),
        Binding("f1", "screen.help", "help", key_display="F1"),
    ]

    def __init__(self, value: str, step: Step, hint: str) -> None:
        """Take the first value.

        Args:
            value: As text.
            step: Returns the values next to one.
            hint: What the field accepts, for the footer.
        """
        super().__init__(value, compact=True, select_on_focus=True, tooltip=hint)
        self._chosen, self._step, self.hint = value, step, hint

    @property
    def chosen(self) -> str:
        """The value to go back to, as text."""
        return self._chosen

    @property
    def is_edited(self) -> bool:
        """Whether the text differs from the chosen value."""
        return self.value != self._chosen

    def choose(self, value: str) -> None:
        """Make this the value to go back to; the text stays."""
        self._chosen = value

    def restore(self) -> None:
        """Replace the text by the chosen value."""
        self.value = self._chosen

    def action_turn(self, by: int) -> None:
        """Write the value one step up or down; what is no value stays as it is."""
        with suppress(ValueError, OverflowError):
            self.value = self._step(self.value, by)
            self.cursor_position = len(self.value)

    def action_revert(self) -> None:
        """Forget what was typed and give the keys back to the screen."""
        self.restore()
        self.post_message(FieldRow.Reverted())
        self.screen.set_focus(None)


class FieldRow(Vertical):
    """A hyperparameter's name, the chosen value, and the event it waits for, if any.

    Below stand the possible values while the field has the focus, and the error, if any.
    """

    @dataclass
    class Entered(Message):
        """The user entered a value."""

        row: FieldRow
        """The row of the field."""
        text: str
        """The text as typed."""

    class Reverted(Message):
        """The user discarded the typed value."""

    def __init__(self, field: Field, value: object) -> None:
        super().__init__(id=f"field-{field.name}")
        self.field = field
        self._entry = FieldInput(format_value(value), field.step, field.hint)
        self._mark = Label(self._plain_mark, classes="mark", markup=False)
        self._word = Label(field.hint, classes="word", markup=False)  # or the error
        self._now, self._event = (
            format_value(value),
            None,
        )  # what the run goes by; what is waited for

    def compose(self) -> ComposeResult:
        """Name, value and mark in a row; the hint or the error under them, if there is one."""
        with Horizontal():
            yield Label(self.field.label, classes="name")
            yield self._entry
            yield self._mark
        yield self._word

    @property
    def _plain_mark(self) -> str:
        return MARK if self.field.needs_reset else " "

    def put(self, value: object, now: object, event: Event | None) -> None:
        """Show the chosen value, unless the user is typing.

        Args:
            value: the chosen one.
            now: the run's own.
            event: when the value takes effect; None: it is in force.
        """
        entry = self._entry
        was_edited = entry.is_edited
        entry.choose(format_value(value))
        if not was_edited or not (entry.has_focus or self.has_class("wrong")):
            entry.restore()
        self._now, self._event = format_value(now), event
        self._show_mark()

    def on_resize(self) -> None:
        """Fit the pending change into the new width."""
        self._show_mark()

    def _show_mark(self) -> None:
        words = self._plain_mark
        if self._event is not None:
            room = self.size.width - SIDES - NAME - len(self._entry.chosen) - 2
            words = waiting_words(self._now, self._event, room)
        self._mark.set_class(self._event is not None, "waits")
        self._mark.update(Content(words))

    def _show_word(self) -> None:
        """Show the hint; for a field of choices, all values with the present one in [ ]."""
        choices = self.field.choices if self._entry.has_focus else ()
        self.set_class(bool(choices), "choosing")
        if self.has_class("wrong"):
            return
        typed = self._entry.value.strip().lower()
        listed = " ".join(f"[{choice}]" if choice == typed else choice for choice in choices)
        self._word.update(Content(listed or self.field.hint))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_word()

    def on_descendant_focus(self) -> None:
        """Show the values to choose from."""
        self._show_word()
        if self.field.choices:
            self.call_after_refresh(self._word.scroll_visible, animate=False)

    def on_descendant_blur(self) -> None:
        """And the hint again."""
        self._show_word()

    def refuse(self, why: str) -> None:
        """Show an error in the typed value under the field."""
        self._word.update(Content(printable(why)))
        self.add_class("wrong")
        # Only after the next layout has it a place to be scrolled to.
        self.call_after_refresh(self._word.scroll_visible, animate=False)

    def accept(self) -> None:
        """Clear the error, if there is one."""
        if self.has_class("wrong"):
            self.remove_class("wrong")
            self._show_word()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self, event.value))

    @on(Input.Blurred)
    def _blurred(self, event: Input.Blurred) -> None:
        event.stop()
        if event.value != self._entry.chosen:
            self.post_message(self.Entered(self, event.value))

    def restore(self) -> None:
        """Show what is in force again, if it was refused."""
        if self.has_class("wrong"):
            self.accept()
            self._entry.restore()


class HyperparameterPanel(VerticalScroll, can_focus=False):
    """All fields. Posts Changed with a full, valid set; invalid values stay in their fields."""

    @dataclass
    class Changed(Message):
        """The user changed the hyperparameters."""

        row: FieldRow
        """The changed field; call `row.refuse` if the value is not accepted."""
        hyperparameters: Hyperparameters
        """The full set with the change."""

    def __init__(self, hyperparameters: Hyperparameters, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted = hyperparameters
        self._goes_by: Hyperparameters | None = None  # the run's own; None: redraw all
        self._waits: Mapping[str, Event] = {}  # pending ones, with the events they wait for

    def compose(self) -> ComposeResult:
        """Yield a title; the fields come after the first frame."""
        yield PanelTitle("Hyperparameters", "4")

    def on_mount(self) -> None:
        """Many small widgets: what is to be seen first does not wait for them."""
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        rows = [FieldRow(field, getattr(self._wanted, field.name)) for field in FIELDS]
        await self.mount(*rows, after=0)
        running = self._goes_by or self._wanted
        self._goes_by = None
        self.update(self._wanted, running, self._waits)

    def update(
        self, wanted: Hyperparameters, running: Hyperparameters, waits: Mapping[str, Event]
    ) -> None:
        """Show what is wanted, and where the run still goes by something else, and until when."""
        if (wanted, running, waits) == (self._wanted, self._goes_by, self._waits):
            return
        self._wanted, self._goes_by, self._waits = wanted, running, waits
        for row in self.query(FieldRow):
            name = row.field.name
            row.put(getattr(wanted, name), getattr(running, name), waits.get(name))
            row.set_class(not row.field.applies(wanted), "unused")
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
        except EXPECTED_ERRORS as problem:
            row.refuse(str(problem))
        else:
            row.accept()
            self._goes_by = None  # redraw the entry with all others
            self.post_message(self.Changed(row, wanted))


class PanelTitle(LinesWidget):
    """A title in a rule, for a panel made of other widgets."""

    DEFAULT_CSS = "PanelTitle { height: 1; }"

    def __init__(self, words: str, key: str) -> None:
        """key: that enlarges the panel."""
        super().__init__()
        self._words, self._key = words, key
        self._note = ""

    def name_it(self, note: str) -> None:
        """Put a note at the end of the rule."""
        self._note = note
        self.redraw()

    def redraw(self) -> None:
        """Draw the rule as long as the panel is wide."""
        notes = [(self._note, self.ink("quiet"))] if self._note else []
        self.show([self.title(self._words, *notes, key=self._key)])
