"""Archives are unpacked within bounds, and nothing leaves the folder that goes away again."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Digits

from tests.helpers.source_files import csv_text, refusal


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
