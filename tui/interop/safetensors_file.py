"""safetensors files, through safetensors; the only file that imports it, when it reads."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from .foreign_network import (
    Floats,
    ForeignNetwork,
    ForeignNetworkError,
    as_floats,
    damaged,
    foreign_network,
    missing_library,
    named,
    not_understood,
    shape_text,
    widened,
)
from .tensor_names import layers_by_name

FORM = "safetensors"
LENGTH_BYTES = 8  # of the header, little-endian, at the file's beginning
MAX_HEADER_BYTES = 1 << 20
MAX_TENSORS = 1000
FLOATS = {"F16": np.float16, "F32": np.float32, "F64": np.float64}


def is_safetensors(start: bytes) -> bool:
    """Return whether a file begins as one: a header's length, and JSON."""
    return len(start) > LENGTH_BYTES and start[LENGTH_BYTES : LENGTH_BYTES + 2] in (b'{"', b"{}")


def read_safetensors(content: bytes) -> ForeignNetwork:
    """Read the network in a file's content.

    Raises:
        ForeignNetworkError: It is damaged, or no plain network.
    """
    length = int.from_bytes(content[:LENGTH_BYTES], "little")
    if length > len(content) - LENGTH_BYTES:
        raise damaged(FORM, f"its header claims {length:,} bytes")
    if length > MAX_HEADER_BYTES:
        raise ForeignNetworkError(
            f"has a header of {length:,} bytes; that of a plain network has a few thousand"
        )
    try:
        import safetensors
    except ImportError as missing:
        raise missing_library(FORM, "safetensors") from missing
    library: Any = safetensors
    try:
        described: list[tuple[str, dict[str, Any]]] = library.deserialize(content)
    except Exception as damage:  # the library's own error, and Python's for what it unpacks
        raise damaged(FORM, damage) from damage
    if len(described) > MAX_TENSORS:
        raise not_understood(f"holds {len(described):,} tensors")
    types: set[str] = set()
    tensors = {name: _array(name, tensor, types) for name, tensor in described}
    layers, notes = layers_by_name(tensors)
    program = _program(content[LENGTH_BYTES : LENGTH_BYTES + length])
    return foreign_network(FORM, layers, notes=notes, program=program, types=types)


def _array(name: str, tensor: dict[str, Any], types: set[str]) -> Floats:
    """Return one tensor as float32 or float64."""
    kind, shape = str(tensor["dtype"]), tuple(int(side) for side in tensor["shape"])
    data: bytes = tensor["data"]
    if kind == "BF16":  # the upper half of a float32
        types.add("bfloat16")
        numbers = widened(np.frombuffer(data, "<u2"))
        return numbers.reshape(shape)
    if kind in FLOATS:
        numbers = np.frombuffer(data, np.dtype(FLOATS[kind]).newbyteorder("<"))
    else:
        raise not_understood(f"holds {named(name)} of type {kind}, {shape_text(shape)}")
    return as_floats(numbers.reshape(shape), name, types)


def _program(header: bytes) -> str:
    """Return what the header's metadata say of the program that wrote it."""
    try:
        metadata: Any = json.loads(header).get("__metadata__", {})
        written_by: Any = metadata.get("program", "")
        return written_by if isinstance(written_by, str) else ""
    except (ValueError, AttributeError, RecursionError):
        return ""
