"""Layer widths of a network, from input to output: parameter counts, limits and names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .errors import NetError

MAX_PARAMETERS = 10_000_000  # weights and biases of one network: 40 MB in float32
MAX_LAYERS = 16


def parameter_count(sizes: Sequence[int]) -> int:
    """Return the number of weights and biases of a network of these widths."""
    return sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))


def architecture_name(sizes: Sequence[int]) -> str:
    """Return the usual notation of an architecture, such as 784-10-10."""
    return "-".join(map(str, sizes))


def check_hidden(hidden: Sequence[int], inputs: int = 1, classes: int = 1) -> None:
    """Reject an architecture that is too large to train here, before any memory is allocated.

    Args:
        hidden: Units of each hidden layer, input side first.
        inputs: Pixels per image; 1 while the images are unknown.
        classes: Width of the output layer; 1 while the data are unknown.

    Raises:
        NetError: A layer has no units, or there are too many layers or parameters.
    """
    if not hidden or min(hidden) < 1:
        raise NetError("hidden must be positive whole numbers separated by commas, such as 128,64")
    if len(hidden) > MAX_LAYERS:
        raise NetError(f"hidden has {len(hidden)} layers; the most is {MAX_LAYERS}")
    total = parameter_count((inputs, *hidden, classes))
    if total > MAX_PARAMETERS:
        figure = f"{total:,}" if total < 10**15 else "more than 10^15"
        figure = f"at least {figure}" if inputs == 1 else figure  # the images are still unknown
        raise NetError(
            f"hidden would make a network of {figure} weights; "
            f"the most is {MAX_PARAMETERS:,}, 40 MB of them"
        )
