"""Numbers as people type them: what a calculator shows, and nothing that only Python reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.tui.config.numbers import real_number, whole_number


@given(st.integers(-(10**40), 10**40))
def test_every_whole_number_is_read(number: int) -> None:
    assert whole_number(f" {number} ") == number
    assert real_number(str(number)) == float(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_python_writes_is_read_to_the_bit(number: float) -> None:
    assert real_number(repr(number)) == number


@pytest.mark.parametrize("text", ["0.15", ".5", "5.", "1e-3", "+2", "-0", "1E5"])
def test_numbers_in_other_spellings_are_read(text: str) -> None:
    assert real_number(text) == float(text)


@given(st.text())
def test_whatever_is_read_is_plain(text: str) -> None:
    for read in (whole_number, real_number):
        try:
            read(text)
        except ValueError:
            continue
        assert set(text.strip()) <= set("0123456789+-.eE")


@pytest.mark.parametrize(
    "text",
    ["", " ", "1_0", "\uff11", "\u0661", "1e", "e5", ".", "0x10", "nan", "inf", "1 0", "9" * 999],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    for read in (whole_number, real_number):
        with pytest.raises(ValueError, match="not a"):
            read(text)
