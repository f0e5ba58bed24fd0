"""What is recognized and not read is called by its name, and nothing of it is run."""

from __future__ import annotations

import gzip
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import load
from mnist_tui.data.readers.foreign import crc32c

from tests.helpers.datasets.source_files import refusal


class Trap:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    crc = crc32c(length)
    return length + struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF) + content


FOREIGN = {
    "a web page": (b"<!DOCTYPE html><html></html>", "is a web page (HTML)"),
    "a pickle": (pickle.dumps((np.zeros(3).tolist(),)), "is a Python pickle"),
    "an old pickle": (pickle.dumps([1, 2], 0), "is a Python pickle"),
    "PyTorch's": (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "torch.load"),
    "TFRecord": (record(b"example"), "is a TFRecord file"),
    "SQLite": (b"SQLite format 3\0" + bytes(84), "is an SQLite database"),
    "Feather": (b"ARROW1\0\0", "Arrow or Feather"),
    "7-Zip": (b"7z\xbc\xaf\x27\x1c", "7z x"),
    "bzip2": (b"BZh91AY&SY", "bunzip2"),
    "xz": (b"\xfd7zXZ\0", "unxz"),
    "JSON": (b'[{"pixels": [0, 1]}]', "is JSON; save it as CSV"),
    "JSON in lines": (b'{"label": 5, "pixels": [0]}\n{"label"', "lines=True"),
    "a notebook": (b'{\n "cells": []', "is a Jupyter notebook"),
    "a server's refusal": (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied', "is XML, not data"),
    "Arrow's stream": (b"\xff\xff\xff\xff\x10\0\0\0", "open_stream"),
    "a pointer": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "R's": (b"RDX3\nX\n", "is R's data"),
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_form_is_called_by_its_name(tmp_path: Path, what: str, packed: bool) -> None:
    content, found = FOREIGN[what]
    path = tmp_path / "train.csv"
    path.write_bytes(gzip.compress(content) if packed else content)
    assert found in refusal(path)


def test_the_command_for_arrows_stream_converts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa

    arrow: Any = pa
    monkeypatch.chdir(tmp_path)
    images = np.arange(64 * 6, dtype=np.uint8).reshape(6, 64)
    table = arrow.table({"image": list(images), "label": [0, 1, 0, 1, 0, 1]})
    path = tmp_path / "set.arrow"
    with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_stream(file, table.schema) as out:
        out.write_table(table)
    command = refusal(path).partition("python -c '")[2].rstrip("'")
    exec(command.replace("FILE", str(path)))  # noqa: S102  (our own advice, to see that it holds)
    assert load("set.parquet").side == 8


def test_a_folder_of_nothing_else_calls_it_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "data.pkl").write_bytes(pickle.dumps([]))
    message = refusal(tmp_path)
    assert "is a Python pickle" in message


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    for protocol in range(6):
        path = tmp_path / f"{protocol}.pkl"
        path.write_bytes(pickle.dumps(Trap(sprung), protocol))
        refusal(path)
    assert not sprung.exists()


def test_a_workbook_and_pytorchs_zip_are_not_taken_for_archives(tmp_path: Path) -> None:
    for member, found in (("[Content_Types].xml", "Excel workbook"), ("a/data.pkl", "PyTorch's")):
        path = tmp_path / "data.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(member, "")
        assert found in refusal(path)
