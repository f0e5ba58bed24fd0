"""Files of results: refused before the work, written atomically, never over another unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.files import check_apart, check_writable, write_atomically


def test_a_file_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    write_atomically(path, "one", overwrite=False)
    with pytest.raises(UserError, match="--force"):  # even if nobody looked before
        write_atomically(path, "two", overwrite=False)
    assert path.read_text() == "one"

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(UserError, match="No space left"):
            write_atomically(path, "three", overwrite=True)
    assert path.read_text() == "one"
    write_atomically(path, "four", overwrite=True)
    assert path.read_text() == "four"
    assert list(tmp_path.iterdir()) == [path]


def test_where_no_hard_link_can_be_made_nothing_is_overwritten_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "x.csv"
    write_atomically(path, "one", overwrite=False)
    with pytest.raises(UserError, match="--force"):
        write_atomically(path, "two", overwrite=False)
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    there = tmp_path / "there.csv"
    there.touch()
    for path, words in (
        (tmp_path, "is a folder"),
        (there, "exists already"),
        (tmp_path / "none" / "x.csv", "does not exist"),
        (tmp_path / "x.txt", r"ends in \.csv or \.json"),
    ):
        endings = (".csv", ".json") if path.suffix == ".txt" else ()
        with pytest.raises(UserError, match=words):
            check_writable(path, overwrite=False, endings=endings)
    check_writable(there, overwrite=True, endings=(".csv",))
    check_writable(None, overwrite=False)
    assert sorted(tmp_path.iterdir()) == [there], "looking leaves nothing behind"


def test_two_results_need_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_apart([Path("a"), None, Path("b"), None])
    with pytest.raises(UserError, match="two things"):
        check_apart([Path("a"), tmp_path / "a"])
