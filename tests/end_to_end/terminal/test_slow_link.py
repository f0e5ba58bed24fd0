"""What really goes over the line to the terminal: no more than it can show, and never a stall."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.helpers.programs.pty_terminal import Terminal, check_restored, stall, terminal

COLOR = re.compile(rb"\x1b\[(?:[0-9]*;)*(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;[0-9]+)*m")
TRUECOLOR = re.compile(rb"[;\[][345]8;2;")
OF_256 = re.compile(rb"[;\[][345]8;5;")
WINDOWS = {b"?": "What happens here", b"p": "Begin again with", b"\x10": "Search for commands"}


def tour(there: Terminal) -> None:
    """Train, look at everything that a few keys open, and leave."""
    there.until(lambda: there.iteration > 2)
    for key, text in WINDOWS.items():
        there.type(key)
        there.until(lambda text=text: there.shows(text))
        there.type(b"\x1b")  # what follows it at once would be one key with it
        there.until(lambda text=text: not there.shows(text) and there.shows("Test image"))
    for key in (b"\x1b[C", b"t", b"t", b",", b"g", b"T"):
        there.type(key)
        there.pass_by(0.2)
    there.until(lambda: there.shows("Test image #1:"))
    there.type(b"q")
    assert there.end() == 0
    check_restored(there.sent)


def arguments(folder: Path) -> tuple[str | Path, ...]:
    return "--data", folder, "--start", "--iterations", "1000000"


def briefly(folder: Path) -> tuple[str | Path, ...]:
    """Arguments for a run that is seen training and then at its end: it takes no more time."""
    return "--data", folder, "--start", "--iterations", "60"


@pytest.mark.parametrize(
    ("options", "environment"),
    [(["--glyphs", "ascii"], {}), ([], {"LC_ALL": "C"}), ([], {"TERM": "vt100"})],
    ids=["option", "locale", "vt100"],
)
def test_nothing_but_ascii_is_sent_where_nothing_else_is_known(
    options: list[str], environment: dict[str, str], folder: Path
) -> None:
    with terminal(*briefly(folder), *options, environment=environment) as (there, _):
        tour(there)
    assert there.sent.isascii()
    assert b"#0: a 7" in there.sent


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (["--color", "none"], {"COLORTERM": "truecolor"}),
        ([], {"NO_COLOR": "1", "COLORTERM": "truecolor"}),
        ([], {"TERM": "vt100"}),
    ],
    ids=["option", "environment", "vt100"],
)
def test_no_colour_is_sent_where_none_is_wanted(
    options: list[str], environment: dict[str, str], folder: Path
) -> None:
    with terminal(*briefly(folder), *options, environment=environment) as (there, _):
        tour(there)
    assert not COLOR.search(there.sent)


@pytest.mark.parametrize(
    ("options", "environment", "of_256"),
    [
        (["--color", "16"], {"COLORTERM": "truecolor"}, False),
        (["--color", "256"], {"COLORTERM": "truecolor"}, True),
        ([], {}, True),
        ([], {"TERM": "xterm"}, False),
        (["--color", "256"], {"NO_COLOR": "1"}, True),
    ],
    ids=["16", "256", "xterm-256color", "xterm", "option over NO_COLOR"],
)
def test_no_more_colours_are_sent_than_there_are(
    options: list[str], environment: dict[str, str], *, of_256: bool, folder: Path
) -> None:
    with terminal(*briefly(folder), *options, environment=environment) as (there, _):
        tour(there)
    assert not TRUECOLOR.search(there.sent)
    assert bool(OF_256.search(there.sent)) is of_256
    assert COLOR.search(there.sent)


def test_all_colours_are_sent_where_they_are(folder: Path) -> None:
    with terminal(*briefly(folder), environment={"COLORTERM": "truecolor"}) as (there, _):
        tour(there)
    assert TRUECOLOR.search(there.sent)


def test_a_dumb_terminal_is_refused_in_a_line() -> None:
    with terminal(environment={"TERM": "dumb"}) as (there, _):
        assert there.end() == 1
    assert there.sent.startswith(b"mnist-tui: this terminal cannot place text (TERM=dumb)")
    assert b"\x1b" not in there.sent
    assert there.sent.count(b"\n") == 1


def test_right_and_wrong_are_told_apart_without_colour_and_in_ascii(folder: Path) -> None:
    options = ("--glyphs", "ascii", "--color", "none", "--data", folder, "--iterations", "60")
    with terminal(*options, "--start") as (there, _):
        there.until(lambda: there.shows("finished"))
        there.type(b"n")
        there.until(lambda: re.search(r"% +x", "\n".join(there.screen.display)))
        there.until(lambda: re.search(r"% +<", "\n".join(there.screen.display)))
        there.type(b"q")
        assert there.end() == 0


@pytest.mark.parametrize("environment", [{}, {"COLUMNS": "80", "LINES": "24"}], ids=["", "stale"])
def test_it_is_right_after_any_number_of_sizes(environment: dict[str, str], folder: Path) -> None:
    with terminal(*arguments(folder), environment=environment) as (there, _):
        there.until(lambda: there.iteration > 2)
        for step in range(40):  # dragged to and fro, faster than it can draw
            there.resize(60 + 3 * (step % 17), 16 + step % 19)
            there.read()
        there.resize(80, 24)
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.check_repaint()
        there.resize(40, 10)
        there.until(lambda: there.shows("Too small"))
        there.resize(80, 24)
        there.until(lambda: there.shows("Test image #0:"))
        there.type(b"q")
        assert there.end() == 0


def test_a_terminal_that_does_not_read_stalls_nothing_but_its_picture(folder: Path) -> None:
    with terminal(*arguments(folder)) as (there, _):
        there.until(lambda: there.iteration > 2)
        before, sent = there.iteration, len(there.sent)
        held = stall(there)
        for _ in range(60):  # a whole screen each
            there.type(b"T")
            time.sleep(0.05)
        there.type(b"\x1b[C")  # is heard though nobody sees it
        there.type(b" ")
        there.until(lambda: there.shows("paused"))
        there.until(lambda: there.shows("Test image #1:"))
        there.pass_by(1.5)
        assert there.iteration > before + 10  # it trained meanwhile
        assert len(there.sent) - sent < held + 150_000  # a few pictures, not all that were missed
        there.check_repaint()
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)
