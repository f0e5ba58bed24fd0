"""Every key of the main screen, once: bindings, help and command palette are made from these."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

ALPHA = Binding.Group("alpha", compact=True)
TIME = Binding.Group("time", compact=True)
DIGIT = Binding.Group("digit", compact=True)
STAGE = Binding.Group("stage", compact=True)
CHOOSE = Binding.Group("choose", compact=True)
UNIT = Binding.Group("unit", compact=True)
CLASS = Binding.Group("class", compact=True)


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
        Key("space", "train", "train, pause; from the past: go on from there", "Space", "train"),
        Key("s", "step(1)", "make exactly one update", "s", "step"),
        Key("S", "step(10)", "make ten updates", "S"),
        Key("plus,equals_sign", "alpha(1.25)", "alpha × 1.25, live", "+", "alpha", ALPHA),
        Key("minus", "alpha(0.8)", "alpha ÷ 1.25, live", "-", "alpha", ALPHA),
        Key("r", "reset", "a new run from the same first weights", "r", "redo"),
        Key("R", "reset_seed", "a new run from other first weights (next seed)", "R"),
        Key("p", "preset", "a new run with a preset", "p"),
        Key("h", "cure", "do what the coach offers when a run goes wrong", "h"),
    ),
    "Time": (
        Key(
            "left_square_bracket",
            "travel(-1)",
            "back in time: the network as it was",
            "[",
            "time",
            TIME,
        ),
        Key("right_square_bracket", "travel(1)", "forward in time", "]", "time", TIME),
        Key("left_curly_bracket", "moment(-1)", "back by one kept moment", "{"),
        Key("right_curly_bracket", "moment(1)", "forward by one kept moment", "}"),
        Key("f", "fork", "a new run from the moment shown", "f"),
        Key("escape", "back", "to the present; close what is open", "Esc"),
    ),
    "Runs": (Key("t", "runs", "the runs table, to compare and to go on from", "t", "runs"),),
    "Chart": (
        Key("l", "loss", "accuracy or loss", "l"),
        Key("y", "log('y')", "logarithmic y axis (accuracy: of the errors)", "y"),
        Key("Y", "log('x')", "logarithmic iterations", "Y"),
        Key("z", "zoom(0.5)", "zoom in on the reading line, or on the newest", "z"),
        Key("Z", "zoom(2.0)", "zoom out", "Z"),
        Key("less_than_sign", "pan(-0.25)", "earlier iterations", "<"),
        Key("greater_than_sign", "pan(0.25)", "later iterations", ">"),
        Key("a", "latest", "the latest iterations, or all", "a"),
        Key("o", "smooth", "smooth the curve, or do not", "o"),
        Key("comma", "line(-1)", "reading line to the left: exact values there", ","),
        Key("full_stop", "line(1)", "reading line to the right", "."),
    ),
    "Rooms": (
        Key("m", "room('maths')", "every number of one update, step by step", "m", "math"),
        Key("c", "room('confusion')", "which digit is taken for which, and the mistakes", "c"),
        Key("w", "room('weights')", "what each hidden unit looks for", "w"),
        Key("x", "room('pixels')", "which pixels spoke for and against; flip some", "x"),
        Key("i", "room('digit')", "this digit's ten probabilities through the run", "i"),
        Key("d", "room('draw')", "draw a digit of your own", "d"),
    ),
    "Test digits": (
        Key("left", "digit(-1)", "the digit before", "←", "digit", DIGIT),
        Key("right", "digit(1)", "the next digit", "→", "digit", DIGIT),
        Key("pageup", "digit(-10)", "ten digits back", "PgUp"),
        Key("pagedown", "digit(10)", "ten digits on", "PgDn"),
        Key("home", "go_to(0)", "the first digit", "Home"),
        Key("end", "go_to(-1)", "the last digit", "End"),
        Key("slash", "ask_index", "go to a digit by its number", "/"),
        Key("n", "mistake(1)", "the next digit the network gets wrong", "n"),
        Key("N", "mistake(-1)", "the digit before that it gets wrong", "N"),
        Key("e", "deformed", "see the digit deformed, as augment does it", "e"),
    ),
    "Program": (
        Key("tab", "app.focus_next", "into the hyperparameters, field by field", "Tab"),
        Key("question_mark,f1", "help", "this help", "?", "help"),
        Key("1", "only('chart')", "the chart alone, and back", "1"),
        Key("2", "only('digit')", "the digit alone, and back", "2"),
        Key("3", "only('probabilities')", "the prediction alone, and back", "3"),
        Key("4", "only('hyperparameters')", "the hyperparameters alone, and back", "4"),
        Key("5", "only('runs')", "the runs alone, and back", "5"),
        Key("g", "glyphs", "draw the digit with ASCII characters or blocks", "g"),
        Key("T", "theme", "other colours: dark, light, high contrast", "T"),
        Key("q", "app.quit", "leave at once", "q", "quit"),
    ),
}
RUN_KEYS = (  # in the table, of the run under its cursor; Enter goes on from it
    Key("v", "screen.run_show", "show the run on the chart, or hide it", "v", "show"),
    Key("n", "screen.run_name", "give the run a name", "n", "name"),
    Key("delete,backspace", "screen.run_remove", "remove the run", "Del", "remove"),
)
PICTURE_KEYS = (  # wherever there are pages of small pictures
    Key("left", "move(-1, 0)", "the picture before", "←"),
    Key("right", "move(1, 0)", "the next picture", "→"),
    Key("up", "move(0, -1)", "the picture above", "↑"),
    Key("down", "move(0, 1)", "the picture below", "↓"),
    Key("pageup", "turn(-1)", "the page before; the mouse wheel too", "PgUp"),
    Key("pagedown", "turn(1)", "the next page", "PgDn"),
    Key("home", "first", "the first picture", "Home"),
    Key("end", "last", "the last picture", "End"),
)
ROOM_KEYS: dict[str, tuple[Key, ...]] = {  # by room; what every room has is in rooms/room.py
    "maths": (
        Key("left", "stage(-1)", "the stage before", "←", "stage", STAGE),
        Key("right,enter", "stage(1)", "the next stage (also Enter)", "→", "stage", STAGE),
        Key("home", "end(0)", "the first stage", "Home"),
        Key("end", "end(-1)", "the last stage", "End"),
        Key("up", "choose(-1)", "follow the unit, class, pixel or term above", "↑", "pick", CHOOSE),
        Key("down", "choose(1)", "follow the one below", "↓", "pick", CHOOSE),
        Key("pageup", "choose(-10)", "ten rows up", "PgUp"),
        Key("pagedown", "choose(10)", "ten rows down", "PgDn"),
        Key("tab", "list", "the arrows into the terms, and back into the units", "Tab", "terms"),
        Key("slash", "find", "follow a unit by number, a weight by name: W1[3, 412]", "/", "find"),
        Key("o", "order", "units by number, or the largest first", "o"),
        Key("a", "most", "follow what weighs most, back from the label", "a"),
        Key("v", "picture", "the weights' picture where the terms stand, and back", "v"),
        Key("k", "check", "gradient check; again: of other weights", "k", "check"),
        Key("n,full_stop", "cockpit('digit', 1)", "the next digit (also .)", "n", "digit"),
        Key("p,comma", "cockpit('digit', -1)", "the digit before (also ,)", "p"),
        Key("plus,equals_sign", "cockpit('alpha', 1.25)", "alpha × 1.25: a longer step", "+"),
        Key("minus", "cockpit('alpha', 0.8)", "alpha ÷ 1.25: a shorter step", "-"),
    ),
    "confusion": (
        Key("left", "move(0, -1)", "the cell to the left", "←"),
        Key("right", "move(0, 1)", "the cell to the right", "→"),
        Key("up", "move(-1, 0)", "the cell above", "↑"),
        Key("down", "move(1, 0)", "the cell below", "↓"),
        Key("n", "next(1)", "the next most frequent mistake", "n", "next"),
        Key("N", "next(-1)", "the mistake before, a more frequent one", "N"),
        Key("enter", "open", "the digits of this cell; a click on a cell too", "Enter", "digits"),
        Key("a", "mistakes", "all mistakes, the most confident first", "a", "mistakes"),
    ),
    "gallery": (
        *PICTURE_KEYS,
        Key("enter", "pick", "to this digit on the main screen; a click too", "Enter", "go to"),
        Key("r", "renew", "ask the network of now: the pictures may be others", "r", "renew"),
        Key("g", "glyphs", "draw with greys or with dots", "g", "look"),
    ),
    "weights": (
        *PICTURE_KEYS,
        Key("enter", "pick", "this unit, large; a click on it too", "Enter", "unit"),
        Key("l", "layer", "the next hidden layer", "l", "layer"),
        Key("k", "logits", "what each unit adds to each class's logit", "k", "sums"),
        Key("g", "glyphs", "draw with colours, or with signs", "g", "look"),
    ),
    "unit": (
        Key("left", "unit(-1)", "the unit before", "←", "unit", UNIT),
        Key("right", "unit(1)", "the next unit", "→", "unit", UNIT),
        Key("enter", "open", "the digits that excite it most", "Enter", "all"),
        Key("k", "logits", "what each unit adds to each class's logit", "k", "sums"),
        Key("g", "glyphs", "draw with colours, or with signs", "g", "look"),
    ),
    "logits": (
        Key("up", "scroll(-1)", "units that add more", "↑"),
        Key("down", "scroll(1)", "units that add less", "↓"),
        Key("pageup", "turn(-1)", "a page up; the mouse wheel too", "PgUp"),
        Key("pagedown", "turn(1)", "a page down", "PgDn"),
        Key("left", "choose(-1)", "the class before; a click on a class too", "←", "class", CLASS),
        Key("right", "choose(1)", "the next class", "→", "class", CLASS),
        Key("comma", "digit(-1)", "the test digit before", ",", "digit", DIGIT),
        Key("full_stop", "digit(1)", "the next test digit", ".", "digit", DIGIT),
    ),
    "draw": (
        Key("left", "move(-1, 0)", "the pen to the left (Shift: by four)", "←"),
        Key("right", "move(1, 0)", "to the right", "→"),
        Key("up", "move(0, -1)", "up", "↑"),
        Key("down", "move(0, 1)", "down", "↓"),
        Key("home", "move(-1, -1)", "up and left, as on a number pad", "Home"),
        Key("pageup", "move(1, -1)", "up and right", "PgUp"),
        Key("end", "move(-1, 1)", "down and left", "End"),
        Key("pagedown", "move(1, 1)", "down and right", "PgDn"),
        Key("shift+left", "move(-4, 0)", "four pixels to the left", "Shift+←"),
        Key("shift+right", "move(4, 0)", "four pixels to the right", "Shift+→"),
        Key("shift+up", "move(0, -4)", "four pixels up", "Shift+↑"),
        Key("shift+down", "move(0, 4)", "four pixels down", "Shift+↓"),
        Key("enter,p", "pen", "pen down on the paper, pen up", "Enter", "pen"),
        Key("e", "eraser", "the pen erases, or draws again", "e", "erase"),
        Key("plus,equals_sign", "thicken(1)", "a thicker pen", "+"),
        Key("minus", "thicken(-1)", "a thinner pen", "-"),
        Key("u", "undo", "take the last stroke back", "u", "undo"),
        Key("U", "redo", "make it again", "U"),
        Key("c", "clear", "blank paper", "c"),
        Key("h", "push(-1, 0)", "push the whole drawing to the left", "h"),
        Key("j", "push(0, 1)", "push it down", "j"),
        Key("k", "push(0, -1)", "push it up", "k"),
        Key("l", "push(1, 0)", "push it to the right", "l"),
        Key("d", "take(0)", "begin with the main screen's test digit", "d", "digit"),
        Key("n", "take(1)", "begin with the next test digit", "n"),
        Key("N", "take(-1)", "begin with the test digit before", "N"),
        Key("w", "save", "write the drawing to the app's own folder", "w", "save"),
        Key("o", "open", "open a drawing from there", "o", "open"),
        Key("g", "glyphs", "draw with blocks or with ASCII characters", "g"),
    ),
    "pixels": (
        Key("left", "go(0, -1)", "the pixel to the left", "←"),
        Key("right", "go(0, 1)", "the pixel to the right", "→"),
        Key("up", "go(-1, 0)", "the pixel above", "↑"),
        Key("down", "go(1, 0)", "the pixel below", "↓"),
        Key("enter,f", "flip", "turn the pixel over: ink to paper, paper to ink", "Enter", "flip"),
        Key("r,backspace", "restore", "the digit as it was, without flips", "r", "none"),
        Key("j", "jump(-1)", "to the pixel whose flip lowers the logit most", "j", "worst"),
        Key("J", "jump(1)", "to the pixel whose flip raises the logit most", "J"),
        Key("0", "of(0)", "the slopes of that class's logit", "0-9"),
        Key("comma", "next(-1)", "the class before", ",", "class", CLASS),
        Key("full_stop", "next(1)", "the next class", ".", "class", CLASS),
        Key("a", "answer", "the class that the network answers", "a"),
        Key("pageup", "cockpit('digit', -1)", "the test digit before", "PgUp", "digit", DIGIT),
        Key("pagedown", "cockpit('digit', 1)", "the next test digit", "PgDn", "digit", DIGIT),
        Key("n", "cockpit('mistake', 1)", "the next digit the network gets wrong", "n"),
        Key("N", "cockpit('mistake', -1)", "the digit before that it gets wrong", "N"),
    ),
}
KEYS = [key for topic in TOPICS.values() for key in topic]
