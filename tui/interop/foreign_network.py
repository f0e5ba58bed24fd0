"""A network as a file from elsewhere describes it, in the same terms for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...net.architecture import MAX_PARAMETERS, architecture_name, check_hidden
from ...net.errors import NetError
from ..errors import UserError
from ..text import printable

Floats = NDArray[np.floating[Any]]
# The largest network in float64, and what a file says beside its weights.
MAX_FILE_BYTES = 8 * MAX_PARAMETERS + (1 << 24)
UNDERSTOOD = (
    "understood are plain networks: dense layers with ReLU between them, and softmax or nothing "
    "at the end"
)


class ForeignNetworkError(UserError):
    """A file's network cannot be used; the message lacks the path, which `read_model` adds."""


def not_understood(found: str) -> ForeignNetworkError:
    """Return the error for a network of another kind; `found` says what it has."""
    return ForeignNetworkError(f"{found}; {UNDERSTOOD}")


def damaged(form: str, why: object = "") -> ForeignNetworkError:
    """Return the error for a file that its own library cannot read."""
    reason = f" ({printable(why, 80)})" if str(why) else ""
    return ForeignNetworkError(f"is a damaged {form} file, or is cut short{reason}")


def missing_library(form: str, extra: str) -> ForeignNetworkError:
    """Return the error for a format whose library is not installed."""
    return ForeignNetworkError(
        f"is {form}: install what reads it with pip install 'mnist-tui[{extra}]'"
    )


def named(name: object) -> str:
    """Return a name out of a file, safe and short enough for a message."""
    return printable(name, 40) or "without a name"


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One dense layer."""

    W: Floats
    """n_out × n_in."""
    b: Floats | None
    """n_out; None: the layer has no biases."""
    may_be_transposed: bool = False
    """Whether W is square and nothing in the file tells its rows from its columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """What a network does to its input u first: factor · u + offset."""

    factor: NDArray[np.float64] = field(default_factory=lambda: np.ones(1))
    """One number, or one for each pixel."""
    offset: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    """Likewise."""

    @property
    def is_none(self) -> bool:
        """Whether it leaves everything as it is."""
        return bool(np.all(self.factor == 1) and np.all(self.offset == 0))

    def fits(self, pixels: int) -> bool:
        """Return whether it can scale this many pixels."""
        return {self.factor.size, self.offset.size} <= {1, pixels}

    def after(self, factor: float, offset: float) -> Scaling:
        """Return what this makes of factor · x + offset, as one scaling of x."""
        return Scaling(self.factor * factor, self.factor * offset + self.offset)

    def times(self, factor: NDArray[Any]) -> Scaling:
        """Return this, multiplied by one number more, or by one for each pixel."""
        flat = factor.reshape(-1).astype(np.float64)
        return Scaling(self.factor * flat, self.offset * flat)

    def plus(self, offset: NDArray[Any]) -> Scaling:
        """Return this, with something added."""
        return Scaling(self.factor, self.offset + offset.reshape(-1).astype(np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class ForeignNetwork:
    """Dense layers with ReLU between them, softmax after the last."""

    form: str
    """The format, as a person calls it."""
    layers: tuple[Layer, ...]
    notes: tuple[str, ...] = ()
    """What was found and done on the way, one line each."""
    program: str = ""
    """What wrote the file, if it says so."""
    names: tuple[str, ...] = ()
    """Of the classes, if the file has other names than numbers from 0."""
    scaling: Scaling = field(default_factory=Scaling)
    """That the file's own nodes or layers make, before the first dense layer."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Widths from input to output."""
        return (self.layers[0].W.shape[1], *(len(layer.W) for layer in self.layers))


def foreign_network(
    form: str,
    layers: Sequence[Layer],
    *,
    notes: Iterable[str] = (),
    program: str = "",
    names: tuple[str, ...] = (),
    scaling: Scaling | None = None,
    types: Set[str] = frozenset(),
) -> ForeignNetwork:
    """Check layers and return the network that they form.

    Args:
        form: The format.
        layers: At least two, input side first.
        notes: What was found on the way.
        program: What wrote the file.
        names: Of the classes.
        scaling: What comes before the first layer.
        types: Of the weights in the file.

    Raises:
        ForeignNetworkError: They are not a network that this program can have.
    """
    if not layers:
        raise not_understood("has no dense layer")
    for before, after in pairwise(layers):
        if after.W.shape[1] != len(before.W):
            raise not_understood(
                f"has a layer of {len(before.W):,} outputs before one of {after.W.shape[1]:,} "
                "inputs"
            )
    sizes = (layers[0].W.shape[1], *(len(layer.W) for layer in layers))
    if len(layers) == 1:
        raise not_understood(
            f"has a single dense layer, {architecture_name(sizes)}, and a network here has at "
            "least one hidden layer"
        )
    try:
        check_hidden(sizes[1:-1], sizes[0], sizes[-1])
    except NetError as problem:
        raise ForeignNetworkError(f"is too large: {problem}") from problem
    scaling = scaling or Scaling()
    if not scaling.fits(sizes[0]):
        raise not_understood("scales its pixels by other numbers than it has")
    if not all(_is_finite(layer) for layer in layers):
        raise ForeignNetworkError("has weights that are not finite numbers")
    own = ["its own scaling of the pixels is folded into the first layer"] * (not scaling.is_none)
    told = (*notes, *own, *_changes(layers, types))
    return ForeignNetwork(form, tuple(layers), told, printable(program, 60), names, scaling)


def as_floats(array: NDArray[Any], name: str, types: set[str]) -> Floats:
    """Return weights as float32 or float64.

    Args:
        array: As it was read.
        name: What it is called, for messages.
        types: Receives the name of its type.

    Raises:
        ForeignNetworkError: They are of another kind, such as integers.
    """
    dtype = array.dtype
    types.add(dtype.name)
    if dtype.kind == "f" and dtype.itemsize in (4, 8):
        return np.asarray(array, dtype.newbyteorder("="))
    if dtype == np.float16 or dtype.name == "bfloat16":
        return array.astype(np.float32)
    raise not_understood(f"holds {named(name)} of type {dtype}, {shape_text(array.shape)}")


def widened(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return bfloat16 numbers, each the upper half of a float32, as float32."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def shape_text(shape: Iterable[int]) -> str:
    """Format a shape for messages."""
    return " × ".join(f"{side:,}" for side in shape) or "one number"


def _is_finite(layer: Layer) -> bool:
    return all(np.isfinite(array).all() for array in (layer.W, layer.b) if array is not None)


def _changes(layers: Sequence[Layer], types: Set[str]) -> Iterable[str]:
    """Say what a network here has differently."""
    if "float64" in types:
        yield "weights of 64 bits are rounded to the 32 of a network here"
    if short := sorted(types & {"float16", "bfloat16"}):
        yield f"weights of 16 bits ({', '.join(short)}) become 32, with the same values"
    without = [str(number) for number, layer in enumerate(layers, 1) if layer.b is None]
    if without:
        which = "no layer has" if len(without) == len(layers) else f"layer {', '.join(without)} has"
        if len(without) not in (1, len(layers)):
            which = f"layers {', '.join(without)} have"
        ending = " no" if len(without) != len(layers) else ""
        yield f"{which}{ending} biases: they are zero here, and can be trained"
