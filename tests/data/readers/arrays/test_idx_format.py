"""IDX files: what is written is read back, and what is not such a file is refused in one line."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mnist_tui.data.errors import DataError
from mnist_tui.data.readers.arrays.idx_format import read_idx, write_idx

from tests.helpers.support import traced_peak

GOOD = write_idx(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))


def header(*shape: int, start: bytes = b"\0\0\x08") -> bytes:
    return start + bytes([len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def refusal(path: Path, dimensions: int = 3) -> str:
    """The message a file is refused with, checked to be one line that names it."""
    with pytest.raises(DataError) as raised:
        read_idx(path, dimensions)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


@given(
    shape=st.lists(st.integers(1, 9), min_size=1, max_size=3),
    seed=st.integers(0, 99),
    packed=st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, shape: list[int], seed: int, packed: bool
) -> None:
    array = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    path = tmp_path_factory.getbasetemp() / "round-trip"
    content = write_idx(array)
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    found = read_idx(path, len(shape))
    assert found.dtype == np.uint8
    assert np.array_equal(found, array)
    assert not found.flags.writeable


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "begins with nothing"),
        (b"\0\0\x08", "not an IDX file"),
        (b"\x01" + GOOD[1:], "not an IDX file"),
        (b"PK\x03\x04" + GOOD, "not an IDX file"),
        (header(2, 3, 4, start=b"\0\0\x0d") + bytes(96), "type 0x0d"),
        (header(2, 3, 4, start=b"\0\0\x07") + bytes(24), "goes on with 07 03, no type"),
        (bytes(64), "goes on with 00 00, no type"),
        (header(2, 3) + bytes(6), "2 dimensions; expected 3"),
        (header(2, 3, 4)[:9], "ends inside its header"),
        (header(2, 0, 4), "is empty: 2 × 0 × 4"),
        (GOOD[:-1], "too short|ends after 23"),
        (GOOD + b"\0", "goes on after"),
        (header(2**31, 2, 1) + bytes(24), "2,147,483,648 × 2 × 1 bytes, more than"),
        (header(2**32 - 1, 2**32 - 1, 2**32 - 1), "more than"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, content: bytes, what: str, packed: bool
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=what):
        read_idx(path, 3)
    refusal(path)


@pytest.mark.parametrize("packed", [False, True])
def test_a_cut_short_file_is_refused_before_memory_is_taken(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "claims-a-lot"
    content = header(2**20, 32, 32) + bytes(100)  # a gigabyte, it says
    path.write_bytes(gzip.compress(content) if packed else content)
    with traced_peak() as peak:
        refusal(path)
    assert peak.bytes < 10 << 20


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is not a file" in refusal(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize("length", [2, 5, 12, 30, -8, -1])
def test_truncated_gzip_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(GOOD)[:length])
    assert "damaged or cut short" in refusal(path)


@given(place=st.integers(10, len(gzip.compress(GOOD)) - 1), by=st.integers(1, 255))
@example(place=47, by=8)  # a bit that only fills up the last byte: it is nobody's
def test_corrupt_gzip_is_refused_or_unharmed(
    tmp_path_factory: pytest.TempPathFactory, place: int, by: int
) -> None:
    content = bytearray(gzip.compress(GOOD))
    content[place] ^= by
    path = tmp_path_factory.getbasetemp() / "corrupt.gz"
    path.write_bytes(content)
    try:
        unharmed = gzip.decompress(content) == GOOD
    except (EOFError, gzip.BadGzipFile, zlib.error):
        unharmed = False
    if unharmed:
        assert write_idx(read_idx(path, 3)) == GOOD
    else:
        refusal(path)


@given(content=st.binary(max_size=60))
def test_any_bytes_are_an_array_or_are_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(b"\0\0\x08\x01" + content)
    size = int.from_bytes(content[:4], "big") if len(content) >= 4 else 0
    if size and size == len(content) - 4:
        assert read_idx(path, 1).tobytes() == content[4:]
    else:
        refusal(path, 1)
