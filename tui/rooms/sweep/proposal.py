"""A small sweep of the run at hand: which one is proposed, how long it takes, its command."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from ...config.app_options import EMBEDDED
from ...config.fields import BY_NAME, FIELDS
from ...config.recipe import BY_WORD
from ...config.stepping import round_whole
from ...errors import UserError
from ...sweep.axes import Axis, format_axis_value, parse_axis
from ...sweep.cells import grid_cells
from ...text import printable

if TYPE_CHECKING:
    from ....net.hyperparameters import Hyperparameters
    from ...sweep.cells import Cell

TARGET_S = 60.0  # of the proposed sweep
ALPHAS = 7  # values of alpha, from a tenth of the run's own to ten times it
SEEDS = 3
MAX_RUNS = 500  # of a sweep in the background; larger ones are begun in a shell
MIN_ITERATIONS = 20
FLOPS_A_SECOND = 4e10  # of the machine, until the run itself was timed
MIN_UPDATE_S = 1e-4  # of NumPy's calls alone
FLOPS_A_WEIGHT = 4  # and image: a multiplication and an addition, forward and for the gradient
IN_SHELL = ("mnist-tui",)


@dataclass(frozen=True, slots=True)
class Workload:
    """The data and the machine, as far as the time of a run depends on them."""

    images: int  # of the training part
    inputs: int
    classes: int
    flops_a_second: float = FLOPS_A_SECOND

    def flops(self, hyperparameters: Hyperparameters) -> float:
        """Return the floating-point operations of an update, those of the matrices."""
        sizes = (self.inputs, *hyperparameters.hidden, self.classes)
        weights = sum(a * b for a, b in pairwise(sizes))
        passes = 2 if hyperparameters.adversary else 1
        return FLOPS_A_WEIGHT * passes * weights * (hyperparameters.batch_size or self.images)

    def timed(self, hyperparameters: Hyperparameters, updates_a_second: float) -> Workload:
        """Return the same for a machine that makes this many updates of a run a second."""
        if updates_a_second <= 0:
            return self
        return replace(self, flops_a_second=self.flops(hyperparameters) * updates_a_second)

    def seconds(self, hyperparameters: Hyperparameters) -> float:
        """Return how long the machine takes for a run, all its cores together."""
        update = max(MIN_UPDATE_S, self.flops(hyperparameters) / self.flops_a_second)
        return hyperparameters.iterations * update


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sweep that can be begun."""

    base: Hyperparameters
    axes: tuple[Axis, ...]
    cells: tuple[Cell, ...]

    def seconds(self, work: Workload) -> float:
        """Return about how long it takes if nothing else runs."""
        return sum(work.seconds(cell.hyperparameters) for cell in self.cells)

    def arguments(self, source: str, share: float | None, folder: Path) -> list[str]:
        """Return the arguments of mnist-tui."""
        from ....net.hyperparameters import Hyperparameters

        texts = {axis.name: axis.text for axis in self.axes}
        words = ["sweep"]
        for field in FIELDS:
            value = getattr(self.base, field.name)
            if field.name in texts:
                words += [field.option, texts[field.name]]
            elif value != getattr(Hyperparameters(), field.name):
                is_float = isinstance(value, float)
                text = repr(value) if is_float else format_axis_value(field.name, value)
                words += [field.option, text]
        if source != EMBEDDED:
            words += ["--data", source]
        if share is not None:
            words += ["--test-share", repr(share)]
        return [*words, "--out", str(folder)]


def proposed(hyperparameters: Hyperparameters, work: Workload) -> str:
    """Return the line that describes a sweep of about a minute around a run."""
    from ....net.hyperparameters import MAX_SEED

    alpha, seed = hyperparameters.alpha, min(hyperparameters.seed, MAX_SEED - SEEDS)
    one = replace(hyperparameters, iterations=1)
    updates = TARGET_S / (work.seconds(one) * ALPHAS * SEEDS)
    iterations = round_whole(max(MIN_ITERATIONS, int(updates)) + 1, -1)
    iterations = min(hyperparameters.iterations, iterations)
    return (
        f"alpha={alpha / 10:.4g}:{alpha * 10:.4g}:log{ALPHAS} seed={seed}:{seed + SEEDS} "
        f"iterations={iterations}"
    )


def parse_proposal(text: str, hyperparameters: Hyperparameters) -> Proposal:
    """Return the sweep that a line describes: name=values words, all else as in the run.

    Raises:
        UserError: What is wrong, in a line; NetError for a combination that no run can have.
    """
    axes: dict[str, Axis] = {}
    for word in text.split():
        name, equals, values = word.partition("=")
        field = BY_WORD.get(name.lower())
        if field is None or not equals:
            raise UserError(
                f"“{printable(word, 24)}”: expected name=values, such as alpha=0.01:1:log5, with "
                f"one of {' '.join(f.label for f in FIELDS)}"
            )
        if field.name in axes:
            raise UserError(f"{field.label} stands here a second time")
        axes[field.name] = parse_axis(field.name, values)
    chosen = tuple(axes[name] for name in BY_NAME if name in axes)
    if not chosen:
        raise UserError("expected at least one hyperparameter, such as alpha=0.01:1:log5")
    runs = prod(len(axis.values) for axis in chosen if axis.span is None)
    if runs > MAX_RUNS:
        raise UserError(
            f"these are {runs:,} runs; here at most {MAX_RUNS} are made. A larger sweep is begun "
            "in a shell: mnist-tui sweep"
        )
    return Proposal(hyperparameters, chosen, grid_cells(((0, hyperparameters),), chosen))


def new_folder() -> Path:
    """Return a folder for a sweep, named by the time; usually in ~/.local/state/mnist-tui."""
    name = time.strftime("%Y-%m-%d-%H%M%S")
    return user_state_path("mnist-tui", appauthor=False) / "sweeps" / name


def shown_command(arguments: Sequence[str]) -> str:
    """Return the command as it is typed in a shell."""
    return shlex.join([*IN_SHELL, *arguments])
