"""The cache of parsed tables: the same digits, sooner; and never a reason to fail."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.cache import Cache
from mnist_tui.data.dataset import Digits, load, load_images
from mnist_tui.data.errors import DataError
from mnist_tui.data.readers.tables import csv_table
from mnist_tui.data.source_content import SourceContent

from tests.helpers.datasets.source_files import csv_text, refusal, same

TAKEN = "parsed before, taken from the cache"


@pytest.fixture
def table(tmp_path: Path, digits: Digits) -> Path:
    path = tmp_path / "train.csv"
    path.write_text(csv_text(digits.images, digits.labels.tolist()))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where entries go; it does not exist yet."""
    return tmp_path / "cache" / "tables"


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_the_second_time_nothing_is_parsed(
    table: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(str(table), cache=folder)
    assert TAKEN not in first.notes
    monkeypatch.delattr(csv_table, "_parsed")
    again = load(str(table), cache=folder)
    assert same(again.train, first.train)
    assert same(again.test, first.test)
    assert set(again.notes) == {*first.notes, TAKEN}
    assert not again.train.images.flags.writeable


def test_an_entry_belongs_to_the_content_and_not_to_the_name(
    table: Path, folder: Path, tmp_path: Path
) -> None:
    load(str(table), cache=folder)
    moved = table.rename(tmp_path / "moved")
    assert TAKEN in load(str(moved), cache=folder).notes
    moved.write_text(moved.read_text().replace(",0\n", ",7\n", 1))
    other = load(str(moved), cache=folder)
    assert TAKEN not in other.notes
    assert (other.train.images[:, -1] == 7).sum() + (other.test.images[:, -1] == 7).sum() == 1
    assert len(entries(folder)) == 2


def test_the_share_is_chosen_anew(table: Path, folder: Path) -> None:
    load(str(table), cache=folder, share=0.2)
    half = load(str(table), cache=folder, share=0.5)
    assert TAKEN in half.notes
    assert abs(len(half.train) - len(half.test)) <= 10


def test_a_table_without_labels_is_kept_too(tmp_path: Path, folder: Path, digits: Digits) -> None:
    path = tmp_path / "test.csv"
    path.write_text(csv_text(digits.images, None))
    first, again = (load_images(str(path), cache=folder) for _ in range(2))
    assert np.array_equal(first.images, digits.images)
    assert np.array_equal(again.images, digits.images)
    assert TAKEN in again.notes
    assert "has no labels" in refusal(path, cache=folder)


def test_dark_images_come_back_as_they_were(tmp_path: Path, folder: Path) -> None:
    """Shares so small that they are byte 1 at most are not taken for paper and ink."""
    images = np.zeros((4, 16))
    images[:, 0] = 0.004
    path = tmp_path / "dark.csv"
    path.write_text(csv_text(images, [0, 1, 0, 1]))
    for _ in range(2):
        assert load_images(str(path), cache=folder).images.max() == 1


def test_entries_are_for_their_owner_alone(table: Path, folder: Path) -> None:
    load(str(table), cache=folder)
    (entry,) = entries(folder)
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", ["cut", "changed", "emptied", "another thing", "a folder"])
def test_a_damaged_entry_is_no_entry_and_is_written_anew(
    table: Path, folder: Path, damage: str
) -> None:
    first = load(str(table), cache=folder)
    (entry,) = entries(folder)
    whole = entry.read_bytes()
    content = bytearray(whole)
    content[len(content) // 2] ^= 1
    if damage == "a folder":
        entry.unlink()
        entry.mkdir()
    else:
        entry.write_bytes(
            {"cut": whole[:-50], "changed": content, "emptied": b"", "another thing": b"PK"}[damage]
        )
    again = load(str(table), cache=folder)
    assert TAKEN not in again.notes
    assert same(again.train, first.train)
    if damage == "a folder":
        assert any("not kept in the cache" in note for note in again.notes)
    else:
        assert entry.read_bytes() == whole
        assert TAKEN in load(str(table), cache=folder).notes


def test_a_cache_that_cannot_be_written_is_told_and_harmless(table: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    found = load(str(table), cache=blocked / "cache")
    assert len(found.train) + len(found.test) == 300
    assert any("not kept in the cache" in note for note in found.notes)


def test_a_table_that_is_refused_leaves_nothing(table: Path, folder: Path) -> None:
    table.write_text(table.read_text() + "1,2\n")
    refusal(table, cache=folder)
    assert not folder.exists()


def test_a_table_that_changes_while_it_is_read_leaves_nothing(table: Path, folder: Path) -> None:
    def change(*_: int) -> None:
        os.utime(table, (0, 0))

    with pytest.raises(DataError, match="was changed"):
        load(str(table), cache=folder, on_progress=change)
    assert not folder.exists()


def entry_of(n: int) -> SourceContent:
    return SourceContent(np.full((n, 16), 7, np.uint8), np.zeros(n, np.uint8))


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, largest=3 * 20_000)
    for key in "abc":
        cache.keep(key, entry_of(1000))  # about 18 000 bytes each
        os.utime(tmp_path / f"{key}.npz", (ord(key), ord(key)))
    assert cache.kept("a") is not None  # used now, and so the last to go
    cache.keep("d", entry_of(1000))
    assert [path.name for path in entries(tmp_path)] == ["a.npz", "c.npz", "d.npz"]
    cache.keep("too large", entry_of(10_000))
    assert len(entries(tmp_path)) == 3


def test_half_an_entry_that_was_left_goes_when_it_is_old(tmp_path: Path) -> None:
    old, new = tmp_path / "old.part", tmp_path / "new.part"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    Cache(tmp_path).keep("a", entry_of(1))
    assert [path.name for path in entries(tmp_path)] == ["a.npz", "new.part"]
