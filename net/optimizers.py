"""Optimizers: turn a gradient into an update of the weights; simplest first.

Each optimizer reads the gradient g of the loss at θ (all weights and biases as one vector) and
moves θ. Some keep state between updates: it is in `memory`, by name, and starts as zeros, so that
a run can be saved and resumed.

An update reads and writes several vectors as long as θ. It takes them block by block, so that
each number is fetched from memory once and the rest happens in the cache: with momentum,
784-1000-500-250-10 took 1.9 ms instead of 2.5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from .hyperparameters import Hyperparameters
from .network import Array, Parameters

Memory = dict[str, Array]  # what an optimizer keeps between updates, by name
BLOCK = 1 << 16  # numbers of a block: those of four or five vectors fill a megabyte
UPDATES_PER_FLUSH = 64
NEGLIGIBLE = 1e-30  # of a memory; multiplied by 0.9 for 64 updates it is 1e-33


@dataclass(frozen=True, slots=True)
class Step:
    """What an update reads and writes, besides the optimizer's memory."""

    parameters: Parameters  # changed in place
    gradient: Parameters  # of the mean loss at `parameters`
    alpha: float  # the learning rate, after the schedule
    hyperparameters: Hyperparameters  # momentum, weight decay and max-norm are read from here
    before: Array | None = None  # receives θ as it was


def blocks_of(part: slice, sizes: Sequence[int], *, by_units: bool) -> list[tuple[slice, int]]:
    """Cut a part of θ into blocks of about BLOCK numbers.

    Args:
        part: Must begin and end between two units, if it is cut by units.
        sizes: Widths of the network.
        by_units: Whether each hidden unit's weights must stay together.

    Returns:
        Each block's place in θ, and how many weights lead into one of the hidden units that are
        in it as a whole; 0: no unit has to be.
    """
    if not by_units:
        return [(block, 0) for block in cut(part, BLOCK)]
    blocks: list[tuple[slice, int]] = []
    end = 0
    for n_in, n_out in pairwise(sizes[:-1]):
        start, end = end, end + n_in * n_out
        layer = slice(max(start, part.start), min(end, part.stop))
        blocks += [(block, n_in) for block in cut(layer, max(1, BLOCK // n_in) * n_in)]
    rest = slice(max(end, part.start), part.stop)  # the last layer's weights, and all biases
    return blocks + [(block, 0) for block in cut(rest, BLOCK)]


def cut(part: slice, length: int) -> list[slice]:
    """Cut a part into pieces of this length; the last one may be shorter."""
    return [slice(a, min(a + length, part.stop)) for a in range(part.start, part.stop, length)]


def flush(memory: Array) -> None:
    """Set to 0 what of an optimizer's memory is too small to move a weight.

    The velocity of a weight whose pixel is hardly ever inked falls by the momentum's factor, update
    after update, until it is subnormal, below 1.2e-38 in 32 bits. Many processors are slow there,
    and rounding keeps it from ever reaching 0. In 784-10-10 on MNIST more than a third of all
    stretches of 16 numbers, which a processor multiplies at once, held one after 1000 updates, and
    moving the weights took three times as long.
    """
    np.copyto(memory, 0, where=np.abs(memory) < NEGLIGIBLE)


def limit_norms(W: Array, limit: float) -> None:
    """Max-norm: scale down the weights into each hidden unit that are longer than `limit`.

    w ← w · limit / max(|w|, limit), where w is a row of W and |w| its Euclidean length. So a large
    alpha can begin a run, and no weight grows without bounds. N. Srivastava and others, "Dropout:
    A Simple Way to Prevent Neural Networks from Overfitting", 2014, section 5.1.
    """
    length = np.sqrt(np.einsum("ij,ij->i", W, W))
    if (length > limit).any():
        # All rows, most by 1: that is quicker than picking out those that are too long.
        np.multiply(W, (limit / np.maximum(length, limit))[:, np.newaxis], out=W)


class GradientDescent:
    """θ ← θ − α·g: a step straight downhill, longer where it is steeper.

    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847.
    """

    memory_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Parameters) -> None:
        self.memory = {name: np.zeros_like(parameters.vector) for name in self.memory_names}
        self.updates = 0  # made so far; only Adam reads it

    def update(self, step: Step) -> float:
        """Make one update in place; return the squared length of θ after it, before max-norm."""
        self.updates += 1
        return self.update_parts([slice(0, step.parameters.vector.size)], step)

    def update_parts(
        self, parts: Sequence[slice], step: Step, begin: Callable[[slice], None] | None = None
    ) -> float:
        """Make some parts of an update that is counted already; return their squared length.

        Args:
            parts: Of θ, see `blocks_of`; the step's `before` receives these alone.
            step: The update.
            begin: Is told each block before it is changed, when it is in `before` already.
        """
        theta, before, squared_length = step.parameters.vector, step.before, 0.0
        sizes, limit = step.parameters.sizes, step.hyperparameters.max_norm
        blocks = [block for part in parts for block in blocks_of(part, sizes, by_units=limit > 0)]
        for i, (block, n_in) in enumerate(blocks):
            if before is not None:
                before[block] = theta[block]
            if begin is not None:
                begin(block)
            try:
                self._update_block(block, step)
                squared_length += float(theta[block].dot(theta[block]))
                if limit and n_in:
                    limit_norms(theta[block].reshape(-1, n_in), limit)
            except MemoryError:  # so that `before` is all of θ as it was
                if before is not None:
                    for rest, _ in blocks[i + 1 :]:
                        before[rest] = theta[rest]
                raise
        return squared_length

    def _update_block(self, block: slice, step: Step) -> None:
        theta, g = step.parameters.vector[block], step.gradient.vector[block]
        if step.hyperparameters.weight_decay:
            # A penalty of λ/2 on every squared weight adds λ·W to the gradient: weights that the
            # loss does not need shrink. Biases are left alone (Krogh and Hertz, "A Simple Weight
            # Decay Can Improve Generalization", 1991).
            W, g = step.parameters.weights[block], g.copy()
            g[: W.size] += step.hyperparameters.weight_decay * W
        memory = {name: vector[block] for name, vector in self.memory.items()}
        self.move(theta, g, memory, step.alpha, step.hyperparameters.momentum)
        if self.updates % UPDATES_PER_FLUSH == 0:
            for vector in memory.values():
                flush(vector)

    def move(self, theta: Array, g: Array, memory: Memory, alpha: float, mu: float) -> None:  # noqa: ARG002  (subclasses read all)
        """θ ← θ − α·g for a block of numbers."""
        theta -= alpha * g


class Momentum(GradientDescent):
    """v ← μ·v − α·g, then θ ← θ + v: a heavy ball that keeps some of its speed.

    Steps that agree add up, to 1/(1 − μ) of a single one; steps that do not cancel out.
    B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    memory_names = ("velocity",)

    def move(self, theta: Array, g: Array, memory: Memory, alpha: float, mu: float) -> None:
        """v ← μ·v − α·g;  θ ← θ + v."""
        v = memory["velocity"]
        v *= mu
        v -= alpha * g
        theta += v


class Nesterov(Momentum):
    """Momentum with the gradient taken where the ball is about to be.

    Y. Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k²)", 1983; written for the gradient at θ itself as in Sutskever, Martens, Dahl and
    Hinton, "On the importance of initialization and momentum in deep learning", 2013.
    """

    def move(self, theta: Array, g: Array, memory: Memory, alpha: float, mu: float) -> None:
        """v ← μ·v − α·g;  θ ← θ + μ·v − α·g."""
        v = memory["velocity"]
        step = alpha * g
        v *= mu
        v -= step
        theta -= step
        theta += mu * v


class Adam(GradientDescent):
    """Each weight takes steps of about alpha, however large its gradient is.

    D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1, with
    β₁ the momentum. It needs another alpha than the others: begin with 0.001.
    """

    memory_names = ("mean", "square")
    BETA2 = 0.999
    EPSILON = 1e-8

    def move(self, theta: Array, g: Array, memory: Memory, alpha: float, mu: float) -> None:
        """m ← β₁·m + (1−β₁)·g;  s ← β₂·s + (1−β₂)·g²;  θ ← θ − α·m̂ / (√ŝ + ε)."""
        m, s = memory["mean"], memory["square"]
        beta1, t = mu, self.updates
        m += (1 - beta1) * (g - m)
        s += (1 - self.BETA2) * (g * g - s)
        # Both start at zero and so are too small at first, by a known factor.
        m_hat = m / (1 - beta1**t)
        s_hat = s / (1 - self.BETA2**t)
        theta -= alpha * m_hat / (np.sqrt(s_hat) + self.EPSILON)


OPTIMIZER_CLASSES: dict[str, type[GradientDescent]] = {
    "gd": GradientDescent,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adam": Adam,
}
