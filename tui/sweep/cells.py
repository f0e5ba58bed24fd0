"""Cells: the runs that a sweep consists of, each with its hyperparameters and seed.

A cell is named by its recipe, which holds every bit of its hyperparameters. The seed is a
hyperparameter like any other; runs that differ in it alone are repetitions of one setting.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise, product
from math import prod
from typing import TYPE_CHECKING, Any

from ..config.fields import BY_NAME
from ..config.recipe import format_recipe, parse_recipe
from ..errors import UserError

if TYPE_CHECKING:
    from ...net.hyperparameters import Hyperparameters
    from ...net.run.state import HyperparameterLog
    from .axes import Axis

MAX_CELLS = 1_000_000
KEY_LENGTH = 16  # hexadecimal digits


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of a sweep."""

    recipe: str  # the whole of it; two cells are equal if their recipes are
    log: HyperparameterLog = field(compare=False, repr=False)  # the same, parsed

    @classmethod
    def of(cls, log: HyperparameterLog) -> Cell:
        """Return the cell of a hyperparameter log."""
        return cls(format_recipe(log), log)

    @classmethod
    def parse(cls, recipe: str) -> Cell:
        """Return the cell of a recipe. Raises UserError if it is none."""
        return cls.of(parse_recipe(recipe))

    @property
    def hyperparameters(self) -> Hyperparameters:
        """The hyperparameters that the run begins with."""
        return self.log[0][1]

    @property
    def seed(self) -> int:
        """The seed of initial weights and batches."""
        return self.hyperparameters.seed

    @property
    def iterations(self) -> int:
        """Updates of the complete run."""
        return self.log[-1][1].iterations

    @property
    def setting(self) -> str:
        """The recipe without its seed: the same for all repetitions."""
        return format_recipe(tuple((since, replace(hp, seed=0)) for since, hp in self.log))

    @property
    def key(self) -> str:
        """A short name for files and tasks, always the same for this cell."""
        return sha256(self.recipe.encode()).hexdigest()[:KEY_LENGTH]


def grid_cells(base: HyperparameterLog, axes: Sequence[Axis]) -> tuple[Cell, ...]:
    """Return a cell for every combination of the axes' values.

    All settings come with their first seed before any comes with its second, so that a sweep
    shows the whole picture early.

    Args:
        base: Hyperparameters that no axis sets, and their planned changes.
        axes: At most one for each hyperparameter.

    Raises:
        UserError: There are too many cells, or a random sweep's axis; NetError for a combination
            that no run can have.
    """
    for axis in axes:
        if axis.span is not None:
            raise UserError(
                f"{BY_NAME[axis.name].label}, “{axis.text}”: a grid needs a number of values, "
                f"as in {axis.text}9 (or: --random 20)"
            )
    return _cells(base, _combinations(axes), _seeds(axes))


def random_cells(
    base: HyperparameterLog, axes: Sequence[Axis], count: int, draw_seed: int = 0
) -> tuple[Cell, ...]:
    """Return cells of settings drawn from the axes, each with every seed.

    A larger count begins with the settings of a smaller one. See Bergstra and Bengio, Random
    Search for Hyper-Parameter Optimization (2012), for why draws beat a grid.

    Args:
        base: Hyperparameters that no axis sets, and their planned changes.
        axes: At most one for each hyperparameter; that of the seed is not drawn from.
        count: Number of different settings.
        draw_seed: Seed of the draws.

    Raises:
        UserError: There are fewer settings than `count`; NetError as for `grid_cells`.
    """
    drawn_axes = [axis for axis in axes if axis.name != "seed"]
    if all(axis.span is None for axis in drawn_axes):
        there_are = prod(len(axis.values) for axis in drawn_axes)
        if there_are < count:
            raise UserError(f"the axes have {there_are:,} settings; {count:,} cannot be drawn")
    generator = random.Random(draw_seed)  # noqa: S311  (draws of settings, no secret)
    settings: dict[tuple[tuple[str, Any], ...], None] = {}  # distinct, in the order drawn
    misses = 0
    while len(settings) < min(count, MAX_CELLS + 1):
        before = len(settings)
        settings[tuple((axis.name, axis.draw(generator.random())) for axis in drawn_axes)] = None
        misses = 0 if len(settings) > before else misses + 1
        if misses > 1000 + 100 * count:  # a span of few whole numbers
            raise UserError(f"the axes have only about {before:,} settings")
    return _cells(base, [dict(setting) for setting in settings], _seeds(axes))


def _cells(
    base: HyperparameterLog, settings: Sequence[Mapping[str, Any]], seeds: Sequence[int | None]
) -> tuple[Cell, ...]:
    if len(settings) * len(seeds) > MAX_CELLS:
        raise UserError(f"the sweep has more than {MAX_CELLS:,} runs")
    return tuple(
        Cell.of(with_values(base, setting if seed is None else {**setting, "seed": seed}))
        for seed in seeds
        for setting in settings
    )


def _seeds(axes: Sequence[Axis]) -> tuple[int | None, ...]:
    """Return the seeds that every setting is run with; None: the base's own."""
    seeds = next((axis for axis in axes if axis.name == "seed"), None)
    if seeds is not None and seeds.span is not None:
        raise UserError(f"seed, “{seeds.text}”: seeds are not drawn; list them, as in 0:5")
    return (None,) if seeds is None else seeds.values


def _combinations(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Return every combination of values, by name; those of the seed are apart."""
    others = [axis for axis in axes if axis.name != "seed"]
    if prod(len(axis.values) for axis in others) > MAX_CELLS:
        raise UserError(f"the sweep has more than {MAX_CELLS:,} runs")
    names = [axis.name for axis in others]
    return [
        dict(zip(names, values, strict=True))
        for values in product(*(axis.values for axis in others))
    ]


def with_values(log: HyperparameterLog, values: Mapping[str, Any]) -> HyperparameterLog:
    """Return a log with other values from its beginning to its end.

    Raises:
        UserError: The log changes one of these hyperparameters on the way; NetError if a value
            does not go with the others.
    """
    for (_, before), (since, after) in pairwise(log):
        for name in values:
            if getattr(before, name) != getattr(after, name):
                label = BY_NAME[name].label
                raise UserError(
                    f"the recipe changes {label} after {since:,} updates, so that the sweep "
                    "cannot set it; leave out one of the two"
                )
    return tuple((since, replace(hyperparameters, **values)) for since, hyperparameters in log)
