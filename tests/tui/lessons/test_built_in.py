"""Every built-in lesson, played through the app: what it promises happens."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.lessons.library import NAMES, built_in
from mnist_tui.tui.lessons.player import UNDECIDED

from tests.helpers.lesson_driver import HOLD, Keys, lesson_on, with_seed


def typed(value: str, tabs: int) -> Keys:
    """The keys that enter a value in the field after so many tabs."""
    return (*["tab"] * tabs, *value, "enter", "escape")


SCRIPTS: dict[str, tuple[Keys, ...]] = {
    "what-it-sees": (("m",), ("escape",), ("right",), ("space",), ("space", "n")),
    "forward": (("m", "right"), ("right",), ("right",), ("right",), ("escape", "n")),
    "loss": (("n",), ("l",), (f"{HOLD}left_square_bracket",), ("escape",)),
    "update": (
        ("m", "end"),
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
    "breaking": (("s", "s", "s"), ("space",), ("w",), ("escape", "h")),
    "batches": ((*typed("64", 4), "r"), (*typed("938", 2), "space"), ("l", "o")),
    "units": (
        ("w",),
        ("enter",),
        ("escape", f"{HOLD}left_square_bracket"),
        ("escape", "escape"),
        (*typed("2", 3), "r"),
    ),
    "mistakes": (("c",), ("n", "enter"), ("enter",), ("x",), ("j", "enter", "escape")),
    "overfitting": (("space",), typed("elastic", 9), ("r",)),
    "to-99": ((*typed("100", 3), "r"), (*typed("300", 3), "r")),
}
RIGHT = {  # the answer that comes true, by lesson and step
    "what-it-sees": {3: 0},
    "forward": {2: 0},
    "loss": {1: 1, 3: 1},
    "update": {3: 0, 5: 1},
    "alpha": {2: 0, 4: 1},
    "breaking": {1: 2},
    "batches": {1: 1, 2: 1},
    "units": {5: 1},
    "mistakes": {1: 1},
    "overfitting": {1: 0, 3: 0},
    "to-99": {1: 1, 2: 1},
}


def test_every_lesson_has_a_script() -> None:
    assert set(SCRIPTS) == set(NAMES)
    for name, script in SCRIPTS.items():
        assert len(script) == len(built_in(name).steps) - 1, name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
async def test_what_a_lesson_promises_happens(mnist: Dataset, name: str) -> None:
    async with lesson_on(mnist, built_in(name)) as lesson:
        played = await lesson.play(SCRIPTS[name], RIGHT[name])
        for number, page in enumerate(played.pages, 1):
            print(f"{number}. {page.verdict} {page.text} | {page.ask} {page.answers} ▸ {page.do}")
        for step in RIGHT[name]:
            after = played.pages[step]
            assert after.was_right, (step, after.verdict, after.text)
        assert "–" not in "".join(page.text for page in played.pages), "every number is known"
