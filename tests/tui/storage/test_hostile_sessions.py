"""Sessions nobody should believe: refused in a line, nothing run or written, and a clean start."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.manifest import DAMAGED, Manifest, parse_manifest
from mnist_tui.tui.storage.store import BACKUP_SUFFIX, MANIFEST, SessionStore

from tests.helpers.programs.pty_terminal import check_restored, terminal
from tests.helpers.runs.saved_sessions import write_session
from tests.net.run.test_checkpoint_hostile import Trap, npy, saved, write

FACTS: dict[str, Any] = {"begun": "seed 0", "start": 0, "seconds": 1.0, "state": "paused"}
GOOD: dict[str, Any] = {
    **asdict(Manifest(current=1, runs={"1": FACTS})),
    "wanted": {**asdict(Hyperparameters()), "hidden": [10]},
}
HOSTILE: dict[str, Any] = {
    "a list": [],
    "a number": 7,
    "nothing": None,
    "another field": {**GOOD, "command": "reboot"},
    "an absurd index": {**GOOD, "index": 10**400},
    "a negative index": {**GOOD, "index": -1},
    "an index that is true": {**GOOD, "index": True},
    "a source of another kind": {**GOOD, "source": ["mnist"]},
    "a source with a zero": {**GOOD, "source": "a\0b"},
    "names in a list": {**GOOD, "names": [1]},
    "a name of another kind": {**GOOD, "names": {"1": {}}},
    "a number in another spelling": {**GOOD, "names": {" 1": "one"}},
    "hidden lists": {**GOOD, "hidden": [[]]},
    "runs in a list": {**GOOD, "runs": [FACTS]},
    "a path for a run": {**GOOD, "runs": {"../../run": FACTS}},
    "an absurd number": {**GOOD, "runs": {"9" * 50: FACTS}},
    "no facts": {**GOOD, "runs": {"1": {}}},
    "endless seconds": {**GOOD, "runs": {"1": {**FACTS, "seconds": float("inf")}}},
    "seconds that are none": {**GOOD, "runs": {"1": {**FACTS, "seconds": float("nan")}}},
    "wanting nothing": {**GOOD, "wanted": {}},
    "wanting what is not there": {**GOOD, "wanted": {**GOOD["wanted"], "x": 1}},
    "a huge network": {**GOOD, "wanted": {**GOOD["wanted"], "hidden": [10**9]}},
    "half an iteration": {**GOOD, "wanted": {**GOOD["wanted"], "iterations": 1.5}},
    "alpha in words": {**GOOD, "wanted": {**GOOD["wanted"], "alpha": "\x1b[2J"}},
}


@pytest.mark.parametrize("manifest", HOSTILE.values(), ids=list(HOSTILE))
def test_a_page_that_this_program_would_not_write_is_refused(manifest: object) -> None:
    with pytest.raises(DAMAGED):
        parse_manifest(json.dumps(manifest).encode())
    assert parse_manifest(json.dumps(GOOD).encode()).current == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(GOOD)), JSON)
def test_any_value_in_any_field_is_read_or_refused(name: str, value: object) -> None:
    try:
        manifest = parse_manifest(json.dumps({**GOOD, name: value}).encode())
    except DAMAGED:
        return
    manifest.hyperparameters()
    assert all(text.isprintable() for text in manifest.names.values())


@given(st.binary(max_size=60))
def test_any_bytes_are_refused(text: bytes) -> None:
    with pytest.raises(DAMAGED):
        parse_manifest(text)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(DAMAGED):
        parse_manifest(b'{"names":' + b"[" * 100_000)


def test_a_folder_with_anything_but_files_is_refused_and_nothing_written_through_it(
    small: Dataset, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    for name in ("lock", MANIFEST, f".{MANIFEST}", "run-1.npz", "run-1.first.npz"):
        folder = write_session(small, tmp_path / f"with {name}", updates=1)
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)
        with pytest.raises(UserError, match="does not write"):
            SessionStore(folder)
    assert target.read_text() == "mine"
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(UserError):
        SessionStore(tmp_path / "link")


def with_pickle(folder: Path) -> None:
    members = saved(folder / "run-1.npz")
    members["W1.npy"] = npy(__import__("numpy").array(Trap(folder / "sprung"), dtype=object))
    for file in folder.glob("run-*"):
        write(file, members)


def with_other_sizes(folder: Path) -> None:
    for file in folder.glob("run-*"):
        saved(file)  # a run of another network altogether


def far_away(folder: Path) -> None:
    from dataclasses import replace

    state = checkpoint.load(folder / "run-1.npz")
    place = replace(state.cursor, position=10**12)
    for file in folder.glob("run-*"):
        checkpoint.save(replace(state, cursor=place), file)


def without_history(folder: Path) -> None:
    from dataclasses import replace

    state = checkpoint.load(folder / "run-1.npz")
    for file in folder.glob("run-*"):
        checkpoint.save(replace(state, history=state.history[:1]), file)


def garbage(folder: Path) -> None:
    for name in (MANIFEST, MANIFEST + BACKUP_SUFFIX):
        (folder / name).write_bytes(b"\x1b]0;title\x07" * 1000)


def huge(folder: Path) -> None:
    for name in (MANIFEST, MANIFEST + BACKUP_SUFFIX):
        (folder / name).write_bytes(b'{"names":"' + b"x" * (3 << 20) + b'"}')


def linked(folder: Path) -> None:
    (folder / "run-1.npz").unlink()
    (folder / "run-1.npz").symlink_to("/dev/zero")


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [with_pickle, with_other_sizes, far_away, without_history, garbage, huge, linked],
    ids=lambda spoil: spoil.__name__,
)
@pytest.mark.parametrize("wish", [[], ["--resume"]], ids=["offered", "resumed"])
def test_the_app_says_it_in_a_line_and_starts_clean(
    spoil: Callable[[Path], None], wish: list[str], small: Dataset, state: Path, folder: Path
) -> None:
    session = write_session(small, state / "sessions" / "20200101-000000-1", updates=3)
    spoil(session)
    with terminal("--data", folder, *wish) as (stored, _):
        stored.until(lambda: stored.shows("ready") or stored.shows("cut off"))
        if stored.shows("cut off"):
            stored.type(b"y")
        stored.until(lambda: stored.iteration == 0 and stored.shows("ready"))
        stored.until(lambda: any(stored.shows(word) for word in ("cannot be", "hold", "read")))
        stored.type(b"q")
        assert stored.end() == 0
        check_restored(stored.sent)
    assert not (session / "sprung").exists()
    shutil.rmtree(session, ignore_errors=True)


def test_escape_sequences_in_a_page_come_out_as_harmless_characters(small: Dataset) -> None:
    manifest = parse_manifest(
        json.dumps({**GOOD, "names": {"1": "\x1b]0;x\x07\x9b31m[/]"}}).encode()
    )
    assert manifest.names["1"].isprintable()
    assert catalog.MAX_SESSIONS > 1
    assert len(small.test) > 0
