"""Input blocks: pixels stored as bytes, and the float X that is made of them just in time.

Three optimizations, none of which changes the mathematics:

- **Bytes.** As many pixels as fit the processor's cache are converted to floats, used forward
  and backward at once, and dropped: memory delivers one byte per pixel instead of four, twice.
- **Blank pixels.** A pixel that is 0 in all images of a group adds nothing to Z and its
  weights get no gradient, so the group omits it: two fifths fewer multiplications.
- **Strips.** OpenBLAS multiplies small matrices faster; see `StridedMatmul`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from ..network import MAX_PIXEL, Array, Images, Labels, Parameters

CHUNK_PIXELS = 600_000  # pixels converted to floats at a time: 2.4 MB
MAX_COPIED_BYTES = 1 << 29  # of a set's pixels that groups copy: eleven times MNIST
GROUP_COUNT = 24  # divides evenly among 2, 3, 4, 6 or 8 threads
STRIP_COLUMNS = 100  # columns per strip of `StridedMatmul`
NARROW_STRIP_COLUMNS = 8  # if that is not a small product
MAX_SMALL_PRODUCT = 1_000_000  # multiplications up to which OpenBLAS skips packing
MAX_SMALL_WEIGHTS = 64 * 784  # beyond, packing is worth its time
WHEEL = Path(np.__file__).parent.with_name("numpy.libs")  # where it has its libraries
SMALL_KERNELS = {"SkylakeX", "Cooperlake", "SapphireRapids"}  # OpenBLAS's names of architectures


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """A group of images, without the pixels that are blank in all of them."""

    nonblank: NDArray[np.intp]  # the k pixels that remain
    images: Images  # n × k
    labels: Labels


def group_by_blank_pixels(images: Images, labels: Labels) -> list[ImageGroup]:
    """Split the images into groups that share blank pixels.

    Images with the same first non-blank pixel go together, because they share most of their blank
    ones: on MNIST 487 of 784 pixels remain, 636 without this order.

    The groups are copies. Of more than MAX_COPIED_BYTES they are the images themselves, one after
    the other and with all their pixels: such a set may lie in a file mapped into memory, which is
    then read from its beginning to its end for every gradient.
    """
    if images.nbytes > MAX_COPIED_BYTES:
        m = len(images)
        every = np.arange(images.shape[1], dtype=np.intp)
        parts = [
            slice(i * m // GROUP_COUNT, (i + 1) * m // GROUP_COUNT) for i in range(GROUP_COUNT)
        ]
        return [ImageGroup(every, images[part], labels[part]) for part in parts]
    order = np.argsort(_first_nonblank(images), kind="stable")
    groups: list[ImageGroup] = []
    for rows in np.array_split(order, min(GROUP_COUNT, -(-images.size // CHUNK_PIXELS))):
        block = images[rows]
        inked = np.flatnonzero(block.any(axis=0))
        groups.append(ImageGroup(inked, block.take(inked, axis=1), labels[rows]))
    return groups


def _first_nonblank(images: Images) -> NDArray[np.uint16]:
    """Return each image's first pixel that is not 0; 0 for a blank image."""
    first = np.empty(len(images), np.uint16)
    for span in even_slices(*images.shape):
        first[span] = (images[span] > 0).argmax(axis=1)
    return first


class Buffers(threading.local):
    """Memory for X, one buffer per thread."""

    memory: NDArray[np.uint8] = np.empty(0, np.uint8)


BUFFERS = Buffers()


def as_floats(images: Images, dtype: np.dtype[Any]) -> Array:
    """Return bytes as floats, 0 to 255, in a thread-local buffer.

    The buffer is valid until the next call on this thread.
    """
    size = images.size * dtype.itemsize
    if BUFFERS.memory.size < size:
        BUFFERS.memory = np.empty(size, np.uint8)
    X = BUFFERS.memory[:size].view(dtype).reshape(images.shape)
    X[...] = images
    return X


def scaled(images: Images, dtype: np.dtype[Any]) -> Array:
    """Return bytes as floats, 0 to 1, in the same thread-local buffer as `as_floats`."""
    X = as_floats(images, dtype)
    return np.divide(X, MAX_PIXEL, out=X)


def even_slices(n: int, width: int) -> list[slice]:
    """Cut n rows of `width` pixels evenly into the fewest slices of at most CHUNK_PIXELS."""
    pieces = max(1, -(-n * width // CHUNK_PIXELS))
    return [slice(i * n // pieces, (i + 1) * n // pieces) for i in range(pieces)]


class StridedMatmul(np.ndarray[Any, np.dtype[Any]]):
    """A W of few rows, such as 10 × 784, which multiplies a wide X strip by strip.

    OpenBLAS multiplies small matrices in place, without packing them into blocks first. For ten
    rows, packing is most of the work: strips are three times as fast. For 64 they are 1.4 times as
    fast, for 100 no faster.
    """

    def __matmul__(self, X: Any, /) -> Any:
        """Return W @ X, computed in strips of `strip_columns(W)` columns."""
        W, m, strip = self.view(np.ndarray), X.shape[1], strip_columns(self)
        Z = np.empty((len(W), m), W.dtype)
        even = m - m % strip
        # The same memory viewed as a stack of strips, which one matmul call processes.
        stack = X.T[:even].reshape(even // strip, strip, len(X)).mT
        np.matmul(W, stack, out=Z[:, :even].reshape(len(W), even // strip, strip).swapaxes(0, 1))
        np.matmul(W, X[:, even:], out=Z[:, even:])
        return Z


def strip_columns(W: Array) -> int:
    """Return the width of strips of X for this W; 0: it is multiplied whole."""
    if W.size * STRIP_COLUMNS <= MAX_SMALL_PRODUCT:
        return STRIP_COLUMNS
    is_small = W.size <= MAX_SMALL_WEIGHTS and has_small_kernels()
    return NARROW_STRIP_COLUMNS if is_small else 0


@lru_cache(maxsize=1)
def has_small_kernels() -> bool:
    """Return whether the OpenBLAS in NumPy's wheel multiplies small matrices in a way of its own.

    It does on processors with AVX-512; others would pack W again for every strip.
    """
    return any(
        library.get("architecture") in SMALL_KERNELS and Path(library["filepath"]).parent == WHEEL
        for library in cast("list[dict[str, Any]]", threadpool_info())
    )


def strided(W: Array, columns: int) -> Array:
    """Return W, as a `StridedMatmul` if it is to read an X of so many columns in strips."""
    strip = strip_columns(W)
    return W.view(StridedMatmul) if strip and columns >= strip else W


def with_strided_matmul(parameters: Parameters, columns: int) -> Parameters:
    """Return the same parameters; a W1 of few rows becomes a `StridedMatmul`.

    Args:
        parameters: The network.
        columns: Width of the X that it will read; less than a strip is a small product already.
    """
    W1 = strided(parameters.W[0], columns)
    if W1 is parameters.W[0]:
        return parameters
    same = Parameters(parameters.sizes, parameters.vector)
    same.W[0] = W1
    return same
