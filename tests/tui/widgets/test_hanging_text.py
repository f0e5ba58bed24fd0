"""Entries of lists: a wrapped line stands under the words that it continues."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.widgets.hanging_text import HangingText
from textual.widgets import OptionList

from tests.helpers.app.app_driver import opened

WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join)


@given(WORDS, st.integers(0, 30), st.integers(1, 60))
def test_no_word_is_lost_at_any_width_and_every_line_fits(
    words: str, indent: int, width: int
) -> None:
    lines = HangingText(words, indent).wrapped(width).plain.splitlines()
    assert "".join("".join(lines).split()) == "".join(words.split())
    if width > 2:
        assert all(len(line) <= width for line in lines)


def test_lines_hang_below_a_key_and_blanks_between_stay() -> None:
    entry = HangingText("v     the whole network\n  as a picture of it", 6)
    assert entry.wrapped(20).plain.splitlines() == [
        "v     the whole",
        "      network",
        "  as a picture of it",
    ]


@pytest.mark.parametrize(("key", "indent"), [("M", 6), ("L", 4), ("p", 2), ("E", 20)])
async def test_lists_in_a_narrow_terminal_hang(small: Dataset, key: str, indent: int) -> None:
    async with opened(small, (40, 12)) as app:
        app.tap(key)
        await app.until(lambda: app.app.screen.query(OptionList))
        await app.settle()
        entries = app.app.screen.query_one(OptionList)
        rows = [entries.render_line(y).text for y in range(entries.size.height)]
        heads = [str(option.prompt).split()[0] for option in entries.options]
        continued = [
            row for row in rows if row.strip() and not any(row.split()[0] == head for head in heads)
        ]
        assert continued
        assert all(len(row) - len(row.lstrip()) >= indent for row in continued)
