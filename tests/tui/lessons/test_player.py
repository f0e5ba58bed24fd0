"""The player: goes on when something has happened, asks before, and judges after."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.lessons.lesson_file import parse_lesson
from mnist_tui.tui.lessons.observation import Observation
from mnist_tui.tui.lessons.player import UNDECIDED, LessonPlayer, reading_time

LESSON = parse_lesson(
    """
title = "T"
[[step]]
text = "Four words of text."
do = "m"
when = { room = "maths" }
[[step]]
ask = "Which?"
do = "s"
when = { room = "main" }
[[step.answer]]
text = "digit 3"
when = { digit = 3 }
why = "It is {digit}."
[[step.answer]]
text = "digit 4"
when = { digit = 4 }
[[step]]
text = "The end."
do = "L"
""",
    "t",
    "t.toml",
)
TRAINING = parse_lesson(
    """
title = "T"
[[step]]
text = "Train it."
do = "Space"
when = { settings = "alpha=0.1", updates = 40, diagnosed = true }
[[step]]
text = "The end."
do = "L"
""",
    "t",
    "t.toml",
)
READ = 100.0  # seconds: long enough for any text


def at(room: str, digit: int = 0) -> Observation:
    """What is seen in a room."""
    seen: Any = SimpleNamespace(room=room, state=SimpleNamespace(index=digit))
    return cast("Observation", seen)


def training(
    updates: int, alpha: float = 0.1, run: int = 1, diagnosis: object = None
) -> Observation:
    """What is seen while a run trains."""
    chosen = Hyperparameters(alpha=alpha)
    current = SimpleNamespace(hyperparameters=chosen, diagnosis=diagnosis)
    seen: Any = SimpleNamespace(current=current, number=run, updates=updates, is_training=True)
    return cast("Observation", seen)


def begun() -> LessonPlayer:
    player = LessonPlayer(LESSON)
    player.begin(at("main"), 0.0)
    return player


def test_before_it_begins_it_waits() -> None:
    player = LessonPlayer(LESSON)
    assert not player.has_begun
    assert player.page.step == 0
    assert not player.watch(at("maths"), READ)
    assert not player.answer(0)
    player.move(1, at("main"), 0.0)
    assert not player.has_begun


def test_it_goes_on_when_it_has_happened_and_not_before() -> None:
    player = begun()
    assert not player.watch(at("main"), READ)
    assert player.page.step == 1
    assert player.watch(at("maths"), 0.1)
    assert player.page.step == 2


def test_what_was_already_so_leaves_time_to_read() -> None:
    player = LessonPlayer(LESSON)
    player.begin(at("maths"), 0.0)
    soon = reading_time("Four words of text.")
    assert not player.watch(at("maths"), 0.0)
    assert not player.watch(at("maths"), soon - 0.01)
    assert player.watch(at("maths"), soon)


def test_what_was_so_once_and_happens_again_goes_on_at_once() -> None:
    player = LessonPlayer(LESSON)
    player.begin(at("maths"), 0.0)
    assert not player.watch(at("maths"), 0.0)
    assert not player.watch(at("main"), 0.1)
    assert player.watch(at("maths"), 0.2)


def asked() -> LessonPlayer:
    player = begun()
    player.watch(at("maths"), 0.1)
    assert player.asks == 2
    return player


def test_it_waits_for_an_answer_before_anything_is_done_or_told() -> None:
    player = asked()
    assert player.page.ask == "Which?"
    assert player.page.answers == ("digit 3", "digit 4")
    assert player.page.do == ""
    assert not player.watch(at("main", 3), READ)
    assert not player.answer(2)
    assert player.answer(0)
    assert not player.answer(1), "once"
    assert (player.page.given, player.page.do, player.page.answers) == ("digit 3", "s", ())


def test_what_happened_judges_the_answer() -> None:
    right, wrong, neither = asked(), asked(), asked()
    for player, digit, answer in ((right, 3, 0), (wrong, 3, 1), (neither, 5, 0)):
        player.answer(answer)
        assert player.watch(at("main", digit), READ)
    assert right.page.verdict == "You said: digit 3. Right."
    assert right.page.was_right
    assert right.page.text == "It is 3. The end."
    assert wrong.page.verdict == "You said: digit 4. In fact: digit 3."
    assert not wrong.page.was_right
    assert wrong.page.text == "It is 3. The end."
    assert (neither.page.verdict, neither.page.text) == (UNDECIDED, "The end.")


def test_while_it_trains_towards_the_goal_that_is_said() -> None:
    player = LessonPlayer(TRAINING)
    player.begin(training(0), 0.0)
    player.watch(training(7), READ)
    assert player.page.do == "It trains: 7 of 40 updates …"
    player.watch(training(60), READ)
    assert player.page.do == "It trains: 60 updates …"
    assert player.watch(training(61, diagnosis="stuck"), READ)


def test_a_run_that_goes_by_something_else_is_told_so() -> None:
    wrong = "Not alpha 0.3 but 0.1: Tab, choose it, Esc; then r"
    changed = LessonPlayer(TRAINING)
    changed.begin(training(0), 0.0)
    changed.watch(training(7, alpha=0.3), READ)
    assert changed.page.do == wrong, "the run had what the step waits for"
    begun_anew = LessonPlayer(TRAINING)
    begun_anew.begin(training(50, alpha=0.2), 0.0)
    begun_anew.watch(training(50, alpha=0.2), READ)
    assert begun_anew.page.do == "Space", "nothing was done yet"
    begun_anew.watch(training(0, alpha=0.3, run=2), READ)
    assert begun_anew.page.do == wrong
    begun_anew.watch(training(0, run=3), READ)
    assert begun_anew.page.do == "It trains: 0 of 40 updates …"


def test_the_last_step_stays() -> None:
    player = asked()
    player.answer(0)
    player.watch(at("main", 3), READ)
    assert player.is_last
    assert not player.watch(at("main", 3), READ)


def test_steps_can_be_skipped_and_gone_back_to() -> None:
    player = begun()
    player.move(-1, at("main"), 0.0)
    assert player.index == 0
    player.move(1, at("main"), 0.0)
    player.move(1, at("main"), 0.0)
    player.move(1, at("main"), 0.0)
    assert player.index == 2
    player.move(-1, at("main"), 0.0)
    assert player.asks == 2, "it is asked again"
