"""ONNX files, through onnx; the only file that imports it, when it reads. Nothing is executed."""

from __future__ import annotations

from pathlib import Path

from ..foreign_network import (
    ForeignNetwork,
    damaged,
    missing_library,
    not_understood,
)
from .protobuf_bounds import ProtobufError, parts

FORM = "ONNX"
SUFFIX = ".onnx"
# Numbers of fields in onnx.proto.
GRAPH, INITIALIZER, RAW_DATA, FLOAT_DATA, DOUBLE_DATA = 7, 5, 9, 4, 10
MAX_DESCRIPTION_BYTES = 1 << 20  # everything but initializers
PART_BYTES = 64  # that even an empty part takes in memory
MAX_TENSOR_OVERHEAD_BYTES = 1 << 12  # of an initializer, beside its numbers
MAX_INITIALIZERS = 1000


def is_onnx(start: bytes, path: Path) -> bool:
    """Return whether a file is ONNX: by its ending, as the form has no mark; or by its first field.

    The field is the version, a small number, which every library writes first.
    """
    return path.suffix.lower() == SUFFIX or (start[:1] == b"\x08" and b"\0" < start[1:2] < b"\x40")


def read_onnx(content: bytes, folder: Path) -> ForeignNetwork:
    """Read the network in a file's content.

    Args:
        content: The file.
        folder: The file's, in which external data must lie.

    Raises:
        ForeignNetworkError: It is damaged, or no plain network.
    """
    try:
        _check_bounds(content)
    except ProtobufError as damage:
        raise damaged(FORM, damage) from damage
    try:
        import onnx
    except ImportError as missing:
        raise missing_library(FORM, "onnx") from missing
    from .constants import Constants
    from .graph import network_of_graph

    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except Exception as damage:  # protobuf's own error, whose class depends on its version
        raise damaged(FORM, damage) from damage
    return network_of_graph(model, Constants(model.graph, folder))


def _check_bounds(content: bytes) -> None:
    """Refuse content that would take much more memory than it has bytes.

    Raises:
        ForeignNetworkError: It holds too much that is no weights.
        ProtobufError: It is damaged.
    """
    rest, count = 0, 0
    for part in parts(content):
        if part.number != GRAPH or not part.is_bytes:
            rest += PART_BYTES + part.size
            continue
        for inner in parts(content, part.start, part.end):
            if inner.number != INITIALIZER or not inner.is_bytes:
                rest += PART_BYTES + inner.size
            else:
                count += 1
                rest += _overhead(content, inner.start, inner.end)
            if rest > MAX_DESCRIPTION_BYTES or count > MAX_INITIALIZERS:
                break
        if rest > MAX_DESCRIPTION_BYTES or count > MAX_INITIALIZERS:
            break
    if count > MAX_INITIALIZERS:
        raise not_understood(f"holds more than {MAX_INITIALIZERS:,} tensors")
    if rest > MAX_DESCRIPTION_BYTES:
        raise not_understood("holds more than a megabyte beside its initializers")


def _overhead(content: bytes, start: int, end: int) -> int:
    """Return the bytes of a tensor that are not packed floats."""
    rest = 0
    for part in parts(content, start, end):
        packed = part.number in (RAW_DATA, FLOAT_DATA, DOUBLE_DATA) and part.is_bytes
        rest += 2 if packed else 2 + part.size
        if rest > MAX_TENSOR_OVERHEAD_BYTES:
            raise not_understood("holds a tensor that is no array of floats")
    return rest
