"""Every key of the main screen, once: bindings, help and command palette are made from these."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

ALPHA = Binding.Group("alpha", compact=True)
DIGIT = Binding.Group("digit", compact=True)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, what it does, and how it is told to a person."""

    keys: str  # as Textual names them
    action: str
    help: str  # a phrase, for help and palette
    shown_as: str
    footer: str = ""  # a word or two; none: it is not in the footer
    group: Binding.Group | None = None  # in the footer, one label for neighbours

    @property
    def binding(self) -> Binding:
        """The key as Textual binds it."""
        return Binding(
            self.keys,
            self.action,
            self.footer,
            show=bool(self.footer),
            key_display=self.shown_as,
            tooltip=self.help,
            group=self.group,
        )


TOPICS = {
    "Training": (
        Key("space", "train", "train, pause, go on", "Space", "train"),
        Key("s", "step(1)", "make exactly one update", "s", "step"),
        Key("S", "step(10)", "make ten updates", "S"),
        Key("plus,equals_sign", "alpha(1.25)", "alpha × 1.25, live", "+", "alpha", ALPHA),
        Key("minus", "alpha(0.8)", "alpha ÷ 1.25, live", "-", "alpha", ALPHA),
        Key("r", "reset", "begin again from the same first weights", "r", "reset"),
        Key("p", "preset", "begin again with a preset", "p", "preset"),
        Key("R", "reset_seed", "begin again from other first weights (next seed)", "R"),
    ),
    "Test digits": (
        Key("left", "digit(-1)", "the digit before", "←", "digit", DIGIT),
        Key("right", "digit(1)", "the next digit", "→", "digit", DIGIT),
        Key("pageup", "digit(-10)", "ten digits back", "PgUp"),
        Key("pagedown", "digit(10)", "ten digits on", "PgDn"),
        Key("home", "go_to(0)", "the first digit", "Home"),
        Key("end", "go_to(-1)", "the last digit", "End"),
        Key("slash", "ask_index", "go to a digit by its number", "/"),
        Key("n", "mistake(1)", "the next digit the network gets wrong", "n", "wrong"),
        Key("N", "mistake(-1)", "the digit before that it gets wrong", "N"),
        Key("e", "deformed", "see the digit deformed, as augment does it", "e"),
    ),
    "Program": (
        Key("tab", "app.focus_next", "into the hyperparameters, field by field", "Tab"),
        Key("question_mark,f1", "help", "this help", "?", "help"),
        Key("q", "app.quit", "leave at once", "q", "quit"),
        Key("g", "glyphs", "draw the digit with ASCII characters or blocks", "g"),
    ),
}
KEYS = [key for topic in TOPICS.values() for key in topic]
