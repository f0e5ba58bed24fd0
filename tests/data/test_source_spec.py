"""A source on one line: what is written is read back, and what is misused is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.errors import DataError
from mnist_tui.data.source_spec import SourceSpec, parse_spec

WORDS = st.from_regex(r"[a-zA-Z0-9./ ~_]{0,12}", fullmatch=True).map(str.strip)


@given(WORDS.filter(bool), WORDS, WORDS, WORDS, st.booleans())
def test_what_is_written_is_read_back(
    path: str, test: str, label: str, names: str, transpose: bool
) -> None:
    spec = SourceSpec(path, test, label, names, transpose=transpose)
    assert parse_spec(str(spec)) == spec


def test_a_path_of_any_other_kind_is_a_path() -> None:
    for path in ("mnist", "a--label b.csv", "two words.csv", "x --labels y"):
        assert parse_spec(path) == SourceSpec(path)


@pytest.mark.parametrize(
    "text", ["a.csv --label", "a.csv --transpose yes", "a.csv --test  --names b"]
)
def test_a_misused_option_is_told(text: str) -> None:
    with pytest.raises(DataError, match=r"^a\.csv: --"):
        parse_spec(text)
