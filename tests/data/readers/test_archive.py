"""Archives are unpacked within bounds, and nothing leaves the folder that goes away again."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.data.errors import DataError

from tests.data.readers.test_field_forms import emnist
from tests.helpers.datasets.source_files import csv_text, refusal, same


@pytest.fixture
def table(digits: Digits) -> str:
    return csv_text(digits.images[:60], digits.labels[:60].tolist())


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where archives are unpacked; empty again after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("name", ["../train.csv", "/etc/train.csv", "a/../../train.csv"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_that_leads_out_is_refused(
    tmp_path: Path, temporary: Path, table: str, name: str, kind: str
) -> None:
    path = tmp_path / f"bad.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, table)
    else:
        with tarfile.open(path, "w") as archive:
            member = tarfile.TarInfo(name)
            member.size = len(table)
            archive.addfile(member, io.BytesIO(table.encode()))
    assert "leads out of it" in refusal(path)
    assert not list(temporary.iterdir())
    assert not (tmp_path / "train.csv").exists()


def test_links_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("train.csv")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(member)
    assert "holds no set" in refusal(path)


def test_a_bomb_is_refused(tmp_path: Path, temporary: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.csv", bytes(1 << 25))
    assert "too many for its size" in refusal(path)
    assert not list(temporary.iterdir())


def test_a_message_names_the_archive_and_not_where_it_was_unpacked(
    tmp_path: Path, temporary: Path, table: str
) -> None:
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/train.csv", table + "1,2\n")
    message = refusal(path)
    assert message.startswith(f"{path}/in/train.csv: line 62: has 2 cells")
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("length", [0.3, 0.7, 0.95])
def test_a_tar_archive_cut_short_is_refused(tmp_path: Path, table: str, length: float) -> None:
    path = tmp_path / "cut.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("train.csv")
        member.size = len(table)
        archive.addfile(member, io.BytesIO(table.encode()))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * length)])
    refusal(path)


@pytest.fixture
def several(tmp_path: Path, small: Dataset) -> Path:
    """EMNIST's own archive in small: two sets in one folder, each with its mapping."""
    path = tmp_path / "gzip.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for kind, shift in (("letters", 1), ("digits", 0)):
            folder = tmp_path / kind
            folder.mkdir()
            emnist(folder, small, kind, shift)
            for file in sorted(folder.iterdir()):
                archive.write(file, f"gzip/{file.name}")
                file.unlink()
            folder.rmdir()
    return path


def test_of_an_archive_of_several_sets_one_is_named(several: Path, small: Dataset) -> None:
    assert refusal(several) == (
        f"{several}: holds several sets, emnist-digits, emnist-letters; name one of them after a "
        f"colon, as in gzip.zip:emnist-digits"
    )
    found = load(f"{several}:emnist-digits")
    assert same(found.train, small.train)
    assert same(found.test, small.test)
    assert found.name == "gzip.zip:emnist-digits"
    letters = load(f"{several}:gzip/emnist-letters")
    assert letters.names[:3] == ("A", "B", "C")
    assert same(letters.train, small.train)


def test_what_an_archive_does_not_hold_is_refused_with_what_it_holds(several: Path) -> None:
    assert "holds nothing called 'qmnist', but emnist-letters-" in refusal_of(f"{several}:qmnist")


def test_folders_and_tables_in_an_archive_are_named_alike(tmp_path: Path, table: str) -> None:
    path = tmp_path / "sets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one/a.csv", table)
        archive.writestr("two/b.csv", table)
    assert "holds several sets, one, two; name one" in refusal(path)
    assert load(f"{path}:two").classes == 10
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", table)
        archive.writestr("b.csv", table)
    assert "holds several sets, a.csv, b.csv; name one" in refusal(path)
    assert load(f"{path}:b.csv --label first").classes == 10
    plain = tmp_path / "plain.csv"
    plain.write_text(table)
    assert "is no archive" in refusal_of(f"{plain}:b.csv")


def refusal_of(source: str) -> str:
    with pytest.raises(DataError) as raised:
        load(source)
    return str(raised.value)


def test_a_locked_member_is_called_locked(tmp_path: Path, table: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train.csv", table)
    content = bytearray(path.read_bytes())
    content[6] |= 1  # as a zip with a password has them: in the member's header
    content[content.rfind(b"PK\1\2") + 8] |= 1  # and in the list of members
    path.write_bytes(content)
    assert "train.csv is locked with a password" in refusal(path)


def test_a_member_without_a_name_is_left_out(tmp_path: Path, table: str) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo(), "nothing")
        archive.writestr("train.csv", table)
    found = load(str(path))
    assert len(found.train) + len(found.test) == 60
