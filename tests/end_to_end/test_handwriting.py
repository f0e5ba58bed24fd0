"""Digits drawn by keyboard in a real pseudo-terminal, read by the network that learned there."""

from __future__ import annotations

import re

from tests.helpers.datasets.handwriting import DIGITS, Point, keys_for
from tests.helpers.programs.pty_terminal import Terminal, check_restored, terminal

FEWEST = 9  # of the ten that the network, itself right on 93 of 100, has to read


def read(there: Terminal) -> int:
    """Which digit the room says it is."""
    found = re.search(r"Centred: (\d) \(", "\n".join(there.screen.display))
    assert found, "\n".join(there.screen.display)
    return int(found[1])


def test_ten_digits_drawn_with_keys_are_read() -> None:
    with terminal("--preset", "sprint", "--start") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.type(b"d")
        there.until(lambda: there.shows("Enter puts the pen down"))
        answers: dict[int, int] = {}
        pen: Point = (14, 14)
        for digit in DIGITS:
            pressed, pen = keys_for(digit, pen)
            there.type(b"c" + pressed)
            place = f"at {pen[0]:2},{pen[1]:2}"
            there.until(lambda place=place: there.shows(place) and there.shows("○ up"))
            # Whatever was pressed before this was done before it: the answer is the drawing's.
            there.type(b"+")
            there.until(lambda: there.shows("width  3.0"))
            answers[digit] = read(there)
            there.type(b"-")
            there.until(lambda: there.shows("width  2.5"))
        assert answers[7] == 7
        assert sum(digit == answer for digit, answer in answers.items()) >= FEWEST, answers
        there.type(b"\x1b")
        there.until(lambda: there.shows("Hyperparameters"))
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)
