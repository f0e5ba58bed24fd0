"""The real program in a real pseudo-terminal: it trains, obeys, quits, and leaves no trace."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
from mnist_tui.net.run import checkpoint

from tests.helpers.programs.pty_terminal import check_restored, terminal
from tests.helpers.support import is_one_line_for_a_person, program

AT, READ = re.compile(r" at (\d+) "), re.compile(r"(\d) run \d  train ([\d.]+)%")


def read(rows: Sequence[str]) -> tuple[int, dict[str, str]]:
    """At which iteration the reading line is, and what it tells of each run."""
    text = "\n".join(rows)
    return int(found[1]) if (found := AT.search(text)) else -1, dict(READ.findall(text))


def both_are_read_out(rows: Sequence[str]) -> bool:
    """Whether runs 1 and 2 are read out beyond the fork, with values of their own."""
    at, values = read(rows)
    return 22 < at <= 40 and set(values) == {"1", "2"} and values["1"] != values["2"]


def test_a_session_from_the_first_screen_to_the_shell() -> None:
    with terminal("--iterations", "100000") as (there, _):
        there.until(lambda: there.shows("ready"))
        assert there.iteration == 0
        there.until(lambda: there.shows("Test image #0: a 7"))
        there.until(lambda: there.shows("untrained"))
        there.type(b" ")
        there.until(lambda: there.iteration >= 3)
        there.until(lambda: there.shows("training"))
        there.type(b"+")
        there.until(lambda: there.shows("α 0.2"))
        there.type(b"\x1b[C")
        there.until(lambda: there.shows("Test image #1: a 2"))
        grown = there.iteration
        there.until(lambda: there.iteration > grown)
        there.until(lambda: not there.shows("untrained"))
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)


def test_two_alphas_compared_from_a_moment_of_the_past(folder: Path) -> None:
    """Train, go back, change alpha, fork, and read both runs at one iteration."""
    with terminal("--data", folder, "--iterations", "40") as (there, _):
        there.until(lambda: there.shows("ready"))
        there.type(b" ")
        there.until(lambda: there.shows("finished") and there.iteration == 40)
        for moment in range(39, 19, -1):  # one by one: of a held key late repeats are dropped
            there.type(b"[")
            there.until(lambda moment=moment: there.shows(f"the past: {moment} of 40 updates"))
        there.type(b"\t")  # into the first field, alpha
        there.until(lambda: not there.shows("Space fork s step"))  # keys rest while a person types
        there.type(b"0.5\r")
        there.until(lambda: there.shows("alpha      0.5 "))
        there.type(b"\x1b")
        there.until(lambda: there.shows("Space fork s step"))
        there.type(b" ")
        there.until(lambda: there.shows("finished") and there.iteration == 40)
        there.until(lambda: there.shows("▲ α 0.15→0.5"))
        there.type(b"." * 5)
        there.until(lambda: both_are_read_out(there.screen.display))
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
        assert "IDX files" in last


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
