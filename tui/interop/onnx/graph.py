"""Follows the nodes of an ONNX graph from its input to its answer and collects the dense layers.

Each node changes one value, the running one, which lies as samples × units (rows) or as
units × samples (columns). Nodes that only carry, reshape or scale pixels are folded away; a node
that is no part of a plain network is refused by its name.

Source of the operators: onnx.ai, "ONNX Operators".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..foreign_network import (
    ForeignNetwork,
    foreign_network,
    named,
    not_understood,
    shape_text,
)
from .constants import Constants
from .file import FORM
from .layers import RunningValue
from .nodes import attribute_of, class_names, pixels_of, sides_of

DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
# Read a value without being on the way from pixels to answer: labels beside it, and shapes.
ASIDE = {"ArgMax", "ZipMap", "TopK", "ArrayFeatureExtractor", "Shape"}
CARRIES = {"Identity", "Cast", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze"}
OF_TWO = {"Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "Reshape"}  # read two inputs
FLOAT_TYPES = (1, 10, 11, 16)  # of TensorProto: 32, 16, 64 bits, and bfloat16
MAX_NODES = 1000


def network_of_graph(model: Any, constants: Constants) -> ForeignNetwork:
    """Return the network that a ModelProto describes.

    Raises:
        ForeignNetworkError: It is no plain network.
    """
    walk = _Walk(model.graph, constants)
    walk.go()
    program = f"{model.producer_name} {model.producer_version}".strip()
    network = foreign_network(
        FORM,
        walk.layers,
        program=program,
        names=class_names(model.graph),
        scaling=walk.scaling,
        types=walk.types,
    )
    pixels = pixels_of(walk.input)
    if pixels is not None and pixels != network.sizes[0]:
        raise not_understood(
            f"takes {pixels:,} pixels an image, and its first layer {network.sizes[0]:,}"
        )
    return network


class _Walk(RunningValue):
    """The way through one graph."""

    def __init__(self, graph: Any, constants: Constants) -> None:
        self._graph = graph
        if len(graph.node) > MAX_NODES:
            raise not_understood(f"has {len(graph.node):,} nodes")
        inputs = [given for given in graph.input if given.name not in constants]
        if len(inputs) != 1:
            raise not_understood(f"has {len(inputs)} inputs")
        self.input = inputs[0]
        self._outputs = {output.name for output in graph.output}
        self._users: dict[str, list[Any]] = {}
        for node in graph.node:
            if node.op_type not in ASIDE:
                for name in set(node.input):
                    self._users.setdefault(name, []).append(node)
        super().__init__(self.input.name, constants)
        self._is_answer = False  # whether softmax has been

    def go(self) -> None:
        """Walk to the answer. Raises ForeignNetworkError."""
        for _ in range(MAX_NODES):
            users = self._users.get(self.value, [])
            if not users:
                break
            if len(users) > 1:
                kinds = ", ".join(sorted({named(user.op_type) for user in users})[:4])
                raise not_understood(f"branches into {kinds}")
            self._step(users[0])
        if self.unfinished is None:
            what = "a ReLU" if self.layers else "its input"
            raise not_understood(f"ends with {what}")
        self.close()
        if self.value not in self._outputs and not self._has_label():
            raise not_understood(f"ends at {named(self.value)}, which is none of its outputs")

    def _has_label(self) -> bool:
        """Return whether the label or the probabilities by name are made of the running value."""
        return any(self.value in node.input for node in self._graph.node if node.op_type in ASIDE)

    def _step(self, node: Any) -> None:
        """Go over one node."""
        kind = node.op_type
        step = STEPS.get(kind)
        if node.domain not in DOMAINS or step is None:
            raise self.refusal(node)
        if len(node.input) < (2 if kind in OF_TWO else 1) or self.value not in node.input[:2]:
            raise self.refusal(node, " with other inputs than it takes")
        if self._is_answer and kind not in CARRIES:
            raise not_understood(f"has {named(kind)} after softmax")
        step(self, node)
        self.value = node.output[0] if node.output else ""

    # Nodes

    def carry(self, node: Any) -> None:
        """Go over a node that leaves each sample's numbers in their order."""
        if node.op_type == "Cast" and attribute_of(node, "to", 1) not in FLOAT_TYPES:
            raise self.refusal(node, " to whole numbers")
        axes = (1, 1 - len(sides_of(self.input)))
        if node.op_type == "Flatten" and attribute_of(node, "axis", 1) not in axes:
            raise self.refusal(node, " that joins samples")
        if node.input[0] != self.value:
            raise self.refusal(node, " with other inputs than it takes")
        if node.op_type == "Reshape":
            self._check_reshape(node)

    def _check_reshape(self, node: Any) -> None:
        """Refuse a new shape that is not samples × units; of pixels it may be computed."""
        is_inside = self.unfinished is not None or bool(self.layers)
        shape = self.constants.array(node.input[1])
        width = self.width if is_inside else pixels_of(self.input)
        if not (is_inside or self.is_column) and (shape is None or width is None):
            return  # the first layer's width shows what an image is
        given = [] if shape is None else [int(side) for side in shape.reshape(-1)]
        is_kept = given[1:] in ([-1], [width]) or (not is_inside and math.prod(given[1:]) == width)
        if self.is_column or not is_kept:
            raise self.refusal(node, f" to {shape_text(given)}")

    def transpose(self, node: Any) -> None:
        """Go over an exchange of rows and columns, or of axes of which all but the order is one."""
        order = [int(axis) for axis in attribute_of(node, "perm", [])]
        if order in ([], [1, 0]):
            self.is_column = not self.is_column
            return
        sides = sides_of(self.input)
        is_first = not self.layers and self.unfinished is None and self.value == self.input.name
        if is_first and sorted(order) == list(range(len(sides))) and order[0] == 0:
            real = [axis for axis in order[1:] if sides[axis] != 1]
            if real == sorted(real) and None not in sides[1:]:
                return
        raise self.refusal(node)

    def gemm(self, node: Any) -> None:
        """Multiply and add: alpha · A' · B' + beta · C, where A or B is the running value."""
        alpha = float(attribute_of(node, "alpha", 1.0))
        first, second = node.input[0], node.input[1]
        turned = {
            first: bool(attribute_of(node, "transA", 0)),
            second: bool(attribute_of(node, "transB", 0)),
        }
        if first == second:
            raise self.refusal(node)
        self.is_column ^= turned[self.value]
        other = second if first == self.value else first
        kernel = self.weights(node, other)
        self.begin_layer(node, kernel.T if turned[other] else kernel, alpha)
        if len(node.input) > 2 and node.input[2]:
            beta = float(attribute_of(node, "beta", 1.0))
            self.shift(node, self.weights(node, node.input[2]) * beta)

    def matmul(self, node: Any) -> None:
        """Multiply: A · B, of which one factor is the running value."""
        if node.input[0] == node.input[1]:
            raise self.refusal(node)
        other = node.input[1] if node.input[0] == self.value else node.input[0]
        self.begin_layer(node, self.weights(node, other), 1.0)

    def add(self, node: Any) -> None:
        """Add a constant: biases, or to pixels."""
        self.shift(node, self.other(node))

    def subtract(self, node: Any) -> None:
        """Subtract a constant from the running value."""
        if node.input[0] != self.value:
            raise self.refusal(node, " of a constant minus a value")
        self.shift(node, -self.other(node))

    def multiply(self, node: Any) -> None:
        """Multiply by a constant."""
        self.scale(node, self.other(node))

    def divide(self, node: Any) -> None:
        """Divide by a constant."""
        divisor = self.other(node)
        if node.input[0] != self.value or not np.all(divisor):
            raise self.refusal(node, " by a value, or by zero")
        self.scale(node, 1 / np.asarray(divisor, np.float64))

    def scaler(self, node: Any) -> None:
        """(x - offset) · scale, as scikit-learn's StandardScaler becomes."""
        self.shift(node, -np.asarray(attribute_of(node, "offset", [0.0]), np.float64))
        self.scale(node, np.asarray(attribute_of(node, "scale", [1.0]), np.float64))

    def relu(self, node: Any) -> None:
        """End a hidden layer."""
        if self.unfinished is None:
            raise self.refusal(node, " without a dense layer before it")
        self.close()

    def softmax(self, node: Any) -> None:
        """End the last layer."""
        axis = int(attribute_of(node, "axis", 1))  # of two axes, 1 and -1 are the same: the last
        expected = (0, -2) if self.is_column else (1, -1)
        if self.unfinished is None or axis not in expected:
            raise self.refusal(node, " over another axis than the classes")
        self._is_answer = True


STEPS: dict[str, Callable[[_Walk, Any], None]] = {
    **dict.fromkeys(CARRIES, _Walk.carry),
    "Transpose": _Walk.transpose,
    "Gemm": _Walk.gemm,
    "MatMul": _Walk.matmul,
    "Add": _Walk.add,
    "Sub": _Walk.subtract,
    "Mul": _Walk.multiply,
    "Div": _Walk.divide,
    "Scaler": _Walk.scaler,
    "Relu": _Walk.relu,
    "Softmax": _Walk.softmax,
    "LogSoftmax": _Walk.softmax,
}
