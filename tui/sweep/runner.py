"""Runs a sweep: what is missing in its folder, rung by rung; each result is on disk as it comes."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...net.architecture import parameter_count
from .. import atomic_file
from ..errors import UserError
from .halving import Rung, promoted, rungs
from .results import MODELS, SweepResult
from .tasks import Answer, Request

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from .cells import Cell
    from .dispatch import Dispatcher
    from .manifest import Manifest
    from .results import ResultsWriter

STATES = "states"  # the folder of runs that the next rung continues
COST_OF_A_RUN = 1e8  # multiplications that take as long as what every run needs besides


@dataclass(frozen=True, slots=True)
class SweepProgress:
    """How far a sweep is."""

    done: int  # runs that have a result; with halving, runs up to a rung
    planned: int
    done_now: int  # of them since the sweep was started or continued
    seconds: float  # since then
    seconds_left: float | None  # estimated; None before the first result
    workers: int
    new: tuple[SweepResult, ...]  # since the last progress


@dataclass(frozen=True, slots=True)
class RungJob:
    """One run up to one rung."""

    cell: Cell
    rung: Rung
    folder: Path
    keeps_model: bool

    @property
    def key(self) -> str:
        """Its name; no two jobs of a sweep have the same."""
        return f"{self.cell.key}-{self.budget}"

    @property
    def budget(self) -> int:
        """Updates to make in all."""
        return self.rung.budget(self.cell)

    @property
    def is_last(self) -> bool:
        """Whether the run is complete then."""
        return self.budget == self.cell.iterations

    @property
    def file(self) -> Path:
        """Where the run's state goes: among the models, or to where the next rung finds it."""
        return self.folder / (MODELS if self.is_last else STATES) / f"{self.cell.key}.npz"

    def request(self) -> Request:
        """Return what the worker is asked."""
        state = None
        with contextlib.suppress(OSError):  # without it the run starts over, to the same end
            state = (self.folder / STATES / self.file.name).read_bytes()
        returns_state = self.keeps_model if self.is_last else True
        return Request(self.cell.recipe, self.budget, state, returns_state)


class SweepRunner:
    """Makes the runs of a sweep that have no result yet."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        cells: Sequence[Cell],
        results: Sequence[SweepResult],
        dataset: Dataset,
    ) -> None:
        """Find out what is missing.

        Args:
            folder: Of the sweep.
            manifest: Of the sweep.
            cells: Its plan.
            results: What the folder holds.
            dataset: The data.
        """
        self._folder, self._keeps_models, self._dataset = folder, manifest.keeps_models, dataset
        # Test accuracy by recipe and budget; None: the run diverged. Small, for there may be many.
        self._accuracies: dict[tuple[str, int], float | None] = {}
        self._note(results)
        self._cells = tuple(cells)
        settings = len({cell.setting for cell in cells})
        self._seeds = len(cells) // settings
        # All settings of one seed come before the next; within that, the longest first, so that no
        # core is left with a long run at the end.
        self._order = {cell.recipe: i // settings for i, cell in enumerate(cells)}
        self.rungs = rungs(settings, manifest.halving)

    @property
    def planned(self) -> int:
        """Number of results of the complete sweep."""
        return sum(rung.settings for rung in self.rungs) * self._seeds

    @property
    def done(self) -> int:
        """Number of results that the plan asks for and that are there."""
        return sum(
            (cell.recipe, budget) in self._accuracies
            for cell in self._cells
            for budget in {rung.budget(cell) for rung in self.rungs}
        )

    def run(
        self, dispatcher: Dispatcher[RungJob], writer: ResultsWriter
    ) -> Generator[SweepProgress]:
        """Make the missing runs; yield progress a few times a second.

        Raises as `Dispatcher.run` and `ResultsWriter.append` do.
        """
        start = time.perf_counter()
        before = self.done
        done_now, cost_now = 0, 0.0
        for number in range(len(self.rungs)):
            jobs = self._missing(number)
            costs = {job.key: self._cost(job.cell, number) for job in jobs}
            left = sum(costs.values()) + self._cost_of_later(number)
            jobs.sort(key=lambda job: (self._order[job.cell.recipe], -costs[job.key]))
            for answers in dispatcher.run(jobs):
                new = tuple(self._keep(job, answer) for job, answer in answers)
                writer.append(new)
                self._note(new)
                spent = sum(costs[job.key] for job, _ in answers)
                done_now, cost_now, left = done_now + len(new), cost_now + spent, left - spent
                seconds = time.perf_counter() - start
                yield SweepProgress(
                    before + done_now,
                    self.planned,
                    done_now,
                    seconds,
                    seconds * left / cost_now if cost_now else None,
                    dispatcher.workers,
                    new,
                )
        shutil.rmtree(self._folder / STATES, ignore_errors=True)

    def _missing(self, number: int) -> list[RungJob]:
        """Return the runs of a rung that have no result, once all of the rungs before have."""
        cells = self._cells
        for i in range(number):
            rung = self.rungs[i]
            known = {
                cell.recipe: self._accuracies[cell.recipe, rung.budget(cell)] for cell in cells
            }
            cells = promoted(cells, known, self.rungs[i + 1].settings)
        rung = self.rungs[number]
        jobs = [RungJob(cell, rung, self._folder, self._keeps_models) for cell in cells]
        return [job for job in jobs if (job.cell.recipe, job.budget) not in self._accuracies]

    def _note(self, results: Sequence[SweepResult]) -> None:
        for one in results:
            accuracy = None if one.diverged else one.test_accuracy
            self._accuracies[one.cell.recipe, one.budget] = accuracy

    def _keep(self, job: RungJob, answer: Answer) -> SweepResult:
        """Write the run's state if it is wanted; return its result."""
        has_state = answer.state is not None and (job.is_last or answer.diverged_at is None)
        if answer.state is not None and has_state:
            try:
                job.file.parent.mkdir(exist_ok=True)
                atomic_file.write(job.file, answer.state)
            except OSError as failure:
                raise UserError(f"{job.file}: cannot be written: {failure.strerror}") from failure
        return SweepResult(
            cell=job.cell,
            budget=job.budget,
            iteration=answer.iteration,
            train_accuracy=answer.train_accuracy,
            train_loss=answer.train_loss,
            test_accuracy=answer.test_accuracy,
            test_loss=answer.test_loss,
            seconds=answer.seconds,
            diverged_at=answer.diverged_at,
            model=job.file.name if has_state and job.is_last else None,
            worker=answer.worker,
        )

    def _cost(self, cell: Cell, number: int) -> float:
        """Estimate what a rung adds to a run, in multiplications."""
        m, inputs = self._dataset.train.images.shape
        hidden, batch = cell.hyperparameters.hidden, cell.hyperparameters.batch_size
        weights = parameter_count((inputs, *hidden, self._dataset.classes))
        updates = self.rungs[number].budget(cell)
        updates -= self.rungs[number - 1].budget(cell) if number else 0
        # A pass costs one multiplication for each weight forwards, and two backwards; after the
        # last update all samples are scored.
        return weights * (3 * updates * (batch or m) + m) + COST_OF_A_RUN

    def _cost_of_later(self, number: int) -> float:
        """Estimate the rungs after this one as if all settings were alike."""
        return sum(
            self.rungs[i].settings
            * self._seeds
            * sum(self._cost(cell, i) for cell in self._cells)
            / len(self._cells)
            for i in range(number + 1, len(self.rungs))
        )
