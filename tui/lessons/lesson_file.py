"""A lesson's file: TOML, read without believing a word of it; docs/lessons.md describes it."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

from ..config.place import MAIN, QUANTITIES, Place, check_place
from ..config.recipe import parse_recipe
from ..errors import UserError
from ..keymap.rooms import ROOMS
from ..text import printable
from .conditions import RULES
from .lesson import SHOWN, Answer, Condition, Conditions, Lesson, Question, Step
from .numbers import PLACEHOLDER, unknown
from .player import wrong_answer
from .toml_lines import Path as KeyPath
from .toml_lines import line_numbers, line_of

MAX_BYTES = 1 << 16
MAX_STEPS = 60
MAX_MINUTES = 60
MAX_DIGIT = 1 << 30
MAX_HASH = 64
MAX_TITLE, MAX_ABOUT, MAX_ANSWER = 40, 68, 24
ROWS, COLUMNS = 3, 76  # for the text, on a terminal of 80 × 24
MAX_TEXT = ROWS * COLUMNS  # characters
MAX_DO = 74
ANSWERS = (2, 4)
NUMBER_LENGTH = 6  # characters that one in braces usually becomes
_LESSON = {"title", "about", "minutes", "start", "step"}
_START = {"recipe", "updates", "moment", "digit", "room", "chart", "data"}
_STEP = {"text", "do", "when", "ask", "answer", "show"}
_ANSWER = {"text", "when", "why"}


def read_lesson(path: Path) -> Lesson:
    """Return the lesson in a file. Raises UserError with the line and what was expected there."""
    name = printable(path, 60)
    try:
        data = _bytes_of(path)
    except OSError as problem:
        raise UserError(f"{name}: cannot be read: {problem.strerror or problem}") from problem
    if len(data) > MAX_BYTES:
        raise UserError(f"{name}: has more than {MAX_BYTES >> 10} KB; a lesson has a few")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise UserError(f"{name}, line {line}: is no UTF-8 text; a lesson is a TOML file") from None
    return parse_lesson(text, path.stem, name)


def _bytes_of(path: Path) -> bytes:
    """Return the beginning of a regular file: nothing else could be waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no file")
        return file.read(MAX_BYTES + 1)


def parse_lesson(text: str, name: str, where: str) -> Lesson:
    """Return the lesson that a text describes.

    Args:
        text: The file's content.
        name: Of the lesson.
        where: The file, for messages.

    Raises:
        UserError: The text is no lesson; the message has the line and what was expected.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise UserError(f"{where}, {_grammar(str(problem))}") from None
    except (ValueError, RecursionError):
        raise UserError(f"{where}: has a number or a list that no lesson needs") from None
    return _Reader(where, line_numbers(text)).lesson(content, name)


def _grammar(problem: str) -> str:
    """Return a message of tomllib's, with the line first, as all others have it."""
    what, _, place = problem.rpartition(" (at ")
    if not what:
        return f"as a whole: {printable(problem, 80)}"
    line = place.removeprefix("line ").partition(",")[0].rstrip(")")
    where = f"line {line}" if line.isdigit() else "the last line"
    return f'{where}: {printable(what, 80)}; expected TOML, such as text = "…"'


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the tables of one file; every refusal names the line."""

    where: str
    lines: dict[KeyPath, int]

    def lesson(self, content: dict[str, Any], name: str) -> Lesson:
        self._check_keys(content, _LESSON, (), "a lesson")
        steps = self._items(content, "step", ())
        if not 1 <= len(steps) <= MAX_STEPS:
            raise self._wrong((), f"has {len(steps)} steps; expected 1 to {MAX_STEPS}: [[step]]")
        read = tuple(
            self._step(step, ("step", i), is_last=i == len(steps) - 1)
            for i, step in enumerate(steps)
        )
        self._check_room_for_words(read)
        return Lesson(
            name,
            self._text(content, "title", (), MAX_TITLE),
            self._text(content, "about", (), MAX_ABOUT, default=""),
            self._minutes(content),
            self._start(content),
            read,
        )

    def _minutes(self, content: dict[str, Any]) -> float:
        value: object = content.get("minutes", 3)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value <= MAX_MINUTES:  # type: ignore[operator]  # it is one
            raise self._wrong(("minutes",), f"expected minutes from 1 to {MAX_MINUTES}")
        return float(value)  # type: ignore[arg-type]  # likewise

    def _start(self, content: dict[str, Any]) -> Place:
        path: KeyPath = ("start",)
        table = self._table(content.get("start", {}), path)
        self._check_keys(table, _START, path, "[start]")
        recipe = self._text(table, "recipe", path, MAX_BYTES, default="alpha=0.15")
        try:
            course = parse_recipe(recipe)
        except UserError as problem:
            raise self._wrong((*path, "recipe"), str(problem)) from None
        room = table.get("room", MAIN)
        if room not in (MAIN, *ROOMS):
            raise self._wrong((*path, "room"), f"expected {MAIN} or one of {' '.join(ROOMS)}")
        chart = table.get("chart", QUANTITIES[0])
        if chart not in QUANTITIES:
            raise self._wrong((*path, "chart"), f"expected {' or '.join(QUANTITIES)}")
        moment = self._whole(table, "moment", path) if "moment" in table else None
        data = self._text(table, "data", path, MAX_HASH, default="")
        if data and not re.fullmatch(r"[0-9a-f]{4,}", data):
            raise self._wrong((*path, "data"), "expected how the data's SHA-256 begins")
        place = Place(
            course,
            self._whole(table, "updates", path),
            moment,
            self._whole(table, "digit", path),
            str(room),
            data,
            str(chart),
        )
        try:
            check_place(place)
        except UserError as problem:
            raise self._wrong(path, str(problem)) from None
        return place

    def _step(self, content: object, path: KeyPath, *, is_last: bool) -> Step:
        step = self._table(content, path)
        self._check_keys(step, _STEP, path, "a step")
        question = self._question(step, path)
        when = self._conditions(step, path)
        if not is_last and not when:
            raise self._wrong(
                path, "this step never ends; expected when = { … } (see docs/lessons.md)"
            )
        if is_last and (when or question):
            raise self._wrong(path, "the last step stays; leave out when, ask and answers there")
        text = self._text(step, "text", path, 2 * MAX_TEXT, default="")
        show = step.get("show", "")
        if show not in ("", *SHOWN):
            raise self._wrong((*path, "show"), f"expected show = {' or '.join(map(repr, SHOWN))}")
        return Step(text, self._text(step, "do", path, MAX_DO), when, question, show)

    def _question(self, step: dict[str, Any], path: KeyPath) -> Question | None:
        if "ask" not in step and "answer" not in step:
            return None
        ask = self._text(step, "ask", path, MAX_TEXT)
        answers = self._items(step, "answer", path)
        if not ANSWERS[0] <= len(answers) <= ANSWERS[1]:
            raise self._wrong(
                path,
                f"has {len(answers)} answers; expected {ANSWERS[0]} to {ANSWERS[1]}, each under "
                "[[step.answer]]",
            )
        return Question(
            ask,
            tuple(self._answer(answer, (*path, "answer", i)) for i, answer in enumerate(answers)),
        )

    def _answer(self, content: object, path: KeyPath) -> Answer:
        answer = self._table(content, path)
        self._check_keys(answer, _ANSWER, path, "an answer")
        when = self._conditions(answer, path)
        if not when:
            raise self._wrong(path, "expected when = { … }: what makes this the right answer")
        why = self._text(answer, "why", path, MAX_TEXT, default="")
        return Answer(self._text(answer, "text", path, MAX_ANSWER), when, why)

    def _conditions(self, table: dict[str, Any], path: KeyPath) -> Conditions:
        path = (*path, "when")
        found: list[Condition] = []
        for name, value in self._table(table.get("when", {}), path).items():
            here = (*path, name)
            if name not in RULES:
                raise self._wrong(
                    here, f"“{printable(name, 24)}” is no condition; {_listed(RULES)}"
                )
            kind = RULES[name].kind
            try:
                found.append(Condition(name, kind.parse(value)))
            except UserError as problem:
                raise self._wrong(here, f"{name}: {problem}") from None
            except (ValueError, TypeError):
                raise self._wrong(here, f"{name}: expected {kind.expected}") from None
        return tuple(found)

    def _check_room_for_words(self, steps: tuple[Step, ...]) -> None:
        """Refuse what an 80 × 24 terminal cannot show beneath the app."""
        before: Question | None = None
        for i, step in enumerate(steps):
            ask = step.question.ask if step.question else ""
            said = _longest_verdict(before) if before else ""
            rows = wrap(_filled(f"{said} {step.text} {ask}"), COLUMNS)
            if len(rows) > ROWS:
                over = len(" ".join(rows[ROWS:]))
                also = ", with what is said about the answer before," if before else ""
                raise self._wrong(
                    ("step", i),
                    f"its words{also} take {over} characters more than the {ROWS} rows of "
                    f"{COLUMNS} columns that fit beneath the app at 80 × 24",
                )
            if step.question and (more := _row_of_answers(step.question) - COLUMNS) > 0:
                raise self._wrong(
                    ("step", i), f"its answers are {more} characters too long for a row"
                )
            if not step.text and not ask and not before:
                raise self._wrong(("step", i), 'expected text = "…"')
            before = step.question

    # Values

    def _text(
        self,
        table: dict[str, Any],
        key: str,
        path: KeyPath,
        most: int,
        *,
        default: str | None = None,
    ) -> str:
        here, value = (*path, key), table.get(key, default)
        if value is None:
            raise self._wrong(path, f'expected {key} = "…"')
        if not isinstance(value, str):
            raise self._wrong(here, f'expected text in quotes: {key} = "…"')
        text = " ".join(value.split())
        if printable(text, len(text)) != text:
            raise self._wrong(here, f"{key} has a control character; expected plain text")
        if len(text) > most:
            raise self._wrong(here, f"{key} has {len(text)} characters; at most {most} are shown")
        if not text and default is None:
            raise self._wrong(here, f"{key} is empty")
        if key not in ("recipe", "data") and (names := unknown(text)):
            raise self._wrong(
                here, f"“{printable(names[0], 24)}” in braces is no number that a lesson knows"
            )
        return text

    def _whole(self, table: dict[str, Any], key: str, path: KeyPath) -> int:
        value: object = table.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_DIGIT:
            raise self._wrong((*path, key), f"expected a whole number: {key} = 0")
        return value

    def _table(self, value: object, path: KeyPath) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(path, f"expected {{ name = value }} for {path[-1]}")
        return value  # pyright: ignore[reportUnknownVariableType]: TOML's keys are text

    def _items(self, table: dict[str, Any], key: str, path: KeyPath) -> list[object]:
        value: object = table.get(key, [])
        if not isinstance(value, list):
            raise self._wrong((*path, key), f"expected [[{key}]], in double brackets")
        return value  # pyright: ignore[reportUnknownVariableType]: each is checked

    def _check_keys(self, table: dict[str, Any], known: set[str], path: KeyPath, what: str) -> None:
        for key in table:
            if key not in known:
                raise self._wrong(
                    (*path, key),
                    f"“{printable(key, 24)}” is nothing that {what} has; {_listed(known)}",
                )

    def _wrong(self, path: KeyPath, what: str) -> UserError:
        return UserError(f"{self.where}, line {line_of(path, self.lines)}: {what}")


def _listed(names: object) -> str:
    return f"expected one of {', '.join(sorted(names))}"  # type: ignore[call-overload]  # of text


def _filled(text: str) -> str:
    """Return a text with numbers of the usual length."""
    return PLACEHOLDER.sub("#" * NUMBER_LENGTH, text)


def _longest_verdict(question: Question) -> str:
    """Return the most that can be said about an answer: see `LessonPlayer`."""
    chosen = max((answer.text for answer in question.answers), key=len)
    said = [f"{wrong_answer(chosen, a.text)} {a.why}" for a in question.answers]
    return max(said, key=lambda words: len(_filled(words)))


def _row_of_answers(question: Question) -> int:
    """Columns that the answers take, with their keys and the gaps between them."""
    return sum(len("F2 ") + len(answer.text) + 3 for answer in question.answers) - 3
