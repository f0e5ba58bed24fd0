"""A place on one line, to be pasted: which run, how far it came, and what is looked at of it.

digit=3 room=maths chart=loss updates=120 moment=60 data=edc0d1098aa4 | alpha=0.5 @50 alpha=0.1

Before the bar stands what is looked at; a word that is missing is as on the first screen. After the
bar stands the run's recipe, from which exactly the same run can be made anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UserError
from ..keymap.rooms import ROOMS
from ..text import printable
from .recipe import MAX_LENGTH, format_recipe, parse_recipe

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog

BAR = "|"
HASH_LENGTH = 12  # hexadecimal digits of the data's hash
MAX_NUMBER = 1 << 40
MAIN = "main"  # the room that is none
QUANTITIES = ("accuracy", "loss")  # that the chart draws; the first one unless told otherwise


@dataclass(frozen=True, slots=True)
class Place:
    """What one screen shows."""

    course: HyperparameterLog
    """The run's hyperparameters and their changes."""
    updates: int = 0
    """That the run has made."""
    moment: int | None = None
    """The update after which the network is shown; None: as the run stands."""
    digit: int = 0
    """Index of the test image."""
    room: str = MAIN
    """The room that is open."""
    data: str = ""
    """How the SHA-256 of the training images begins; empty: any data will do."""
    chart: str = QUANTITIES[0]
    """What the chart draws: one of QUANTITIES."""


def is_place(text: str) -> bool:
    """Return whether this is meant as a place, not as a recipe."""
    return BAR in text


def format_place(place: Place) -> str:
    """Return the line that `parse_place` makes the same place of."""
    words = [f"digit={place.digit}"]
    if place.room != MAIN:
        words.append(f"room={place.room}")
    if place.chart != QUANTITIES[0]:
        words.append(f"chart={place.chart}")
    words.append(f"updates={place.updates}")
    if place.moment is not None:
        words.append(f"moment={place.moment}")
    if place.data:
        words.append(f"data={place.data}")
    return " ".join((*words, BAR, format_recipe(place.course)))


def parse_place(text: str) -> Place:
    """Return the place that a line describes.

    Raises UserError, one line that says where it is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise UserError(f"the place has more than {MAX_LENGTH:,} characters")
    before, bar, recipe = text.partition(BAR)
    if not bar:
        raise UserError(
            "the place has no bar; expected what is looked at, | and a recipe, "
            "such as digit=3 updates=100 | alpha=0.5"
        )
    values: dict[str, Any] = {}
    for number, word in enumerate(before.split(), 1):
        name, equals, value = word.partition("=")
        if not equals or name not in _WORDS:
            raise _wrong(number, word, f"expected one of {' '.join(f'{n}=' for n in _WORDS)}")
        if name in values:
            raise _wrong(number, word, f"{name} stands here a second time")
        try:
            values[name] = _WORDS[name](value)
        except ValueError as problem:
            raise _wrong(number, word, str(problem)) from None
    place = Place(parse_recipe(recipe), **values)
    check_place(place)
    return place


def check_place(place: Place) -> None:
    """Raise UserError for a run that cannot have come there."""
    most = place.course[-1][1].iterations
    if place.updates > most:
        raise UserError(
            f"the place is after {place.updates:,} updates; its run ends after {most:,}"
        )
    if place.moment is not None and place.moment > place.updates:
        raise UserError(
            f"the place shows update {place.moment:,}; its run has made {place.updates:,}"
        )


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 13 and int(text) <= MAX_NUMBER):
        raise ValueError("expected a whole number, such as 120")
    return int(text)


def _room(text: str) -> str:
    if text not in (MAIN, *ROOMS):
        raise ValueError(f"expected {MAIN} or one of {' '.join(ROOMS)}")
    return text


def _quantity(text: str) -> str:
    if text not in QUANTITIES:
        raise ValueError(f"expected {' or '.join(QUANTITIES)}")
    return text


def _hash(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{4,64}", text):
        raise ValueError("expected how the data's SHA-256 begins, such as edc0d1098aa4")
    return text


_WORDS: dict[str, Callable[[str], Any]] = {
    "digit": _whole,
    "room": _room,
    "chart": _quantity,
    "updates": _whole,
    "moment": _whole,
    "data": _hash,
}


def _wrong(number: int, word: str, what: str) -> UserError:
    return UserError(f"place, word {number}, “{printable(word, 24)}”: {what}")
