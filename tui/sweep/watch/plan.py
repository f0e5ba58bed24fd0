"""What a sweep is going to try, and what of it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...config.fields import BY_NAME
from ..summary import ordered

if TYPE_CHECKING:
    from ....net.hyperparameters import Hyperparameters
    from ..manifest import Manifest

At = tuple[Any, Any]  # a place in the grid: values of the row's and the column's hyperparameter
MAX_DRAWN = 20_000  # settings of a random sweep that are worked out before they have results


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: two hyperparameters, and values of others. The rest is pooled."""

    row: str
    column: str
    fixed: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The values that a sweep tries."""

    values: Mapping[str, tuple[Any, ...]]
    """Of every hyperparameter, one or more; empty if nothing is known."""
    drawn: tuple[Hyperparameters, ...] | None = None
    """The runs of a random sweep; None: all combinations of the values."""
    runs: int = 0

    @classmethod
    def of(cls, manifest: Manifest | None) -> Plan:
        """Return the plan of a manifest. Raises UserError or NetError if there can be none."""
        if manifest is None:
            return cls({})
        base = manifest.base[0][1]
        if manifest.draws is None:
            values = {name: (getattr(base, name),) for name in BY_NAME}
            values |= {axis.name: ordered(axis.name, axis.values) for axis in manifest.parsed_axes}
            return cls(values, None, manifest.cells)
        few = manifest.cells <= MAX_DRAWN
        drawn = tuple(cell.hyperparameters for cell in manifest.plan()) if few else ()
        found = {name: {getattr(one, name) for one in drawn} for name in BY_NAME} if drawn else {}
        values = {name: ordered(name, of) for name, of in found.items()}
        return cls(values, drawn, manifest.cells)

    def first(self, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the axes' values of the first planned run that has these; None if none has."""
        if self.drawn is None:
            return {name: values.get(name, own[0]) for name, own in self.values.items()}
        for one in self.drawn:
            if all(getattr(one, name) == value for name, value in values.items()):
                return {name: getattr(one, name) for name in self.values}
        return None

    def count(self, choice: Choice) -> tuple[Mapping[At, int], int]:
        """Return the planned runs by place; and those that every other place of the axes has."""
        if self.drawn is not None:
            fits = [
                one
                for one in self.drawn
                if all(getattr(one, name) == value for name, value in choice.fixed.items())
            ]
            return Counter((getattr(o, choice.row), getattr(o, choice.column)) for o in fits), 0
        each = prod(
            (choice.fixed[name] in values) if name in choice.fixed else len(values)
            for name, values in self.values.items()
            if name not in (choice.row, choice.column)
        )
        return {}, each if self.values else 0
