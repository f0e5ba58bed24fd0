"""Diagnosis: detects why a run does not learn, explains it with numbers, and finds a remedy.

Six things go wrong with a network like this one, and each shows in numbers that an update
computes anyway:

diverged   an update left the finite numbers. Alpha is so large that it overshot the valley, and
           every further update overshoots more.
exploding  the loss is finite and many times what it was before learning: the same, caught early.
dead       every hidden unit is silent on every digit. ReLU passes no gradient where it is silent,
           so nothing but the output biases can ever change again.
collapsed  averaged over WINDOW_UPDATES, the accuracy has lost more than half of what it once had
           above chance. Usually one leap silenced most of the hidden units.
stuck      for WINDOW_UPDATES the accuracy has been no better than always giving the same answer.
plateau    over PLATEAU_UPDATES the accuracy was no better than over those before, far below what
           such a network usually reaches, and half of a hidden layer is silent on every digit.

A few samples say little about a network: where batches are small, an update is judged together
with those before it, over at least MIN_SAMPLES samples.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, isfinite, log

import numpy as np
from numpy.typing import NDArray

from ..engine.inference import forward_in_chunks
from ..errors import NetError
from ..hyperparameters import MAX_SEED, Hyperparameters
from ..network import Array, Parameters
from .history import ALPHA, GRADIENT_NORM, TRAIN_ACCURACY, HistoryView, Progress
from .state import RunMoment
from .timeline import TimelineView

WINDOW_UPDATES = 100  # updates over which accuracy is averaged before a run counts as stuck
MIN_SAMPLES = 2000  # samples for judging accuracy and silence, if the training set has them
MIN_LOSS_SAMPLES = 100  # samples for judging a loss
MIN_ABOVE_CHANCE = 0.05  # accuracy that an average must have above the best constant answer
PLATEAU_UPDATES = 1000  # updates over which accuracy is averaged before a run counts as a plateau
PLATEAU_CEILING = 0.6  # of the way from chance to 1; an accuracy above it is no plateau
MIN_GAIN = 0.01  # accuracy that counts as an improvement
LEARNT_ACCURACY = 0.2  # train accuracy that shows that something was learnt
RETURN_ACCURACY = 0.4  # that is worth going back to; below it, many units are silent already
COLLAPSE_FRACTION = 0.5  # of the best average above chance; less remains after a collapse
EXPLOSION_FACTOR = 10.0  # times the first loss
HEALTHY_STEP = 0.02  # length of a healthy update, as a fraction of the weights' length
MAX_ALPHA = 0.5  # for plain gradient descent; larger ones seldom work
TINY_STEP = 1e-3  # fraction below which the weights hardly change in hundreds of updates
NARROW, WIDE = 4, 10  # hidden units: fewer cannot tell ten digits apart; these can


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A problem of a run, and the numbers that show it."""

    kind: str  # diverged, exploding, dead, collapsed, stuck or plateau
    iteration: int  # updates made when it was detected
    hyperparameters: Hyperparameters
    alpha: float  # of the last update
    loss: float  # at present; if the update diverged, the loss before it
    first_loss: float  # of the untrained network
    largest_weight: float
    largest_gradient: float
    length: float  # of all weights and biases as one vector
    gradient_norm: float  # of the gradient
    silent: tuple[int, ...]  # per hidden layer: units silent on all training samples
    had_gradient: bool  # whether a gradient ever reached the first layer

    @property
    def summary(self) -> str:
        """The problem in one sentence, without numbers."""
        return {
            "diverged": "An update led out of the finite numbers; "
            "the run stands at the weights before it.",
            "exploding": "The loss is many times what it was before learning.",
            "dead": "Every hidden unit is silent on every image: no gradient gets through.",
            "collapsed": "It has lost most of what it had learnt.",
            "plateau": "It has stopped improving, far below what such a network usually reaches.",
            "stuck": "It answers no better than by always giving the same answer.",
        }[self.kind]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to change about a run that does not learn."""

    hyperparameters: Hyperparameters  # to continue with
    moment: RunMoment | None  # to continue from; None: restart from initial weights


class RunMonitor:
    """Watches every update of one run for problems, at the cost of a few comparisons."""

    def __init__(self, labels: NDArray[np.uint8], classes: int) -> None:
        """Compute the accuracy of the best constant answer from the training labels."""
        self._chance = float(np.bincount(labels, minlength=classes).max()) / len(labels)
        self._classes, self._m = classes, len(labels)
        self.first_loss = log(classes)  # until the untrained network is measured
        self.had_gradient = False  # whether a gradient ever reached the first layer
        self._loss = self._accuracy = 0.0  # running averages
        self._best = 0.0  # best running average of the accuracy
        self._updates = 0  # observed
        self._tolerated = 0.0  # loss over moved images that is no explosion
        self._silent = 0  # consecutive samples without a gradient
        self._long_sum = 0.0  # of accuracy, in the current block of updates
        self._long_mean = 0.0  # accuracy of the block before
        self._is_flat = False  # whether the last two of them were a plateau

    def observe(self, progress: Progress, db1: Array, batch: int | None) -> str | None:
        """Judge one update; return the kind of problem, or None.

        Args:
            progress: Metrics after the update.
            db1: Gradient of the first layer's biases.
            batch: Samples per update; None: all.
        """
        samples = batch or self._m
        if progress.iteration == 0:
            self.first_loss = max(progress.loss, log(self._classes))
        self._updates += 1
        window = max(WINDOW_UPDATES, ceil(MIN_SAMPLES / samples))
        self._loss += (progress.loss - self._loss) * max(
            1 / self._updates, min(1, samples / MIN_LOSS_SAMPLES)
        )
        self._accuracy += (progress.train_accuracy - self._accuracy) * max(
            1 / self._updates, 1 / window
        )
        # No gradient passes a silent layer, whichever it is: db1 is exactly zero.
        # (It is also zero if the loss is; that is no problem.)
        passes = bool(np.count_nonzero(db1))  # quicker than any()
        self.had_gradient = self.had_gradient or passes
        self._silent = 0 if passes or progress.loss == 0 else self._silent + samples
        if self._loss > EXPLOSION_FACTOR * max(self.first_loss, self._tolerated):
            return "exploding"
        if self._silent >= min(MIN_SAMPLES, self._m):
            return "dead"
        self._check_plateau(progress.train_accuracy, max(PLATEAU_UPDATES, 10 * window))
        if self._updates >= window:
            self._best = max(self._best, self._accuracy)
            if self._accuracy - self._chance < COLLAPSE_FRACTION * (
                self._best - self._chance - LEARNT_ACCURACY
            ):
                return "collapsed"
            if self._accuracy < self._chance + MIN_ABOVE_CHANCE:
                return "stuck"
        return "plateau" if self._is_flat else None

    def _check_plateau(self, accuracy: float, updates: int) -> None:
        """After each block of `updates`, compare its accuracy with that of the block before."""
        self._long_sum += accuracy
        if self._updates % updates == 0:
            mean = self._long_sum / updates
            is_low = mean < self._chance + PLATEAU_CEILING * (1 - self._chance)
            has_past = self._updates >= 2 * updates
            self._is_flat = has_past and is_low and mean < self._long_mean + MIN_GAIN
            self._long_sum, self._long_mean = 0.0, mean

    def forget_accuracies(self) -> None:
        """Begin again with averages and the best of them: train accuracy has another meaning now.

        With dropout, it is that of the network without what was left out; with an adversary, that
        over moved images.
        """
        self._updates, self._best = 0, 0.0
        self._long_sum, self._is_flat = 0.0, False

    def is_refuted(self, kind: str, loss: float, accuracy: float) -> bool:
        """Return whether a problem over moved images is none over images as they are.

        Args:
            kind: Which problem, as `observe` names it.
            loss: Over images as they are.
            accuracy: Likewise.
        """
        above = accuracy - self._chance
        return {
            "exploding": loss <= EXPLOSION_FACTOR * self.first_loss,
            "collapsed": above >= COLLAPSE_FRACTION * (self._best - self._chance - LEARNT_ACCURACY),
            "stuck": above >= MIN_ABOVE_CHANCE,
            "plateau": above >= PLATEAU_CEILING * (1 - self._chance),
        }.get(kind, False)

    def tolerate(self, loss: float) -> None:
        """Begin again after a problem that was refuted, with this loss over moved images."""
        self._tolerated = max(self._tolerated, loss)
        self.forget_accuracies()

    def dismiss(self) -> None:
        """Ignore this plateau, which has no known cause, until the next block of updates ends."""
        self._is_flat = False


def diagnose(
    kind: str,
    progress: Progress,
    hyperparameters: Hyperparameters,
    parameters: Parameters,
    gradient: Parameters,
    *,
    monitor: RunMonitor,
    images: NDArray[np.uint8],
) -> Diagnosis:
    """Collect the numbers of a problem; evaluates all training images once.

    Args:
        kind: Which problem, as `RunMonitor.observe` names it.
        progress: Metrics after the last update.
        hyperparameters: Of the last update.
        parameters: The current weights.
        gradient: At those weights.
        monitor: Of this run.
        images: Training images, m × n_in.
    """
    with np.errstate(all="ignore"):
        return Diagnosis(
            kind=kind,
            iteration=progress.iteration,
            hyperparameters=hyperparameters,
            alpha=progress.alpha,
            loss=progress.loss,
            first_loss=monitor.first_loss,
            largest_weight=float(np.abs(parameters.vector).max()),
            largest_gradient=float(np.abs(gradient.vector).max()),
            length=float(np.linalg.norm(parameters.vector)),
            gradient_norm=progress.gradient_norm,
            silent=tuple(int(units.sum()) for units in silent_units(parameters, images)),
            had_gradient=monitor.had_gradient,
        )


def has_cause(diagnosis: Diagnosis) -> bool:
    """Return whether half of a hidden layer is silent; other plateaus may be the data's limit."""
    widths = zip(diagnosis.silent, diagnosis.hyperparameters.hidden, strict=True)
    return any(2 * silent >= units for silent, units in widths)


def silent_units(parameters: Parameters, images: NDArray[np.uint8]) -> list[NDArray[np.bool_]]:
    """Return, for each hidden layer, which units are silent on all images (m × n_in)."""
    silent = [np.ones(size, bool) for size in parameters.sizes[1:-1]]
    for _, activations in forward_in_chunks(parameters, images):
        hidden = activations.Z[:-1]
        silent = [units & ~(Z > 0).any(axis=1) for units, Z in zip(silent, hidden, strict=True)]
    return silent


def healthy_alpha(length: float, gradient_norm: float, hyperparameters: Hyperparameters) -> float:
    """Return an alpha, in two digits, whose steps are about HEALTHY_STEP of the weights' length.

    Momentum μ amplifies the steps by up to 1 / (1 − μ). Adam's steps are alpha for every weight,
    whatever the gradient, so for Adam the result is the usual 0.001.

    Args:
        length: Euclidean length of the weights.
        gradient_norm: Euclidean length of the gradient.
        hyperparameters: The optimizer and its momentum.
    """
    if hyperparameters.optimizer == "adam":
        return 0.001
    if not (isfinite(length) and isfinite(gradient_norm) and length > 0 and gradient_norm > 0):
        return 0.15
    alpha = HEALTHY_STEP * length / gradient_norm
    if hyperparameters.optimizer != "gd":
        alpha *= 1 - hyperparameters.momentum
    return min(max(float(f"{alpha:.2g}"), 1e-9), MAX_ALPHA)


def remedy_for(diagnosis: Diagnosis, history: HistoryView, timeline: TimelineView) -> Remedy:
    """Return the change that is most likely to help.

    Args:
        diagnosis: What is wrong with the run.
        history: The metrics of the run.
        timeline: Moments that the run can go back to.
    """
    hyperparameters = diagnosis.hyperparameters
    never = diagnosis.kind == "dead" and not diagnosis.had_gradient
    if never or (diagnosis.kind in ("dead", "stuck") and min(hyperparameters.hidden) < NARROW):
        # Broken from the start, or too narrow to learn: no alpha helps.
        return Remedy(with_other_initial_weights(hyperparameters), None)
    # At a plateau silent units stay silent: go back to before it.
    is_flat = diagnosis.kind == "plateau"
    moment = (
        timeline.first if is_flat else best_moment(history, timeline, hyperparameters.batch_size)
    )
    rows = history.view()
    first, then = rows[0], rows[history.row_at(moment.iteration)]
    # Do not trust a gradient that has become small: it may grow again.
    gradient_norm = float(max(first[GRADIENT_NORM], then[GRADIENT_NORM]))
    healthy = healthy_alpha(float(np.linalg.norm(moment.vector)), gradient_norm, hyperparameters)
    if moment.iteration and diagnosis.kind != "stuck":
        healthy = min(healthy, float(then[ALPHA]))  # what has worked so far
    if diagnosis.kind == "stuck":
        if (
            hyperparameters.alpha * diagnosis.gradient_norm < TINY_STEP * diagnosis.length
            and healthy > hyperparameters.alpha
        ):
            return Remedy(replace(hyperparameters, alpha=healthy), moment)
        if healthy >= hyperparameters.alpha:  # alpha is not the cause, the initial weights are
            return Remedy(with_other_initial_weights(hyperparameters), None)
    return Remedy(
        replace(hyperparameters, alpha=float(f"{min(healthy, hyperparameters.alpha / 2):.2g}")),
        moment,
    )


def with_other_initial_weights(hyperparameters: Hyperparameters) -> Hyperparameters:
    """Return the same hyperparameters, changed so that other initial weights are drawn."""
    hidden = tuple(units if units >= NARROW else WIDE for units in hyperparameters.hidden)
    if hidden != hyperparameters.hidden or hyperparameters.init != "he":
        return replace(hyperparameters, hidden=hidden, init="he")
    return replace(hyperparameters, seed=(hyperparameters.seed + 1) % (MAX_SEED + 1))


def best_moment(history: HistoryView, timeline: TimelineView, batch: int | None) -> RunMoment:
    """Return the kept moment with the highest train accuracy; the first one if all are low.

    A row of the history covers one batch; of small batches, several rows are averaged.
    """
    accuracy = history.view()[:, TRAIN_ACCURACY]
    sums = np.concatenate([[0.0], np.cumsum(accuracy)])
    rows = 1 if batch is None else ceil(MIN_SAMPLES / batch)
    best = moment = timeline.first
    most = RETURN_ACCURACY
    while moment := timeline.after(moment.iteration):
        start = history.row_at(moment.iteration)
        end = min(start + rows, len(accuracy))
        mean = float(sums[end] - sums[start]) / (end - start)
        if mean > most and end - start >= min(rows, len(accuracy)) / 2:
            best, most = moment, mean
    return best


class DivergedError(NetError):
    """An update made the loss or a weight infinite; the run keeps the weights before it."""

    def __init__(self, message: str, diagnosis: Diagnosis) -> None:
        """Keep the diagnosis beside the message."""
        super().__init__(message)
        self.diagnosis = diagnosis
