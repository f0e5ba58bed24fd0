"""The loss landscape: the loss over a plane through weight space that holds the paths of runs.

All n weights and biases of a network are one point θ of an n-dimensional space, and a run is a path
through it. The plane is laid through the path's last point θ₀ along the two directions in which
the moments θᵢ of the paths differ from it most: the principal directions of the rows

    D = [θ₁ − θ₀; …; θₖ − θ₀]                                    k × n

(H. Li and others, "Visualizing the Loss Landscape of Neural Nets", arXiv:1712.09913, 2018, section
7; E. Lorch, "Visualizing Deep Network Training Trajectories with PCA", 2016). As n is thousands of
times k, they are computed from the products of the moments with one another:

    G = D·Dᵀ,   G·vⱼ = λⱼ·vⱼ,   dⱼ = Dᵀ·vⱼ / √λⱼ                  G: k × k, dⱼ: n, |dⱼ| = 1

Of the squared distances of all moments from θ₀, whose sum is Σλ, the plane holds (λ₁ + λ₂) / Σλ.
How much that is must stand beside every picture; and even then, most of a mere random walk lies in
the plane of its first two principal directions (J. Antognini and J. Sohl-Dickstein, "PCA of high
dimensional random walks with comparison to neural network training", 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.engine import Samples
from ..network import Array, Labels, Parameters, cross_entropy, forward, relu
from ..validation import as_columns

Numbers = NDArray[np.float64]

SAMPLE_SIZE = 1000  # images that stand for the whole training set
COORDINATES_PER_CHUNK = 1 << 16  # of all moments, in float64 at a time
STRAIGHT = 1e-10  # of λ₁: a smaller λ₂ is no bend of the path but the rounding of its weights
MAX_GROWTH = 1000.0  # times the length of a run's first weights; beyond, it is off every map
COARSEST = (8, 4)  # intervals of a grid, across and up


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The points θ₀ + x·d₁ + y·d₂."""

    origin: Array  # n: θ₀
    directions: Array  # 2 × n: d₁ and d₂, of length 1 and at right angles

    def at(self, x: float, y: float) -> Array:
        """Return the n weights and biases at a point of the plane."""
        first, second = self.directions
        dtype = self.origin.dtype.type
        return self.origin + dtype(x) * first + dtype(y) * second

    def project(self, vectors: Sequence[Array]) -> tuple[Numbers, Numbers]:
        """Return the places x, y of the nearest points of the plane, and the squared distances.

        Args:
            vectors: k of n.

        Returns:
            k × 2; and k: the squares of |θᵢ − θ₀|, all of it, not only what lies in the plane.
        """
        places, squares = np.zeros((len(vectors), 2)), np.zeros(len(vectors))
        for part, rows in _differences(vectors, self.origin):
            places += rows @ self.directions[:, part].T.astype(np.float64)
            squares += np.einsum("ij,ij->i", rows, rows)
        return places, squares


def principal_plane(
    vectors: Sequence[Array], origin: Array, like: Plane | None = None
) -> Plane | None:
    """Return the plane through a point that holds most of the squared distances of others.

    Args:
        vectors: k of n; finite.
        origin: n: the point.
        like: A plane whose directions have the signs wanted; without it, the first vector lies
            to the left, and the others on the whole above.

    Returns:
        The plane, or None if all points lie on one straight line.
    """
    products = np.zeros((len(vectors), len(vectors)))  # G
    for _, rows in _differences(vectors, origin):
        products += rows @ rows.T
    values, mixtures = np.linalg.eigh(products)
    if len(vectors) < 2 or not values[-2] > STRAIGHT * values[-1]:
        return None
    V = (mixtures[:, [-1, -2]] / np.sqrt(values[[-1, -2]])).T  # 2 × k
    directions = np.empty((2, len(origin)), origin.dtype)
    for part, rows in _differences(vectors, origin):
        directions[:, part] = V @ rows
    if like is not None and like.directions.shape == directions.shape:
        signs = np.einsum("ij,ij->i", directions, like.directions)
    else:
        places, _ = Plane(origin, directions).project(vectors)
        signs = np.array([-places[0, 0], places[:, 1].sum()])
    directions *= np.where(signs < 0, -1, 1).astype(origin.dtype)[:, np.newaxis]
    return Plane(origin, directions)


def _differences(vectors: Sequence[Array], origin: Array) -> Iterator[tuple[slice, Numbers]]:
    """Yield D by blocks of columns, in float64, each with its place among the columns."""
    step = max(1, COORDINATES_PER_CHUNK // max(1, len(vectors)))
    for start in range(0, len(origin), step):
        part = slice(start, start + step)
        rows = np.array([vector[part] for vector in vectors], np.float64)
        yield part, rows - origin[part].astype(np.float64)


def is_on_the_map(vector: Array, first: Array) -> bool:
    """Return whether weights are finite, and not so long that a run's others are a speck beside."""
    length, before = (float(np.linalg.norm(v.astype(np.float64))) for v in (vector, first))
    return length <= MAX_GROWTH * max(1.0, before)  # no NaN is


class LossOnSample:
    """The mean loss over a sample of images, of any network that reads them."""

    def __init__(self, samples: Samples, sizes: Sequence[int], dtype: np.dtype) -> None:
        """Draw the sample, always the same of the same set."""
        m = len(samples.labels)
        rows = np.random.default_rng(0).permutation(m)[:SAMPLE_SIZE]
        rows.sort()  # as they lie in memory, or in a file
        shape = Parameters.zeros(sizes, dtype)
        self.X: Array = as_columns(shape, samples.images[rows])  # n_in × size
        self.labels: Labels = samples.labels[rows]
        self.size, self.of = len(rows), m

    def of_network(self, parameters: Parameters) -> float:
        """Return a network's loss; infinity if it is not finite."""
        with np.errstate(all="ignore"):
            return self.mean(forward(parameters, self.X).Z[-1])

    def mean(self, Z: Array) -> float:
        """Return the mean cross-entropy of logits, classes × size; infinity if it is not finite."""
        loss = float(cross_entropy(Z, self.labels).mean(dtype=np.float64))
        return loss if np.isfinite(loss) else np.inf


class PlaneLoss:
    """The loss at the points of a plane.

    The sums of the first layer are linear in the weights, and so

        Z1(x, y) = Z1 of θ₀ + x·(Z1 of d₁) + y·(Z1 of d₂)

    Three products with the images, the bulk of the work, serve all points.
    """

    def __init__(self, plane: Plane, sizes: Sequence[int], sample: LossOnSample) -> None:
        self._sample = sample
        self._parts = [Parameters(sizes, v) for v in (plane.origin, *plane.directions)]
        with np.errstate(all="ignore"):
            self._Z1 = [part.W[0] @ sample.X + part.b[0] for part in self._parts]

    def at(self, x: float, y: float) -> float:
        """Return the loss at a point; infinity if it is not finite."""
        with np.errstate(all="ignore"):
            sums = _point(self._Z1, x, y)
            for i in range(1, len(self._parts[0].W)):
                W = _point([part.W[i] for part in self._parts], x, y)
                b = _point([part.b[i] for part in self._parts], x, y)
                sums = W @ relu(sums) + b
            return self._sample.mean(sums)


def _point(parts: Sequence[Array], x: float, y: float) -> Array:
    origin, first, second = parts
    dtype = origin.dtype.type
    return origin + dtype(x) * first + dtype(y) * second


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the plane."""

    left: float
    right: float
    bottom: float
    top: float

    def holds(self, places: Numbers) -> bool:
        """Return whether all places, k × 2, are inside."""
        low, high = (self.left, self.bottom), (self.right, self.top)
        return bool(((places >= low) & (places <= high)).all())


@dataclass(frozen=True, slots=True, eq=False)
class LossGrid:
    """Losses at evenly spaced points of a region, its edges included."""

    region: Region
    losses: Numbers  # rows × columns, the bottom row first


def region_around(places: Numbers, shape: tuple[int, int], margin: float) -> Region:
    """Return a region around some places in which both directions have the same scale.

    Args:
        places: k × 2, not all the same.
        shape: Its width and height in any unit.
        margin: On each side, as a fraction of the extent of the places.
    """
    low, high = places.min(axis=0), places.max(axis=0)
    sides = np.array(shape, float)
    scale = float(((high - low) * (1 + 2 * margin) / sides).max())
    (left, bottom), (right, top) = (
        (low + high) / 2 - scale * sides / 2,
        (low + high) / 2 + scale * sides / 2,
    )
    return Region(float(left), float(right), float(bottom), float(top))


def refinements(
    region: Region, loss: PlaneLoss, finest: tuple[int, int]
) -> Iterator[LossGrid | None]:
    """Yield grids, each twice as fine as the one before, and None after every point in between.

    Args:
        region: Where.
        loss: Computes the loss at a point.
        finest: Intervals across and up; the last grid has at least as many.
    """
    across, up = COARSEST
    losses = np.full((up + 1, across + 1), np.nan)
    while True:
        xs = np.linspace(region.left, region.right, across + 1)
        ys = np.linspace(region.bottom, region.top, up + 1)
        for row, column in np.argwhere(np.isnan(losses)).tolist():
            losses[row, column] = loss.at(float(xs[column]), float(ys[row]))
            yield None
        yield LossGrid(region, losses)
        if across >= finest[0] and up >= finest[1]:
            return
        coarse, across, up = losses, 2 * across, 2 * up
        losses = np.full((up + 1, across + 1), np.nan)
        losses[::2, ::2] = coarse
