"""Too little memory, too few threads, a folder that is gone, names that are no text: one line."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.engine import Engine
from mnist_tui.tui.cli.commands.export import run_names
from mnist_tui.tui.cli.main import main
from mnist_tui.tui.datasets.paths import absolute
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.files import write_atomically
from mnist_tui.tui.export.formats import target
from mnist_tui.tui.screens.dialogs.export import ExportDialog
from mnist_tui.tui.shortage import NO_MEMORY, NO_THREADS, shortage_message
from mnist_tui.tui.training.snapshot import RunStatus
from textual.widgets import Label
from textual.worker import WorkerFailed

from tests.helpers.app.app_driver import ENDLESS, opened
from tests.helpers.app.session_driver import session_of
from tests.helpers.support import PROGRAM, fingerprint, is_one_line_for_a_person, noise, trainer_of

BAD = os.fsdecode(b"m\xff")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), NO_MEMORY),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), NO_MEMORY),
        (ImportError("libblas.so: failed to map segment from shared object"), NO_MEMORY),
        (RuntimeError("can't start new thread"), NO_THREADS),
        (RuntimeError("something else"), None),
        (ValueError("memory"), None),
        (OSError(errno.ENOSPC, "No space left on device"), None),
        (None, None),
    ],
)
def test_a_shortage_is_known_by_all_its_forms(error: BaseException | None, line: object) -> None:
    assert shortage_message(error) == line


def test_what_numpy_raises_is_known_too() -> None:
    with pytest.raises(MemoryError) as raised:
        np.empty(1 << 60, np.uint8)
    assert shortage_message(raised.value) == NO_MEMORY


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_a_command_tells_it_in_a_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def short(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mnist_tui.tui.cli.commands.train.Engine", short)
    monkeypatch.setattr(sys, "argv", ["mnist-tui", "train", "--iterations", "1", "--quiet"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert is_one_line_for_a_person(capsys.readouterr().err)


def test_half_an_update_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = noise(60)
    run, whole = (trainer_of(samples, batch_size=20, iterations=9) for _ in range(2))
    steps = run.steps()
    for _ in range(4):
        next(steps)
    before = fingerprint(run)
    gradient, calls = Engine.gradient, 0

    def short(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise MemoryError
        return gradient(*arguments)  # pyright: ignore[reportArgumentType, reportCallIssue]: passed on

    monkeypatch.setattr(Engine, "gradient", short)
    with pytest.raises(MemoryError):
        next(steps)
    assert fingerprint(run) == before
    assert run.iteration == 4
    for _ in run.steps():
        pass
    for _ in whole.steps():
        pass
    assert fingerprint(run) == fingerprint(whole), "gradient descent has nothing to forget"


def test_training_pauses_says_why_and_can_go_on(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_of(small) as driven:
        driven.train(5)
        told: list[str] = []
        monkeypatch.setattr(driven.session, "_tell", told.append)
        gradient, is_short = Engine.gradient, threading.Event()
        is_short.set()

        def short(*arguments: object) -> object:
            if is_short.is_set():
                raise MemoryError
            return gradient(*arguments)  # pyright: ignore[reportArgumentType, reportCallIssue]: passed on

        monkeypatch.setattr(Engine, "gradient", short)
        driven.session.train()
        driven.until(lambda: told)
        driven.until(lambda: driven.rests)
        assert told == [f"Paused: {NO_MEMORY}."]
        driven.session.begin()  # nor is there room for another run: this one stays
        driven.until(lambda: len(told) == 2)
        assert (driven.iteration, driven.numbers) == (5, [1])
        is_short.clear()
        driven.train(5)
        assert driven.iteration == 10
        assert driven.now.state is RunStatus.PAUSED


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to ulimit -v")
def test_under_a_real_limit_a_command_says_one_line() -> None:
    command = f"ulimit -v 180000; exec {PROGRAM} train --iterations 2 --threads 1 --quiet"
    ended = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert ended.stderr.count("\n") == 1


async def end_by(dataset: Dataset, work: Callable[[], None], failures: list[str]) -> None:
    """Open the app, let a worker raise, and note what the person is told."""
    async with opened(dataset) as app:
        app.app.run_worker(work, thread=True)
        await app.until(lambda: app.app.failure)
        failures.append(app.app.failure or "")


async def test_a_shortage_in_a_worker_is_no_bug(small: Dataset) -> None:
    def short() -> None:
        raise RuntimeError("can't start new thread")

    failures: list[str] = []
    with pytest.raises(WorkerFailed):
        await end_by(small, short, failures)
    assert failures
    assert failures[0].startswith(NO_THREADS)


async def test_the_report_of_a_bug_in_a_worker_tells_where_it_was(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[BaseException] = []
    monkeypatch.setattr("mnist_tui.tui.app.write_report", reported.append)

    def unexpected() -> None:
        raise ValueError(str(tmp_path))

    with pytest.raises(WorkerFailed):
        await end_by(small, unexpected, [])
    (error,) = reported
    assert isinstance(error, ValueError)
    assert error.__traceback__ is not None


# A folder that is gone


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, removed."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    return folder


@pytest.mark.usefixtures("gone")
def test_a_relative_path_in_a_folder_that_is_gone_is_refused() -> None:
    for made in (lambda: absolute(Path("m.npz")), lambda: target("m.npz")):
        with pytest.raises(UserError, match=r"^m\.npz: the folder .* is gone"):
            made()
    assert target("/tmp/m.npz") == Path("/tmp/m.npz")  # noqa: S108  (nothing is written there)


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--iterations", "1", "--out", "m.npz"],
        ["train", "--iterations", "1", "--data", "x.csv"],
        ["data", "--out", "folder"],
        ["evaluate", "m.npz"],
        ["export", "m.npz", "--recipe"],
        ["export", "m.npz", "--history", "h.csv"],
        ["models"],
        ["sweep", "--alpha", "0.1", "--iterations", "1", "--out", "folder"],
    ],
)
@pytest.mark.usefixtures("gone")
def test_every_command_says_one_line_there(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mnist-tui", *arguments])
    with pytest.raises(SystemExit):
        main()
    assert is_one_line_for_a_person(capsys.readouterr().err)


async def test_export_from_a_folder_that_is_gone_asks_for_the_whole_path(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with opened(small, iterations=ENDLESS) as app:
        folder.rmdir()
        await app.press("E")
        asking = app.app.screen
        assert isinstance(asking, ExportDialog)
        await app.press("enter")
        complaint = asking.query_one(".complaint", Label)
        await app.until(lambda: "give the whole path" in str(complaint.render()))


# Names that are no text


def test_runs_are_named_by_what_can_be_shown_of_their_files() -> None:
    other = os.fsdecode(b"m\xfe")
    assert run_names([Path(BAD), Path("n.npz")]) == ["m?", "n"]
    assert run_names([Path(BAD), Path(other)]) == ["m? (1)", "m? (2)"]


def test_a_text_with_such_a_name_in_it_is_written(tmp_path: Path) -> None:
    write_atomically(tmp_path / f"{BAD}.csv", f"{BAD},1\n", overwrite=False)
    assert (tmp_path / f"{BAD}.csv").read_bytes() == b"m?,1\n"
