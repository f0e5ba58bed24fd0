"""What a step can wait for: one table of rules, by the name they have in a lesson's file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any

from ..config.place import MAIN, QUANTITIES
from ..config.recipe import BY_WORD
from ..errors import UserError
from ..keymap.rooms import ROOMS
from ..text import printable
from ..training.snapshot import RunStatus
from .observation import Observation, lowest_test_loss, measured, tested

if TYPE_CHECKING:
    from .lesson import Conditions

INNER_ROOMS = ("gallery", "unit", "logits")  # that are entered from another room
MAX_COUNT = 1_000_000_000
STAGES = re.compile(r"x|loss|update|(?:Z|A|dZ|dA|dW)[1-9]\d*")  # of networks of any depth


@dataclass(frozen=True, slots=True)
class Kind:
    """A form that a rule's value has."""

    expected: str
    parse: Callable[[object], Any]
    """Raises ValueError or TypeError for another form, UserError for what is wrong in itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    kind: Kind
    holds: Callable[[Any, Observation, Observation], bool]
    """Given the value, what is seen now, and what was seen when the step began."""


def holds(conditions: Conditions, now: Observation, then: Observation) -> bool:
    """Return whether all of them hold; `then` is what was seen when the step began."""
    return all(RULES[one.name].holds(one.value, now, then) for one in conditions)


# Forms


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _yes(value: object) -> bool:
    if value is not True:
        raise ValueError
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_COUNT:
        raise ValueError
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if isinstance(value, int) and abs(value) > MAX_COUNT:
        raise ValueError
    return float(value)


def _range(value: object) -> tuple[float, float]:
    if not isinstance(value, list):
        raise TypeError
    items: list[object] = value  # pyright: ignore[reportUnknownVariableType]: TOML
    low, high = map(_number, items)
    if not low <= high or not isfinite(low):
        raise ValueError
    return low, high


def _one_of(*names: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in names:
            raise ValueError
        return str(value)

    return parse


def _stage(value: object) -> str:
    if not isinstance(value, str) or not STAGES.fullmatch(value):
        raise ValueError
    return value


def _settings(value: object) -> dict[str, Any]:
    """Return the fields that the words of a recipe name, and their values."""
    from ...net.errors import NetError
    from ...net.hyperparameters import Hyperparameters

    found: dict[str, Any] = {}
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    for word in value.split():
        name, equals, text = word.partition("=")
        field = BY_WORD.get(name.lower())
        if field is None or not equals:
            raise UserError(f"“{printable(word, 24)}”: expected {WORDS}")
        found[field.name] = field.parse(text)
    try:  # any of them may go with a mini-batch
        replace(Hyperparameters(batch_size=1), **found)
    except NetError as problem:
        raise UserError(str(problem)) from problem
    return found


WORDS = 'words of a recipe, such as "hidden=30 batch=64"'
FLAG = Kind("true or false", _flag)
YES = Kind("true", _yes)
COUNT = Kind("a whole number, such as 100", _count)
RANGE = Kind("two numbers, the smaller first, such as [0.1, 0.5]", _range)
SIDE = Kind('"lower" or "higher"', _one_of("lower", "higher"))
PLACES = (MAIN, *ROOMS, *INNER_ROOMS)
ROOM = Kind(f"one of {' '.join(PLACES)}, in quotes", _one_of(*PLACES))
CHART = Kind('"accuracy" or "loss"', _one_of(*QUANTITIES))
STAGE = Kind('a stage of the maths room, such as "Z1" or "loss"', _stage)
SETTINGS = Kind(WORDS, _settings)


# Rules


def _metric(name: str) -> Rule:
    """Return a metric of the current run lies in a range, at the moment that is shown."""

    def inside(bounds: tuple[float, float], now: Observation, _: Observation) -> bool:
        found = now.tested if name.startswith("test") else measured(now.current, now.moment)
        return found is not None and bounds[0] <= getattr(found, name) <= bounds[1]

    return Rule(RANGE, inside)


def _beside(name: str) -> Rule:
    """Compare a metric with that of the run before, after the updates that both have made."""

    def compared(side: str, now: Observation, _: Observation) -> bool:
        before = now.before
        if before is None or before.progress is None or now.current.progress is None:
            return False
        at = min(now.updates, before.progress.iteration)
        read = tested if name.startswith("test") else measured
        mine, theirs = read(now.current, at), read(before, at)
        if mine is None or theirs is None:
            return False
        one, other = getattr(mine, name), getattr(theirs, name)
        return one < other if side == "lower" else one > other

    return Rule(SIDE, compared)


def _more_updates(count: int, now: Observation, then: Observation) -> bool:
    run = now.current.run
    begun = then.updates if now.number == then.number or run is None else run.start
    return now.updates - begun >= count


def _overfits(bounds: tuple[float, float], now: Observation, _: Observation) -> bool:
    last, (lowest, _at) = tested(now.current, inf), lowest_test_loss(now.current)
    return last is not None and bounds[0] <= last.test_loss - lowest <= bounds[1]


def matches(chosen: dict[str, Any], hyperparameters: object) -> bool:
    """Return whether hyperparameters have all of these values."""
    return all(getattr(hyperparameters, name) == value for name, value in chosen.items())


def _has_ink(drawing: object) -> bool:
    pixels: Any = getattr(drawing, "pixels", None)
    return pixels is not None and bool(pixels.any())


def _begun(now: Observation) -> int:
    return sum(not seen.is_untouched for seen in now.runs)


def _inside(read: Callable[[Observation], float]) -> Rule:
    """Return a number that can be seen lies in a range."""
    return Rule(RANGE, lambda bounds, now, _: bounds[0] <= read(now) <= bounds[1])


def _gap(now: Observation) -> float:
    last, train = tested(now.current, inf), measured(now.current, inf)
    return last.test_loss - train.loss if last and train else nan


RULES = {
    # What the run does
    "training": Rule(FLAG, lambda yes, now, _: now.is_training is yes),
    "updates": Rule(COUNT, lambda count, now, _: now.updates >= count),
    "more_updates": Rule(COUNT, _more_updates),
    "finished": Rule(FLAG, lambda yes, now, _: (now.current.state is RunStatus.FINISHED) is yes),
    "diverged": Rule(FLAG, lambda yes, now, _: (now.current.state is RunStatus.DIVERGED) is yes),
    "diagnosed": Rule(FLAG, lambda yes, now, _: (now.current.diagnosis is not None) is yes),
    "new_run": Rule(YES, lambda _yes, now, then: now.number > then.number),
    "runs": Rule(COUNT, lambda count, now, _: _begun(now) >= count),
    # What it goes by
    "alpha": Rule(RANGE, lambda bounds, now, _: bounds[0] <= now.wanted.alpha <= bounds[1]),
    "wanted": Rule(SETTINGS, lambda chosen, now, _: matches(chosen, now.wanted)),
    "settings": Rule(SETTINGS, lambda chosen, now, _: matches(chosen, now.current.hyperparameters)),
    # How well it does
    "loss": _metric("loss"),
    "train_accuracy": _metric("train_accuracy"),
    "test_loss": _metric("test_loss"),
    "test_accuracy": _metric("test_accuracy"),
    "loss_beside_before": _beside("loss"),
    "test_loss_beside_before": _beside("test_loss"),
    "test_accuracy_beside_before": _beside("test_accuracy"),
    "test_loss_above_lowest": Rule(RANGE, _overfits),
    "gap": _inside(_gap),
    "fall_of_promise": _inside(lambda now: now.fall / now.promise if now.promise else nan),
    # What is looked at
    "chart": Rule(CHART, lambda chart, now, _: now.chart == chart),
    "room": Rule(ROOM, lambda room, now, _: now.room == room),
    "page": Rule(STAGE, lambda page, now, _: now.page == page),
    "digit": Rule(COUNT, lambda index, now, _: now.state.index == index),
    "another_digit": Rule(YES, lambda _yes, now, then: now.state.index != then.state.index),
    "label": Rule(COUNT, lambda label, now, _: now.label == label),
    "answer": Rule(COUNT, lambda answer, now, _: now.answer == answer),
    "surprise": _inside(lambda now: now.surprise),
    "silent": _inside(lambda now: now.silent),
    "common_pairs": _inside(lambda now: now.common_pairs),
    "right": Rule(FLAG, lambda yes, now, _: now.answer >= 0 and (now.answer == now.label) is yes),
    "past": Rule(FLAG, lambda yes, now, _: (now.state.past is not None) is yes),
    "moment": Rule(RANGE, lambda bounds, now, _: bounds[0] <= now.moment <= bounds[1]),
    "drawn": Rule(FLAG, lambda yes, now, _: _has_ink(now.state.drawing) is yes),
}
