"""Dense layers out of named tensors, which say neither their order nor how a kernel lies.

Names are PyTorch's (`0.weight`, `fc1.bias`), Keras's and Flax's (`dense/kernel`,
`params/Dense_0/bias`) or the formulas' (`W1`, `b1`). PyTorch stores a kernel outputs × inputs,
Keras and Flax inputs × outputs. Widths that must follow one another tell which it is, whatever the
name says; only a square kernel leaves it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from .foreign_network import (
    Floats,
    ForeignNetworkError,
    Layer,
    named,
    not_understood,
    shape_text,
)

# The word of a name that says what a tensor is; Keras's variables have numbers.
ROLE = re.compile(r"(?:^|[./ ])(weight|kernel|bias|[Wwb]|vars[./][01])(?::0)?$")
FORMULA = re.compile(r"(?:[Wwb]|coefs_?\.?|intercepts_?\.?)(\d+)$")
KERNELS_OF_KERAS = re.compile(r"(kernel|vars[./]0|coefs_?\.?\d+)(?::0)?$")
MAX_ORDERS = 2  # of the layers; with two, nothing tells which is meant


@dataclass(frozen=True, slots=True, eq=False)
class _Dense:
    """A kernel as it lies in the file, and its biases."""

    name: str
    kernel: Floats
    bias: Floats | None

    def widths(self, *, transposed: bool) -> tuple[int, int] | None:
        """Return inputs and outputs; None if the biases contradict."""
        rows, columns = self.kernel.shape
        n_in, n_out = (rows, columns) if transposed else (columns, rows)
        return (n_in, n_out) if self.bias is None or len(self.bias) == n_out else None

    @property
    def is_square(self) -> bool:
        return self.kernel.shape[0] == self.kernel.shape[1]

    @property
    def is_named_as_kernel(self) -> bool:
        """Whether the name says that it lies inputs × outputs."""
        return KERNELS_OF_KERAS.search(self.name) is not None


Lies = list[bool]  # of each layer, whether its kernel lies inputs × outputs


def layers_by_name(tensors: Mapping[str, NDArray[Any]]) -> tuple[list[Layer], list[str]]:
    """Return the dense layers that named tensors form, and notes on what was found.

    Args:
        tensors: Floats by name.

    Raises:
        ForeignNetworkError: They do not form a chain of dense layers.
    """
    dense = _grouped(tensors)
    notes: list[str] = []
    found = _lies(dense)
    if found is None:
        orders = list(islice(_orders(dense), MAX_ORDERS))
        if len(orders) != 1:
            listed = ", ".join(shape_text(layer.kernel.shape) for layer in dense[:6])
            how = "several ways" if orders else "no way"
            raise not_understood(f"holds kernels {listed}, which follow one another in {how}")
        dense = orders[0]
        found = _lies(dense)
        notes.append("layers were put in the order in which their widths follow one another")
    assert found is not None
    layers = [
        Layer(layer.kernel.T if transposed else layer.kernel, layer.bias, layer.is_square)
        for layer, transposed in zip(dense, found, strict=True)
    ]
    return layers, [*notes, *_words(dense, found)]


def _grouped(tensors: Mapping[str, NDArray[Any]]) -> list[_Dense]:
    """Join each kernel to its biases, in the order of their names."""
    kernels: dict[str, tuple[str, Floats]] = {}
    biases: dict[str, Floats] = {}
    for name, array in tensors.items():
        stem = _stem(name)
        if stem is None or array.ndim not in (1, 2) or not array.size:
            raise not_understood(f"holds {named(name)}, {shape_text(array.shape)}")
        if stem in (kernels if array.ndim == 2 else biases):
            raise not_understood(f"holds two tensors that could be {named(name)}")
        if array.ndim == 2:
            kernels[stem] = name, array
        else:
            biases[stem] = array
    if lonely := sorted(biases.keys() - kernels.keys()):
        raise not_understood(f"holds {named(lonely[0])} without a kernel of two dimensions")
    if not kernels:
        raise ForeignNetworkError("holds no tensors")
    return [_Dense(*kernels[stem], biases.get(stem)) for stem in sorted(kernels, key=_natural)]


def _stem(name: str) -> str | None:
    """Return the name of the layer that a tensor belongs to; None for an unknown form."""
    if match := FORMULA.match(name):
        return match[1]
    match = ROLE.search(name)
    return name[: match.start()] if match else None


def _natural(stem: str) -> list[tuple[int, int, str]]:
    """Return a sort key by which layer 10 comes after layer 9."""
    parts = re.split(r"(\d+)", stem)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _lies(dense: Sequence[_Dense]) -> Lies | None:
    """Return how each kernel lies, if the layers follow one another in this order.

    Where both ways do, the names decide.
    """
    by_name = dense[0].is_named_as_kernel
    for first in (by_name, not by_name):
        if (found := _followed(dense, first)) is not None:
            return found
    return None


def _followed(dense: Sequence[_Dense], first: bool) -> Lies | None:
    """Go through the layers from the first one, which lies so; None if the widths break off."""
    lies: list[bool | None] = []
    width: int | None = None
    for layer in dense:
        options = [first] if not lies else [True, False]
        fits = [
            (transposed, widths[1])
            for transposed in options
            if (widths := layer.widths(transposed=transposed)) and width in (None, widths[0])
        ]
        if not fits:
            return None
        lies.append(None if layer.is_square else fits[0][0])
        width = fits[0][1]
    # A square kernel lies as the others do; if all are square, as their names say.
    known = next((way for way in lies if way is not None), dense[0].is_named_as_kernel)
    return [known if way is None else way for way in lies]


def _orders(dense: Sequence[_Dense]) -> Iterator[list[_Dense]]:
    """Yield the orders in which the layers follow one another, by a search in depth."""
    budget = [10_000]  # steps; with 17 layers of one width there would be 10^14 orders

    def go_on(so_far: list[_Dense], left: list[_Dense]) -> Iterator[list[_Dense]]:
        budget[0] -= 1
        if budget[0] < 0:
            return
        if not left:
            yield so_far
        for i, layer in enumerate(left):
            if _lies([*so_far, layer]) is not None:
                yield from go_on([*so_far, layer], left[:i] + left[i + 1 :])

    return go_on([], list(dense))


def _words(dense: Sequence[_Dense], lies: Lies) -> Iterator[str]:
    """Say how the kernels lay, where that is not how a network here has them."""
    transposed = [layer for layer, way in zip(dense, lies, strict=True) if way]
    if not transposed:
        if any(layer.is_named_as_kernel for layer in dense):
            yield "kernels lie outputs × inputs by their shapes, though their names say otherwise"
        return
    whose = "as Keras and Flax have them" if transposed[0].is_named_as_kernel else "by their shapes"
    which = "kernels lie" if len(transposed) == len(dense) else f"{len(transposed)} kernels lie"
    yield f"{which} inputs × outputs, {whose}: transposed"
