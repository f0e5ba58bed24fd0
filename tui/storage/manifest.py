"""A session's page: all that ties its runs together; read without believing a word of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, get_type_hints

from ...net.hyperparameters import Hyperparameters
from ..config import recipe
from ..errors import EXPECTED_ERRORS
from ..text import printable
from ..training.snapshot import RunFacts

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog

DAMAGED = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError),
    *(RecursionError, *EXPECTED_ERRORS),
)  # what reading a file nobody should believe may raise
FACTS = get_type_hints(RunFacts)  # of a run
MOST_NUMBER = 1_000_000  # of a run
LONGEST_NAME, LONGEST_PATH = 60, 4096
MOST_SECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a session is besides what its runs learnt; as simple as JSON."""

    source: str = "mnist"  # of the data
    current: int = 0  # the number of the current run
    count: int = 0  # the highest number that a run ever had
    share: float | None = None  # of those without a test part: how much to test on
    wanted: dict[str, Any] = field(default_factory=dict[str, Any])  # hyperparameters
    plan: str = ""  # the recipe that they are part of, if they are planned to change
    index: int = 0  # of the test digit
    names: dict[str, str] = field(default_factory=dict[str, str])  # of runs, by number
    hidden: list[int] = field(default_factory=list[int])  # runs not on the chart
    runs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    ended: bool = False  # a person left it; if not, it was cut off

    def hyperparameters(self) -> Hyperparameters:
        """Return the chosen hyperparameters. Raises one of DAMAGED for invalid ones."""
        usual = asdict(Hyperparameters())
        for name, value in self.wanted.items():
            # JSON has no tuples, writes 1.0 as it likes, and None stands for a full batch.
            kinds = {"tuple": "tuple list", "NoneType": "NoneType int", "float": "float int"}
            kind = type(usual[name]).__name__
            if type(value).__name__ not in kinds.get(kind, kind).split():
                raise ValueError(name)
        hidden = tuple(_whole(units, 1 << 40) for units in self.wanted["hidden"])
        return Hyperparameters(**dict[str, Any](self.wanted, hidden=hidden))

    def course(self) -> HyperparameterLog:
        """Return the planned changes, or else the chosen hyperparameters. Raises one of DAMAGED."""
        wanted = self.hyperparameters()
        return recipe.parse_recipe(self.plan) if self.plan else ((0, wanted),)


def as_text(page: Manifest) -> str:
    """Format the manifest as the content of its file."""
    return json.dumps(asdict(page))


def read(text: bytes) -> Manifest:
    """Parse a manifest. Raises one of DAMAGED for anything this program would not write."""
    page = Manifest(**json.loads(text))
    kinds = {"source": str, "plan": str, "names": dict, "hidden": list, "runs": dict, "ended": bool}
    for name, kind in kinds.items():
        if type(getattr(page, name)) is not kind:
            raise TypeError(name)
    page.course()
    if page.share is not None and not 0 < page.share < 1:
        raise ValueError("share")
    if len(page.source) > LONGEST_PATH or "\0" in page.source:
        raise ValueError("source")
    return Manifest(
        source=page.source,
        current=_whole(page.current),
        count=_whole(page.count),
        share=page.share,
        wanted=page.wanted,
        plan=page.plan,
        index=_whole(page.index, 1 << 40),
        names={_number(number): _name(name) for number, name in page.names.items()},
        hidden=[_whole(number) for number in page.hidden],
        runs={_number(number): _facts(facts) for number, facts in page.runs.items()},
        ended=page.ended,
    )


def _whole(value: object, most: int = MOST_NUMBER) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("a number")
    return value


def _number(key: str) -> str:
    """Validate a run's number, as it stands in the name of its file."""
    if str(_whole(int(key))) != key:
        raise ValueError("the number of a run")
    return key


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError("a name")
    return printable(name, LONGEST_NAME)


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    if {name: type(value) for name, value in facts.items()} != FACTS:
        raise TypeError("what is said of a run")
    if not 0 <= facts["seconds"] <= MOST_SECONDS:
        raise ValueError("seconds")
    start = _whole(facts["start"], 1 << 40)
    return {**facts, "start": start, "begun": _name(facts["begun"]), "state": _name(facts["state"])}
