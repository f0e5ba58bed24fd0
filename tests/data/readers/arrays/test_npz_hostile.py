""".npz files nobody should believe: each refused in one line, and nothing in it is run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn
from mnist_tui.data.dataset import Digits, load, load_images
from numpy.typing import NDArray

from tests.helpers.datasets.source_files import (
    in_order,
    npy,
    put_in,
    refusal,
    same,
    together,
    write_npz,
)
from tests.helpers.support import traced_peak

IMAGES = np.arange(12 * 16, dtype=np.uint8).reshape(12, 4, 4)
LABELS = np.arange(12, dtype=np.uint8) % 3
MEMBERS = {
    f"{name}.npy": npy(array)
    for name, array in {
        "x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:6], "y_test": LABELS[:6],
    }.items()
}  # fmt: skip


def write(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def header_only(shape: object, dtype: str = "|u1", *, fortran: bool = False) -> bytes:
    file = io.BytesIO()
    described: Any = {"descr": dtype, "fortran_order": fortran, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


class Trap:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("member", MEMBERS)
def test_a_pickled_object_is_refused_and_not_run(tmp_path: Path, member: str) -> None:
    sprung = tmp_path / "sprung"
    trap = npy(np.array([Trap(sprung)] * 12, dtype=object))
    path = write(tmp_path / "trap.npz", MEMBERS | {member: trap})
    assert f"{member[:-4]} holds Python objects" in refusal(path)
    assert not sprung.exists()


BAD = {
    "no array": ("x_train", b"rubbish", "is not an array of NumPy's"),
    "nothing": ("x_train", b"", "is not an array"),
    "a header that is no header": (
        "x_train",
        b"\x93NUMPY\x01\x00\x10\x00{'shape': 1 + ()}",
        "is not",
    ),
    "text": ("x_train", npy(np.full((12, 4, 4), "7")), "is of type <U1; expected real numbers"),
    "complex numbers": ("x_train", npy(IMAGES * 1j), "complex128; expected real numbers"),
    "times": ("x_train", npy(IMAGES.astype("M8[s]")), "expected real numbers"),
    "long floats": ("x_train", npy(IMAGES.astype(np.longdouble)), "expected real numbers"),
    "records": ("x_train", npy(np.zeros(12, [("a", "u1", 16)])), "expected real numbers"),
    "no squares": ("x_train", npy(IMAGES.reshape(12, 2, 8)), "is 12 × 2 × 8; expected n × side"),
    "colors": ("x_train", npy(np.zeros((4, 4, 4, 5))), "is 4 × 4 × 4 × 5; expected"),
    "images too large": ("x_train", header_only((1, 129, 129)), "declares 16,641 bytes"),
    "one number": ("x_train", npy(np.array(7)), "is one number; expected"),
    "no images": ("x_train", npy(IMAGES[:0]), "is empty: 0 × 4 × 4"),
    "an absurd shape": ("x_train", header_only((2**40, 4, 4)), "declares 17,592,186,044,416 bytes"),
    "a shape that overflows": ("x_train", header_only((2**62, 2**62)), "bytes and holds fewer"),
    "a negative shape": ("x_train", header_only((-1, 4, 4)), "x_train "),
    "fewer than declared": ("x_train", header_only((12, 4, 4)) + bytes(50), "holds fewer|ends"),
    "more than declared": ("x_train", npy(IMAGES) + b"more", "goes on after the numbers"),
    "fewer labels": ("y_train", npy(LABELS[:11]), "is 11; expected 12"),
    "labels in columns": ("y_train", npy(np.ones((12, 3))), "y_train[0] is 1.0; expected one 1"),
    "labels in many columns": ("y_train", npy(np.ones((12, 63))), "is 12 × 63; expected 12"),
    "a label out of range": ("y_train", npy(LABELS + 60), "y_train[2] is 62; expected a whole"),
    "a negative label": ("y_train", npy(-LABELS.astype(int)), "y_train[1] is -1; expected"),
    "a fractional label": ("y_train", npy(LABELS / 2), "y_train[1] is 0.5; expected"),
    "a label that is no number": ("y_train", npy(LABELS * np.nan), "y_train[0] is nan; expected"),
    "a pixel out of range": ("x_test", npy(IMAGES[:6] * 2.0 + 100), "x_test[4] has 256.0 as its"),
    "a negative pixel": ("x_train", npy(IMAGES - 3.0), "x_train[0] has -3.0 as its pixel 0"),
    "a pixel that is no number": ("x_test", npy(IMAGES[:6] * np.nan), "x_test[0] has nan"),
    "an infinite pixel": ("x_test", npy(IMAGES[:6] + np.inf), "x_test[0] has inf"),
    "another scale": ("x_test", npy(IMAGES[:6] / 255), "x_test[0] has 0.00392156"),
    "another size": ("x_test", npy(np.zeros((6, 8, 8))), "images of 64 pixels; expected 16"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_hostile_member_is_named_and_refused(tmp_path: Path, what: str) -> None:
    member, content, found = BAD[what]
    message = refusal(write(tmp_path / "bad.npz", MEMBERS | {f"{member}.npy": content}))
    assert f": {member}" in message
    assert any(part in message for part in found.split("|"))


@pytest.mark.parametrize("member", ["y_test", "x_test"])
def test_a_missing_member_is_named(tmp_path: Path, member: str) -> None:
    members = {name: content for name, content in MEMBERS.items() if name != f"{member}.npy"}
    assert f"{member} is missing" in refusal(write(tmp_path / "part.npz", members))


def test_an_archive_of_something_else_says_what_it_holds(tmp_path: Path) -> None:
    message = refusal(write_npz(tmp_path / "model.npz", W1=LABELS, b1=LABELS))
    assert "holds W1, b1; expected x_train, y_train" in message


@pytest.mark.parametrize(
    "name", ["../x.npy", "/etc/x.npy", "a/b.npy", "a\\b.npy", "readme.txt", "train.csv"]
)
def test_a_member_no_such_file_has_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "odd.npz", MEMBERS | {name: npy(LABELS)})
    assert f"holds {name!r}; expected arrays (.npy) alone" in refusal(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_member_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "twice.npz", MEMBERS)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x_train.npy", MEMBERS["x_train.npy"])
    assert "'x_train' is there twice" in refusal(path)


def test_a_crowd_of_members_is_refused(tmp_path: Path) -> None:
    crowd = {f"a{i}.npy": b"" for i in range(99)}
    assert "holds 103 members" in refusal(write(tmp_path / "crowd.npz", MEMBERS | crowd))


@pytest.mark.parametrize("names", [["one"], ["two", "of them"], ["x" * 41] * 3, list("abcd" * 20)])
def test_names_that_do_not_fit_are_refused(tmp_path: Path, names: list[str]) -> None:
    path = write_npz(tmp_path / "named.npz", images=IMAGES, labels=LABELS, names=names)
    refusal(path)


def test_two_classes_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "named.npz", images=IMAGES, labels=LABELS, names=[*"abcdefghia"])
    assert "names holds 'a' twice; expected one a class" in refusal(path)


@pytest.mark.parametrize(
    "names", [np.array(["ant", "bee", "cow"], "S5"), np.array(["ant", "bee", "cow"], "<U9")]
)
def test_names_as_text_or_as_bytes_are_the_same(tmp_path: Path, names: NDArray[Any]) -> None:
    path = write_npz(tmp_path / "named.npz", images=IMAGES, labels=LABELS, names=names)
    assert load(str(path)).names == ("ant", "bee", "cow")


def test_objects_are_never_opened_and_how_to_mend_them_is_said(tmp_path: Path) -> None:
    names = npy(np.array(["ant", "bee", "cow"], object))
    members = {"images.npy": npy(IMAGES), "labels.npy": npy(LABELS), "names.npy": names}
    found = refusal(write(tmp_path / "named.npz", members))
    assert 'expected text: save names.astype("U")' in found
    members |= {
        "names.npy": npy(np.array(["a", "b", "c"])),
        "labels.npy": npy(LABELS.astype(object)),
    }
    found = refusal(write(tmp_path / "labels.npz", members))
    assert "labels holds Python objects" in found
    assert 'save labels.astype("u1") or labels.astype("U")' in found, "they may be words"


@pytest.mark.parametrize("names", [[b"\xff", b"a", b"b"], [b"x" * 41, b"a", b"b"]])
def test_bytes_that_are_no_names_are_refused(tmp_path: Path, names: list[bytes]) -> None:
    path = write_npz(tmp_path / "named.npz", images=IMAGES, labels=LABELS, names=np.array(names))
    assert "names holds" in refusal(path)


def test_names_that_are_no_text_are_refused(tmp_path: Path) -> None:
    names = header_only((3,), "<U1") + b"\xff" * 12
    members = {"images.npy": npy(IMAGES), "labels.npy": npy(LABELS), "names.npy": names}
    assert "names holds text that is none" in refusal(write(tmp_path / "named.npz", members))


@pytest.mark.parametrize("form", ["load", "load_images"])
def test_a_zip_bomb_is_refused_before_memory_is_taken(tmp_path: Path, form: str) -> None:
    bomb = header_only((1 << 21, 4, 4)) + bytes(1 << 25)
    members = {"images.npy": bomb}
    if form == "load":
        members["labels.npy"] = npy(LABELS)
    path = write(tmp_path / "bomb.npz", members)
    del bomb, members
    refused = pytest.raises(Exception, match="unfolds into 33,554,560 bytes: too many")
    with traced_peak() as peak, refused:
        (load if form == "load" else load_images)(str(path))
    assert peak.bytes < 1 << 20


def test_numbers_of_eight_bytes_take_one_each(tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((2000, 28, 28))
    path = write_npz(tmp_path / "wide.npz", images=images, labels=np.arange(2000) % 10)
    del images
    with traced_peak() as peak:
        load(str(path))
    assert peak.bytes < 2 * 2000 * 784


@pytest.mark.parametrize(
    "content", [b"PK", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"PK\3\4" * 99]
)
def test_what_only_begins_like_a_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize("length", [0.3, 0.6, 0.9, 0.999])
def test_an_archive_cut_short_is_refused(tmp_path: Path, length: float) -> None:
    path = write(tmp_path / "cut.npz", MEMBERS)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * length)])
    assert "is not an .npz file, or is cut short" in refusal(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "secret.npz", MEMBERS)
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + flags] |= 1
    path.write_bytes(content)
    assert "x_train is damaged" in refusal(path)


def test_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "sum.npz", MEMBERS, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(IMAGES.tobytes()) + 40] ^= 1
    path.write_bytes(content)
    assert "x_train is damaged: Bad CRC" in refusal(path)


@given(
    images=stn.arrays(
        np.uint8, st.tuples(st.integers(4, 9), st.just(16)), elements=st.integers(0, 100)
    ),
    dtype=st.sampled_from(["u1", "<i2", ">u4", "i8", "<f4", ">f8", "f2"]),
    packed=st.booleans(),
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, images: Any, dtype: str, packed: bool
) -> None:
    images[0, 0] = 255  # which tells the scale
    labels = np.arange(len(images), dtype=np.uint8) % 2
    path = tmp_path_factory.getbasetemp() / "round.npz"
    save = np.savez_compressed if packed else np.savez
    save(path, images=images.astype(dtype).reshape(-1, 4, 4), labels=labels.astype(dtype))
    found = load(str(path))
    expected = put_in(found, Digits(images, labels))
    assert same(in_order(together(found.train, found.test)), in_order(expected))
