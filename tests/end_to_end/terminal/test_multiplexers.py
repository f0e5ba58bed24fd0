"""Inside tmux and GNU screen: the same picture, every key of the footer, and the shell again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.support import PROGRAM


@pytest.mark.parametrize(
    ("program", "options"),
    [
        ("tmux", ["-L", "mnist-tui-test", "-f", "/dev/null", "new-session"]),
        ("screen", ["-c", "/dev/null"]),
    ],
    ids=["tmux", "screen"],
)
def test_it_is_the_same_inside(
    program: str, options: list[str], folder: Path, tmp_path: Path
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    arguments = ("--data", folder, "--start", "--iterations", "1000000")
    command = [*options, PROGRAM, *arguments]
    environment = {"TMUX": "", "TMUX_TMPDIR": str(tmp_path), "SCREENDIR": str(tmp_path)}
    tmp_path.chmod(0o700)
    with terminal(*command, program=program, environment=environment) as (there, _):
        there.until(lambda: there.iteration > 2)
        there.until(lambda: there.shows("─ 4 Hyperparameters "))
        there.type(b"+")
        there.until(lambda: there.shows("α 0.2"))
        there.type(b"\x1b[C")
        there.until(lambda: there.shows("Test image #1:"))
        there.type(b"m")
        there.until(lambda: there.shows("1 of 12"))
        there.type(b"\x1b")  # a multiplexer waits a moment whether more follows
        there.until(lambda: there.shows("Hyperparameters"))
        there.type(b"[")
        there.until(lambda: there.shows("the past"))
        there.type(b"\x1b")
        there.until(lambda: there.iteration > 2)
        there.resize(100, 30)
        there.until(lambda: "mnist-tui" in there.screen.display[0])
        there.resize(80, 24)
        there.type(b"q")
        assert there.end() == 0
