"""The learning rate range test: alpha rises at every update, and the loss shows where it breaks.

L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186, 2015,
section 3.3: let the learning rate rise from very small to large within one short run. Where the
loss falls fastest, the rate is a good one; where it turns up for good, the rate is too large.

On a parabola of curvature λ the turn is known: gradient descent shrinks the error for alpha below
2/λ and enlarges it above, and 1/λ, half of that, is the best alpha there is. So the suggestion is
the alpha of the steepest fall, but at most half of the one at which it breaks. It is a hint only:
it holds for these weights, and the curvature changes as the network learns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..adversarial import moved
from ..dropout import Dropout
from ..engine.engine import Samples
from ..hyperparameters import Hyperparameters
from ..network import (
    Activations,
    Array,
    Labels,
    Masks,
    Parameters,
    backward,
    cross_entropy,
    forward,
)
from ..optimizers import OPTIMIZER_CLASSES, Step
from ..validation import as_columns

Numbers = NDArray[np.float64]

LOWEST, HIGHEST = 1e-4, 10.0
UPDATES = 100
MAX_SAMPLES = 5000  # that stand for the whole set where the run's batch is the whole set
MAX_GROWTH = 4.0  # times the first loss, at which the test ends: it is broken
MEASURED = 500  # images that every loss is measured on where the run's batches differ
NOISE_WINDOW = 7  # updates in a running mean, since each mini-batch leads somewhere else


@dataclass(frozen=True, slots=True, eq=False)
class RangeTest:
    """Losses of one test. Ends early where the loss explodes."""

    first_loss: float  # before the first update
    alphas: Numbers  # n: rising
    losses: Numbers  # n: after the update with each alpha; the last may be infinite
    window: int = 1  # updates in the running mean that `smooth` is

    @property
    def smooth(self) -> Numbers:
        """n: running mean of the losses, as far as they are finite; 1 update wide: the losses."""
        finite = np.isfinite(self.losses)
        losses = np.where(finite, self.losses, MAX_GROWTH * max(self.first_loss, 1e-12))
        sides = self.window // 2
        padded = np.pad(losses, sides, mode="edge")
        return np.convolve(padded, np.full(self.window, 1 / self.window), mode="valid")

    @property
    def lowest(self) -> int:
        """The index of the lowest loss."""
        return int(self.smooth.argmin())

    @property
    def breaks_at(self) -> float | None:
        """The alpha from which the loss only rises; None: it never turned."""
        after = self.lowest + 1
        return float(self.alphas[after]) if after < len(self.alphas) else None

    @property
    def steepest(self) -> float:
        """The alpha at which the loss falls fastest over log alpha."""
        smooth, alphas = self.smooth[: self.lowest + 1], self.alphas[: self.lowest + 1]
        if len(alphas) < 2:
            return float(self.alphas[0])
        return float(alphas[np.gradient(smooth, np.log(alphas)).argmin()])

    @property
    def suggestion(self) -> float:
        """The steepest alpha, or half of the one at which it breaks if that is less."""
        breaks_at = self.breaks_at
        return self.steepest if breaks_at is None else min(self.steepest, breaks_at / 2)


def range_test(
    update: Callable[[float], float],
    first_loss: float,
    *,
    updates: int = UPDATES,
    low: float = LOWEST,
    high: float = HIGHEST,
    window: int = 1,
) -> RangeTest:
    """Make updates with rising alpha.

    Args:
        update: Makes one update with this alpha and returns the loss after it.
        first_loss: The loss before.
        updates: Their number.
        low: The first alpha.
        high: The last alpha.
        window: Of the running mean; 1 where every update is by the same batch.
    """
    alphas = np.geomspace(low, high, updates)
    losses: list[float] = []
    for alpha in alphas.tolist():
        losses.append(update(alpha))
        if not losses[-1] <= MAX_GROWTH * first_loss:  # nan too
            break
    return RangeTest(first_loss, alphas[: len(losses)], np.array(losses), window)


@np.errstate(all="ignore")  # an overflow shows in the loss
def find_alpha(
    parameters: Parameters, samples: Samples, hyperparameters: Hyperparameters
) -> RangeTest:
    """Run the test on a copy of a network, with the run's own optimizer and size of batch.

    The losses are all of the same images: those of mini-batches differ by more than an update
    changes them, so that an easy batch would pass for a steep fall.

    Args:
        parameters: The network; not changed.
        samples: Training images and labels.
        hyperparameters: Of the run; alpha and schedule are not used.

    Raises:
        NetError: The images or labels do not fit the network.
    """
    network = parameters.copy()
    gradient = Parameters.zeros(network.sizes, network.vector.dtype)
    optimizer = OPTIMIZER_CLASSES[hyperparameters.optimizer](network)
    batches = _batches(samples, hyperparameters)
    dropout = Dropout.chosen_by(hyperparameters, np.random.PCG64(hyperparameters.seed).state)

    def look() -> tuple[Activations, Labels]:
        nonlocal dropout
        images, labels = next(batches)
        M = dropout.masks(network.sizes, len(labels), network.vector.dtype) if dropout else ()
        dropout = dropout and dropout.after(len(labels))
        read: tuple[Array, Masks] = as_columns(network, images), M
        if hyperparameters.adversary:
            read = moved(network, *read, labels, hyperparameters.adversary)
        return forward(network, *read), labels

    is_full = hyperparameters.batch_size is None
    measured = None  # in a full batch, the images that it is of anyway
    if not is_full:
        measured = next(_batches(samples, replace(hyperparameters, batch_size=MEASURED)))

    def loss() -> float:
        if measured is None:
            return float(cross_entropy(activations.Z[-1], labels).mean())
        images, known = measured
        logits = forward(network, as_columns(network, images)).Z[-1]
        return float(cross_entropy(logits, known).mean())

    activations, labels = look()
    first_loss = loss()

    def update(alpha: float) -> float:
        nonlocal activations, labels
        backward(network, activations, labels, len(labels), gradient)
        optimizer.update(Step(network, gradient, alpha, hyperparameters))
        activations, labels = look()
        return loss()

    window = 1 if is_full else NOISE_WINDOW
    return range_test(update, first_loss, window=window)


def _batches(
    samples: Samples, hyperparameters: Hyperparameters
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.integer]]]:
    """Yield images and labels of one batch after another; of the whole set always the same."""
    generator = np.random.default_rng(hyperparameters.seed)
    m, size = len(samples.labels), hyperparameters.batch_size
    if size is None:
        rows = generator.permutation(m)[:MAX_SAMPLES]
        images, labels = samples.images[rows], samples.labels[rows]
        while True:
            yield images, labels
    while True:
        rows = generator.integers(0, m, min(size, m))
        yield samples.images[rows], samples.labels[rows]
