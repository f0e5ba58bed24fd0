"""Looks through a protobuf message before it is parsed, so that parsing takes bounded memory.

A parsed message takes many times the memory of what it is parsed from: an empty part is two bytes
in a file and an object in memory. In a model that is a network, nearly all bytes are raw weights,
which take no more in memory than in the file; everything else is small.

Source of the format: protobuf.dev, "Encoding".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
MAX_VARINT_BYTES = 10


class ProtobufError(ValueError):
    """The bytes are no protobuf message."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a message: its number, and where its content lies."""

    number: int
    start: int
    end: int
    is_bytes: bool
    """Whether the content is bytes, such as a message inside, and no number."""

    @property
    def size(self) -> int:
        """Length of the content in bytes."""
        return self.end - self.start


def parts(content: bytes, start: int = 0, end: int | None = None) -> Iterator[Part]:
    """Yield the fields of the message that lies between `start` and `end`.

    Raises:
        ProtobufError: It is damaged, or a field claims more than there is.
    """
    end = len(content) if end is None else end
    at = start
    while at < end:
        tag, at = _varint(content, at, end)
        number, kind = tag >> 3, tag & 7
        if kind == BYTES:
            size, at = _varint(content, at, end)
        elif kind == VARINT:
            before = at
            _, at = _varint(content, at, end)
            yield Part(number, before, at, is_bytes=False)
            continue
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise ProtobufError(f"a part of kind {kind}")
        if size > end - at:
            raise ProtobufError(f"a part claims {size:,} bytes, and {end - at:,} are left")
        yield Part(number, at, at + size, is_bytes=kind == BYTES)
        at += size


def _varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(MAX_VARINT_BYTES):
        if at >= end:
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, at
    raise ProtobufError("a number that does not end")
