"""What a map is asked of, and the map: frozen values that pass between screen and survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ....net.engine.engine import Samples
    from ....net.inspection.loss_landscape import LossGrid, Plane
    from ....net.network import Parameters
    from ....net.run.state import HyperparameterLog, RunMoment
    from ....net.run.timeline import TimelineView
    from ...training.snapshot import Run

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class SurveyedRun:
    """A run, as it stood when the survey was asked for."""

    run: Run
    timeline: TimelineView
    iteration: int
    parameters: Parameters
    log: HyperparameterLog


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What a map is wanted of."""

    runs: tuple[SurveyedRun, ...]
    """Those shown, the followed one last."""
    samples: Samples
    """The training set."""
    shape: tuple[int, int]
    """Columns and rows of the map, in squares."""
    past: RunMoment | None = None
    """The moment of the followed run that is looked at, if it is a past one."""
    is_settled: bool = True
    """Whether the paths are at rest."""
    spot: tuple[float, float] | None = None
    """A place whose loss is asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class MapPath:
    """A run's path on the map, moment by moment."""

    number: int
    """The run's."""
    iterations: tuple[int, ...]
    """k, ascending."""
    places: Numbers
    """k × 2: the nearest points of the plane."""
    plane_losses: tuple[float, ...]
    """k: the loss at those."""
    own_losses: tuple[float | None, ...]
    """k: the loss of the networks themselves; None where it is still to be computed."""
    changes: tuple[tuple[int, float, float], ...]
    """Where alpha was changed: after how many updates, from what, to what."""

    def place(self, iteration: float) -> tuple[float, float]:
        """Return where the path is after this many updates, interpolated between moments."""
        x = np.interp(iteration, self.iterations, self.places[:, 0])
        y = np.interp(iteration, self.iterations, self.places[:, 1])
        return float(x), float(y)


@dataclass(frozen=True, slots=True, eq=False)
class Landscape:
    """The map as far as it is made."""

    plane: Plane
    grid: LossGrid
    paths: tuple[MapPath, ...]
    """The followed run's last."""
    share: float
    """Of the paths' variation: what the plane holds."""
    sample: int
    """Images that the losses are of,"""
    of: int
    """and of how many there are."""
    other_shapes: tuple[int, ...]
    """Numbers of the runs whose networks have other layers."""
    too_far: tuple[int, ...]
    """Numbers of the runs that have moments too far away to be shown."""
    spot: tuple[float, float] | None
    """The place asked for,"""
    spot_loss: float | None
    """and its loss."""
    is_finished: bool
    """Whether another slice of work would add nothing."""


@dataclass(frozen=True, slots=True)
class NoPlane:
    """There is no map, because the paths do not span a plane."""

    moments: int
    """How many are kept."""
    other_shapes: tuple[int, ...] = ()
    """As in `Landscape`."""
    too_far: tuple[int, ...] = ()
    """As in `Landscape`."""
