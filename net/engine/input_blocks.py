"""Pixels, kept as bytes, and the X that is made of them when it is multiplied.

Three ways to have less to do, and none changes a number that counts:

- **Bytes.** As many pixels as fit the processor's cache are turned into floats, used forward
  and backward at once, and forgotten: memory hands over one byte a pixel, not four, twice.
- **Blank pixels.** A pixel that is 0 in all images of a group adds nothing to Z and its
  weights get no gradient, so the group leaves it out: two fifths less to multiply.
- **Strips.** OpenBLAS has a quicker way for small products; see `Thin`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..network import Array, Images, Labels, Parameters

CHUNK_PIXELS = 600_000  # pixels turned into floats at a time: 2.4 MB
GROUP_COUNT = 24  # divides evenly among 2, 3, 4, 6 or 8 threads
STRIP_COLUMNS = 100  # columns that `Thin` multiplies by at once
MAX_SMALL_PRODUCT = 1_000_000  # multiplications up to which OpenBLAS takes its quicker way


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """Some of the images, without the pixels that are blank in all of them."""

    nonblank: NDArray[np.intp]  # the k pixels that are left
    images: Images  # n × k
    labels: Labels


def group_by_blank_pixels(images: Images, labels: Labels) -> list[ImageGroup]:
    """All images in groups. Those whose first inked pixel is alike go together: they share
    most of their blank ones (on MNIST 487 of 784 pixels are left, 636 without the order)."""
    order = np.argsort((images > 0).argmax(axis=1), kind="stable")
    groups: list[ImageGroup] = []
    for chosen in np.array_split(order, min(GROUP_COUNT, -(-images.size // CHUNK_PIXELS))):
        block = images[chosen]
        inked = np.flatnonzero(block.any(axis=0))
        groups.append(ImageGroup(inked, block.take(inked, axis=1), labels[chosen]))
    return groups


class Buffers(threading.local):
    """Memory for X, one piece a thread."""

    memory: NDArray[np.uint8] = np.empty(0, np.uint8)


BUFFERS = Buffers()


def as_floats(images: Images, dtype: np.dtype[Any]) -> Array:
    """The bytes as floats, 0 to 255, in this thread's buffer: good until it asks again."""
    size = images.size * dtype.itemsize
    if BUFFERS.memory.size < size:
        BUFFERS.memory = np.empty(size, np.uint8)
    X = BUFFERS.memory[:size].view(dtype).reshape(images.shape)
    X[...] = images
    return X


def scaled(images: Images, dtype: np.dtype[Any]) -> Array:
    """The same, 0 to 1."""
    X = as_floats(images, dtype)
    return np.divide(X, 255, out=X)


def even_slices(n: int, width: int) -> list[slice]:
    """n rows of `width` pixels, cut evenly into as few pieces of at most CHUNK as there can be."""
    pieces = max(1, -(-n * width // CHUNK_PIXELS))
    return [slice(i * n // pieces, (i + 1) * n // pieces) for i in range(pieces)]


class StridedMatmul(np.ndarray[Any, np.dtype[Any]]):
    """A W of few rows, such as 10 × 784, which times a wide X is quicker in strips of X.

    OpenBLAS multiplies small matrices as they lie, without first packing them into blocks. For
    ten rows, packing is most of the work: strips are three times as fast.
    """

    def __matmul__(self, X: Any, /) -> Any:
        W, m = self.view(np.ndarray), X.shape[1]
        Z = np.empty((len(W), m), W.dtype)
        even = m - m % STRIP_COLUMNS
        # The same memory seen as a stack of strips, which one call of matmul goes through.
        stack = X.T[:even].reshape(even // STRIP_COLUMNS, STRIP_COLUMNS, len(X)).mT
        np.matmul(
            W,
            stack,
            out=Z[:, :even].reshape(len(W), even // STRIP_COLUMNS, STRIP_COLUMNS).swapaxes(0, 1),
        )
        np.matmul(W, X[:, even:], out=Z[:, even:])
        return Z


def with_strided_matmul(parameters: Parameters) -> Parameters:
    """The same parameters; W1, if it has few rows, knows how to multiply in strips."""
    if parameters.W[0].size * STRIP_COLUMNS > MAX_SMALL_PRODUCT:
        return parameters
    same = Parameters(parameters.sizes, parameters.vector)
    same.W[0] = same.W[0].view(StridedMatmul)
    return same
