"""Why a run does not learn: noticed while it trains, explained with its numbers, and a cure.

Six things go wrong with a network like this one, and each shows in numbers that an update has
at hand anyway:

diverged   an update left the finite numbers. Alpha is so large that it overshot the valley, and
           every further update overshoots more.
exploding  the loss is finite and many times what it was before learning: the same, caught early.
dead       every hidden unit is silent on every digit. ReLU passes no gradient where it is silent,
           so nothing but the output biases can ever change again.
collapsed  averaged over WINDOW updates, the accuracy has lost more than half of what it once had
           above chance. Usually one leap silenced most of the hidden units.
stuck      for WINDOW updates the accuracy has been no better than always giving the same answer.
plateau    over LONG updates the accuracy has got no better than over the LONG before, far below
           what such a network usually reaches, and half of a hidden layer is silent on every digit.

A few samples say little about a network: where batches are small, an update is not judged alone
but with those before it, until they have looked at ENOUGH samples together.
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
MIN_SAMPLES = (
    2000  # samples that accuracy and silence are judged by, if the training set has so many
)
MIN_LOSS_SAMPLES = 100  # samples that a loss is judged by
MIN_ABOVE_CHANCE = 0.05  # how far the average must be above the best constant answer
PLATEAU_UPDATES = 1000  # updates over which accuracy is averaged before a run counts as a plateau
PLATEAU_CEILING = (
    0.6  # of the way from chance to all right; above it nothing is far below the usual
)
MIN_GAIN = 0.01  # that an average must gain, or it has got no better
LEARNT_ACCURACY = 0.2  # a train accuracy that shows that something was learnt
COLLAPSE_FRACTION = 0.5  # what is left of the best average above chance, or less
EXPLOSION_FACTOR = 10.0  # times the first loss
HEALTHY_STEP = 0.02  # a healthy update: a fiftieth of the weights' length
MAX_ALPHA = 0.5  # of plain gradient descent; more seldom goes well
TINY_STEP = 1e-3  # below it the weights hardly change in hundreds of updates
NARROW, WIDE = 4, 10  # hidden units: too few to tell ten digits apart, and enough


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a run, and the numbers that show it."""

    kind: str  # diverged, exploding, dead, collapsed, stuck or plateau
    iteration: int  # updates made when it was noticed
    hyperparameters: Hyperparameters
    alpha: float  # of the last update
    loss: float  # now; the one before the update if that diverged
    first_loss: float  # of the untrained network
    largest_weight: float
    largest_gradient: float
    length: float  # of all weights and biases as one vector
    gradient_norm: float  # of the gradient
    silent: tuple[int, ...]  # of each hidden layer, units silent on all training digits
    had_gradient: bool  # whether a gradient ever got through to the first layer

    @property
    def summary(self) -> str:
        """What happened, in a sentence without numbers."""
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
    """What to do about it."""

    hyperparameters: Hyperparameters  # to go on with
    moment: RunMoment | None  # to go on from; None: begin again with first weights of its own


class RunMonitor:
    """Looks at every update of one run; a few comparisons each."""

    def __init__(self, labels: NDArray[np.uint8], classes: int) -> None:
        self._chance = float(np.bincount(labels, minlength=classes).max()) / len(labels)
        self._classes, self._m = classes, len(labels)
        self.first_loss = log(classes)  # until the untrained network was measured
        self.had_gradient = False  # whether a gradient ever got through to the first layer
        self._loss = self._accuracy = 0.0  # running averages
        self._best = 0.0  # accuracy's best average
        self._updates = 0  # updates
        self._silent = 0  # samples in a row that no gradient came back from
        self._long_sum = 0.0  # of accuracy, since the last LONG updates were over
        self._long_mean = 0.0  # over the LONG updates before
        self._is_flat = False  # whether the last two of them were a plateau

    def observe(self, progress: Progress, db1: Array, batch: int | None) -> str | None:
        """What is wrong after this update, if anything; a few comparisons.

        db1: the gradient of the first biases. batch: samples looked at, None: all.
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
        # Whichever layer is silent, nothing passes it backwards: db1 is zero to the last bit.
        # (So it is where every answer is as right as can be; nothing is wrong with that.)
        passes = bool(db1.any())
        self.had_gradient = self.had_gradient or passes
        self._silent = 0 if passes or progress.loss == 0 else self._silent + samples
        if self._loss > EXPLOSION_FACTOR * self.first_loss:
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
        """After every so many updates, see whether they were any better than those before."""
        self._long_sum += accuracy
        if self._updates % updates == 0:
            mean = self._long_sum / updates
            is_low = mean < self._chance + PLATEAU_CEILING * (1 - self._chance)
            has_past = self._updates >= 2 * updates
            self._is_flat = has_past and is_low and mean < self._long_mean + MIN_GAIN
            self._long_sum, self._long_mean = 0.0, mean

    def dismiss(self) -> None:
        """Say no more of this plateau until the next look back: nothing explains it."""
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
    """The numbers to a kind of trouble; looks at all training images (m × n_in) once."""
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


def has_cause(trouble: Diagnosis) -> bool:
    """Whether half of a hidden layer is silent: other plateaus may be as good as the data allow."""
    widths = zip(trouble.silent, trouble.hyperparameters.hidden, strict=True)
    return any(2 * silent >= units for silent, units in widths)


def silent_units(parameters: Parameters, images: NDArray[np.uint8]) -> list[NDArray[np.bool_]]:
    """For each hidden layer, which units no image (m × n_in) makes positive."""
    silent = [np.ones(size, bool) for size in parameters.sizes[1:-1]]
    for _, activations in forward_in_chunks(parameters, images):
        hidden = activations.Z[:-1]
        silent = [units & ~(Z > 0).any(axis=1) for units, Z in zip(silent, hidden, strict=True)]
    return silent


def healthy_alpha(length: float, slope: float, hyperparameters: Hyperparameters) -> float:
    """An alpha whose updates would move the weights by about STEP of their length.

    length: of the weights as one vector; slope: of the gradient. Momentum μ adds its steps up to
    1 / (1 − μ) of one; Adam's steps are alpha for every weight, whatever the gradient, so there
    its usual 0.001 is the answer. Two digits are enough.
    """
    if hyperparameters.optimizer == "adam":
        return 0.001
    if not (isfinite(length) and isfinite(slope) and length > 0 and slope > 0):
        return 0.15
    alpha = HEALTHY_STEP * length / slope
    if hyperparameters.optimizer != "gd":
        alpha *= 1 - hyperparameters.momentum
    return min(max(float(f"{alpha:.2g}"), 1e-9), MAX_ALPHA)


def remedy_for(trouble: Diagnosis, history: HistoryView, timeline: TimelineView) -> Remedy:
    """What would help the run that has this trouble and this past."""
    chosen = trouble.hyperparameters
    never = trouble.kind == "dead" and not trouble.had_gradient
    if never or (trouble.kind in ("dead", "stuck") and min(chosen.hidden) < NARROW):
        # It was so from the beginning, or could hardly be otherwise: no alpha helps.
        return Remedy(with_other_initial_weights(chosen), None)
    # At a plateau, what is silent stays so: only what was before it can learn.
    is_flat = trouble.kind == "plateau"
    moment = timeline.first if is_flat else best_moment(history, timeline, chosen.batch_size)
    rows = history.view()
    first, then = rows[0], rows[history.row_at(moment.iteration)]
    # A slope that has flattened out is no invitation to leap: it may steepen again.
    slope = float(max(first[GRADIENT_NORM], then[GRADIENT_NORM]))
    healthy = healthy_alpha(float(np.linalg.norm(moment.vector)), slope, chosen)
    if moment.iteration and trouble.kind != "stuck":
        healthy = min(healthy, float(then[ALPHA]))  # what went well so far
    if trouble.kind == "stuck":
        if (
            chosen.alpha * trouble.gradient_norm < TINY_STEP * trouble.length
            and healthy > chosen.alpha
        ):
            return Remedy(replace(chosen, alpha=healthy), moment)
        if healthy >= chosen.alpha:  # alpha is not to blame: these first weights lead nowhere
            return Remedy(with_other_initial_weights(chosen), None)
    return Remedy(replace(chosen, alpha=float(f"{min(healthy, chosen.alpha / 2):.2g}")), moment)


def with_other_initial_weights(chosen: Hyperparameters) -> Hyperparameters:
    """As chosen, but with first weights that may lead somewhere."""
    hidden = tuple(units if units >= NARROW else WIDE for units in chosen.hidden)
    if hidden != chosen.hidden or chosen.init != "he":
        return replace(chosen, hidden=hidden, init="he")
    return replace(chosen, seed=(chosen.seed + 1) % (MAX_SEED + 1))


def best_moment(history: HistoryView, timeline: TimelineView, batch: int | None) -> RunMoment:
    """The kept moment after which most training digits were right; the first if none stands out.

    What stands in a row is of one batch: of small ones, enough are taken together.
    """
    accuracy = history.view()[:, TRAIN_ACCURACY]
    sums = np.concatenate([[0.0], np.cumsum(accuracy)])
    rows = 1 if batch is None else ceil(MIN_SAMPLES / batch)
    best = moment = timeline.first
    most = LEARNT_ACCURACY
    while moment := timeline.after(moment.iteration):
        start = history.row_at(moment.iteration)
        end = min(start + rows, len(accuracy))
        mean = float(sums[end] - sums[start]) / (end - start)
        if mean > most and end - start >= min(rows, len(accuracy)) / 2:
            best, most = moment, mean
    return best


class DivergedError(NetError):
    """An update led out of the finite numbers; the run stands at the weights before it."""

    def __init__(self, message: str, trouble: Diagnosis) -> None:
        super().__init__(message)
        self.diagnosis = trouble
