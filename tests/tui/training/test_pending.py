"""What was chosen and what the run goes by are told apart, in the panel and in the status line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.training.pending import (
    NEXT_RUN,
    NEXT_UPDATE,
    RUN_FROM_HERE,
    Event,
    waiting_words,
)
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.footer import KeyFooter
from mnist_tui.tui.widgets.hyperparameters import FieldInput

from tests.helpers.app.app_driver import ENDLESS, Driver, opened
from tests.helpers.app.terminal_sizes import EVERY, at_sizes


def said(app: Driver, name: str) -> str:
    """What stands beside a field's value."""
    return str(app.find(f"#field-{name} .mark").render()).strip()


def value(app: Driver, name: str) -> str:
    return app.find(f"#field-{name}").query_exactly_one(FieldInput).value


def want(app: Driver, **chosen: Any) -> None:
    app.want(**chosen)
    app.app.main.show_run()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((60, 20), "now 10"),
        ((80, 24), "at r; now 10"),
        ((120, 40), "at r; now 10"),
        ((200, 60), "at the next run (r); now 10"),
    ],
)
async def test_a_width_that_waits_says_for_what_and_what_is_there_now(
    small: Dataset, size: tuple[int, int], words: str
) -> None:
    async with opened(small, size) as app:
        await app.make(1)
        want(app, hidden=(20,))
        await app.until(lambda: (value(app, "hidden"), said(app, "hidden")) == ("20", words))
        assert any(one in app.status for one in ("784-10-10", "784 pixels → 10 units → 10"))
        app.tap("r")
        await app.until(lambda: said(app, "hidden") == "↻")
        named = ("784-20-10", "784 pixels → 20 units → 10")
        await app.until(lambda: any(words in app.status for words in named))


async def test_a_finished_run_tells_the_alpha_it_went_by(small: Dataset) -> None:
    async with opened(small, (200, 60), iterations=6) as app:
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        want(app, alpha=0.5)
        await app.until(lambda: said(app, "alpha") == "at the next run (r); now 0.15")
        assert "α 0.15 " in app.status
        want(app, alpha=0.5, iterations=12)  # now it is one that goes on
        await app.until(lambda: said(app, "alpha") == "at the next update; now 0.15")
        assert "α 0.15→0.5 " in app.status
        assert "6/6" in app.status
        app.tap("space")
        await app.until(lambda: app.iteration == 12)
        await app.until_state(RunStatus.FINISHED)
        await app.until(lambda: "α 0.5 " in app.status and said(app, "alpha") == "")


async def test_after_a_schedule_the_status_line_tells_what_was_chosen(small: Dataset) -> None:
    async with opened(small, iterations=6, schedule="cosine") as app:
        app.app.session.train(3)
        await app.until_state(RunStatus.PAUSED)
        assert "α 0.075 " in app.status
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        assert "α 0.15 cosine " in app.status


async def test_in_the_past_live_fields_wait_for_the_run_from_there(small: Dataset) -> None:
    async with opened(small, (200, 60), iterations=ENDLESS) as app:
        await app.train(20)
        await app.press("left_square_bracket", "left_square_bracket")
        want(app, alpha=0.5)
        await app.until(lambda: said(app, "alpha") == "at the run from here (f); now 0.15")
        assert "Space fork" in app.lines(KeyFooter)[0]


@at_sizes(*EVERY)
async def test_the_status_line_fits_whatever_waits(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size, iterations=100_000, hidden=(100, 50)) as app:
        await app.make(1)
        want(app, alpha=0.0012)
        await app.until(lambda: said(app, "alpha") != "")
        line = app.status.rstrip()
        assert len(line) < size[0]
        assert "α 0.15" in line
        assert f"{app.progress.test_accuracy:.1%}" in line


async def test_the_last_row_says_pause_only_while_it_trains(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        assert "Space train" in app.lines(KeyFooter)[0]
        app.tap("space")
        await app.until(lambda: "Space pause" in "".join(app.lines(KeyFooter)))
        app.tap("m")
        await app.until(lambda: app.app.screen is not app.app.main)
        await app.until(lambda: "Space pause" in "".join(app.lines(KeyFooter)))
        app.tap("space")
        await app.until(lambda: "Space train" in "".join(app.lines(KeyFooter)))
        app.tap("escape")
        await app.until(lambda: app.app.screen is app.app.main)
        await app.until(lambda: "Space train" in "".join(app.lines(KeyFooter)))
    async with opened(small, iterations=6) as app:
        app.tap("space")
        await app.until_state(RunStatus.FINISHED)
        await app.until(lambda: "Space train" in "".join(app.lines(KeyFooter)))


@given(
    st.text("0123456789.", max_size=12),
    st.sampled_from([NEXT_RUN, NEXT_UPDATE, RUN_FROM_HERE]),
    st.integers(0, 60),
)
def test_what_waits_is_said_in_the_room_there_is(now: str, event: Event, room: int) -> None:
    words = waiting_words(now, event, room)
    assert len(words) <= max(room, len(event.short))
