"""Each condition holds when what it names has happened, and not before."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.lessons.conditions import RULES, holds
from mnist_tui.tui.lessons.lesson import Condition
from mnist_tui.tui.lessons.numbers import LOOKED_AT, MISSING, OF_A_RUN, fill
from mnist_tui.tui.lessons.observation import Observation
from mnist_tui.tui.training.snapshot import RunStatus

from tests.helpers.app.session_driver import look, session_of

Seen = dict[str, Observation]


@pytest.fixture(scope="module")
def seen(small: Dataset) -> Seen:
    """What is seen along a session: two runs, a past, a diverged run."""
    found: Seen = {}
    with session_of(small, alpha=0.05, iterations=20, hidden=(10,)) as driven:
        found["untrained"] = look(driven)
        driven.train(5)
        found["paused"] = look(driven)
        driven.train(15)
        driven.until(lambda: driven.now.state is RunStatus.FINISHED)
        found["finished"] = look(driven)
        found["another digit"] = look(driven, index=1)
        found["past"] = look(driven, past=driven.timeline.after(9))
        drawing = SimpleNamespace(pixels=np.ones((28, 28)))
        found["drawn"] = look(driven, drawing=drawing)
        driven.change(alpha=0.5)
        found["wanted"] = look(driven)
        driven.ordered(driven.session.begin)
        found["second"] = look(driven)
        driven.train(20)
        driven.until(lambda: driven.now.state is RunStatus.FINISHED)
        found["better"] = look(driven)
        driven.change(alpha=1e30)
        driven.ordered(driven.session.begin)
        driven.session.train(9)
        driven.until(lambda: driven.now.state is RunStatus.DIVERGED)
        found["diverged"] = look(driven)
    finished = found["finished"].current
    assert finished.progress is not None
    last = replace(finished.progress, test_loss=9.0)
    worse = replace(finished, progress=last)
    found["overfitted"] = replace(found["finished"], current=worse)
    found["maths"] = replace(found["paused"], room="maths", page="Z1", chart="loss")
    found["training"] = replace(found["paused"], is_training=True)
    return found


# Condition, as a file has it: where it holds, where it does not; seen at the step's start.
CASES: tuple[tuple[str, object, str, str, str], ...] = (
    ("training", True, "training", "paused", "untrained"),
    ("training", False, "paused", "training", "untrained"),
    ("updates", 5, "paused", "untrained", "untrained"),
    ("more_updates", 5, "paused", "untrained", "untrained"),
    ("more_updates", 5, "better", "second", "finished"),
    ("finished", True, "finished", "paused", "untrained"),
    ("diverged", True, "diverged", "finished", "untrained"),
    ("diagnosed", True, "diverged", "finished", "untrained"),
    ("new_run", True, "second", "finished", "finished"),
    ("runs", 2, "better", "finished", "untrained"),
    ("runs", 1, "paused", "untrained", "untrained"),
    ("alpha", [0.5, 0.5], "wanted", "finished", "untrained"),
    ("wanted", "alpha=0.5", "wanted", "finished", "untrained"),
    ("settings", "alpha=0.5 hidden=10", "second", "wanted", "untrained"),
    ("loss", [0, 2.2], "better", "untrained", "untrained"),
    ("train_accuracy", [0.3, 1], "better", "untrained", "untrained"),
    ("test_loss", [0, 2.2], "better", "untrained", "untrained"),
    ("test_accuracy", [0.3, 1], "better", "untrained", "untrained"),
    ("loss_beside_before", "lower", "better", "finished", "untrained"),
    ("test_loss_beside_before", "lower", "better", "finished", "untrained"),
    ("test_accuracy_beside_before", "higher", "better", "finished", "untrained"),
    ("test_loss_above_lowest", [0, 0.0], "finished", "overfitted", "untrained"),
    ("gap", [-1, 1], "finished", "overfitted", "untrained"),
    ("fall_of_promise", [0.5, 1.5], "finished", "untrained", "untrained"),
    ("chart", "loss", "maths", "paused", "untrained"),
    ("room", "maths", "maths", "paused", "untrained"),
    ("page", "Z1", "maths", "paused", "untrained"),
    ("digit", 1, "another digit", "finished", "untrained"),
    ("another_digit", True, "another digit", "finished", "finished"),
    ("label", 2, "another digit", "finished", "untrained"),
    ("past", True, "past", "finished", "untrained"),
    ("past", False, "finished", "past", "untrained"),
    ("moment", [10, 10], "past", "finished", "untrained"),
    ("drawn", True, "drawn", "finished", "untrained"),
)


@pytest.mark.parametrize(("name", "value", "yes", "no", "then"), CASES)
def test_it_holds_there_and_not_here(
    seen: Seen, name: str, value: object, yes: str, no: str, then: str
) -> None:
    condition = (Condition(name, RULES[name].kind.parse(value)),)
    assert holds(condition, seen[yes], seen[then])
    assert not holds(condition, seen[no], seen[then])


def test_what_is_shown_of_a_digit(seen: Seen) -> None:
    now = seen["better"]
    assert now.answers is not None
    answer = int(now.answers.argmax())
    for name, value, expected in (
        ("answer", answer, True),
        ("answer", (answer + 1) % 10, False),
        ("right", answer == now.label, True),
        ("right", answer != now.label, False),
        ("surprise", [now.surprise, now.surprise], True),
        ("surprise", [now.surprise + 1, 1e9], False),
        ("silent", [now.silent, now.silent], True),
        ("silent", [now.silent + 1, 1e9], False),
        ("common_pairs", [0.1, 1], True),
        ("common_pairs", [1.1, 2], False),
    ):
        condition = (Condition(name, RULES[name].kind.parse(value)),)
        assert holds(condition, now, now) is expected, name
    assert now.surprise == pytest.approx(-np.log(now.answers[now.label]), rel=1e-5)


def test_every_condition_has_a_case() -> None:
    named = {name for name, *_ in CASES} | {"answer", "right", "surprise", "silent", "common_pairs"}
    assert named == set(RULES)


def test_all_must_hold(seen: Seen) -> None:
    one, other = Condition("updates", 5), Condition("finished", True)
    assert holds((one, other), seen["finished"], seen["untrained"])
    assert not holds((one, other), seen["paused"], seen["untrained"])


def test_every_number_is_known_of_a_trained_run(seen: Seen) -> None:
    for name in (*OF_A_RUN, *LOOKED_AT):
        if name != "broke_at":
            assert fill(f"{{{name}}}", seen["better"]) not in ("", MISSING), name
    assert fill("{broke_at}", seen["diverged"]) != MISSING
    for name in OF_A_RUN:
        assert fill(f"{{before.{name}}}", seen["finished"]) == MISSING, "there is none"


def test_numbers_are_those_of_the_run(seen: Seen) -> None:
    now = seen["better"]
    progress = now.current.progress
    assert progress is not None
    assert fill("{test_accuracy}", now) == f"{progress.test_accuracy:.1%}".replace("%", " %")
    assert fill("{loss} {updates} {alpha}", now) == f"{progress.loss:.3f} 20 0.5"
    before = seen["finished"].current.progress
    assert before is not None
    assert fill("{before.loss}", now) == f"{before.loss:.3f}"
    assert fill("{label}", now) == str(now.label)
