"""The manifest of a session: what ties its runs together; treated as untrusted when read."""

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
)  # what reading an untrusted file may raise
FACT_TYPES = get_type_hints(RunFacts)  # of a run
MAX_RUN_NUMBER = 1_000_000  # of a run
MAX_NAME_LENGTH, MAX_PATH_LENGTH = 60, 4096
MAX_TRAINING_S = 1e9


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a session but its runs' weights, in the types of JSON."""

    source: str = "mnist"  # of the data
    current: int = 0  # number of the current run
    count: int = 0  # highest number a run ever had
    share: float | None = None  # fraction to test on, if there is no test part
    wanted: dict[str, Any] = field(default_factory=dict[str, Any])  # hyperparameters
    plan: str = ""  # their recipe, if they are planned to change
    index: int = 0  # of the test digit
    names: dict[str, str] = field(default_factory=dict[str, str])  # of runs, by number
    hidden: list[int] = field(default_factory=list[int])  # runs not on the chart
    runs: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    ended: bool = False  # closed by the user; if not, it was cut off

    def hyperparameters(self) -> Hyperparameters:
        """Return the chosen hyperparameters. Raises one of DAMAGED for invalid ones."""
        return Hyperparameters.from_json(self.wanted)

    def hyperparameter_log(self) -> HyperparameterLog:
        """Return the planned changes, or else the chosen hyperparameters. Raises one of DAMAGED."""
        wanted = self.hyperparameters()
        return recipe.parse_recipe(self.plan) if self.plan else ((0, wanted),)


def format_manifest(manifest: Manifest) -> str:
    """Format the manifest as the content of its file."""
    return json.dumps(asdict(manifest))


def parse_manifest(text: bytes) -> Manifest:
    """Parse a manifest. Raises one of DAMAGED for anything this program would not write."""
    manifest = Manifest(**json.loads(text))
    kinds = {"source": str, "plan": str, "names": dict, "hidden": list, "runs": dict, "ended": bool}
    for name, kind in kinds.items():
        if type(getattr(manifest, name)) is not kind:
            raise TypeError(name)
    manifest.hyperparameter_log()
    if manifest.share is not None and not 0 < manifest.share < 1:
        raise ValueError("share")
    if len(manifest.source) > MAX_PATH_LENGTH or "\0" in manifest.source:
        raise ValueError("source")
    return Manifest(
        source=manifest.source,
        current=_whole(manifest.current),
        count=_whole(manifest.count),
        share=manifest.share,
        wanted=manifest.wanted,
        plan=manifest.plan,
        index=_whole(manifest.index, 1 << 40),
        names={_number(number): _name(name) for number, name in manifest.names.items()},
        hidden=[_whole(number) for number in manifest.hidden],
        runs={_number(number): _facts(facts) for number, facts in manifest.runs.items()},
        ended=manifest.ended,
    )


def _whole(value: object, most: int = MAX_RUN_NUMBER) -> int:
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
    return printable(name, MAX_NAME_LENGTH)


def _facts(facts: dict[str, Any]) -> dict[str, Any]:
    if {name: type(value) for name, value in facts.items()} != FACT_TYPES:
        raise TypeError("what is said of a run")
    if not 0 <= facts["seconds"] <= MAX_TRAINING_S:
        raise ValueError("seconds")
    start = _whole(facts["start"], 1 << 40)
    return {**facts, "start": start, "begun": _name(facts["begun"]), "state": _name(facts["state"])}
