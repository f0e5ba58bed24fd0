"""The last row tells the keys that act now, as many as fit, and presses the one that is clicked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.keymap.main_keys import KEYS
from mnist_tui.tui.terminal.driver import SlowLinkDriver
from mnist_tui.tui.widgets.footer import KeyFooter, KeyHint, hints_that_fit

from tests.helpers.app.app_driver import opened

WORDS = st.builds(
    KeyHint,
    st.lists(st.just(("k", "k")), min_size=1, max_size=2).map(tuple),
    st.text("abc", min_size=1, max_size=9),
    st.booleans(),
)


@given(st.lists(WORDS, max_size=20), st.integers(0, 200))
def test_what_is_shown_fits_in_its_order_and_what_is_needed_comes_first(
    words: list[KeyHint], columns: int
) -> None:
    chosen = hints_that_fit(words, columns)
    assert sum(told.width for told in chosen) <= columns, "a blank stands at the edge"
    places = [next(i for i, told in enumerate(words) if told is one) for one in chosen]
    assert places == sorted(places)
    if any(not told.is_needed for told in chosen):
        assert all(told in chosen for told in words if told.is_needed)


@pytest.mark.parametrize(("size", "spare"), [((80, 24), False), ((200, 60), True)])
async def test_a_wide_screen_tells_more(
    small: Dataset, size: tuple[int, int], *, spare: bool
) -> None:
    async with opened(small, size) as app:
        (line,) = app.lines(KeyFooter)
        told = {key.word for key in KEYS if key.word and not key.group}
        assert all(word in line for word in (*told, "alpha", "time", "digit"))
        for word in ("confusion", "weights", "draw", "mistake", "open", "export"):
            assert (word in line) is spare


async def test_a_click_presses_the_key(small: Dataset) -> None:
    async with opened(small) as app:
        (line,) = app.lines(KeyFooter)
        await app.pilot.click("KeyFooter", offset=(line.index("step"), 0))
        await app.until(lambda: app.iteration == 1)
        await app.pilot.click("KeyFooter", offset=(line.index("→"), 0))
        await app.until(lambda: app.index == 1)


async def test_the_names_of_arrows_stand_apart(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(small, (120, 40)) as app:
        monkeypatch.setattr(SlowLinkDriver, "ascii_only", True)  # opening has set it
        await app.press("v")
        await app.until(lambda: "Left Right Up Down move" in app.lines(KeyFooter)[0])


async def test_the_table_and_the_rooms_tell_their_own(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("t")
        await app.until(lambda: "remove" in app.lines(KeyFooter)[0])
        await app.press("escape", "m")
        await app.until(lambda: "stage" in app.lines(KeyFooter)[0])
        assert "remove" not in app.lines(KeyFooter)[0]
