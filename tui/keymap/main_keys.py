"""Keys of the main screen, defined once for bindings, help and command palette."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

ALPHA = Binding.Group("alpha", compact=True)
TIME = Binding.Group("time", compact=True)
DIGIT = Binding.Group("digit", compact=True)


@dataclass(frozen=True, slots=True)
class Key:
    """A key, its action, and the words that help, footer and palette have for it."""

    keys: str  # as Textual names them
    action: str
    help: str  # a phrase for help and palette
    shown_as: str
    word: str = ""  # in the footer; empty: not shown there
    group: Binding.Group | None = None  # neighbours that share one word in the footer
    spare: str = ""  # instead of word: shown only where the footer has room

    @property
    def binding(self) -> Binding:
        """Textual's binding for the key."""
        return Binding(
            self.keys,
            self.action,
            self.word or self.spare,
            show=bool(self.word),
            key_display=self.shown_as,
            tooltip=self.help,
            group=self.group,
        )


KEYS_BY_TOPIC = {
    "Training": (
        Key("space", "train", "train, pause; in the past: a new run from there", "Space", "train"),
        Key("s", "step(1)", "make exactly one update", "s", "step"),
        Key("S", "step(10)", "make ten updates", "S"),
        Key("plus,equals_sign", "alpha(1)", "alpha up: 0.1 0.12 0.15 0.2 …", "+", "alpha", ALPHA),
        Key("minus", "alpha(-1)", "alpha down, by the same steps", "-", "alpha", ALPHA),
        Key("r", "reset", "a new run from the same first weights; trains at once", "r", "new"),
        Key("R", "reset_seed", "the same from new first weights (the next seed)", "R"),
        Key("p", "preset", "a new run with a preset; trains at once", "p"),
        Key("A", "room('range_test')", "find alpha: the loss while alpha rises, on a copy", "A"),
        Key("h", "cure", "apply the coach's remedy when a run goes wrong", "h"),
    ),
    "Time": (
        Key(
            "left_square_bracket",
            "travel(-1)",
            "back in time, to the network as it was",
            "[",
            "time",
            TIME,
        ),
        Key("right_square_bracket", "travel(1)", "forward in time", "]", "time", TIME),
        Key("left_curly_bracket", "moment(-1)", "back to the previous kept moment", "{"),
        Key("right_curly_bracket", "moment(1)", "forward to the next kept moment", "}"),
        Key("f", "fork", "a new run from the moment shown; waits for Space", "f"),
        Key("escape", "back", "back to the present; close what is open", "Esc"),
    ),
    "Runs": (Key("t", "runs", "the runs table: compare runs, continue one", "t", spare="runs"),),
    "Chart": (
        Key("l", "loss", "switch between accuracy and loss", "l"),
        Key("y", "log('y')", "logarithmic y axis (accuracy: of the errors)", "y"),
        Key("Y", "log('x')", "logarithmic iterations", "Y"),
        Key("z", "zoom(0.5)", "zoom in on the reading line, or on the latest", "z"),
        Key("Z", "zoom(2.0)", "zoom out", "Z"),
        Key("less_than_sign", "pan(-0.25)", "earlier iterations", "<"),
        Key("greater_than_sign", "pan(0.25)", "later iterations", ">"),
        Key("a", "latest", "show the latest iterations, or all", "a"),
        Key("o", "smooth", "smooth the curve, on and off", "o"),
        Key("comma", "line(-1)", "reading line to the left; shows exact values", ","),
        Key("full_stop", "line(1)", "reading line to the right", "."),
    ),
    "Rooms": (
        Key("v", "room('network')", "the whole network as a picture", "v", "net"),
        Key("m", "room('maths')", "every number of one update, step by step", "m", spare="math"),
        Key(
            "c",
            "room('confusion')",
            "which class is taken for which, with the mistakes",
            "c",
            spare="confusion",
        ),
        Key("w", "room('weights')", "what each hidden unit looks for", "w", spare="weights"),
        Key(
            "x",
            "room('pixels')",
            "which pixels speak for and against; flip some",
            "x",
            spare="pixels",
        ),
        Key("i", "room('digit')", "this digit's probabilities through the run", "i", spare="watch"),
        Key("V", "room('landscape')", "the lie of the land: loss around the runs' paths", "V"),
        Key("d", "room('draw')", "draw your own digit", "d", spare="draw"),
        Key(
            "W", "room('sweep')", "sweeps: many runs at a glance, or begin one", "W", spare="sweep"
        ),
    ),
    "Test digits": (
        Key("left", "digit(-1)", "the previous digit", "←", "digit", DIGIT),
        Key("right", "digit(1)", "the next digit", "→", "digit", DIGIT),
        Key("pageup", "digit(-10)", "ten digits back", "PgUp"),
        Key("pagedown", "digit(10)", "ten digits forward", "PgDn"),
        Key("home", "go_to(0)", "the first digit", "Home"),
        Key("end", "go_to(-1)", "the last digit", "End"),
        Key("slash", "ask_index", "go to a digit by its number", "/"),
        Key("n", "mistake(1)", "the next digit the network gets wrong", "n", spare="mistake"),
        Key("N", "mistake(-1)", "the previous digit it gets wrong", "N"),
        Key("e", "deformed", "show the digit as augment deforms it", "e"),
    ),
    "Lessons": (
        Key("L", "lessons", "lessons: choose one, leave it, skip a step", "L", spare="lessons"),
        Key("f2", "answer(0)", "the first answer to a lesson's question", "F2"),
        Key("f3", "answer(1)", "the second answer", "F3"),
        Key("f4", "answer(2)", "the third answer", "F4"),
        Key("f5", "answer(3)", "the fourth answer", "F5"),
        Key("C", "place", "copy this place as a line that opens it elsewhere", "C", spare="place"),
    ),
    "Files": (
        Key(
            "O",
            "open_data",
            "open other data or a network: CSV, pictures, .onnx and more",
            "O",
            spare="open",
        ),
        Key(
            "E",
            "export",
            "save and export: model, ONNX, tables, script, pictures",
            "E",
            spare="export",
        ),
        Key("P", "recipe", "a new run from a recipe; trains at once", "P", spare="recipe"),
    ),
    "Program": (
        Key("tab", "app.focus_next", "to the hyperparameters, field by field", "Tab"),
        Key("M", "menu", "menu of rooms and tools", "M", "menu"),
        Key("question_mark,f1", "help", "help and glossary", "?", "help"),
        Key("1", "only('chart')", "the chart alone, and back", "1"),
        Key("2", "only('digit')", "the digit alone, and back", "2"),
        Key("3", "only('probabilities')", "the prediction alone, and back", "3"),
        Key("4", "only('hyperparameters')", "the hyperparameters alone, and back", "4"),
        Key("5", "only('runs')", "the runs alone, and back", "5"),
        Key("0", "present", "present: digit and covered prediction, or a panel, large", "0"),
        Key(
            "enter",
            "reveal",
            "while presenting: uncover the prediction; then the next digit",
            "Enter",
        ),
        Key(
            "g",
            "glyphs",
            "draw the digit with ASCII characters or with blocks",
            "g",
            spare="glyphs",
        ),
        Key("T", "theme", "other colours: dark, light, high contrast", "T", spare="theme"),
        Key("q", "app.quit", "quit at once", "q", "quit"),
    ),
}
RUN_KEYS = (  # in the table, for the run under the cursor; Enter continues it
    Key("v", "screen.run_show", "show the run on the chart, or hide it", "v", "show"),
    Key("n", "screen.run_name", "give the run a name", "n", "name"),
    Key("delete,backspace", "screen.run_remove", "remove the run", "Del", "remove"),
)
# Not offered by a kiosk.
FILE_ACTIONS = {
    *("open_data", "export", "save_drawing", "open_drawing"),
    *("new_sweep", "open_sweep", "export_heatmap"),
}
KEYS = [key for topic in KEYS_BY_TOPIC.values() for key in topic]
