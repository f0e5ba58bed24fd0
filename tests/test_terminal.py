"""The real program in a real pseudo-terminal: it trains, obeys, quits, and leaves no trace."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from mnist_tui.net import checkpoint

from .support import is_one_line_for_a_person, program
from .terminal import check_restored, terminal


def test_a_session_from_the_first_screen_to_the_shell() -> None:
    with terminal("--iterations", "100000") as (there, _):
        there.until(lambda: there.shows("ready"))
        assert there.iteration == 0
        there.until(lambda: there.shows("Test digit 0 · label 7"))
        assert there.shows("untrained")
        there.type(b" ")
        there.until(lambda: there.iteration >= 3)
        there.until(lambda: there.shows("training"))
        there.type(b"+")
        there.until(lambda: there.shows("α 0.1875"))
        there.type(b"\x1b[C")
        there.until(lambda: there.shows("Test digit 1 · label 2"))
        grown = there.iteration
        there.until(lambda: there.iteration > grown)
        there.until(lambda: not there.shows("untrained"))
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)


@pytest.mark.parametrize("key", [b"\x03", b"\x11"], ids=["ctrl+c", "ctrl+q"])
def test_it_can_be_left_while_it_trains(key: bytes, folder: Path) -> None:
    arguments = ("--data", folder, "--start", "--iterations", "1000000")
    with terminal(*arguments) as (there, _):
        there.until(lambda: there.iteration > 0)
        there.type(key)
        assert there.end() == 0
        check_restored(there.sent)


def test_ctrl_c_ends_training_without_a_screen_and_keeps_what_was_learnt(
    folder: Path, tmp_path: Path
) -> None:
    model, history = tmp_path / "m.npz", tmp_path / "h.csv"
    arguments = ("train", "--data", folder, "--iterations", "100000000")
    with terminal(*arguments, "--out", model, "--history", history) as (there, _):
        there.until(lambda: there.shows("loss"))
        there.process.send_signal(signal.SIGINT)  # what Ctrl-C sends where a shell is in between
        assert there.end() == 130
        assert b"interrupted after" in there.sent
        assert b"Traceback" not in there.sent
    learnt = checkpoint.load(model).iteration
    assert learnt > 0
    assert len(history.read_text().splitlines()) == learnt + 2  # a heading, the untrained network


def test_data_that_cannot_be_read_are_told_after_the_screen_is_back(tmp_path: Path) -> None:
    with terminal("--data", tmp_path) as (there, _):
        assert there.end() == 1
        check_restored(there.sent)
        last = there.sent[there.sent.rfind(b"\x1b[?1049l") :].decode()
        assert "mnist-tui: " in last
        assert "train-labels-idx1-ubyte" in last or "train-images-idx3-ubyte" in last


def test_without_a_terminal_it_says_so() -> None:
    ended = program()
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert is_one_line_for_a_person(ended.stderr)
    assert "mnist-tui train" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_restores_the_terminal(number: signal.Signals, folder: Path) -> None:
    with terminal("--data", folder, "--start", "--iterations", "1000000") as (there, _):
        there.until(lambda: there.iteration >= 1)
        there.process.send_signal(number)
        assert there.end() == 128 + number
        check_restored(there.sent)
