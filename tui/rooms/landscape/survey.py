"""The survey: makes the map of the lie of the land, piece by piece, in the room's own thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ....net.inspection.loss_landscape import (
    LossGrid,
    LossOnSample,
    Plane,
    PlaneLoss,
    is_on_the_map,
    principal_plane,
    refinements,
    region_around,
)
from ....net.inspection.prediction_history import moments
from .landscape import Landscape, MapPath, NoPlane, Subject, SurveyedRun

if TYPE_CHECKING:
    from ....net.engine.engine import Samples
    from ....net.network import Parameters
    from ....net.run.state import RunMoment
    from ...training.snapshot import Run

    Numbers = NDArray[np.float64]

SLICE_S = 0.1  # of work, after which there is something to show
MAX_MOMENTS = 64  # of a path; of more, every second, fourth … is shown
MARGIN = 0.2  # of the paths' extent, around them
GROWTH = 1.5  # times the updates: a path that has grown so much gets a plane of its own
FINEST = (128, 64)  # intervals of the finest grid
Moment = tuple["Run", int]  # and after how many updates
Chosen = list[tuple[Moment, "Parameters"]]  # a run's moments that are shown


@dataclass(slots=True)
class _Ground:
    """What holds for one plane."""

    key: tuple[object, ...]
    ends: tuple[int, ...]  # updates of each run when it was laid
    plane: Plane
    loss: PlaneLoss
    places: dict[Moment, tuple[Numbers, float, float]] = field(default_factory=dict)
    shape: tuple[int, int] = (0, 0)
    grid: LossGrid | None = None
    finer: Iterator[LossGrid | None] | None = None


class Survey:
    """Keeps what is computed, from one slice of work to the next. Not thread-safe."""

    def __init__(self) -> None:
        self._sample: tuple[Samples, tuple[int, ...], LossOnSample] | None = None
        self._is_near: dict[Moment, bool] = {}
        self._own: dict[Moment, float] = {}
        self._ground: _Ground | None = None

    def work(self, subject: Subject) -> Landscape | NoPlane:
        """Add a slice of work, and return the map as it is then."""
        end = perf_counter() + SLICE_S
        sizes = subject.runs[-1].parameters.sizes
        runs = [seen for seen in subject.runs if seen.parameters.sizes == sizes]
        others = tuple(seen.run.number for seen in subject.runs if seen not in runs)
        sample = self._sample_of(subject.samples, subject.runs[-1].parameters)
        paths, far = self._choose(runs, subject.past)
        ground = self._ground_of(runs, paths, sample, sizes, is_settled=subject.is_settled)
        if ground is None:
            return NoPlane(sum(map(len, paths)), others, far)
        self._cover(ground, paths, subject.shape)
        waiting = [
            (moment, network)
            for path in reversed(paths)
            for moment, network in path
            if moment not in self._own
        ]
        is_finished = False
        while perf_counter() < end and not is_finished:
            if waiting:
                moment, network = waiting.pop()
                self._own[moment] = sample.of_network(network)
            else:
                step = next(ground.finer, _DONE) if ground.finer else _DONE
                is_finished = step is _DONE
                if isinstance(step, LossGrid):
                    ground.grid = step
        assert ground.grid is not None
        spot = subject.spot
        return Landscape(
            ground.plane,
            ground.grid,
            tuple(
                self._path(ground, seen, path)
                for seen, path in zip(runs, paths, strict=True)
                if path
            ),
            _share_held(ground, paths),
            sample.size,
            sample.of,
            others,
            far,
            spot,
            ground.loss.at(*spot) if spot else None,
            is_finished,
        )

    def _sample_of(self, samples: Samples, parameters: Parameters) -> LossOnSample:
        if (
            self._sample is None
            or self._sample[0] is not samples
            or self._sample[1] != parameters.sizes
        ):
            made = LossOnSample(samples, parameters.sizes, parameters.vector.dtype)
            self._sample = samples, parameters.sizes, made
            self._own, self._is_near, self._ground = {}, {}, None
        return self._sample[2]

    def _choose(
        self, runs: Sequence[SurveyedRun], past: RunMoment | None
    ) -> tuple[list[Chosen], tuple[int, ...]]:
        """Return each run's moments to be shown, and the numbers of runs with some too far away."""
        paths: list[Chosen] = []
        far: list[int] = []
        for seen in runs:
            kept = dict(moments(seen.timeline))
            stride = 1
            while len(kept) > stride * MAX_MOMENTS:
                stride *= 2
            chosen = dict(list(kept.items())[::stride])
            if past is not None and seen is runs[-1]:
                chosen[past.iteration] = past.parameters
            chosen[seen.iteration] = seen.parameters
            first = next(iter(kept.values()), seen.parameters)
            path: Chosen = []
            for iteration, network in sorted(chosen.items(), key=lambda item: item[0]):
                moment = seen.run, iteration
                if moment not in self._is_near:
                    self._is_near[moment] = is_on_the_map(network.vector, first.vector)
                if self._is_near[moment]:
                    path.append((moment, network))
            paths.append(path)
            if len(path) < len(chosen):
                far.append(seen.run.number)
        return paths, tuple(far)

    def _ground_of(
        self,
        runs: Sequence[SurveyedRun],
        paths: Sequence[Chosen],
        sample: LossOnSample,
        sizes: tuple[int, ...],
        *,
        is_settled: bool,
    ) -> _Ground | None:
        """Return the plane laid last while it serves these paths, or another; None: there is none.

        It serves while the same runs are shown, and a path that grows stays on the map. Once all
        rest, the plane is laid through their ends.
        """
        key = tuple(seen.run for seen in runs)
        ends = tuple(seen.iteration for seen in runs)
        ground = self._ground
        if ground is not None and ground.key == key:
            if ground.ends == ends:
                return ground
            if not is_settled and ends[-1] <= GROWTH * ground.ends[-1]:
                self._project(ground, paths)
                if ground.grid is not None and ground.grid.region.holds(_places(ground, paths)):
                    return ground
        # The followed run's moments come first: its beginning is to lie to the left.
        order = [path for path in reversed(paths) if path]
        if not order:
            return None
        vectors = [network.vector for path in order for _, network in path]
        like = ground.plane if ground is not None and ground.key == key else None
        plane = principal_plane(vectors, order[0][-1][1].vector, like)
        if plane is None:
            return None
        self._ground = _Ground(key, ends, plane, PlaneLoss(plane, sizes, sample))
        self._project(self._ground, paths)
        return self._ground

    def _project(self, ground: _Ground, paths: Sequence[Chosen]) -> None:
        """Find the places of the moments that have none yet."""
        new = [
            (moment, network)
            for path in paths
            for moment, network in path
            if moment not in ground.places
        ]
        if new:
            places, squares = ground.plane.project([network.vector for _, network in new])
            for (moment, _), place, square in zip(new, places, squares.tolist(), strict=True):
                x, y = place.tolist()
                ground.places[moment] = place, square, ground.loss.at(x, y)

    def _cover(self, ground: _Ground, paths: Sequence[Chosen], shape: tuple[int, int]) -> None:
        """Begin a grid, and make it as far as can be shown, unless it is begun for this shape."""
        self._project(ground, paths)
        if ground.shape == shape:
            return
        ground.shape = shape
        region = region_around(_places(ground, paths), shape, MARGIN)
        finest = min(shape[0], FINEST[0]), min(shape[1], FINEST[1])
        ground.finer = refinements(region, ground.loss, finest)
        ground.grid = next(grid for grid in ground.finer if grid is not None)

    def _path(self, ground: _Ground, seen: SurveyedRun, path: Chosen) -> MapPath:
        found = [ground.places[moment] for moment, _ in path]
        changes = tuple(
            (since, before.alpha, after.alpha)
            for (_, before), (since, after) in pairwise(seen.log)
            if before.alpha != after.alpha and 0 < since <= seen.iteration
        )
        return MapPath(
            seen.run.number,
            tuple(iteration for (_, iteration), _ in path),
            np.array([place for place, _, _ in found]),
            tuple(loss for _, _, loss in found),
            tuple(self._own.get(moment) for moment, _ in path),
            changes,
        )


_DONE = object()


def _places(ground: _Ground, paths: Sequence[Chosen]) -> Numbers:
    """Return the places of all moments, k × 2."""
    return np.array([ground.places[moment][0] for path in paths for moment, _ in path])


def _share_held(ground: _Ground, paths: Sequence[Chosen]) -> float:
    """Return what part of the moments' squared distances from the origin lies in the plane."""
    found = [ground.places[moment] for path in paths for moment, _ in path]
    whole = sum(square for _, square, _ in found)
    return sum(float(place @ place) for place, _, _ in found) / whole if whole else 1.0
