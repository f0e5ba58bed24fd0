"""The widths of a network, from input to output: counted, checked and named."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from .errors import NetError

MAX_PARAMETERS = 10_000_000  # weights and biases of one network: 40 MB in float32
MAX_LAYERS = 16


def parameter_count(sizes: Sequence[int]) -> int:
    """How many weights and biases a network of these widths has."""
    return sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes))


def architecture_name(sizes: Sequence[int]) -> str:
    """A network as people write it: 784-10-10."""
    return "-".join(map(str, sizes))


def check_hidden(hidden: Sequence[int], inputs: int = 1, classes: int = 1) -> None:
    """Refuse, before any memory is taken, a network nobody can train here.

    Raises NetError with the figure: a layer without units, too many layers or weights.
    """
    if not hidden or min(hidden) < 1:
        raise NetError("hidden must be positive whole numbers separated by commas, such as 128,64")
    if len(hidden) > MAX_LAYERS:
        raise NetError(f"hidden has {len(hidden)} layers; the most is {MAX_LAYERS}")
    total = parameter_count((inputs, *hidden, classes))
    if total > MAX_PARAMETERS:
        figure = f"{total:,}" if total < 10**15 else "more than 10^15"
        figure = f"at least {figure}" if inputs == 1 else figure  # the images are not known yet
        raise NetError(
            f"hidden would make a network of {figure} weights; "
            f"the most is {MAX_PARAMETERS:,}, 40 MB of them"
        )
