"""The trainer: owns a run and advances it by one update at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isfinite

import numpy as np
from numpy.typing import DTypeLike

from .architecture import architecture_name
from .dropout import Dropout, dropout_rates
from .engine.batches import BatchCursor, Batches, is_large
from .engine.engine import BatchScore, Engine, Samples
from .errors import NetError
from .hyperparameters import NEED_RESET, Hyperparameters, check_batch, check_fits, scheduled_alpha
from .initialization import initial_parameters
from .network import Array, Images, Parameters
from .optimizers import OPTIMIZER_CLASSES, GradientDescent, Step
from .run.diagnosis import Diagnosis, DivergedError, RunMonitor, diagnose, has_cause
from .run.history import LOSS, History, Progress
from .run.hyperparameter_log import effective
from .run.state import HyperparameterLog, RunMoment, RunState

FIRST_TESTED_UPDATES = 10  # the test set is measured after each, to show how a run begins


class Trainer:
    """A network, the samples it learns from, and its progress.

    `steps()` is a generator of updates. While one thread iterates over it, any thread may replace
    the live hyperparameters with `change`; the next update reads them once. Everything else
    belongs to the iterating thread.
    """

    def __init__(  # noqa: PLR0913  (each is an independent option)
        self,
        train: Samples,
        test: Samples,
        hyperparameters: Hyperparameters,
        *,
        classes: int = 10,
        engine: Engine | None = None,
        augmented: Callable[[int, int], Images] | None = None,
        dtype: DTypeLike = np.float32,
        tests_on_the_way: bool = True,
    ) -> None:
        """Draw the initial weights.

        Args:
            train: Samples to learn from.
            test: Samples to measure accuracy on.
            hyperparameters: What the run begins with.
            classes: Width of the output layer.
            engine: An engine already made for `train`; None: make one.
            augmented: Returns the augmented training images, of train's shape, for a seed and an
                epoch (0 is the first). Called only while `augment` is not "none".
            dtype: float32 or float64.
            tests_on_the_way: Whether updates measure the test set when it is due; if not, only
                `measure` does. This changes nothing but the history.

        Raises:
            NetError: The hyperparameters do not fit the data.
        """
        m, inputs = train.images.shape
        check_fits(hyperparameters, m, inputs, classes)
        self.hyperparameters = hyperparameters
        generator = np.random.default_rng(hyperparameters.seed)
        sizes = (inputs, *hyperparameters.hidden, classes)
        self.parameters = initial_parameters(sizes, hyperparameters.init, generator, dtype)
        self.iteration = 0
        self.origin = ""  # of the first weights, see RunMoment
        self.history = History()
        self.hyperparameter_log: HyperparameterLog = ((0, hyperparameters),)
        self.diagnosis: Diagnosis | None = None  # what is wrong with the run at present
        self._monitor = RunMonitor(train.labels, classes)
        self._engine = engine or Engine(train)
        self._test = test
        self._augmented = augmented
        self._tests_on_the_way = tests_on_the_way
        self._batches = Batches(m, generator, in_windows=is_large(train.images))
        self._optimizer = OPTIMIZER_CLASSES[hyperparameters.optimizer](self.parameters)
        self._gradient = Parameters.zeros(sizes, dtype)
        self._before = np.empty_like(self.parameters.vector)  # weights before the update
        # Score of the current weights while `_gradient` is theirs, else None. The gradient is
        # computed right after an update, because its forward pass also scores that update.
        self._score: BatchScore | None = None
        self._cursor = self._batches.cursor  # where the batch of that gradient begins
        self._batch_chosen = hyperparameters  # what that gradient's batch was chosen by

    def change(self, hyperparameters: Hyperparameters) -> None:
        """Use these hyperparameters from the next update on.

        Raises:
            NetError: A changed value requires a reset, or the batch is larger than the data.
        """
        for name in sorted(NEED_RESET):
            if getattr(hyperparameters, name) != getattr(self.hyperparameters, name):
                raise NetError(f"{name} decides the first weights: it needs a reset")
        check_batch(hyperparameters.batch_size, self._batches.m)
        self.hyperparameters = hyperparameters

    def steps(self) -> Iterator[Progress]:
        """Make one update for each `next()`, until `iterations` are done.

        A finished run continues if `iterations` is raised and this is called again.

        Raises:
            DivergedError: An update made the loss or a weight infinite; it has been undone.
        """
        if not len(self.history):
            self._measure(tested=self._tests_on_the_way)
        while self.iteration < self.hyperparameters.iterations:
            yield self._step()

    def measure(self) -> Progress:
        """Return the metrics of the current weights, test set included, without an update."""
        return self._measure(tested=True)

    def _measure(self, *, tested: bool) -> Progress:
        score = self._compute_gradient(self.hyperparameters)
        self._monitor.had_gradient = self._monitor.had_gradient or bool(self._gradient.b[0].any())
        progress = self._progress(self._alpha(self.hyperparameters), score, tested=tested)
        if not len(self.history):
            self._monitor.observe(progress, self._gradient.b[0], self._batch_chosen.batch_size)
        if len(self.history) <= self.iteration:  # a restored, thinned history lacks this row
            self.history.append(progress)
        return progress

    @property
    def cursor(self) -> BatchCursor:
        """Where the next update's batch begins."""
        return self._cursor

    @property
    def nbytes(self) -> int:
        """Bytes of the weights and of the optimizer's memory."""
        return self.parameters.vector.nbytes * (1 + len(self._optimizer.memory))

    def moment(self) -> RunMoment:
        """Return a copy of everything that the next updates depend on."""
        optimizer = self._optimizer_for(self.hyperparameters)
        return RunMoment(
            sizes=self.parameters.sizes,
            vector=self.parameters.vector.copy(),
            hyperparameters=self.hyperparameters,
            iteration=self.iteration,
            cursor=self._cursor,
            memory={name: array.copy() for name, array in optimizer.memory.items()},
            updates=optimizer.updates,
            origin=self.origin,
        )

    def state(self) -> RunState:
        """Return a copy of the whole run."""
        return RunState(
            **vars(self.moment()),
            history=self.history.view(),
            hyperparameter_log=self.hyperparameter_log,
        )

    def restore(self, state: RunState) -> None:
        """Continue from `state`. Raises NetError if its network has other widths."""
        if state.sizes != self.parameters.sizes:
            own, other = map(architecture_name, (self.parameters.sizes, state.sizes))
            raise NetError(f"the run is of {other}, not {own}")
        self.parameters.vector[:] = state.vector
        self.hyperparameters = state.hyperparameters
        self.iteration, self.origin = state.iteration, state.origin
        self.history = History(state.history, self.history.max_rows)
        self.hyperparameter_log = state.hyperparameter_log
        self.diagnosis = None
        self._monitor.first_loss = max(
            self._monitor.first_loss, state.history[:1, LOSS].max(initial=0)
        )
        self._batches.seek(state.cursor)
        self._cursor = state.cursor
        self._score = None
        self._optimizer = OPTIMIZER_CLASSES[state.hyperparameters.optimizer](self.parameters)
        for name, array in self._optimizer.memory.items():
            array[:] = state.memory[name]
        self._optimizer.updates = state.updates

    def release_buffers(self) -> None:
        """Free the memory that is needed only while updates are made."""
        self._batches.release_buffers()
        self._gradient = Parameters(self.parameters.sizes[:1], np.empty(0))
        self._before = np.empty(0)
        # In memory of their own, or these would keep all that a worker process shares.
        self.parameters = self.parameters.copy()
        memory = self._optimizer.memory
        self._optimizer.memory = {name: vector.copy() for name, vector in memory.items()}
        self._score = None

    def _step(self) -> Progress:
        hyperparameters = self.hyperparameters  # read once: `change` may be called meanwhile
        before = self.hyperparameter_log[-1][1]
        if hyperparameters != before:
            if made_harder(hyperparameters) != made_harder(before):
                self._monitor.forget_accuracies()
            self.hyperparameter_log = (*self.hyperparameter_log, (self.iteration, hyperparameters))
        self._compute_gradient(hyperparameters)
        self._optimizer, cursor_before = self._optimizer_for(hyperparameters), self._cursor
        alpha, iteration_before = self._alpha(hyperparameters), self.iteration
        try:
            with np.errstate(all="ignore"):  # an overflow is caught below, by its loss
                squared_length = self._engine.update(
                    self._optimizer,
                    Step(self.parameters, self._gradient, alpha, hyperparameters, self._before),
                )
            is_sound = isfinite(squared_length) or is_finite(self.parameters.vector)
            self._score, self._cursor = None, self._batches.cursor
            score = self._compute_gradient(hyperparameters)
            if not (is_sound and isfinite(score.loss)):
                self._roll_back(cursor_before, hyperparameters)
                self.diagnosis = self._diagnose("diverged", self.measure(), alpha)
                raise DivergedError(
                    f"update {self.iteration + 1} with alpha {alpha:g} made the loss "
                    "infinite; the weights before it are kept "
                    f"(largest {self.diagnosis.largest_weight:.3g}). Make alpha smaller",
                    self.diagnosis,
                )
            self.iteration += 1
            progress = self._progress(alpha, score, tested=self._is_test_due(hyperparameters))
            self.history.append(progress)
        except MemoryError:  # undo the half-made update, so that the run can continue
            self.iteration = iteration_before
            self._roll_back(cursor_before, hyperparameters)
            raise
        kind = self._monitor.observe(progress, self._gradient.b[0], self._batch_chosen.batch_size)
        if kind and hyperparameters.adversary and self._is_refuted(kind):
            self._monitor.tolerate(progress.loss)
            kind = None
        if kind != (self.diagnosis.kind if self.diagnosis else None):
            self.diagnosis = self._diagnose(kind, progress, alpha) if kind else None
            if self.diagnosis and kind == "plateau" and not has_cause(self.diagnosis):
                self._monitor.dismiss()
                self.diagnosis = None
        return progress

    def _optimizer_for(self, hyperparameters: Hyperparameters) -> GradientDescent:
        """Return the optimizer of the next update; a new one if its kind has changed."""
        kind = OPTIMIZER_CLASSES[hyperparameters.optimizer]
        return self._optimizer if type(self._optimizer) is kind else kind(self.parameters)

    def _roll_back(self, cursor: BatchCursor, hyperparameters: Hyperparameters) -> None:
        """Undo this update, and reset the optimizer."""
        self.parameters.vector[:] = self._before
        self._score, self._cursor = None, cursor
        self._optimizer = type(self._optimizer)(self.parameters)  # without the memory that led here
        self._log_optimizer_reset(hyperparameters)

    def _log_optimizer_reset(self, hyperparameters: Hyperparameters) -> None:
        """Log a reset as an entry that changes nothing; once, even if the update is retried."""
        entry, log = (self.iteration, hyperparameters), self.hyperparameter_log
        if log[-1] != entry or [previous for _, previous in log[-2:-1]] != [hyperparameters]:
            self.hyperparameter_log = (*log, entry)

    def _diagnose(self, kind: str, progress: Progress, alpha: float) -> Diagnosis:
        """Return a full diagnosis. Called once per problem, because it evaluates all samples."""
        return diagnose(
            kind,
            replace(progress, alpha=alpha),
            self.hyperparameters,
            self.parameters,
            self._gradient,
            monitor=self._monitor,
            images=self._engine.images,
        )

    def _is_refuted(self, kind: str) -> bool:
        """Return whether it is new and only how far images are moved that makes this problem."""
        if self.diagnosis and self.diagnosis.kind == kind:
            return False
        score = self._engine.score(self.parameters)
        return self._monitor.is_refuted(kind, score.loss, score.accuracy)

    def _alpha(self, hyperparameters: Hyperparameters) -> float:
        """Return the learning rate of the next update, after the schedule."""
        done = self.iteration / hyperparameters.iterations
        return scheduled_alpha(hyperparameters.alpha, hyperparameters.schedule, done)

    def _compute_gradient(self, hyperparameters: Hyperparameters) -> BatchScore:
        """Compute the gradient for the next update, unless it is known; return its score."""
        if self._score is None or not has_same_batches(hyperparameters, self._batch_chosen):
            self._score = None  # if this fails, the buffers hold no valid gradient
            self._batch_chosen = hyperparameters
            self._batches.seek(self._cursor)
            if not self._gradient.W:  # after release_buffers
                self._gradient = Parameters.zeros(
                    self.parameters.sizes, self.parameters.vector.dtype
                )
                self._before = np.empty_like(self.parameters.vector)
            rows = images = dropout = None
            if hyperparameters.batch_size is not None:
                rows = self._batches.take(hyperparameters.batch_size)
                images = self._augmented_images(hyperparameters)
                cursor = self._batches.cursor
                place = cursor.position - len(rows)
                dropout = Dropout.chosen_by(hyperparameters, cursor.generator, place)
                self.parameters, self._gradient, self._before = self._engine.placed(
                    self.parameters, self._gradient, self._before
                )
            self._score = self._engine.gradient(
                self.parameters, self._gradient, rows, images, dropout, hyperparameters.adversary
            )
        return self._score

    def _augmented_images(self, hyperparameters: Hyperparameters) -> Images | None:
        """Return the augmented images of the batch's epoch; None: they are as they are."""
        if self._augmented is None or hyperparameters.augment == "none":
            return None
        return self._augmented(hyperparameters.seed, self._batches.cursor.epoch - 1)

    def _progress(self, alpha: float, score: BatchScore, *, tested: bool) -> Progress:
        progress = Progress(self.iteration, alpha, score.loss, score.accuracy, score.gradient_norm)
        if tested:
            test = self._engine.score(self.parameters, self._test)
            progress = replace(progress, test_loss=test.loss, test_accuracy=test.accuracy)
        return progress

    def _is_test_due(self, hyperparameters: Hyperparameters) -> bool:
        """Return whether to measure the test set, which costs time.

        It is due at first, at last and after every tenth update or epoch; on the way through a
        long first epoch after 20, 50, 100, 200, 500 … updates.
        """
        if not self._tests_on_the_way:
            return False
        m = self._batches.m
        epoch = -(-m // (hyperparameters.batch_size or m))  # updates per epoch, rounded up
        return (
            self.iteration <= FIRST_TESTED_UPDATES
            or self.iteration % max(10, epoch) == 0
            or (self.iteration < epoch and is_1_2_5(self.iteration))
            or self.iteration == hyperparameters.iterations
        )


def has_same_batches(a: Hyperparameters, b: Hyperparameters) -> bool:
    """Return whether what decides about a batch, besides its place, is the same."""
    return a is b or (a.batch_size, a.augment, made_harder(a)) == (
        b.batch_size,
        b.augment,
        made_harder(b),
    )


def made_harder(hyperparameters: Hyperparameters) -> tuple[float, ...]:
    """Return by how much a batch is made harder to answer than it is."""
    return *dropout_rates(hyperparameters), hyperparameters.adversary


def is_1_2_5(n: int) -> bool:
    """Whether n is 1, 2 or 5 times a power of ten."""
    return str(n).rstrip("0") in {"1", "2", "5"}


def is_finite(vector: Array) -> bool:
    """Return whether all numbers are finite, as they may be though their squares overflow."""
    return bool(np.isfinite(vector).all())


def replay(trainer: Trainer, log: HyperparameterLog) -> Iterator[Progress]:
    """Repeat the updates of a run, with each change of hyperparameters at its iteration.

    Args:
        trainer: A trainer made with the log's first hyperparameters, or restored from a state of
            this very run, which then goes on from there.
        log: The hyperparameters to use, each from its iteration on.

    Raises:
        DivergedError: As `Trainer.steps` does.
    """
    changes = [change for change in effective(log)[1:] if change[0] >= trainer.iteration]
    for since, hyperparameters in (*changes, (-1, None)):
        if since != trainer.iteration:
            for progress in trainer.steps():
                yield progress
                if trainer.iteration == since:
                    break
        if hyperparameters is not None:
            trainer.change(hyperparameters)
