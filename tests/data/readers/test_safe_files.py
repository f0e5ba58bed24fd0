"""Paths nobody should believe: whatever lies there, a load ends, in data or in one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Digits, load, load_images
from mnist_tui.data.errors import DataError
from mnist_tui.data.readers.pictures.picture import read_picture

from tests.helpers.datasets.source_files import (
    csv_text,
    refusal,
    write_album,
    write_npz,
    write_pair,
)

GOOD = csv_text(np.arange(320).reshape(20, 16) % 256, [i % 4 for i in range(20)])


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    assert "is not a file" in refusal(pipe)
    with pytest.raises(DataError, match="is not a file"):
        read_picture(pipe)


def test_a_pipe_that_takes_a_files_place_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, file = tmp_path / "pipe.csv", tmp_path / "file.csv"
    os.mkfifo(pipe)
    file.write_text(GOOD)
    looked_like = file.stat()

    def stat(*_: object, **__: object) -> os.stat_result:
        return looked_like

    monkeypatch.setattr(Path, "stat", stat)
    assert "is not a file" in refusal(pipe)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert "is not a file" in refusal(device)


def test_a_link_in_a_circle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    assert "cannot be looked at" in refusal(tmp_path / "one")


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.csv"
    path.write_text(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):  # to root, every file is open

        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
    assert "cannot be read: Permission denied" in refusal(path)


@pytest.mark.parametrize("form", ["album", "idx"])
def test_a_folder_whose_content_may_not_be_looked_at_is_refused(
    tmp_path: Path, digits: Digits, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    folder = tmp_path / form
    if form == "album":
        write_album(folder, digits, 28)
    else:
        write_pair(folder, digits, 28)
    usual = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.parent == folder:  # as in a folder that may be read but not searched
            raise PermissionError(13, "Permission denied")
        return usual(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert "cannot be read: Permission denied" in refusal(folder)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux has such a file")
def test_a_file_that_fails_to_be_read_is_refused() -> None:
    with pytest.raises(DataError, match="cannot be read: Input/output error"):
        load("/proc/self/mem")


@pytest.mark.parametrize("how", ["longer", "shorter", "other"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, how: str) -> None:
    path = tmp_path / "train.csv"
    path.write_text(GOOD * 1)
    size = path.stat().st_size

    def change(*_: int) -> None:
        if how == "longer":
            with path.open("a") as file:
                file.write("half a row,")
        elif how == "shorter":
            os.truncate(path, size // 2)
        else:
            os.utime(path, ns=(0, 0))

    with pytest.raises(DataError, match="was changed while it was read") as raised:
        load(str(path), on_progress=change)
    assert str(raised.value).startswith(str(path))


def test_a_change_explains_the_damage_it_does(tmp_path: Path) -> None:
    path = write_npz(
        tmp_path / "a.npz",
        images=np.random.default_rng(0).integers(0, 256, (9000, 16), np.uint8),
        labels=np.arange(9000) % 10,
    )

    def cut(*_: int) -> None:
        os.truncate(path, 70_000)

    with pytest.raises(DataError, match="was changed while it was read"):
        load(str(path), on_progress=cut)


NAMES = ["\x1b]0;title\x07", "[b]", "two\nlines", "\u202eright to left", os.fsdecode(b"\xff\xfe")]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_only_a_name(tmp_path: Path, name: str, digits: Digits) -> None:
    path = tmp_path / f"{name}.csv"
    path.write_text(GOOD)
    assert load(str(path)).name == path.name
    path.write_text(GOOD + "1,2")
    with pytest.raises(DataError, match="line 22: has 2 cells"):
        load(str(path))
    path.write_bytes(b"PK" + bytes(40))
    with pytest.raises(DataError, match=r"is not an \.npz file"):
        load_images(str(path))
    few = Digits(digits.images[:40], digits.labels[:40])  # of many, one may be wrong
    folder = write_album(tmp_path / name, few, 28)
    (folder / "0" / f"{name}.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="is not a picture"):
        load(str(folder))


@pytest.mark.parametrize("source", ["", "\0", "~nobody-of-this-name/x", "x" * 5000, "a/\ud800"])
def test_a_source_that_is_no_path_is_refused(source: str) -> None:
    with pytest.raises(DataError):
        load(source)


def test_a_message_on_hostile_content_can_be_made_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    for cell in (b"\xff\xfe", b"\x1b[2J", "\u202e".encode(), b"\xed\xa0\x80", b"'\"\\"):
        path.write_bytes(GOOD.encode().replace(b"17", cell, 1))
        message = refusal(path)
        assert "line 3, column pixel1: is " in message
        message.encode(sys.stdout.encoding or "utf-8")
