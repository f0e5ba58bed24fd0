"""What single parts of an ONNX graph say: a node's attributes, the input's shape, names of classes.

Source of the format: onnx.ai, "ONNX Concepts".
"""

from __future__ import annotations

import math
from typing import Any

from ...text import printable
from ..foreign_network import named, not_understood


def attribute_of(node: Any, name: str, default: Any) -> Any:
    """Return the value of a node's attribute."""
    from onnx import helper

    for attribute in node.attribute:
        if attribute.name == name:
            try:
                value: Any = helper.get_attribute_value(attribute)
            except Exception as damage:  # a type that does not exist
                raise not_understood(f"has a node with an unreadable {named(name)}") from damage
            is_number = not isinstance(default, int | float) or isinstance(value, int | float)
            if not is_number or (isinstance(default, list) and not hasattr(value, "__iter__")):
                raise not_understood(f"has a node whose {named(name)} is no number")
            return value
    return default


def sides_of(given: Any) -> list[int | None]:
    """Return the shape of the input; None for a side that is free."""
    sides = given.type.tensor_type.shape.dim
    return [int(side.dim_value) if side.HasField("dim_value") else None for side in sides]


def pixels_of(given: Any) -> int | None:
    """Return the pixels of one image, if the input says so."""
    sides = [side for side in sides_of(given)[1:] if side]
    return math.prod(sides) if sides and len(sides) == len(sides_of(given)) - 1 else None


def class_names(graph: Any) -> tuple[str, ...]:
    """Return the classes' names beside the answer, as scikit-learn's converter writes them."""
    for node in graph.node:
        if node.op_type == "ZipMap":
            numbers = [int(number) for number in attribute_of(node, "classlabels_int64s", [])]
            texts = [
                text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
                for text in attribute_of(node, "classlabels_strings", [])
            ]
            names = [printable(name, 60) for name in (numbers or texts)]
            return () if numbers and numbers == list(range(len(numbers))) else tuple(names)
    return ()
