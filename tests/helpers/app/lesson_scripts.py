"""The keys that play each built-in lesson, and the answers that the runs give."""

from __future__ import annotations

from dataclasses import replace

from mnist_tui.tui.lessons.lesson import Lesson
from mnist_tui.tui.lessons.numbers import MISSING
from mnist_tui.tui.lessons.player import UNDECIDED

from tests.helpers.app.lesson_driver import HOLD, Keys, Played

SEEDS = range(5)


def typed(value: str, tabs: int) -> Keys:
    """The keys that enter a value in the field after so many tabs."""
    return (*["tab"] * tabs, *value, "enter", "escape")


SCRIPTS: dict[str, tuple[Keys, ...]] = {
    "what-it-sees": (("m",), ("escape",), ("right",), ("space",), ("space", "n")),
    "forward": (("m", "right"), ("right",), ("right",), ("right",), ("escape", "n")),
    "loss": (("n",), ("l",), (f"{HOLD}left_square_bracket",), ("escape",)),
    "update": (
        ("m", *["right"] * 6),
        ("end",),
        ("escape",),
        ("s",),
        typed("0.3", 1),
        ("s",),
        ("S", "S"),
    ),
    "alpha": (
        ("space",),
        (*typed("0.15", 1), "r"),
        (*typed("0.5", 1), "r"),
        (*typed("5", 1), "r"),
    ),
    "breaking": (("s", "s", "s"), ("space",), ("w",), ("escape", *typed("0.15", 1), "r")),
    "batches": ((*typed("64", 4), "r"), (*typed("938", 2), "space"), ("l", "o")),
    "units": (
        ("w",),
        ("enter",),
        ("escape", f"{HOLD}left_square_bracket"),
        ("escape", "escape"),
        (*typed("2", 3), "r"),
    ),
    "mistakes": (("c",), ("enter",), ("enter",), ("x",), ("j", "enter", "escape")),
    "overfitting": (("space",), typed("elastic", 9), ("r",)),
    "to-99": ((*typed("100", 3), "r"), (*typed("300", 3), "r")),
}
RIGHT = {  # the answer that comes true, by lesson and step
    "what-it-sees": {3: 0},
    "forward": {2: 0},
    "loss": {1: 1, 3: 1},
    "update": {4: 0, 6: 1},
    "alpha": {2: 0, 4: 1},
    "breaking": {1: 2, 4: 0},
    "batches": {1: 1, 2: 1},
    "units": {5: 1},
    "mistakes": {1: 1},
    "overfitting": {1: 0, 3: 0},
    "to-99": {1: 1, 2: 1},
}


BY_SEED = {"breaking": {1}}  # steps whose answer another seed may change


def from_seed(lesson: Lesson, seed: int) -> Lesson:
    """Return the lesson with other first weights and another order of the digits."""
    course = tuple((update, replace(chosen, seed=seed)) for update, chosen in lesson.start.course)
    return replace(lesson, start=replace(lesson.start, course=course))


def check_promises(lesson: Lesson, played: Played, *, own_seed: bool = True) -> None:
    """Check that every question was decided, as RIGHT has it, and that every number was known."""
    for step in set(RIGHT[lesson.name]) - (set() if own_seed else BY_SEED.get(lesson.name, set())):
        after = played.pages[step]
        assert after.was_right, (step, after.verdict, after.text)
    for page in played.pages:
        assert page.verdict != UNDECIDED, page
        assert MISSING not in page.text, page
