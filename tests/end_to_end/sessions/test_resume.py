"""Sessions cut off, resumed, declined or unreadable, in the real program."""

from __future__ import annotations

import signal
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.storage.store import SessionStore

from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.runs.saved_sessions import write_session
from tests.helpers.support import (
    PATIENCE,
    fingerprint,
    is_one_line_for_a_person,
    program,
    write_folder,
)

UPDATES = 500
WIDE = f"hidden=300 iterations={UPDATES}"  # long enough for the drop to come in the middle
KINDS = {
    "gd": "",
    "momentum, batches": "optimizer=momentum batch=200 alpha=0.02",
    "adam, batches of deformed digits": "optimizer=adam batch=200 alpha=0.003 augment=elastic",
    "all of it planned": f"alpha=0.05 @{UPDATES - 40} alpha=0.01 optimizer=momentum",
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_dropped_and_resumed_ends_in_the_same_bits_as_undisturbed(
    kind: str, folder: Path, state: Path, tmp_path: Path
) -> None:
    chosen = ("--data", folder, "--recipe", f"{WIDE} {kind}")
    with terminal(*chosen, "--start") as (there, _):
        there.until_training()
        there.hang_up()
        there.process.wait(PATIENCE)
    cut = saved_sessions.check_whole(state).iteration
    assert 0 < cut < UPDATES
    with terminal("--start") as (there, _):  # the next start offers it
        there.until(lambda: there.shows("cut off"))
        there.type(b"y")
        there.until(lambda: there.shows("finished"))
        there.quit()
    resumed = saved_sessions.check_whole(state)
    assert program("train", *chosen, "--out", tmp_path / "whole.npz").returncode == 0
    assert resumed.iteration == UPDATES
    assert fingerprint(resumed) == fingerprint(checkpoint.load(tmp_path / "whole.npz"))


def test_all_of_a_session_comes_back(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--iterations", "30", "--start") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.type(b"r")
        there.until(lambda: there.shows("finished") and there.iteration == 30)
        for key in (b"\x1b[C", b"\x1b[C", b"+"):
            there.type(key)
        there.until(lambda: there.shows("Test image #2:"))
        there.type(b"t")
        there.until(lambda: there.shows("run 2"))
        there.process.send_signal(signal.SIGTERM)
        assert there.end() == 128 + signal.SIGTERM
    manifest, runs = saved_sessions.only(state)
    (file,) = state.glob("**/run-1.npz")
    made, dataset = checkpoint.read(file).provenance, load(str(folder))
    assert (made.layout, made.names) == (dataset.layout.as_numbers(), dataset.names)
    assert set(runs) == {1, 2}
    assert (manifest.index, manifest.current, manifest.wanted["alpha"]) == (2, 2, 0.2)
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("Test image #2:"))
        there.until(lambda: there.shows("alpha      0.2"))
        there.type(b"t")
        there.until(lambda: there.shows("run 1") and there.shows("run 2"))
        there.type(b"t[[[")  # back to the first moment, and a run from there
        there.until(lambda: there.shows("the past"))
        there.type(b"f")
        there.until(lambda: there.shows("ready") or there.shows("paused"))
        there.quit()
    manifest, runs = saved_sessions.only(state)
    assert set(runs) == {1, 2, 3}
    assert manifest.ended


def test_a_declined_offer_is_not_made_again(folder: Path, state: Path) -> None:
    with terminal("--data", folder) as (there, _):
        there.until(lambda: there.shows("ready"))
        there.process.send_signal(signal.SIGHUP)
        there.end()
    for offered in (True, False):
        with terminal("--data", folder) as (there, _):
            there.until(lambda offered=offered: there.shows("cut off" if offered else "ready"))
            if offered:
                there.type(b"n")
                there.until(lambda: there.shows("ready"))
            assert not there.shows("cut off")
            there.quit()
    assert len(saved_sessions.folders(state)) == 3


def test_resume_with_nothing_there_says_so() -> None:
    with terminal("--resume") as (there, _):
        assert there.end() == 1
    assert b"mnist-tui: there is no session to go on with" in there.sent


def test_a_saved_run_can_be_gone_on_with(
    folder: Path, small: Dataset, tmp_path: Path, state: Path
) -> None:
    chosen = Hyperparameters(batch_size=50, iterations=40)
    part, whole = (Trainer(small.train, small.test, chosen) for _ in range(2))
    for _ in islice(part.steps(), 15):
        pass
    checkpoint.save(part.state(), tmp_path / "part.npz")
    for _ in whole.steps():
        pass
    with terminal("--data", folder, "--resume", tmp_path / "part.npz") as (there, _):
        there.until(lambda: there.shows("15/40"))
        there.type(b" ")
        there.until(lambda: there.shows("finished"))
        there.quit()
    _, runs = saved_sessions.only(state)
    assert fingerprint(runs[1]) == fingerprint(whole)
    ended = program("--resume", tmp_path / "none.npz")
    assert ended.returncode == 1
    assert is_one_line_for_a_person(ended.stderr)


def test_a_session_is_gone_on_with_by_its_folder(small: Dataset, state: Path) -> None:
    path = write_session(small, state / "sessions" / "20200101-000000-1")
    write_session(small, state / "sessions" / "20200102-000000-1", updates=7)
    with terminal("--resume", path) as (there, _):
        there.until(lambda: there.shows("4/4"))
        there.quit()


def test_enter_goes_on_with_the_session_that_is_offered(folder: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.process.send_signal(signal.SIGTERM)
        there.end()
    with terminal() as (there, _):
        there.until(lambda: there.shows("▸ y, Enter yes"))
        there.type(b"\r")
        there.until(lambda: there.shows("20/20"))
        there.quit()


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "others"])
def test_a_session_whose_data_are_gone_or_others_stays_whole_beside_a_new_one(
    small: Dataset, state: Path, tmp_path: Path, *, gone: bool
) -> None:
    source = "/nowhere/at all"
    if not gone:
        half = replace(small.train, images=small.train.images[:, :100])
        others = replace(small, train=half, test=replace(small.test, images=half.images[:200]))
        source = str(write_folder(tmp_path / "others", replace(others, side=10)))
    old = write_session(small, state / "sessions" / "20200101-000000-1", source=source)
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("stays"))
        there.until(lambda: there.shows("ready"))
        there.type(b"s")
        there.until(lambda: there.iteration == 1)
        there.quit()
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    (new,) = set(saved_sessions.folders(state)) - {old}
    assert saved_sessions.load(new)[1][1].iteration == 1


def test_a_run_that_cannot_be_read_keeps_its_file_and_its_number(
    small: Dataset, state: Path
) -> None:
    folder = write_session(small, state / "sessions" / "20200101-000000-1")
    store = SessionStore(folder)
    manifest, (run,) = store.manifest(), store.runs(store.manifest())
    store.put_run(replace(run, number=3))
    store.put_manifest(replace(manifest, runs={**manifest.runs, "3": manifest.runs["1"]}))
    store.close()
    for path in folder.glob("run-3.np*"):
        path.write_bytes(b"damaged")
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("Run 3 cannot be read"))
        there.type(b"r")
        there.until(lambda: there.shows("finished"))
        there.quit()
    manifest, runs = saved_sessions.load(folder)
    assert set(manifest.runs) == {"1", "3", "4"}
    assert set(runs) == {1, 4}
    assert (folder / "run-3.npz").read_bytes() == b"damaged"
