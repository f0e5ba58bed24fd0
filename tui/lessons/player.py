"""Plays one lesson: which step it is at, what was answered, and what is to be said now.

It knows no screen and no clock: `watch` is given what is seen of the app and the seconds so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..config.fields import BY_NAME, format_value
from .conditions import holds, matches
from .numbers import fill

if TYPE_CHECKING:
    from .lesson import Answer, Conditions, Lesson, Step
    from .observation import Observation

WORDS_PER_SECOND = 3.5  # that people read
COMES_BY_ITSELF = ("finished", "updates", "diagnosed")  # conditions that training brings about
UNDECIDED = "None of these came true."


@dataclass(frozen=True, slots=True)
class LessonPage:
    """What stands on the screen of a lesson."""

    title: str
    step: int = 0
    """From 1; 0 while the beginning is being made."""
    steps: int = 0
    text: str = ""
    verdict: str = ""
    """How the answer to the question before compares with what happened."""
    was_right: bool = False
    ask: str = ""
    """Empty once it is answered."""
    answers: tuple[str, ...] = ()
    given: str = ""
    """The answer that was chosen."""
    do: str = ""


@dataclass(slots=True)
class _Standing:
    """Of the step that is shown."""

    then: Observation
    since: float
    text: str
    verdict: str = ""
    was_right: bool = False
    was_so: bool = False
    """Whether what it waits for was so before anyone could read about it, and is so still."""
    given: int | None = None
    instead: str = ""
    """What to say in place of what is to be done; empty while that is still to be done."""


class LessonPlayer:
    """One lesson, being played."""

    def __init__(self, lesson: Lesson) -> None:
        """Take the lesson; `begin` starts it once the run it begins with is there."""
        self.lesson = lesson
        self._index = 0
        self._standing: _Standing | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the first step, at least, is shown."""
        return self._standing is not None

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.lesson.steps[self._index]

    @property
    def index(self) -> int:
        """Of that step."""
        return self._index

    @property
    def is_last(self) -> bool:
        """Whether it is the last one."""
        return self._index == len(self.lesson.steps) - 1

    @property
    def asks(self) -> int:
        """How many answers can be chosen now."""
        question = self.step.question
        waits = question is not None and self._standing is not None and self._standing.given is None
        return len(question.answers) if question and waits else 0

    @property
    def page(self) -> LessonPage:
        """What is to be shown."""
        standing, step = self._standing, self.step
        if standing is None:
            return LessonPage(
                self.lesson.title, text="The run that this begins with is being made …"
            )
        question, given = step.question, standing.given
        return LessonPage(
            self.lesson.title,
            self._index + 1,
            len(self.lesson.steps),
            standing.text,
            standing.verdict,
            standing.was_right,
            question.ask if question and given is None else "",
            tuple(answer.text for answer in question.answers) if self.asks and question else (),
            question.answers[given].text if question and given is not None else "",
            "" if self.asks else standing.instead or step.do,
        )

    def begin(self, now: Observation, seconds: float) -> None:
        """Show the first step."""
        self._show(0, now, seconds)

    def answer(self, index: int) -> bool:
        """Take an answer; return whether there was one to take."""
        if self._standing is None or not 0 <= index < self.asks:
            return False
        self._standing.given = index
        return True

    def move(self, by: int, now: Observation, seconds: float) -> None:
        """Skip a step, or go back to the one before."""
        if self._standing is not None:
            self._show(min(max(0, self._index + by), len(self.lesson.steps) - 1), now, seconds)

    def watch(self, now: Observation, seconds: float) -> bool:
        """Go on if what the step waits for has happened; return whether it has."""
        standing, step = self._standing, self.step
        if standing is None or self.is_last:
            return False
        has_happened = holds(step.when, now, standing.then)
        standing.was_so = standing.was_so and has_happened
        standing.instead = coming(step.when, now, standing.then) or astray(
            step.when, now, standing.then
        )
        if self.asks or not has_happened:
            return False
        if standing.was_so and seconds - standing.since < reading_time(standing.text):
            return False
        verdict, was_right, why = self._verdict(now, standing)
        self._show(self._index + 1, now, seconds, verdict, why, was_right=was_right)
        return True

    def _verdict(self, now: Observation, standing: _Standing) -> tuple[str, bool, str]:
        question = self.step.question
        if question is None or standing.given is None:
            return "", False, ""
        chosen = question.answers[standing.given]
        true = [answer for answer in question.answers if holds(answer.when, now, standing.then)]
        if not true:
            return UNDECIDED, False, ""
        if chosen in true:
            return f"You said: {chosen.text}. Right.", True, fill(chosen.why, now)
        right: Answer = true[0]
        return wrong_answer(chosen.text, right.text), False, fill(right.why, now)

    def _show(
        self,
        index: int,
        now: Observation,
        seconds: float,
        verdict: str = "",
        why: str = "",
        *,
        was_right: bool = False,
    ) -> None:
        self._index = index
        text = f"{why} {fill(self.step.text, now)}".strip()
        was_so = holds(self.step.when, now, now)
        self._standing = _Standing(now, seconds, text, verdict, was_right, was_so)


def coming(conditions: Conditions, now: Observation, then: Observation) -> str:
    """Say how far training has come towards the conditions; nothing while there is more to do."""
    unmet = [one for one in conditions if not holds((one,), now, then)]
    is_all = bool(unmet) and all(one.name in COMES_BY_ITSELF for one in unmet)
    if not (is_all and now.is_training):
        return ""
    goals = {"finished": now.current.hyperparameters.iterations}
    goals |= {one.name: int(str(one.value)) for one in unmet if one.name == "updates"}
    goal = max((goals[one.name] for one in unmet if one.name in goals), default=0)
    return f"It trains: {now.updates}{f' of {goal}' if goal else ''} updates …"


def astray(conditions: Conditions, now: Observation, then: Observation) -> str:
    """Say what to choose if the run has come to go by something else than the step waits for."""
    for one in conditions:
        if one.name != "settings":
            continue
        chosen = cast("dict[str, Any]", one.value)
        has = now.current.hyperparameters
        was_so = matches(chosen, then.current.hyperparameters)
        for name, value in chosen.items():
            if (was_so or now.number != then.number) and getattr(has, name) != value:
                field = BY_NAME[name]
                return (
                    f"Not {field.label} {format_value(getattr(has, name))} but "
                    f"{format_value(value)}: Tab, choose it, Esc; then r"
                )
    return ""


def wrong_answer(chosen: str, right: str) -> str:
    """Return what is said when something else happened than was expected."""
    return f"You said: {chosen}. In fact: {right}."


def reading_time(text: str) -> float:
    """Return the seconds that it takes to read this."""
    return len(text.split()) / WORDS_PER_SECOND
