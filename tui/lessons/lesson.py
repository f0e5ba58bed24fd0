"""A lesson: where it begins, and step by step what it says, asks, and waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..config.place import Place


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must have happened; its name is one of `conditions.RULES`."""

    name: str
    value: object
    """As that rule reads it."""


SHOWN = ("chart", "digit")
Conditions = tuple[Condition, ...]
"""All of them must hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question, and what makes it the right one."""

    text: str
    when: Conditions
    why: str
    """Said when this was the right one."""


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before something happens; the run itself then decides which answer was right."""

    ask: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A sentence or two and one thing to do; the lesson goes on when that has happened."""

    text: str
    do: str
    when: Conditions
    """Empty for the last step: it stays."""
    question: Question | None = None
    show: str = ""
    """The panel that matters where the terminal has no room for all: one of SHOWN."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A whole lesson."""

    name: str
    """As `--lesson` takes it: a built-in lesson's own, or the file's."""
    title: str
    about: str
    minutes: float
    start: Place
    steps: tuple[Step, ...]
