"""The constants of an ONNX graph: stored in it, in a file beside it, or turned round by a node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....data.errors import DataError
from ....data.readers.safe_files import opened, size_of
from ..foreign_network import (
    MAX_FILE_BYTES,
    ForeignNetworkError,
    named,
    not_understood,
    shape_text,
)
from .nodes import attribute_of

MAX_DEPTH = 8  # of nodes that only turn a constant round
# TensorProto.DataType of what can be weights or a shape, with the bytes of one number.
ITEM_BYTES = {1: 4, 10: 2, 11: 8, 16: 2, 6: 4, 7: 8}


class Constants:
    """The tensors stored in a graph, read when they are asked for."""

    def __init__(self, graph: Any, folder: Path) -> None:
        """Create them of a GraphProto; external data must lie in `folder`."""
        self._tensors: Mapping[str, Any] = {tensor.name: tensor for tensor in graph.initializer}
        self._makers = {name: node for node in graph.node for name in node.output}
        self._folder = folder

    def __contains__(self, name: str) -> bool:
        """Return whether there is a tensor of this name."""
        return name in self._tensors

    def array(self, name: str, depth: int = MAX_DEPTH) -> NDArray[Any] | None:
        """Return a stored tensor, or one that nodes only turn round; None if it is computed."""
        if name in self._tensors:
            return self.array_of(self._tensors[name])
        node = self._makers.get(name)
        if node is None or not depth:
            return None
        if node.op_type == "Constant":
            return self._constant_node(node)
        if node.op_type not in ("Identity", "Transpose", "Cast") or not node.input:
            return None
        inside = self.array(node.input[0], depth - 1)
        if inside is None or node.op_type != "Transpose":
            return inside
        order = [int(axis) for axis in attribute_of(node, "perm", [])]
        return inside.T if inside.ndim == 2 and order in ([], [1, 0]) else None

    def _constant_node(self, node: Any) -> NDArray[Any] | None:
        """Return what a node Constant holds; None if that is no tensor and no floats."""
        value = attribute_of(node, "value", None)
        if value is not None:
            return self.array_of(value)
        numbers = attribute_of(node, "value_float", attribute_of(node, "value_floats", None))
        return None if numbers is None else np.asarray(numbers, np.float32)

    def array_of(self, tensor: Any) -> NDArray[Any]:
        """Return the numbers of a TensorProto, of which any may lie.

        Raises:
            ForeignNetworkError: It is of another type, has no numbers, or not those it declares.
        """
        from onnx import TensorProto, numpy_helper

        name, dims = tensor.name, tuple(tensor.dims)
        if tensor.data_type not in ITEM_BYTES:
            known = tensor.data_type in TensorProto.DataType.values()
            kind = TensorProto.DataType.Name(tensor.data_type) if known else tensor.data_type
            raise not_understood(f"holds {named(name)} of type {kind}")
        count = math.prod(dims)
        if len(dims) > 8 or any(side < 1 for side in dims) or count > MAX_FILE_BYTES:
            raise ForeignNetworkError(f"claims that {named(name)} is {shape_text(dims[:8])}")
        if tensor.data_location == TensorProto.EXTERNAL:
            raw = self._external(tensor, count * ITEM_BYTES[tensor.data_type])
            inside = TensorProto(dims=dims, data_type=tensor.data_type, raw_data=raw)
        else:
            inside = tensor
        try:
            return np.asarray(numpy_helper.to_array(inside))
        except Exception as damage:  # numbers that are fewer or more than declared
            raise ForeignNetworkError(
                f"holds {named(name)}, which has not the {shape_text(dims)} numbers it declares"
            ) from damage

    def _external(self, tensor: Any, size: int) -> bytes:
        """Return the bytes of a tensor that lie in a file beside the model, and nowhere else."""
        where = {entry.key: entry.value for entry in tensor.external_data}
        # A string that is no UTF-8 comes out of the library as bytes.
        location = str(where.get("location", ""))
        try:
            offset, length = int(where.get("offset", 0)), int(where.get("length", size))
            folder = self._folder.resolve(strict=True)
            path = (folder / location).resolve()
            is_inside = location != "" and path != folder and path.is_relative_to(folder)
        except (ValueError, OSError, RuntimeError) as problem:
            raise ForeignNetworkError(
                f"says no place of {named(tensor.name)} that can be read: {named(problem)}"
            ) from problem
        if not is_inside:
            raise ForeignNetworkError(
                f"keeps {named(tensor.name)} in {named(location)}, outside of its own folder"
            )
        if length != size or offset < 0:
            raise ForeignNetworkError(
                f"claims {length:,} bytes for {named(tensor.name)}, which has {size:,}"
            )
        try:
            with opened(path) as file:
                if offset + length > size_of(file):
                    raise ForeignNetworkError(
                        f"keeps {named(tensor.name)} in {named(location)}, which is cut short"
                    )
                file.seek(offset)
                return file.read(length)
        except DataError as problem:
            raise ForeignNetworkError(
                f"keeps {named(tensor.name)} in a file that cannot be used: {problem}"
            ) from problem
