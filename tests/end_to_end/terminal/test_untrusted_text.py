"""Every door through which outside words come in, and the bytes that then reach the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.storage.store import BACKUP_SUFFIX, MANIFEST

from tests.helpers.programs.pty_terminal import Terminal, terminal
from tests.helpers.runs.saved_sessions import write_session
from tests.helpers.support import program

# Each says PWNED in a way that only a terminal that obeyed it would hide or move, or asks for it.
ZOO = (
    "\x1b]0;PWNED\x07", "\x1b]52;c;UFdORUQ=\x07", "\x1b[2J", "\x9b31m", "\x9d0;PWNED\x9c",
    "\x90q\x9c", "\x1bP1$r\x1b\\", "\x07", "\x08\x08", "\x0e", "\x7f", "\u202e", "\u2066",
    "[red]PWNED[/red]", "[/]", "[@click=app.quit]x[/]", "[link=http://x]x[/link]",
)  # fmt: skip
WORDS = "".join(ZOO)
# What an app of ours never sends of itself, but the animals above are made of.
FORBIDDEN = (
    b"PWNED\x07", b"\x1b]52;", b"\x9b31m", b"\xc2\x9b", b"\xc2\x9d", b"\xc2\x90", b"\x1bP",
    b"\x08", b"\x0e", b"\x7f", "\u202e".encode(), "\u2066".encode(), b"\x1b]8;",
)  # fmt: skip


def check_tame(sent: bytes) -> None:
    """Nothing of the zoo got out."""
    for animal in FORBIDDEN:
        assert animal not in sent, (animal, sent[max(0, sent.find(animal) - 60) :][:120])


@pytest.mark.parametrize("command", [[], ["train"], ["evaluate"], ["predict"], ["--resume"]])
def test_the_name_of_a_file_on_the_command_line(command: list[str], tmp_path: Path) -> None:
    name = (str(tmp_path) + "/" + WORDS.replace("/", "∕"))[:200]
    options = {
        "train": [["--data", name], ["--iterations", "1", "--out", f"{name}/x.npz"]],
        "evaluate": [[name]],
        "predict": [[name]],
        "--resume": [[name]],
    }.get(" ".join(command), [["--data", name]])
    for given in options:
        with terminal(*command, *given) as (there, _):
            assert there.end() in (1, 2)
        check_tame(there.sent)
        assert b"mnist-tui: " in there.sent
        assert program(*command, *given).stdout == ""


def test_the_environment(folder: Path) -> None:
    spoken = {"LANG": WORDS, "LC_ALL": "", "USER": WORDS, "COLORTERM": WORDS, "HOME": WORDS}
    with terminal("--data", folder, environment=spoken) as (there, _):
        leave(there)
    check_tame(there.sent)
    with terminal(environment={"TERM": "dumb", "LANG": WORDS}) as (there, _):
        assert there.end() == 1
    check_tame(there.sent)


def leave(there: Terminal) -> None:
    there.until(lambda: there.shows("ready") or there.shows("paused"))
    there.type(b"q")
    assert there.end() == 0


def test_a_session_whose_every_word_is_hostile(small: Dataset, state: Path, folder: Path) -> None:
    path = write_session(small, state / "sessions" / "20200101-000000-1")
    manifest = json.loads((path / MANIFEST).read_text())
    manifest |= {"names": {"1": WORDS}}
    manifest["runs"]["1"] |= {"begun": WORDS, "state": WORDS}
    for source, shown in (("mnist", "4/"), (f"/{WORDS}", "stays")):
        for name in (MANIFEST, MANIFEST + BACKUP_SUFFIX):
            (path / name).write_text(json.dumps({**manifest, "source": source}))
        with terminal() as (there, _):
            there.until(lambda: there.shows("cut off"))
            there.type(b"y")
            there.until(lambda shown=shown: there.shows(shown))
            there.until(lambda: not there.shows("loading"))
            there.type(b"t")
            there.until(lambda: there.shows("begun") or there.shows("Runs"))
            there.pass_by(0.5)
            leave(there)
        check_tame(there.sent)
    shutil.rmtree(path)
    hostile = state / "sessions" / WORDS.replace("/", "∕")[:80]
    write_session(small, hostile)
    for name in (MANIFEST, MANIFEST + BACKUP_SUFFIX):
        (hostile / name).write_text("{")
    with terminal("--data", folder) as (there, _):
        there.until(lambda: there.shows("holds") and there.shows("read"))  # on lines of a toast
        leave(there)
    check_tame(there.sent)


def test_a_name_that_a_person_pastes(folder: Path) -> None:
    with terminal("--data", folder) as (there, _):
        there.until(lambda: there.shows("ready"))
        there.type(b"t")
        there.until(lambda: there.shows("name"))
        there.type(b"n")
        there.until(lambda: there.shows("Name of the run"))
        pasted = "\x1b[200~" + "[/]\x9b31m\u202e[red]" + "\x1b[201~"
        there.type(pasted.encode())
        there.type(b"\r")
        there.until(lambda: not there.shows("Name of the run"))
        there.pass_by(0.5)
        there.type(b"\x11")
        assert there.end() == 0
    check_tame(there.sent)
