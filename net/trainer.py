"""Trainer: owns a run, and moves it on by one update at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import DTypeLike

from .architecture import architecture_name
from .engine.batches import BatchCursor, Batches
from .engine.engine import Engine, Samples, Score
from .errors import NetError
from .hyperparameters import (
    NEED_RESET,
    Hyperparameters,
    check_batch,
    check_fits,
    scheduled_alpha,
)
from .initialization import initial_parameters
from .network import Array, Images, Parameters
from .optimizers import OPTIMIZERS, GradientDescent
from .run.course import effective
from .run.diagnosis import Diagnosis, DivergedError, RunMonitor, diagnose, has_cause
from .run.history import LOSS, History, Progress
from .run.state import Course, RunMoment, RunState

FIRST_STEPS = 10  # each of these is tested, so that the beginning can be watched


class Trainer:
    """A network, the samples it learns from, and how far it has come.

    `steps()` is a generator of updates; it prints nothing and knows no caller. Whoever drives
    it may put other live hyperparameters in at any time, from any thread, with `change`: the
    next update reads them once. Everything else belongs to the thread that drives it.
    """

    def __init__(
        self,
        train: Samples,
        test: Samples,
        hyperparameters: Hyperparameters,
        *,
        classes: int = 10,
        engine: Engine | None = None,
        deformed: Callable[[int, int], Images] | None = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        """Draw the first weights. Raises NetError if the data and the choices do not fit.

        engine: one that was made for `train` before; without it, one is made.
        deformed: the training images as they are to be seen, given seed and epoch (0 the first),
        of train's shape; asked for only by a run whose `augment` is not none.
        """
        m, inputs = train.images.shape
        check_fits(hyperparameters, m, inputs, classes)
        self.hyperparameters = hyperparameters
        generator = np.random.default_rng(hyperparameters.seed)
        sizes = (inputs, *hyperparameters.hidden, classes)
        self.parameters = initial_parameters(sizes, hyperparameters.init, generator, dtype)
        self.iteration = 0
        self.history = History()
        self.course: Course = ((0, hyperparameters),)
        self.trouble: Diagnosis | None = None  # what is wrong with the run, as it stands
        self._watch = RunMonitor(train.labels, classes)
        self._engine = engine or Engine(train)
        self._test = test
        self._deformed = deformed
        self._batches = Batches(m, generator)
        self._optimizer = OPTIMIZERS[hyperparameters.optimizer](self.parameters)
        self._gradient = Parameters.zeros(sizes, dtype)
        self._before: Array | None = None  # the weights before an update; made when it is needed
        # The gradient at the weights as they are, when it is already known: it is found right
        # after an update, since its forward pass is also what scores that update.
        self._score: Score | None = None
        self._slope = 0.0
        self._place = self._batches.place  # where the batch of that gradient begins
        self._batch_size, self._augment = hyperparameters.batch_size, hyperparameters.augment

    def change(self, hyperparameters: Hyperparameters) -> None:
        """Let the next update go by these. Raises NetError if one of them needs a reset."""
        for name in sorted(NEED_RESET):
            if getattr(hyperparameters, name) != getattr(self.hyperparameters, name):
                raise NetError(f"{name} decides the first weights: it needs a reset")
        check_batch(hyperparameters.batch_size, self._batches.m)
        self.hyperparameters = hyperparameters

    def steps(self) -> Iterator[Progress]:
        """One update for each `next()`, until `iterations` are done.

        Raises DivergedError when an update led out of the finite numbers. A finished run goes on
        when `iterations` is raised and this is called again.
        """
        if not len(self.history):
            self.measure()
        while self.iteration < self.hyperparameters.iterations:
            yield self._step()

    def measure(self) -> Progress:
        """Where the run stands, test set included, without an update."""
        score = self._find_gradient(self.hyperparameters)
        self._watch.lived = self._watch.lived or bool(self._gradient.b[0].any())
        progress = self._progress(self._alpha(self.hyperparameters), score, tested=True)
        if not len(self.history):
            self._watch.look(progress, self._gradient.b[0], self._batch_size)
        if len(self.history) <= self.iteration:  # or its row was thinned out of what was restored
            self.history.append(progress)
        return progress

    @property
    def nbytes(self) -> int:
        """Bytes that its weights, and what its optimizer remembers of them, take at rest."""
        return self.parameters.vector.nbytes * (1 + len(self._optimizer.memory))

    def moment(self) -> RunMoment:
        """A copy of all that the next updates depend on."""
        optimizer = self._optimizer_of(self.hyperparameters)
        return RunMoment(
            sizes=self.parameters.sizes,
            vector=self.parameters.vector.copy(),
            hyperparameters=self.hyperparameters,
            iteration=self.iteration,
            place=self._place,
            memory={name: array.copy() for name, array in optimizer.memory.items()},
            updates=optimizer.updates,
        )

    def state(self) -> RunState:
        """A copy of all that this run is."""
        return RunState(**vars(self.moment()), history=self.history.view(), course=self.course)

    def restore(self, state: RunState) -> None:
        """Stand where `state` was taken. Raises NetError if it is of other widths."""
        if state.sizes != self.parameters.sizes:
            raise NetError(
                f"the run is of {architecture_name(state.sizes)}, not {architecture_name(self.parameters.sizes)}"
            )
        self.parameters.vector[:] = state.vector
        self.hyperparameters = state.hyperparameters
        self.iteration = state.iteration
        self.history = History(state.history, self.history.most)
        self.course = state.course
        self.trouble = None
        self._watch.first_loss = max(self._watch.first_loss, state.history[:1, LOSS].max(initial=0))
        self._batches.go_to(state.place)
        self._place = state.place
        self._score = None
        self._optimizer = OPTIMIZERS[state.hyperparameters.optimizer](self.parameters)
        for name, array in self._optimizer.memory.items():
            array[:] = state.memory[name]
        self._optimizer.updates = state.updates

    def rest(self) -> None:
        """Let go of memory that is only needed while it makes updates."""
        self._batches.rest()
        self._optimizer.rest()
        self._gradient, self._before = Parameters(self.parameters.sizes[:1], np.empty(0)), None
        self._score = None

    def _step(self) -> Progress:
        hyperparameters = self.hyperparameters  # read once: one update, one set of choices
        if hyperparameters != self.course[-1][1]:
            self.course = (*self.course, (self.iteration, hyperparameters))
        self._find_gradient(hyperparameters)
        if self._before is None:
            self._before = np.empty_like(self.parameters.vector)
        self._before[:], place_before = self.parameters.vector, self._place
        self._optimizer = self._optimizer_of(hyperparameters)
        alpha, done = self._alpha(hyperparameters), self.iteration
        try:
            with np.errstate(all="ignore"):  # what overflows is caught below, by its loss
                self._optimizer.update(self.parameters, self._gradient, alpha, hyperparameters)
            self._score, self._place = None, self._batches.place
            score = self._find_gradient(hyperparameters)
            if not (np.isfinite(score.loss) and is_finite(self.parameters.vector)):
                self._take_back(place_before, hyperparameters)
                self.trouble = self._diagnosed("diverged", self.measure(), alpha)
                raise DivergedError(
                    f"update {self.iteration + 1} with alpha {alpha:g} made the loss "
                    "infinite; the weights before it are kept "
                    f"(largest {self.trouble.largest_weight:.3g}). Make alpha smaller",
                    self.trouble,
                )
            self.iteration += 1
            progress = self._progress(alpha, score, tested=self._is_test_due(hyperparameters))
            self.history.append(progress)
        except MemoryError:  # half an update is none: the run can go on from the one before
            self.iteration = done
            self._take_back(place_before, hyperparameters)
            raise
        kind = self._watch.look(progress, self._gradient.b[0], self._batch_size)
        if kind != (self.trouble.kind if self.trouble else None):
            self.trouble = self._diagnosed(kind, progress, alpha) if kind else None
            if self.trouble and kind == "plateau" and not has_cause(self.trouble):
                self._watch.dismiss()
                self.trouble = None
        return progress

    def _optimizer_of(self, hyperparameters: Hyperparameters) -> GradientDescent:
        """What the next update would go by: another kind than the last one's begins afresh."""
        kind = OPTIMIZERS[hyperparameters.optimizer]
        return self._optimizer if type(self._optimizer) is kind else kind(self.parameters)

    def _take_back(self, place: BatchCursor, hyperparameters: Hyperparameters) -> None:
        """Stand where the run stood before this update; the optimizer begins afresh."""
        self.parameters.vector[:] = self._before
        self._score, self._place = None, place
        self._optimizer = type(self._optimizer)(self.parameters)  # forgets what led here
        self._note_forgetting(hyperparameters)

    def _note_forgetting(self, hyperparameters: Hyperparameters) -> None:
        """In the course, by an entry that changes nothing; once, however often it is tried."""
        note = (self.iteration, hyperparameters)
        if self.course[-1] != note or [then for _, then in self.course[-2:-1]] != [note[1]]:
            self.course = (*self.course, note)

    def _diagnosed(self, kind: str, progress: Progress, alpha: float) -> Diagnosis:
        """What is wrong, with its numbers; only when it begins, because it looks at all digits."""
        return diagnose(
            kind,
            replace(progress, alpha=alpha),
            self.hyperparameters,
            self.parameters,
            self._gradient,
            watch=self._watch,
            images=self._engine.images,
        )

    def _alpha(self, hyperparameters: Hyperparameters) -> float:
        """The alpha of the next update, after the schedule."""
        done = self.iteration / hyperparameters.iterations
        return scheduled_alpha(hyperparameters.alpha, hyperparameters.schedule, done)

    def _find_gradient(self, hyperparameters: Hyperparameters) -> Score:
        """The gradient for the next update, found once; with it comes the score."""
        sought = hyperparameters.batch_size, hyperparameters.augment
        if self._score is None or (self._batch_size, self._augment) != sought:
            self._score = None  # should this fail, what is in the buffers is of no batch
            self._batch_size, self._augment = sought
            self._batches.go_to(self._place)
            rows = None if self._batch_size is None else self._batches.take(self._batch_size)
            images = None
            if not self._gradient.W:  # it has rested
                self._gradient = Parameters.zeros(
                    self.parameters.sizes, self.parameters.vector.dtype
                )
            if rows is not None and self._deformed and self._augment != "none":
                images = self._deformed(hyperparameters.seed, self._batches.place.epoch - 1)
            self._score = self._engine.gradient(self.parameters, self._gradient, rows, images)
            self._slope = float(np.linalg.norm(self._gradient.vector))
        return self._score

    def _progress(self, alpha: float, score: Score, *, tested: bool) -> Progress:
        progress = Progress(self.iteration, alpha, score.loss, score.accuracy, self._slope)
        if tested:
            test = self._engine.score(self.parameters, self._test)
            progress = replace(progress, test_loss=test.loss, test_accuracy=test.accuracy)
        return progress

    def _is_test_due(self, hyperparameters: Hyperparameters) -> bool:
        """The test set costs time: at first and at last, and every tenth update or epoch."""
        m = self._batches.m
        epoch = -(-m // (hyperparameters.batch_size or m))  # updates in an epoch, rounded up
        return (
            self.iteration <= FIRST_STEPS
            or self.iteration % max(10, epoch) == 0
            or self.iteration == hyperparameters.iterations
        )


def is_finite(vector: Array) -> bool:
    """Whether every number is one. The squared length says so at once, unless it overflows."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(vector @ vector) or np.isfinite(vector).all())


def follow(trainer: Trainer, course: Course) -> Iterator[Progress]:
    """The updates of a run that goes by this course, each change before the update it led.

    trainer: one that was made with the course's first hyperparameters. The generator is as lazy as
    `Trainer.steps`, and raises what that raises.
    """
    for since, hyperparameters in (*effective(course)[1:], (-1, None)):
        if since != trainer.iteration:
            for progress in trainer.steps():
                yield progress
                if trainer.iteration == since:
                    break
        if hyperparameters is not None:
            trainer.change(hyperparameters)
