"""A sweep in the background: it yields, says why it failed, and never outlives a close."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.watch.background import BackgroundSweep

from tests.helpers.support import PATIENCE

READY = "ready"  # a file that a child makes once it runs


def child(folder: Path, code: str) -> BackgroundSweep:
    """Run Python code as if it were a sweep, and wait until it says that it runs."""
    begin = f"import os, pathlib, signal, subprocess, sys, time; ready = pathlib.Path({READY!r})\n"
    sweep = BackgroundSweep(
        [sys.executable, "-c", f"{begin}os.chdir({str(folder)!r})\n{code}"], folder
    )
    end = time.monotonic() + PATIENCE
    while not (folder / READY).exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    return sweep


def ended(sweep: BackgroundSweep) -> bool:
    """Wait until it has ended."""
    end = time.monotonic() + PATIENCE
    while sweep.is_running and time.monotonic() < end:
        time.sleep(0.02)
    return not sweep.is_running


def test_its_last_line_says_why_it_failed(tmp_path: Path) -> None:
    sweep = child(tmp_path, "print('1 of 9', file=sys.stderr); ready.touch(); sys.exit('no \\x1b')")
    assert ended(sweep)
    assert sweep.failure == "no ?"
    sweep.close()


def test_one_that_is_stopped_has_not_failed(tmp_path: Path) -> None:
    sweep = child(tmp_path, "ready.touch(); time.sleep(99)")
    assert sweep.is_running
    assert sweep.failure == ""
    sweep.stop()
    assert ended(sweep)
    assert (sweep.is_stopped, sweep.failure) == (True, "")
    sweep.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such scheduling policy")
def test_it_and_what_it_starts_yield_to_the_app(tmp_path: Path) -> None:
    sweep = child(
        tmp_path,
        "code = 'import os; print(os.sched_getscheduler(0), os.nice(0))'\n"
        "said = subprocess.run([sys.executable, '-c', code], capture_output=True).stdout\n"
        "pathlib.Path('said').write_bytes(said); ready.touch()",
    )
    assert (tmp_path / "said").read_text().split() == [str(os.SCHED_IDLE), "19"]
    assert os.sched_getscheduler(0) != os.SCHED_IDLE
    assert ended(sweep)
    sweep.close()


def test_closing_ends_it_and_its_workers_even_if_they_do_not_hear(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    sweep = child(
        tmp_path,
        f"signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {deaf + 'time.sleep(99)'!r}])\n"
        "pathlib.Path('worker').write_text(str(worker.pid)); ready.touch(); time.sleep(99)",
    )
    worker = int((tmp_path / "worker").read_text())
    sweep.close()
    assert not sweep.is_running
    end = time.monotonic() + PATIENCE
    while _is_alive(worker) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _is_alive(worker)


def _is_alive(process: int) -> bool:
    """Whether it runs; not if it waits for a parent to take note of its end."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the sweep cannot be started: No such file"):
        BackgroundSweep([str(tmp_path / "nothing")], tmp_path)
