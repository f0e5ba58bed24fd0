"""Fixtures: the real digits, read once, small parts of them, and settings of the tests' own."""

from __future__ import annotations

import gc
import os
import sys
import time
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from hypothesis import settings
from mnist_tui.data.dataset import Dataset, Digits, load
from mnist_tui.tui.cli.main import main
from textual import _wait

from tests.helpers.support import Ended, Run, first, part_of, write_folder

# No deadline: how long an example takes says nothing on a machine that does other things too.
settings.register_profile("suite", deadline=None, max_examples=100)
settings.load_profile("suite")

# The programs that tests start find byte code, as an installed one does, and need not compile all.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same terminal for all, wherever they run: of 16 colors, which decide about the app's theme.
# Tests of others name theirs.
for variable in ("TERM", "COLORTERM"):
    os.environ.pop(variable, None)

# Pilot waits after each key until the process is idle, which it never is while a run trains (a
# second is waited then, twice a key). Enough, and much sooner, is that the screen's own thread is.
FRAME = 0.008  # seconds between two looks; idle is who worked for less than a twentieth of it
_waits: dict[str, object] = _wait.__dict__
_waits.update(process_time=time.thread_time, SLEEP_GRANULARITY=FRAME, SLEEP_IDLE=FRAME / 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what opens the app, which takes half a second, but for one test of each file."""
    opened: set[Path] = set()
    for item in items:
        is_quick = item.get_closest_marker("slow") is None
        if is_quick and iscoroutinefunction(getattr(item, "function", None)):
            if item.path in opened:
                item.add_marker(pytest.mark.slow)
            opened.add(item.path)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays: half a million objects, looked through at every turn.

    An app leaves enough of its own for that to happen in every second test, and it took a quarter
    of their time.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where sessions are kept, of the programs that a test starts, too: nobody's own."""
    home = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    return home / "mnist-tui"


@pytest.fixture(autouse=True)
def config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where settings are kept, likewise."""
    home = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    return home / "mnist-tui"


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """All of MNIST."""
    return load("mnist")


@pytest.fixture(scope="session")
def digits(mnist: Dataset) -> Digits:
    """300 real digits."""
    return first(mnist.train, 300)


@pytest.fixture(scope="session")
def small(mnist: Dataset) -> Dataset:
    """500 real digits to learn from and 200 to test on."""
    return part_of(mnist, 500, 200)


@pytest.fixture(scope="session")
def folder(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small dataset as a folder of IDX files, for --data."""
    return write_folder(tmp_path_factory.mktemp("small"), small)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for what the app keeps of a person's data."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """Run a command, to its end and in this process: a fresh one costs a second."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))

    def here(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["mnist-tui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ended(ended.value.code, said.out, said.err)

    return here
