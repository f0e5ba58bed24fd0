"""What plain terminals are sent: ASCII one for one, and no colour; and who counts as plain."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.rooms.confusion.grid import SHADES
from mnist_tui.tui.terminal.ascii import TABLE, in_ascii
from mnist_tui.tui.terminal.capabilities import detect_capabilities
from mnist_tui.tui.terminal.no_color import without_color
from rich.cells import cell_len

from tests.helpers.support import ROOT


@pytest.mark.slow
def test_every_character_there_is_becomes_ascii_of_the_same_width() -> None:
    wrong: list[str] = []
    for code in range(0x110000):
        character = chr(code)
        plain = in_ascii(character)
        ascii_only = plain.isascii() and (code < 128 or plain.isprintable())
        width = 0 if unicodedata.combining(character) else cell_len(character)
        if not ascii_only or (code >= 128 and len(plain) != width):
            wrong.append(f"U+{code:04X} as {plain!r}, of {width} cells")
    TABLE.clear()  # a million entries that nobody will ask for
    assert not wrong, (len(wrong), wrong[:20])


def test_every_character_of_the_program_itself_has_a_sign_and_is_no_question_mark() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "tui").rglob("*.py"))
    drawn = {c for c in sources if not c.isascii() and not unicodedata.category(c).startswith("C")}
    asked = {c for c in drawn if in_ascii(c) == "?"}
    assert len(drawn) > 40
    assert not asked


def test_what_differs_on_screen_still_differs() -> None:
    assert in_ascii("✓") != in_ascii("✗")
    assert in_ascii("▶") != in_ascii("‖")
    assert len({in_ascii(cell) for cell in "⠀⠃⡄⣿"}) == 4
    assert in_ascii("─│┼") == "-|+"
    assert len({*map(in_ascii, SHADES)}) == len(SHADES), "a legend tells them apart"


@given(st.text())
def test_text_is_as_wide_as_before(text: str) -> None:
    plain = in_ascii(text)
    assert plain.isascii()
    assert plain == "".join(map(in_ascii, text))


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red\x1b[0m"),
        ("\x1b[1;38;2;1;2;3;48;5;7mx", "\x1b[1mx"),
        ("\x1b[38;5;1;4;7;107;39;49mx", "\x1b[4;7mx"),
        ("\x1b[58;2;1;1;1;3;59mx\x1b[m", "\x1b[3mx\x1b[m"),
        ("\x1b[2J\x1b[31;1H", "\x1b[2J\x1b[31;1H"),
        ("\x1b[38mx", "x"),
    ],
)
def test_colours_go_and_all_else_stays(sent: str, left: str) -> None:
    assert without_color(sent) == left


def a_screen(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("environment", "encoding", "ascii_only", "color"),
    [
        ({"TERM": "xterm-256color", "LANG": "de_DE.UTF-8"}, "utf-8", False, "auto"),
        ({"TERM": "xterm-256color"}, "utf-8", False, "auto"),
        ({"TERM": "xterm-256color", "LC_ALL": "C", "LANG": "C.UTF-8"}, "utf-8", True, "auto"),
        ({"TERM": "xterm-256color", "LANG": "C.UTF-8"}, "ascii", True, "auto"),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, "utf-8", True, "auto"),
        ({"TERM": "vt100"}, "utf-8", True, "none"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "utf-8", False, "none"),
        ({"TERM": "xterm", "NO_COLOR": ""}, "utf-8", False, "auto"),
        ({"TERM": "screen-256color", "LC_CTYPE": "en_US.utf8"}, "utf-8", False, "auto"),
    ],
)
def test_the_environment_says_what_can_be_shown(
    environment: dict[str, str], encoding: str, *, ascii_only: bool, color: str
) -> None:
    found = detect_capabilities("auto", "auto", environment, a_screen(encoding))
    assert (found.ascii_only, found.color) == (ascii_only, color)


def test_a_person_knows_better_than_the_environment() -> None:
    plain = {"TERM": "vt100", "LC_ALL": "C", "NO_COLOR": "1"}
    found = detect_capabilities("blocks", "256", plain, a_screen("utf-8"))
    assert (found.ascii_only, found.blocks, found.color) == (False, True, "256")
    capable = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    found = detect_capabilities("ascii", "none", capable, a_screen("utf-8"))
    assert (found.ascii_only, found.blocks, found.color) == (True, False, "none")


@pytest.mark.parametrize("term", ["dumb", "unknown", "", None])
def test_a_terminal_that_cannot_place_text_is_refused(term: str | None) -> None:
    environment = {} if term is None else {"TERM": term}
    with pytest.raises(UserError, match="mnist-tui train"):
        detect_capabilities("auto", "auto", environment, a_screen("utf-8"))
