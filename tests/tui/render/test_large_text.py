"""Letters of several cells: each in its own, in the line's styles."""

from __future__ import annotations

from string import ascii_letters, digits, punctuation

import pytest
from mnist_tui.tui.render.large_text import COLUMNS, ROWS, enlarged
from rich.console import Console
from rich.style import Style
from rich.text import Text

CONSOLE = Console()


def rows(words: str) -> list[str]:
    return [line.plain for line in enlarged(Text(words), CONSOLE)]


@pytest.mark.parametrize("words", ["A", "Two words.", "α → ▸ … é ?"])
def test_every_character_has_its_cells(words: str) -> None:
    drawn = rows(words)
    assert len(drawn) == ROWS
    assert {len(row) for row in drawn} == {COLUMNS * len(words)}


def test_no_two_characters_look_alike() -> None:
    characters = ascii_letters + digits + punctuation
    pictures = {"\n".join(rows(character)) for character in characters}
    assert len(pictures) == len(characters)
    assert not "".join(rows(" ")).strip()
    assert rows("→") == rows(">")


def test_styles_and_what_a_click_presses_stay() -> None:
    line = Text.assemble(("F2", Style(bold=True, meta={"press": "f2"})), " yes")
    for row in enlarged(line, CONSOLE):
        (span,) = (span for span in row.spans if span.style)
        assert isinstance(span.style, Style)
        assert (span.start, span.end) == (0, 2 * COLUMNS)
        assert span.style.meta == {"press": "f2"}
