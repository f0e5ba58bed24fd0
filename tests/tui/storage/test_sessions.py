"""Nothing is lost: a session put away, cut off, damaged or unwritable, and what becomes of it."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset, load
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer, follow
from mnist_tui.tui.config import recipe
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.autosave import Autosave
from mnist_tui.tui.storage.manifest import Manifest, as_text, read
from mnist_tui.tui.storage.store import LOCK, OLDER, ORDER, PAGE, SessionInUseError, SessionStore
from mnist_tui.tui.storage.writer import BackgroundWriter
from mnist_tui.tui.training.session import TrainingSession
from mnist_tui.tui.training.snapshot import (
    RunFacts,
    RunSink,
    RunStatus,
    SavedRun,
    SavedSession,
)

from tests.helpers import saved_sessions
from tests.helpers.pty_terminal import PATIENCE, Terminal, terminal
from tests.helpers.support import ROOT, fingerprint, is_one_line_for_a_person, program, write_folder

UPDATES = 500
WIDE = f"hidden=300 iterations={UPDATES}"  # long enough for the drop to come in the middle
KINDS = {
    "gd": "",
    "momentum, batches": "optimizer=momentum batch=200 alpha=0.02",
    "adam, batches of deformed digits": "optimizer=adam batch=200 alpha=0.003 augment=elastic",
    "all of it planned": f"alpha=0.05 @{UPDATES - 40} alpha=0.01 optimizer=momentum",
}


def begun(there: Terminal) -> int:
    """Wait until it trains; how many updates were made."""
    there.until(lambda: there.iteration > 2)
    return there.iteration


def quit_(there: Terminal) -> None:
    there.type(b"q")
    assert there.end() == 0


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_dropped_and_resumed_ends_in_the_same_bits_as_undisturbed(
    kind: str, folder: Path, state: Path, tmp_path: Path
) -> None:
    chosen = ("--data", folder, "--recipe", f"{WIDE} {kind}")
    with terminal(*chosen, "--start") as (there, _):
        begun(there)
        there.hang_up()
        there.process.wait(PATIENCE)
    cut = saved_sessions.check_whole(state).iteration
    assert 0 < cut < UPDATES
    with terminal("--start") as (there, _):  # the next start offers it
        there.until(lambda: there.shows("cut off"))
        there.type(b"y")
        there.until(lambda: there.shows("finished"))
        quit_(there)
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
        there.until(lambda: there.shows("Test digit 2"))
        there.type(b"t")
        there.until(lambda: there.shows("run 2"))
        there.process.send_signal(signal.SIGTERM)
        assert there.end() == 128 + signal.SIGTERM
    page, runs = saved_sessions.only(state)
    (file,) = state.glob("**/run-1.npz")
    made, dataset = checkpoint.read(file).made, load(str(folder))
    assert (made.layout, made.names) == (dataset.layout.as_numbers(), dataset.names)
    assert set(runs) == {1, 2}
    assert (page.index, page.current, page.wanted["alpha"]) == (2, 2, 0.2)
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("Test digit 2"))
        there.until(lambda: there.shows("alpha      0.2"))
        there.type(b"t")
        there.until(lambda: there.shows("run 1") and there.shows("run 2"))
        there.type(b"t[[[")  # back to the first moment, and a run from there
        there.until(lambda: there.shows("the past"))
        there.type(b"f")
        there.until(lambda: there.shows("ready") or there.shows("paused"))
        quit_(there)
    page, runs = saved_sessions.only(state)
    assert set(runs) == {1, 2, 3}
    assert page.ended


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
            quit_(there)
    assert len(saved_sessions.folders(state)) == 3


def test_killed_at_any_instant_it_loads(folder: Path, state: Path) -> None:
    generator = random.Random(0)  # noqa: S311
    for turn in range(3):
        with terminal("--data", folder, "--start", "--iterations", "1000000") as (there, _):
            if turn:
                there.until(lambda: there.shows("cut off"))
                there.type(b"y")
            begun(there)
            there.type(b"rr"[: turn % 3])
            there.until(
                lambda: (
                    saved_sessions.folders(state)
                    and (saved_sessions.folders(state)[0] / PAGE).exists()
                )
            )
            there.pass_by(generator.random() * 3)
            there.process.kill()
            there.process.wait()
            there.hang_up()
        page, runs = saved_sessions.only(state)
        assert page.current in runs
        assert not page.ended


def test_killed_fifty_times_while_it_writes_it_always_loads(small: Dataset, state: Path) -> None:
    folder = state / "sessions" / "20200101-000000-1"
    a_session(small, folder)
    generator = random.Random(1)  # noqa: S311
    for _ in range(50):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.write_loop", folder],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        assert int(child.stdout.readline()) > 0
        time.sleep(0.05 * generator.random())
        child.kill()
        on_disk = int(child.stdout.read().split(b"\n")[-2:][0] or 0)
        child.stdout.close()
        child.wait()
        page, runs = saved_sessions.load(folder)
        assert page.index == runs[1].iteration or page.index + 1 == runs[1].iteration
        assert runs[1].iteration >= on_disk


def test_two_apps_have_a_session_each(folder: Path, state: Path) -> None:
    with terminal("--data", folder) as (one, _), terminal("--data", folder) as (two, _):
        for there in (one, two):
            there.until(lambda there=there: there.shows("ready"))
        assert len(saved_sessions.folders(state)) == 2
        for taken in saved_sessions.folders(state):
            with pytest.raises(SessionInUseError):
                SessionStore(taken)
        for there in (one, two):
            quit_(there)


def test_what_is_written_is_nobody_elses_business(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        quit_(there)
    for path in state.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    assert state.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written_to_is_said_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("cannot be saved"))
        there.until(lambda: there.shows("finished"))
        quit_(there)


def test_a_full_disk_is_said_once_and_the_old_files_stay_whole(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--hidden", "50", "--iterations", "5", "--start") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.process.send_signal(signal.SIGTERM)
        there.end()
    before = fingerprint(saved_sessions.check_whole(state))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    with terminal("--resume", before_it=full) as (there, _):
        there.until(lambda: there.shows("finished"))
        there.type(b"r")
        there.until(lambda: there.shows("cannot be saved"))
        there.until(lambda: there.iteration == 5)
        quit_(there)
    assert there.sent.rstrip().endswith(
        b"not all of this session is saved: it could not be written"
    )
    page, runs = saved_sessions.only(state)
    assert fingerprint(runs[1]) == before
    assert page.current in runs


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
        quit_(there)
    _, runs = saved_sessions.only(state)
    assert fingerprint(runs[1]) == fingerprint(whole)
    ended = program("--resume", tmp_path / "none.npz")
    assert ended.returncode == 1
    assert is_one_line_for_a_person(ended.stderr)


def test_a_session_is_gone_on_with_by_its_folder(small: Dataset, state: Path) -> None:
    path = a_session(small, state / "sessions" / "20200101-000000-1")
    a_session(small, state / "sessions" / "20200102-000000-1", updates=7)
    with terminal("--resume", path) as (there, _):
        there.until(lambda: there.shows("4/4"))
        quit_(there)


# On disk, without the app


@pytest.fixture
def session(small: Dataset, state: Path) -> Path:
    """A session of one run, twice written, its older generation beside it."""
    return a_session(small, state / "sessions" / "20200101-000000-1")


def a_session(dataset: Dataset, path: Path, updates: int = 4, source: str = "mnist") -> Path:
    store, rested = SessionStore(path), Rested()
    session = TrainingSession(lambda: dataset, Hyperparameters(iterations=updates), rested)
    saver = BackgroundWriter(store, pytest.fail)
    to_the_end(session, rested, sink=saver)
    run = session.snapshot().run
    assert run is not None
    facts = {"begun": "seed 0", "start": 0, "seconds": 1.0, "state": "paused"}
    wanted = {**asdict(session.wanted), "hidden": [10]}
    saved = Manifest(source=source, current=1, wanted=wanted, runs={"1": facts})
    saver.put_page(saved)
    saver.close(PATIENCE)
    store.put_page(saved)
    store.close()
    return path


def to_the_end(
    session: TrainingSession,
    rested: Rested,
    saved: SavedSession | None = None,
    sink: RunSink | None = None,
) -> None:
    """Open it, make all its updates, and close it."""
    session.open(saved, sink)
    rested.wait()
    session.train()
    rested.wait()
    session.close(PATIENCE)


class Rested:
    """Counts how often a session came to a rest."""

    def __init__(self) -> None:
        self.count = self._seen = 0

    def __call__(self) -> None:
        self.count += 1

    def wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while self.count <= self._seen and time.monotonic() < end:
            time.sleep(0.01)
        assert self.count > self._seen
        self._seen = self.count


@pytest.mark.parametrize("damage", [b"", b"garbage", b'{"current":', b"\0" * 3000])
@pytest.mark.parametrize("name", [PAGE, "run-1.npz"])
def test_the_generation_before_is_used_when_the_last_is_damaged(
    session: Path, name: str, damage: bytes
) -> None:
    assert saved_sessions.load(session)[1][1].iteration == 4
    (session / name).write_bytes(damage)
    page, runs = saved_sessions.load(session)
    assert page.current == 1
    assert runs[1].iteration in (0, 4)
    (session / (name + OLDER)).write_bytes(damage)
    refused: list[str] = []
    if name == PAGE:
        assert catalog.latest_session(refused) is None
        assert len(refused) == 1
        assert catalog.latest_session(refused) is None
        assert len(refused) == 1  # it is said once


def test_a_folder_that_holds_no_session_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("a person's own")
    with pytest.raises(UserError, match="holds no session"):
        catalog.open_session(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_two_sessions_may_begin_at_once(state: Path) -> None:
    one, two = catalog.create_session(), catalog.create_session()
    assert one.folder != two.folder
    assert len(saved_sessions.folders(state)) == 2
    for store in (one, two):
        store.close()


def test_only_so_many_sessions_are_kept(small: Dataset, state: Path) -> None:
    for number in range(8):
        path = a_session(small, state / "sessions" / f"2020010{number}-000000-1", updates=1)
        os.utime(path / PAGE, (number, number))
    store = catalog.create_session()
    store.close()
    left = [path.name for path in saved_sessions.folders(state)]
    assert len(left) == catalog.MOST_SESSIONS
    assert left[0].startswith("20200104")


def test_the_order_of_sessions_does_not_depend_on_the_clock(small: Dataset, state: Path) -> None:
    """Five were written while the clock was far ahead; two more after it was set right."""
    ahead = time.time() + 3e7
    for number in range(1, 6):
        path = a_session(small, state / "sessions" / f"2030010{number}-000000-1", updates=1)
        for file in (*path.iterdir(), path):
            os.utime(file, (ahead + number, ahead + number))
    for number in (6, 7):
        store = catalog.create_session()
        left = [path.name for path in saved_sessions.folders(state)]
        assert store.folder.name in left, "the newest is never the one to go"
        store.remove()
        path = a_session(small, state / "sessions" / f"2020010{number}-000000-1", updates=number)
        assert catalog.sessions()[0] == path
    assert [path.name[:8] for path in catalog.sessions()] == [
        *("20200107", "20200106", "20300105", "20300104", "20300103")
    ]
    found = catalog.latest_session([])
    assert found is not None
    store, _ = found
    assert store.folder.name.startswith("20200107")
    store.close()


@pytest.mark.parametrize("damage", [b"", b"x", b"-5", b"9" * 40, b"\xff"])
def test_an_order_that_nobody_should_believe_is_borne_with(
    session: Path, small: Dataset, damage: bytes
) -> None:
    (session / ORDER).write_bytes(damage)
    other = a_session(small, session.with_name("20200102-000000-1"))
    assert set(catalog.sessions()) == {session, other}
    assert saved_sessions.load(session)[1][1].iteration == 4


def test_who_leaves_is_told_where_the_session_lies(folder: Path, state: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        quit_(there)
    (kept_in,) = saved_sessions.folders(state)
    line = f"Session saved in {kept_in}; mnist-tui --resume goes on with it."
    assert there.sent.rstrip().endswith(line.encode())
    with terminal("--kiosk") as (there, _):
        there.until(lambda: there.shows("ready"))
        quit_(there)
    assert b"Session saved" not in there.sent


def test_enter_goes_on_with_the_session_that_is_offered(folder: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "20") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.process.send_signal(signal.SIGTERM)
        there.end()
    with terminal() as (there, _):
        there.until(lambda: there.shows("▸ y, Enter yes"))
        there.type(b"\r")
        there.until(lambda: there.shows("20/20"))
        quit_(there)


def test_a_page_waits_for_the_runs_it_names(small: Dataset, state: Path) -> None:
    path = a_session(small, state / "sessions" / "20200101-000000-1")
    page, _ = saved_sessions.load(path)
    store = SessionStore(path)
    (run,) = store.runs(page)
    saver = BackgroundWriter(store, pytest.fail, there=[1])
    facts = page.runs["1"]
    saver.put_page(replace(page, current=2, runs={"1": facts, "2": facts}))
    time.sleep(0.3)
    assert store.page().current == 1
    saver.put_run(replace(run, number=2))
    end = time.monotonic() + PATIENCE
    while store.page().current == 1 and time.monotonic() < end:
        time.sleep(0.01)
    assert {kept_run.number for kept_run in store.runs(store.page())} == {1, 2}
    saver.put_page(page)  # an old one, without run 2: it goes
    saver.close(PATIENCE)
    assert not list(path.glob("run-2.*"))
    store.close()


def test_what_a_killed_writing_left_is_cleared_away(session: Path) -> None:
    (session / ".run-1.npz.99").write_bytes(b"half")
    saved_sessions.load(session)
    assert not list(session.glob(".*"))
    assert (session / LOCK).exists()


def test_a_page_is_read_as_it_was_written() -> None:
    facts = {"begun": "seed 0", "start": 0, "seconds": 1.5, "state": "paused"}
    wanted = {**asdict(Hyperparameters(hidden=(3, 4), batch_size=5)), "hidden": [3, 4]}
    page = Manifest(
        source="/data",
        current=2,
        share=0.3,
        wanted=wanted,
        plan="hidden=3,4 batch=5 @300 alpha=0.05",
        index=7,
        names={"2": "mine"},
        hidden=[1],
        runs={"2": facts},
        ended=True,
    )
    assert read(as_text(page).encode()) == page


def test_a_saver_tries_again_what_the_disk_refused(session: Path) -> None:
    page, _ = saved_sessions.load(session)
    store, told = SessionStore(session), list[str]()
    (run,) = store.runs(page)
    hindrance = session / PAGE
    hindrance.unlink()
    hindrance.mkdir()
    saver = BackgroundWriter(store, told.append, there=[1])
    saver.put_page(replace(page, index=5))
    end = time.monotonic() + PATIENCE
    while not told and time.monotonic() < end:
        time.sleep(0.01)
    hindrance.rmdir()
    saver.put_run(run)
    saver.close(PATIENCE)
    assert store.page().index == 5
    assert len(told) == 1
    store.close()


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "others"])
def test_a_session_whose_data_are_gone_or_others_stays_whole_beside_a_new_one(
    small: Dataset, state: Path, tmp_path: Path, *, gone: bool
) -> None:
    source = "/nowhere/at all"
    if not gone:
        half = replace(small.train, images=small.train.images[:, :100])
        others = replace(small, train=half, test=replace(small.test, images=half.images[:200]))
        source = str(write_folder(tmp_path / "others", replace(others, side=10)))
    old = a_session(small, state / "sessions" / "20200101-000000-1", source=source)
    before = {path.name: path.read_bytes() for path in old.iterdir()}
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("another"))
        there.until(lambda: there.shows("ready"))
        there.type(b"s")
        there.until(lambda: there.iteration == 1)
        quit_(there)
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    (new,) = set(saved_sessions.folders(state)) - {old}
    assert saved_sessions.load(new)[1][1].iteration == 1


def test_a_run_that_cannot_be_read_keeps_its_file_and_its_number(
    small: Dataset, state: Path
) -> None:
    folder = a_session(small, state / "sessions" / "20200101-000000-1")
    store = SessionStore(folder)
    page, (run,) = store.page(), store.runs(store.page())
    store.put_run(replace(run, number=3))
    store.put_page(replace(page, runs={**page.runs, "3": page.runs["1"]}))
    store.close()
    for path in folder.glob("run-3.np*"):
        path.write_bytes(b"damaged")
    with terminal("--resume") as (there, _):
        there.until(lambda: there.shows("Run 3 cannot be read"))
        there.type(b"r")
        there.until(lambda: there.shows("finished"))
        quit_(there)
    page, runs = saved_sessions.load(folder)
    assert set(page.runs) == {"1", "3", "4"}
    assert set(runs) == {1, 4}
    assert (folder / "run-3.npz").read_bytes() == b"damaged"


def test_a_plan_goes_on_from_a_run_that_is_older_than_its_page(small: Dataset) -> None:
    plan = recipe.parse_recipe("alpha=0.1 iterations=30 @8 alpha=0.4 @20 alpha=0.2")
    whole = Trainer(small.train, small.test, plan[0][1])
    for _ in follow(whole, plan):
        pass
    early = Trainer(small.train, small.test, plan[0][1])
    for _ in islice(early.steps(), 5):
        pass
    rested = Rested()
    session = TrainingSession(lambda: small, plan[0][1], rested)
    state = early.state()
    run = SavedRun(1, RunFacts("seed 0", 0, 0.0, "training"), state, first=state)
    to_the_end(session, rested, SavedSession((run,), current=1, count=1, course=plan))
    parameters = session.snapshot().parameters
    assert parameters is not None
    assert parameters.vector.tobytes() == whole.parameters.vector.tobytes()


def test_what_does_not_fit_the_data_and_was_typed_while_they_loaded_is_told(
    small: Dataset,
) -> None:
    loaded, told, rested = threading.Event(), list[str](), Rested()
    wanted = Hyperparameters(iterations=7)

    def load() -> Dataset:
        loaded.wait(PATIENCE)
        return small

    session = TrainingSession(load, wanted, rested, tell=told.append)
    session.open()
    session.change(replace(wanted, batch_size=5000))
    loaded.set()
    rested.wait()
    session.close(PATIENCE)
    assert session.snapshot().state is RunStatus.READY
    assert session.wanted == wanted
    (line,) = told
    assert "5,000" in line


def test_a_disk_that_refuses_is_noticed_until_all_is_written(session: Path) -> None:
    page, _ = saved_sessions.load(session)
    store, told = SessionStore(session), list[str]()
    hindrance = session / PAGE
    hindrance.unlink()
    hindrance.mkdir()
    keeping = Autosave(store, "mnist", told.append, page)
    assert keeping.is_whole
    keeping.saver.put_page(replace(page, index=5))
    wait_until(lambda: not keeping.is_whole)
    hindrance.rmdir()
    keeping.saver.put_page(replace(page, index=6))
    wait_until(lambda: keeping.is_whole)
    keeping.leave_alone()
    SessionStore(session).close()  # others may have it


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
