"""A lesson from the first step to the last in a real terminal, and a place after --at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.programs.pty_terminal import Terminal, check_restored, terminal

LESSON = """
title = "One batch more"
[start]
recipe = "alpha=0.1 batch=64 iterations=400"
updates = 5
digit = 1
[[step]]
text = "It has made {updates} updates."
ask = "After ten more, is the loss lower?"
do = "S: ten updates"
when = { more_updates = 10 }
[[step.answer]]
text = "lower"
when = { updates = 15, loss = [0, 1000] }
why = "{updates} updates."
[[step.answer]]
text = "higher"
when = { updates = 99 }
[[step]]
do = "x: the pixels"
when = { room = "pixels" }
[[step]]
text = "That is all."
do = "L: lessons"
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """The lesson's file."""
    path = tmp_path / "own.toml"
    path.write_text(LESSON, "utf-8")
    return path


def play(there: Terminal) -> None:
    """Play it to its last step."""
    there.until(lambda: there.shows("It has made 5 updates."))
    there.until(lambda: there.shows("Lesson: One batch more"))
    there.until(lambda: there.shows("F2 lower   F3 higher"))
    there.type(b"\x1bOR")  # F3
    there.until(lambda: there.shows("S: ten updates"))
    there.type(b"S")
    there.until(lambda: there.shows("You said: higher. In fact: lower. 15 updates."))
    there.type(b"x")
    there.until(lambda: there.shows("That is all."))
    there.type(b"L")
    there.until(lambda: there.shows("Leave the lesson"))
    there.type(b"\x1b[H\x1b[B\x1b[B\r")
    there.until(lambda: there.shows("Hyperparameters") and not there.shows("Lesson:"))


def test_a_lesson_from_a_file_to_its_last_step(lesson: Path, folder: Path) -> None:
    with terminal("--lesson", lesson, "--data", folder) as (there, _):
        play(there)
        there.quit()
        check_restored(there.sent)


@pytest.mark.slow
def test_a_kiosk_is_bound_to_the_lesson_it_is_given(lesson: Path) -> None:
    with terminal("--kiosk", "--lesson", lesson) as (there, _):
        play(there)
        there.type(b"L")
        there.until(lambda: there.shows("One batch more"))
        assert not there.shows("What loss is")
        there.type(b"\x1b")
        there.until(lambda: not there.shows("One batch more"))
        there.quit()


def test_a_place_after_at_is_what_c_shows(folder: Path) -> None:
    line = "digit=3 room=maths updates=12 moment=6 | alpha=0.2 batch=50"
    with terminal("--at", line, "--data", folder) as (there, _):
        there.until(
            lambda: there.shows("the past: 6 of 12 updates") and there.shows("The digit as")
        )
        there.type(b"C")
        there.until(lambda: there.shows("room=maths updates=12 moment=6 data="))
        assert b"\x1b]52;c;" in there.sent, "copied"
        there.type(b"\x1b")
        there.until(lambda: not there.shows("This place as a line"))
        there.type(b"\x1b")
        there.until(lambda: there.shows("Hyperparameters"))
        there.quit()
