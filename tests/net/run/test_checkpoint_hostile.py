"""Model files nobody should believe: each is refused in one line, and nothing in it is run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.errors import NetError
from mnist_tui.net.run import checkpoint
from numpy.typing import NDArray

from tests.helpers.support import traced_peak
from tests.net.run.test_checkpoint import a_run


def npy(array: NDArray[Any]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def saved(path: Path) -> dict[str, bytes]:
    """The members of a good file, to be spoilt one by one."""
    checkpoint.save(a_run(), path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def refusal(path: Path) -> str:
    with pytest.raises(NetError) as raised:
        checkpoint.load(path)
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


class Trap:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("member", ["W1.npy", "history.npy", "run.npy"])
def test_a_pickled_object_is_refused_and_not_run(tmp_path: Path, member: str) -> None:
    path, sprung = tmp_path / "run.npz", tmp_path / "sprung"
    members = saved(path)
    members[member] = npy(np.array(Trap(sprung), dtype=object))
    write(path, members)
    refusal(path)
    assert not sprung.exists()


@pytest.mark.parametrize("member", ["format", "sizes", "W1", "b2", "history", "run"])
def test_a_missing_member_is_named(tmp_path: Path, member: str) -> None:
    path = tmp_path / "run.npz"
    members = saved(path)
    del members[f"{member}.npy"]
    write(path, members)
    assert f"{member} is missing" in refusal(path)


def test_a_member_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    members = saved(path)
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(path, "a") as archive,
    ):
        archive.writestr("W1.npy", members["W1.npy"])
    assert "W1 is there twice" in refusal(path)


def header_only(shape: tuple[int, ...], dtype: str = "<f4") -> bytes:
    file = io.BytesIO()
    described = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, described)
    return file.getvalue()


BAD = {
    "a later format": ("format", npy(np.array(4))),
    "a format that is no number": ("format", npy(np.array("1"))),
    "weights of another shape": ("W1", npy(np.zeros((4, 15), np.float32))),
    "weights turned round": ("W1", npy(np.zeros((16, 4), np.float32))),
    "weights in another order": ("W1", npy(np.asfortranarray(np.ones((4, 16), np.float32)))),
    "weights that are integers": ("W1", npy(np.zeros((4, 16), np.int32))),
    "weights of half precision": ("W1", npy(np.zeros((4, 16), np.float16))),
    "biases as a row": ("b1", npy(np.zeros(4, np.float32))),
    "weights not a number": ("W2", npy(np.full((10, 4), np.nan, np.float32))),
    "infinite biases": ("b2", npy(np.full((10, 1), np.inf, np.float32))),
    "no hidden layer": ("sizes", npy(np.array([16, 10]))),
    "a width of nothing": ("sizes", npy(np.array([16, 0, 10]))),
    "a negative width": ("sizes", npy(np.array([16, -4, 10]))),
    "a network too large": ("sizes", npy(np.array([16, 2**62, 10]))),
    "a layer without end": ("sizes", npy(np.array([2**63 - 1] * 9))),
    "an absurd shape": ("history", header_only((2**40, 6), "<f8")),
    "a shape that overflows": ("history", header_only((2**62, 6), "<f8")),
    "fewer numbers than declared": ("history", header_only((9, 6), "<f8")),
    "more numbers than declared": ("b1", npy(np.zeros((4, 1), np.float32)) + b"more"),
    "too few columns": ("history", npy(np.zeros((3, 5)))),
    "not an array": ("b1", b"rubbish"),
    "nothing": ("b1", b""),
    "a header that is no header": ("b1", b"\x93NUMPY\x01\x00\x10\x00{'shape': 1 + ()}"),
    "rubbish for JSON": ("run", npy(np.frombuffer(b"{rubbish", np.uint8))),
    "JSON that is not text": ("run", npy(np.frombuffer(b"\xff\xfe\xfd", np.uint8))),
    "JSON of something else": ("run", npy(np.frombuffer(b"[1, 2]", np.uint8))),
    "JSON without end": ("run", npy(np.frombuffer(b"[" * 100_000, np.uint8))),
}


@pytest.mark.parametrize("what", BAD)
def test_a_hostile_member_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "run.npz"
    members = saved(path)
    member, content = BAD[what]
    write(path, members | {f"{member}.npy": content})
    refusal(path)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("iteration",), -1),
        (("iteration",), "many"),
        (("iteration",), 1e999),
        (("hyperparameters", "alpha"), -1),
        (("hyperparameters", "alpha"), None),
        (("hyperparameters", "alpha"), 10**400),
        (("hyperparameters", "iterations"), "all"),
        (("hyperparameters", "batch_size"), 2.5),
        (("hyperparameters", "hidden"), [5]),
        (("hyperparameters", "hidden"), 4),
        (("hyperparameters", "init"), ["he"]),
        (("hyperparameters", "surprise"), 1),
        (("origin",), 7),
        (("origin",), "x" * 6000),
        (("place", "position"), -5),
        (("place", "position"), None),
        (("place", "generator"), {}),
        (("place", "generator", "bit_generator"), "MT19937"),
        (("place", "generator", "state"), {"state": -1, "inc": 1}),
        (("place", "generator", "state"), {"state": 2**200, "inc": 1}),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_run_described_wrongly_is_refused(
    tmp_path: Path, place: tuple[str, ...], value: object
) -> None:
    path = tmp_path / "run.npz"
    members = saved(path)
    run: Any = json.loads(np.load(io.BytesIO(members["run.npy"])).tobytes())
    inner = run
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    members["run.npy"] = npy(np.frombuffer(json.dumps(run).encode(), np.uint8))
    write(path, members)
    assert "run " in refusal(path)


def test_a_small_file_that_unfolds_without_end_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run.npz"
    members = saved(path)
    bomb = b"\x93NUMPY\x02\x00" + (1 << 26).to_bytes(4, "little") + bytes(1 << 26)
    write(path, members | {"format.npy": bomb}, zipfile.ZIP_DEFLATED)
    del bomb
    with traced_peak() as peak:
        refusal(path)
    assert peak.bytes < 16 << 20


def test_a_damaged_packed_member_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    write(path, saved(path), zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("W1.npy").header_offset + 30 + len("W1.npy")
    content = bytearray(path.read_bytes())
    content[start : start + 4] = b"\xff" * 4
    path.write_bytes(content)
    refusal(path)


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"\0" * 4000])
def test_what_is_not_a_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    refusal(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    refusal(tmp_path / "nowhere.npz")
    refusal(tmp_path)


@given(data=st.data(), packed=st.booleans())
def test_a_damaged_file_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.npz"
    write(path, saved(path), zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    try:
        state = checkpoint.load(path)
    except NetError:
        refusal(path)
    else:
        assert np.isfinite(state.vector).all()


@pytest.mark.parametrize(("offset", "value"), [(6, 99), (8, 0xFF), (9, 0xFF)])
def test_a_directory_nobody_writes_is_refused(tmp_path: Path, offset: int, value: int) -> None:
    path = tmp_path / "run.npz"
    saved(path)
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + offset] = value
    content[directory + 46] = 0xFF  # of the name, which is then no UTF-8
    path.write_bytes(content)
    refusal(path)


def test_a_device_is_refused_before_it_is_read() -> None:
    refusal(Path("/dev/zero"))
