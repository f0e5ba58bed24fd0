"""Trainer: owns a run, and moves it on by one update at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .batches import Batches, Place
from .errors import DivergedError, NetError
from .gradient import Engine, Samples, Score
from .history import History, Progress
from .hyperparameters import NEED_RESET, Hyperparameters, check_batch
from .initialisation import first_parameters
from .network import Array, Parameters
from .optimizers import OPTIMIZERS
from .pixels import Images
from .schedule import scheduled
from .sizes import check_hidden, named

FIRST_STEPS = 10  # each of these is tested, so that the beginning can be watched


@dataclass(frozen=True)
class RunState:
    """All that a run is made of, copied: enough to go on from, bit for bit."""

    sizes: tuple[int, ...]
    vector: Array  # every weight and bias, as Parameters lays them out
    hyperparameters: Hyperparameters
    iteration: int
    place: Place
    memory: dict[str, Array]  # the optimizer's, each as long as vector
    updates: int  # that the optimizer has made since it began to remember
    history: NDArray[np.float64]  # n × 7, see history.COLUMNS


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
        check_hidden(hyperparameters.hidden, inputs, classes)
        check_batch(hyperparameters.batch_size, m)
        self.hyperparameters = hyperparameters
        generator = np.random.default_rng(hyperparameters.seed)
        sizes = (inputs, *hyperparameters.hidden, classes)
        self.parameters = first_parameters(sizes, hyperparameters.init, generator, dtype)
        self.iteration = 0
        self.history = History()
        self._engine = engine or Engine(train)
        self._test = test
        self._deformed = deformed
        self._batches = Batches(m, generator)
        self._optimizer = OPTIMIZERS[hyperparameters.optimizer](self.parameters)
        self._gradient = Parameters.zeros(sizes, dtype)
        self._before = self.parameters.vector.copy()
        # The gradient at the weights as they are, when it is already known: it is found right
        # after an update, since its forward pass is also what scores that update.
        self._score: Score | None = None
        self._slope = 0.0
        self._place = self._batches.place  # where the batch of that gradient begins
        self._batch_size = hyperparameters.batch_size

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
        progress = self._progress(self._alpha(self.hyperparameters), score, tested=True)
        if not len(self.history):
            self.history.append(progress)
        return progress

    def state(self) -> RunState:
        """A copy of all that this run is."""
        return RunState(
            sizes=self.parameters.sizes,
            vector=self.parameters.vector.copy(),
            hyperparameters=self.hyperparameters,
            iteration=self.iteration,
            place=self._place,
            memory={name: array.copy() for name, array in self._optimizer.memory.items()},
            updates=self._optimizer.updates,
            history=self.history.rows(),
        )

    def restore(self, state: RunState) -> None:
        """Stand where `state` was taken. Raises NetError if it is of other widths."""
        if state.sizes != self.parameters.sizes:
            raise NetError(
                f"the run is of {named(state.sizes)}, not {named(self.parameters.sizes)}"
            )
        self.parameters.vector[:] = state.vector
        self.hyperparameters = state.hyperparameters
        self.iteration = state.iteration
        self.history = History(state.history)
        self._batches.go_to(state.place)
        self._place = state.place
        self._score = None
        self._optimizer = OPTIMIZERS[state.hyperparameters.optimizer](self.parameters)
        for name, array in self._optimizer.memory.items():
            array[:] = state.memory[name]
        self._optimizer.updates = state.updates

    def _step(self) -> Progress:
        hyperparameters = self.hyperparameters  # read once: one update, one set of choices
        self._find_gradient(hyperparameters)
        self._before[:], place_before = self.parameters.vector, self._place
        kind = OPTIMIZERS[hyperparameters.optimizer]
        if type(self._optimizer) is not kind:
            self._optimizer = kind(self.parameters)
        alpha = self._alpha(hyperparameters)
        with np.errstate(all="ignore"):  # what overflows is caught below, by its loss
            self._optimizer.update(self.parameters, self._gradient, alpha, hyperparameters)
        self._score, self._place = None, self._batches.place
        score = self._find_gradient(hyperparameters)
        if not np.isfinite(score.loss):
            largest = float(np.abs(self._before).max())
            self.parameters.vector[:] = self._before
            self._score, self._place = None, place_before
            self._optimizer = type(self._optimizer)(self.parameters)  # forgets what led here
            raise DivergedError(
                f"update {self.iteration + 1} with alpha {alpha:g} made the loss "
                f"infinite; the weights before it are kept (largest {largest:.3g}). "
                "Make alpha smaller"
            )
        self.iteration += 1
        progress = self._progress(alpha, score, tested=self._is_test_due(hyperparameters))
        self.history.append(progress)
        return progress

    def _alpha(self, hyperparameters: Hyperparameters) -> float:
        """The alpha of the next update, after the schedule."""
        done = self.iteration / hyperparameters.iterations
        return scheduled(hyperparameters.alpha, hyperparameters.schedule, done)

    def _find_gradient(self, hyperparameters: Hyperparameters) -> Score:
        """The gradient for the next update, found once; with it comes the score."""
        if self._score is None or self._batch_size != hyperparameters.batch_size:
            self._batch_size = hyperparameters.batch_size
            self._batches.go_to(self._place)
            rows = None if self._batch_size is None else self._batches.take(self._batch_size)
            images = None
            if rows is not None and self._deformed and hyperparameters.augment != "none":
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
