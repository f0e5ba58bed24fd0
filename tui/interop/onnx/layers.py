"""The value that flows through an ONNX graph, and the dense layers that it has made so far."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..foreign_network import (
    Floats,
    Layer,
    Scaling,
    as_floats,
    named,
    not_understood,
    shape_text,
)
from .constants import Constants


class RunningValue:
    """One value, by its name in the graph: samples × units (rows) or units × samples (columns)."""

    def __init__(self, name: str, constants: Constants) -> None:
        """Begin with the pixels, called `name`."""
        self.value = name
        self.is_column = False
        self.constants = constants
        self.layers: list[Layer] = []
        self.unfinished: Layer | None = None  # the dense layer that no activation has followed yet
        self.scaling = Scaling()  # of pixels before the first layer
        self.types: set[str] = set()  # of the constants

    @property
    def width(self) -> int:
        """Units of the running value."""
        last = self.unfinished or self.layers[-1]
        return len(last.W)

    def begin_layer(self, node: Any, kernel: Floats, alpha: float) -> None:
        """Begin a dense layer: the running value times a kernel, or a kernel times the value."""
        if self.unfinished is not None:
            raise self.refusal(node, " after another without ReLU between them")
        comes_first = node.input[0] == self.value
        if kernel.ndim != 2 or comes_first == self.is_column:
            raise self.refusal(node, f" of {shape_text(kernel.shape)}")
        W = kernel.T if comes_first else kernel
        self.unfinished = Layer(W if alpha == 1 else W * W.dtype.type(alpha), None)

    def shift(self, node: Any, by: Floats) -> None:
        """Add a constant to the running value."""
        if self.unfinished is not None:
            before = self.unfinished.b
            b = self._along_units(node, by)
            self.unfinished = Layer(self.unfinished.W, b if before is None else before + b)
        else:
            self._check_pixels(node, by)
            self.scaling = self.scaling.plus(by)

    def scale(self, node: Any, by: Floats) -> None:
        """Multiply the running value by a constant."""
        if self.unfinished is not None:
            W, b = self.unfinished.W, self.unfinished.b
            units = self._along_units(node, by)
            self.unfinished = Layer(W * units[:, np.newaxis], None if b is None else b * units)
        else:
            self._check_pixels(node, by)
            self.scaling = self.scaling.times(by)

    def _check_pixels(self, node: Any, by: Floats) -> None:
        """Refuse a constant that cannot be folded into the first layer, pixel by pixel."""
        before, size = max(self.scaling.factor.size, self.scaling.offset.size), by.size
        is_vector = by.ndim <= 2 and by.shape[-1:] == (size,) and not self.is_column
        if self.layers or not (size == 1 or (is_vector and before in (1, size))):
            raise self.refusal(node, f" with {shape_text(by.shape)} numbers")

    def _along_units(self, node: Any, by: Floats) -> Floats:
        """Return a constant that is added to or multiplied with each unit, one number a unit."""
        n = self.width
        shapes = [(n, 1)] if self.is_column else [(n,), (1, n)]
        if by.size == 1 and by.ndim <= 2:
            return np.full(n, by.reshape(-1)[0], by.dtype)
        if by.shape not in shapes:
            raise self.refusal(node, f" with {shape_text(by.shape)} numbers for {n:,} units")
        return by.reshape(n)

    def other(self, node: Any) -> Floats:
        """Return the constant among the two inputs of a node."""
        if len(node.input) != 2 or node.input[0] == node.input[1]:
            raise self.refusal(node)
        return self.weights(node, next(name for name in node.input if name != self.value))

    def weights(self, node: Any, name: str) -> Floats:
        """Return a constant as floats. Raises ForeignNetworkError if it is computed."""
        found = self.constants.array(name)
        if found is None:
            raise self.refusal(node, f" with a computed {named(name)}")
        return as_floats(found, name, self.types)

    def close(self) -> None:
        """End the dense layer."""
        assert self.unfinished is not None
        self.layers.append(self.unfinished)
        self.unfinished = None

    def refusal(self, node: Any, why: str = "") -> Exception:
        """Return the error for a node that is no part of a plain network."""
        where = f" ({named(node.name)})" if node.name else ""
        return not_understood(f"has a node {named(node.op_type)}{where}{why}")
