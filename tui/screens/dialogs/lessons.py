"""A window to choose a lesson from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets.option_list import Option

from ...widgets.hanging_text import HangingText
from .choice_dialog import ChoiceDialog

if TYPE_CHECKING:
    from ...lessons.lesson import Lesson

INDENT = 4  # columns of a lesson's number and its tick
WITHIN = {"skip": "Skip this step", "back": "Back to the step before", "end": "Leave the lesson"}


class LessonsDialog(ChoiceDialog):
    """Ends with a lesson's name, with one of WITHIN, or None."""

    def __init__(
        self, lessons: Sequence[Lesson], current: Lesson | None, played: Collection[str] = ()
    ) -> None:
        """Take what can be chosen.

        Args:
            lessons: In the order in which they are meant.
            current: The one that is being played.
            played: Names of those that were played to their end; they are ticked off.
        """
        self.offers = tuple(_offers(lessons, played))
        options = [*(_within() if current else ()), *self.offers]
        names = [lesson.name for lesson in lessons]
        at = names.index(current.name) + 1 if current and current.name in names else 0
        first = min(at, len(lessons) - 1) + (len(WITHIN) if current else 0)
        super().__init__(options, title="Lessons", enter="begin", first=first)


def _within() -> Iterator[Option]:
    for name, words in WITHIN.items():
        yield Option(Content(words), id=name)


def _offers(lessons: Sequence[Lesson], played: Collection[str]) -> Iterator[Option]:
    for number, lesson in enumerate(lessons, 1):
        tick = "✓" if lesson.name in played else " "
        words = f"{number:2}{tick} {lesson.title} · {lesson.minutes:g} min"
        if lesson.about:
            words += f"\n{'':{INDENT}}{lesson.about}"
        yield Option(HangingText(words, INDENT), id=lesson.name)
