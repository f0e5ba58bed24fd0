"""Kept drawings: come back as they were, belong to their owner, never vanish under another one."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.source_content import Bytes
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.rooms.draw.drawing_store import (
    MAX_NAME_LENGTH,
    folder,
    load,
    names,
    path_of,
    save,
)
from PIL import Image

pytestmark = pytest.mark.usefixtures("home")


def ink(seed: int = 0, side: int = 28) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, (side, side), np.uint8)


@pytest.mark.parametrize("side", [8, 28, 64])
def test_a_drawing_comes_back_to_the_last_bit(side: int) -> None:
    assert save("seven", ink(side=side))
    assert np.array_equal(load("seven"), ink(side=side))
    assert folder() in path_of("seven").parents


def test_only_its_owner_may_look(home: Path) -> None:
    old = os.umask(0)
    try:
        save("mine", ink())
    finally:
        os.umask(old)
    for place in (home / "mnist-tui", folder()):
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(path_of("mine").stat().st_mode) == 0o600
    assert [path.name for path in folder().iterdir()] == ["mine.png"], "nothing else is left there"


def test_one_that_is_there_is_kept_unless_it_may_be_written_over() -> None:
    save("a", ink(1))
    assert not save("a", ink(2))
    assert np.array_equal(load("a"), ink(1))
    assert save("a", ink(2), over=True)
    assert np.array_equal(load("a"), ink(2))


def test_the_newest_are_told_first_and_what_is_none_is_not_told() -> None:
    assert names() == []
    for age, name in enumerate(["new", "older", "oldest"]):
        save(name, ink())
        os.utime(path_of(name), (1e9 - age, 1e9 - age))
    (folder() / "notes.txt").write_text("no drawing")
    (folder() / ".hidden.png").write_text("none either")
    (folder() / "\x1b[31m.png").write_text("nor this")
    assert names() == ["new", "older", "oldest"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", "/etc/passwd", ".hidden", "a\x1b[0m", "x" * 41, "a\0b"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    for act in (lambda: save(name, ink()), lambda: load(name)):
        with pytest.raises(UserError, match=f"at most {MAX_NAME_LENGTH} letters"):
            act()
    assert not folder().exists()


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("L", (3000, 3000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"rubbish" * 99, bomb(), bytes(1 << 21)])
def test_what_is_no_drawing_is_told_in_a_line(content: bytes) -> None:
    save("bad", ink())
    path_of("bad").write_bytes(content)
    with pytest.raises(UserError, match=r"bad\.png: is not a drawing, or is damaged$"):
        load("bad")


def test_a_folder_nobody_can_make_is_told_in_a_line(home: Path) -> None:
    (home / "mnist-tui").write_text("in the way")
    with pytest.raises(UserError, match=r"seven\.png: cannot be written: "):
        save("seven", ink())
    with pytest.raises(UserError, match=r"is not a drawing"):
        load("seven")
