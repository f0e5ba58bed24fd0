"""Recipes: a run's hyperparameters and their changes on one line: alpha=0.5 @300 alpha=0.05.

A word is name=value, with the names of the panel or of the options; whatever is not named has its
default. After @N follow the values that change after N updates.
"""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...net.errors import NetError
from ...net.hyperparameters import Hyperparameters
from ..errors import UserError
from ..text import printable
from .fields import BY_NAME, FIELDS, Field, format_value

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog

BY_WORD = {
    word: field
    for field in FIELDS
    for word in (field.label, field.name, field.option.removeprefix("--"))
}
MAX_LENGTH = 100_000  # characters


def format_recipe(log: HyperparameterLog) -> str:
    """Format hyperparameters and their changes as a recipe that `parse_recipe` reads back."""
    from ...net.run.hyperparameter_log import effective

    (_, first), *_ = log = effective(log)
    words = _words(Hyperparameters(), first) or [_word(BY_NAME["alpha"], first.alpha)]
    for (_, before), (since, after) in pairwise(log):
        words += [f"@{since}", *_words(before, after)]
    return " ".join(words)


def parse_recipe(text: str) -> HyperparameterLog:
    """Return the hyperparameter log that a recipe describes.

    Raises UserError, one line that says where it is wrong.
    """
    words = text.split()
    if not words:
        raise UserError("the recipe is empty; expected name=value words, such as alpha=0.15")
    if len(text) > MAX_LENGTH:
        raise UserError(f"the recipe has more than {MAX_LENGTH:,} characters")
    log: list[tuple[int, Hyperparameters]] = []
    since, stage, start = 0, dict[str, Any](), 1
    now = Hyperparameters()
    for place, word in enumerate((*words, "@"), 1):
        if not word.startswith("@"):
            field = _field(word, place)
            if field.name in stage:
                raise _wrong(place, word, f"{field.label} stands here a second time")
            if since and field.needs_reset:
                raise _wrong(
                    place, word, f"{field.label} decides the first weights; it cannot change"
                )
            stage[field.name] = _value(field, word, place)
            continue
        if since and not stage:
            raise _wrong(start, words[start - 1], "nothing follows that would change")
        now = _stage(now, stage, start, words)
        log.append((since, now))
        if place <= len(words):
            since = _since(word, place, since)
            if since > now.iterations:
                raise _wrong(place, word, f"the run has ended after {now.iterations:,} updates")
            stage, start = {}, place
    for (_, before), (since, after) in pairwise(log):
        if since >= after.iterations:
            place = words.index(f"@{since}") + 1
            raise _wrong(
                place, f"@{since}", f"the run ends after {after.iterations:,} updates, before that"
            )
        if before == after:
            place = words.index(f"@{since}") + 1
            raise _wrong(place, f"@{since}", "nothing changes there")
    return tuple(log)


def _stage(
    before: Hyperparameters, stage: dict[str, Any], start: int, words: list[str]
) -> Hyperparameters:
    """Return the hyperparameters in force from this stage on; validate its words together."""
    try:
        return replace(before, **stage)
    except NetError as problem:
        # The message names the word at fault, since each is checked under its label.
        for place in range(start, min(len(words), start + len(stage) + 1) + 1):
            field = BY_WORD.get(words[place - 1].partition("=")[0].lower())
            if field is not None and str(problem).startswith(field.label):
                raise _wrong(place, words[place - 1], str(problem)) from problem
        raise _wrong(start, words[start - 1], str(problem)) from problem


def _field(word: str, place: int) -> Field:
    name, equals, _ = word.partition("=")
    field = BY_WORD.get(name.lower())
    if not equals:
        raise _wrong(place, word, "expected name=value, or @ and a number of updates")
    if field is None:
        raise _wrong(place, word, f"expected one of {' '.join(f.label for f in FIELDS)}")
    return field


def _value(field: Field, word: str, place: int) -> Any:
    try:
        return field.parse(word.partition("=")[2])
    except UserError as problem:
        raise _wrong(place, word, str(problem)) from problem


def _since(word: str, place: int, before: int) -> int:
    digits = word[1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10) or digits[0] == "0":
        raise _wrong(place, word, "expected @ and the number of updates made before, such as @300")
    if int(digits) <= before:
        raise _wrong(place, word, f"expected more than the {before:,} updates before")
    return int(digits)


def _words(before: Hyperparameters, after: Hyperparameters) -> list[str]:
    """Return the hyperparameters that differ, as words in the panel's order."""
    pairs = [(field, getattr(after, field.name)) for field in FIELDS]
    return [_word(field, value) for field, value in pairs if value != getattr(before, field.name)]


def _word(field: Field, value: object) -> str:
    # repr preserves every bit of a float.
    return (
        f"{field.label}={value!r}"
        if isinstance(value, float)
        else f"{field.label}={format_value(value)}"
    )


def _wrong(place: int, word: str, what: str) -> UserError:
    return UserError(f"recipe, word {place}, “{printable(word, 24)}”: {what}")


assert {field.name for field in fields(Hyperparameters)} == set(BY_NAME)
