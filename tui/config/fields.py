"""The hyperparameter fields: how each is named, parsed and shown in panel and command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...net.hyperparameters import (
    AUGMENTATIONS,
    INITIALIZATIONS,
    NEED_RESET,
    OPTIMIZERS,
    SCHEDULES,
    Hyperparameters,
)
from ..errors import UserError
from ..text import printable
from .numbers import real_number, whole_number
from .stepping import (
    ADVERSARIES,
    BATCHES,
    DECAYS,
    DROPOUTS,
    FULL,
    MOMENTA,
    NORMS,
    Step,
    step_along,
    step_batch,
    step_choice,
    step_layers,
    step_number,
    step_seed,
    step_whole,
)


def _always(_: Hyperparameters) -> bool:
    return True


def _has_momentum(chosen: Hyperparameters) -> bool:
    return chosen.optimizer != "gd"


def _has_batches(chosen: Hyperparameters) -> bool:
    return chosen.batch_size is not None


def _limits_norms(chosen: Hyperparameters) -> bool:
    """Whether the field has its row: beside dropout, for which it is made, or where it is set."""
    return _has_batches(chosen) or chosen.max_norm > 0


@dataclass(frozen=True, slots=True)
class Field:
    """The name, parser and presentation of one hyperparameter."""

    name: str  # of the attribute of Hyperparameters
    label: str  # in the panel
    parse: Callable[[str], Any]  # text to value; raises UserError
    hint: str  # what may be typed
    step: Step  # one step up or down, as text; raises ValueError for text that is no value
    choices: tuple[str, ...] = ()  # all values, if they are few
    applies: Callable[[Hyperparameters], bool] = _always  # whether it has an effect then

    @property
    def needs_reset(self) -> bool:
        """Whether a change waits for the next reset."""
        return self.name in NEED_RESET

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")


def format_value(value: object) -> str:
    """Format a hyperparameter's value as the user would type it."""
    if value is None:
        return "full"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return ",".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType]: isinstance cannot tell the items
    return str(value)


def _number(label: str) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            return real_number(text)
        except ValueError:
            raise UserError(f"{label} must be a number such as 0.15, not {_quoted(text)}") from None

    return parse


def integer_parser(label: str, such_as: str) -> Callable[[str], int]:
    """Return a parser of whole numbers whose errors name the field and give examples."""

    def parse(text: str) -> int:
        try:
            return whole_number(text)
        except ValueError:
            raise UserError(
                f"{label} must be a whole number such as {such_as}, not {_quoted(text)}"
            ) from None

    return parse


def _hidden(text: str) -> tuple[int, ...]:
    try:
        return tuple(whole_number(part) for part in text.split(","))
    except ValueError:
        raise UserError(
            f"hidden must be whole numbers separated by commas, such as 128,64, not {_quoted(text)}"
        ) from None


def _batch(text: str) -> int | None:
    if text.strip().lower() == "full":
        return None
    try:
        return whole_number(text)
    except ValueError:
        raise UserError(f"batch must be full or a whole number, not {_quoted(text)}") from None


def _name(text: str) -> str:
    return text.strip().lower()


def _quoted(text: str) -> str:
    return f"“{printable(text, 24)}”" if text.strip() else "nothing"


def _choice(name: str, hint: str, values: tuple[str, ...]) -> Field:
    return Field(name, name, _name, f"{hint} {' '.join(values)}", step_choice(values), values)


FIELDS = (
    Field("alpha", "alpha", _number("alpha"), "the learning rate, such as 0.15", step_number),
    Field(
        "iterations",
        "iterations",
        integer_parser("iterations", "1500"),
        "updates, such as 1500",
        step_whole,
    ),
    Field("hidden", "hidden", _hidden, "units of each hidden layer, such as 128,64", step_layers),
    Field(
        "batch_size",
        "batch",
        _batch,
        "samples in an update: full, or a number",
        step_batch,
        (*map(str, BATCHES), FULL),
    ),
    _choice("optimizer", "one of", OPTIMIZERS),
    Field(
        "momentum",
        "momentum",
        _number("momentum"),
        "share kept of the last update, 0 to 1",
        step_along(MOMENTA),
        applies=_has_momentum,
    ),
    Field(
        "weight_decay",
        "decay",
        _number("decay"),
        "pull of weights to zero, such as 0.0001",
        step_along(DECAYS),
    ),
    _choice("schedule", "course of alpha:", SCHEDULES),
    _choice("augment", "digits deformed each epoch:", AUGMENTATIONS),
    Field(
        "max_norm",
        "max-norm",
        _number("max-norm"),
        "longest weights into a unit, such as 2; 0: any",
        step_along(NORMS),
        applies=_limits_norms,
    ),
    Field(
        "dropout",
        "dropout",
        _number("dropout"),
        "share of hidden units left out, such as 0.5",
        step_along(DROPOUTS),
        applies=_has_batches,
    ),
    Field(
        "input_dropout",
        "input-drop",
        _number("input-drop"),
        "share of pixels left out, such as 0.2",
        step_along(DROPOUTS),
        applies=_has_batches,
    ),
    Field(
        "adversary",
        "adversary",
        _number("adversary"),
        "how far images move to where it errs, such as 1",
        step_along(ADVERSARIES),
        applies=_has_batches,
    ),
    _choice("init", "first weights:", INITIALIZATIONS),
    Field(
        "seed",
        "seed",
        integer_parser("seed", "0"),
        "seed of the random numbers, such as 0",
        step_seed,
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
