"""Formats recognized by their first bytes but not read, with advice for each."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

START_BYTES = 512  # bytes that tell a file's form
PICKLE = re.compile(rb"\x80[\x02-\x05]|\(lp[0-9]|\(dp[0-9]|cnumpy|ccopy_reg|\(lp|\(dp")
OLD_TORCH = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
SAVEZ = 'numpy.savez("set.npz", images=images, labels=labels)'
TORCH_ADVICE = (
    "is PyTorch's, a pickle, which can run code and is not opened; if you trust it: python -c "
    '\'import torch, numpy; x, y = torch.load("FILE", weights_only=True); '
    'numpy.savez("set.npz", images=x, labels=y)\''
)
PICKLE_ADVICE = (
    "is a Python pickle, which can run code and is never opened; if you trust it, load it in "
    f"Python and save its arrays: {SAVEZ}"
)
NETWORK_ADVICE = "holds a network, not images: open it with --resume, or ask it with predict"


@dataclass(frozen=True, slots=True)
class ForeignForm:
    """An unsupported format: how its files start, and the advice."""

    begins: Callable[[bytes], object]
    advice: str


def _with(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda start: start.startswith(starts)


def _is_web_page(start: bytes) -> bool:
    text = _text(start)
    return text.startswith((b"<!doctype html", b"<html", b"<head")) or (
        text.startswith(b"<?xml") and b"<html" in text
    )


def _text(start: bytes) -> bytes:
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()


def _is_tfrecord(start: bytes) -> bool:
    """Return whether a file starts with a length and that length's masked CRC-32C."""
    if len(start) < 12:
        return False
    (checksum,) = struct.unpack("<I", start[8:12])
    crc = crc32c(start[:8])
    return checksum == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(content: bytes) -> int:
    """Return the checksum that TFRecord files use for their lengths."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82F63B78 * (crc & 1)
    return crc ^ 0xFFFFFFFF


FOREIGN_FORMS = (
    ForeignForm(
        _is_web_page,
        "is a web page (HTML), not data: the download brought a page in its place; fetch it again",
    ),
    ForeignForm(
        lambda start: _text(start).startswith((b"<?xml", b"<error", b"<svg")),
        "is XML, not data: often a server's message in place of the file; fetch it again",
    ),
    # safetensors: a length and JSON. ONNX: its version, the number 1 to 63, in field 1.
    ForeignForm(lambda start: start[8:10] == b'{"', NETWORK_ADVICE),
    ForeignForm(re.compile(rb"\x08[\x01-\x3f]").match, NETWORK_ADVICE),
    ForeignForm(_with(OLD_TORCH), TORCH_ADVICE),
    ForeignForm(PICKLE.match, PICKLE_ADVICE),
    ForeignForm(
        _is_tfrecord,
        "is a TFRecord file of TensorFlow's; save it as arrays: python -c 'import "
        'tensorflow_datasets as tfds, numpy; d = tfds.as_numpy(tfds.load("mnist", split="train", '
        'batch_size=-1)); numpy.savez("set.npz", images=d["image"], labels=d["label"])\'',
    ),
    ForeignForm(
        _with(b"SQLite format 3\0"),
        "is an SQLite database; write its table as CSV: sqlite3 -header -csv FILE 'SELECT * FROM "
        "TABLE' > set.csv",
    ),
    ForeignForm(
        _with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "is an old Excel workbook; save it as CSV: libreoffice --headless --convert-to csv FILE",
    ),
    ForeignForm(
        _with(b"\xff\xff\xff\xff"),
        "is a stream of Arrow's, as Hugging Face keeps sets; save it as Parquet: python -c 'import "
        'pyarrow as a, pyarrow.parquet as p; p.write_table(a.ipc.open_stream("FILE").read_all(), '
        '"set.parquet")\'',
    ),
    ForeignForm(
        _with(b"ARROW1", b"FEA1"),
        "is an Arrow or Feather file; save it as Parquet: python -c 'import pyarrow.feather as f, "
        'pyarrow.parquet as p; p.write_table(f.read_table("FILE"), "set.parquet")\'',
    ),
    ForeignForm(_with(b"ORC"), "is an ORC file; save it as Parquet with pyarrow.orc"),
    ForeignForm(_with(b"Obj\x01"), "is an Avro file; save it as CSV or Parquet"),
    ForeignForm(_with(b"7z\xbc\xaf\x27\x1c"), "is a 7-Zip archive; unpack it: 7z x FILE"),
    ForeignForm(_with(b"Rar!"), "is a RAR archive; unpack it: unrar x FILE"),
    ForeignForm(_with(b"BZh"), "is packed with bzip2; unpack it: bunzip2 FILE"),
    ForeignForm(_with(b"\xfd7zXZ\0"), "is packed with xz; unpack it: unxz FILE"),
    ForeignForm(_with(b"\x28\xb5\x2f\xfd"), "is packed with Zstandard; unpack it: unzstd FILE"),
    ForeignForm(_with(b"\x1f\x9d", b"\x1f\xa0"), "is packed with compress; unpack it: gunzip FILE"),
    ForeignForm(_with(b"RDX", b"RDA", b"X\n\0\0"), "is R's data; write it with R: write.csv(set)"),
    ForeignForm(_with(b"%PDF"), "is a PDF document, not data"),
    ForeignForm(
        _with(b"version https://git-lfs"),
        "is only a pointer to a file that Git LFS keeps; fetch the file itself: git lfs pull",
    ),
    ForeignForm(
        lambda start: re.match(rb'\s*\{\s*"(cells|nbformat)"', start),
        "is a Jupyter notebook, not data",
    ),
    ForeignForm(
        lambda start: re.match(rb'\{"[^"]*": *[-0-9"]', start),
        "is JSON, a line an image; save it as CSV: python -c 'import pandas; "
        'pandas.read_json("FILE", lines=True).to_csv("set.csv", index=False)\'',
    ),
    ForeignForm(
        lambda start: re.match(rb"\s*(\{\s*[\"}]|\[\s*[\[{])", start),
        'is JSON; save it as CSV: python -c \'import pandas; pandas.read_json("FILE")'
        '.to_csv("set.csv", index=False)\'',
    ),
)
WORKBOOK_ADVICE = (
    "is an Excel workbook; save it as CSV: libreoffice --headless --convert-to csv FILE"
)


def foreign(start: bytes) -> str | None:
    """Return the advice for a file that starts like this; None for an unknown format."""
    return next((form.advice for form in FOREIGN_FORMS if form.begins(start)), None)
