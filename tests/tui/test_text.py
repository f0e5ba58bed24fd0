"""Text from outside: nothing that could steer a terminal reaches it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.text import format_duration, plural, printable

CONTROLS = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    "\u200e", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\ud800", "\ue000",
]  # fmt: skip


@given(st.text(st.one_of(st.sampled_from(CONTROLS), st.characters(codec=None))))
def test_no_control_character_survives(text: str) -> None:
    shown = printable(text)
    assert not [c for c in shown if unicodedata.category(c).startswith("C")]
    assert len(shown.splitlines()) <= 1 or not set(shown) & {"\n", "\r"}
    shown.encode()  # no half of a pair is left


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x9d52;c;\x9c", "\u202etxt.exe", "a\x08b", "\x7f"],
)
def test_an_escape_sequence_becomes_harmless_characters(hostile: str) -> None:
    assert "?" in printable(hostile)
    assert printable(hostile).isprintable()


def test_what_can_be_read_stays_as_it_is() -> None:
    assert printable("Ωμέγα 7 – “quoted” 数字 ✓") == "Ωμέγα 7 – “quoted” 数字 ✓"
    assert printable("two\nlines\tof\rtext") == "two lines of text"
    assert printable(FileNotFoundError(2, "gone")) == "[Errno 2] gone"


@given(st.text(max_size=60), st.integers(2, 50))
def test_long_text_is_cut_with_a_sign_of_it(text: str, at_most: int) -> None:
    shown = printable(text, at_most)
    assert len(shown) == min(len(text), at_most)
    assert len(text) <= at_most or shown.endswith("…")


def test_durations_are_read_as_clocks_are() -> None:
    assert [format_duration(s) for s in (0, 59.4, 59.6, 61, 3600, 3725)] == [
        "0:00",
        "0:59",
        "1:00",
        "1:01",
        "1:00:00",
        "1:02:05",
    ]


def test_only_one_has_no_s() -> None:
    assert [f"{n} {plural('update', n)}" for n in range(3)] == [
        "0 updates",
        "1 update",
        "2 updates",
    ]
