"""The runs table: to look at, to go on from, to name and to clear, by key or mouse."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.tui.screens.dialogs.prompts import MAX_NAME_LENGTH, ConfirmDialog, NameDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.runs_table import COLUMNS, RunTable
from textual.widgets import Input

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses


def table(app: Driver) -> RunTable:
    found = app.find("RunTable")
    assert isinstance(found, RunTable)
    return found


def row(app: Driver, number: int) -> dict[str, str]:
    """What the table says of a run."""
    cells = [cell.plain.strip() for cell in table(app).get_row(str(number))]
    return dict(zip(COLUMNS, cells, strict=True))


async def two_runs(app: Driver) -> None:
    """Run 1 with 12 updates, then run 2, the current one, with 7."""
    await app.train(12)
    await app.begin(alpha=0.5, seed=3)
    assert app.numbers == [1, 2]
    await app.train(7)


@presses("t")
async def test_t_goes_into_the_runs_table_and_out_of_it(small: Dataset) -> None:
    async with opened(small) as app:
        assert not app.find("#runs").display
        await two_runs(app)
        await app.press("t")
        assert app.find("#runs").display
        assert table(app).has_focus
        assert row(app, 1) | {"time": "", "best": "", "last": ""} == {
            "": "• 1", "name": "run 1", "network": "784-10-10", "alpha": "0.15",
            "optimizer": "gd", "seed": "0", "updates": "12", "best": "", "last": "", "time": "",
            "  begun from": "seed 0",
        }  # fmt: skip
        assert (row(app, 2)[""], row(app, 2)["alpha"]) == ("▶ 2", "0.5")
        best = app.app.session.runs()[0].best
        assert best is not None
        assert row(app, 1)["best"] == f"{best.test_accuracy:.2%}"
        await app.press("t")
        assert not app.find("#runs").display
        assert app.app.focused is None


async def test_enter_goes_on_from_the_run_under_the_cursor(small: Dataset) -> None:
    async with opened(small) as app:
        await two_runs(app)
        await app.press("t", "up", "enter")
        await app.until(lambda: app.iteration == 12)
        await app.until(lambda: "12/1500" in app.status)
        assert not app.find("#runs").display
        assert app.app.session.wanted.alpha == 0.15
        await app.train(1)
        assert (app.iteration, app.numbers, app.progress.alpha) == (13, [1, 2], 0.15)


async def test_a_second_click_on_a_row_goes_on_from_it(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await two_runs(app)
        await app.until(lambda: table(app).row_count == 2)
        await app.pilot.click("RunTable", offset=(8, 1))
        assert table(app).has_focus
        assert table(app).cursor_row == 0
        assert app.iteration == 7
        await app.pilot.click("RunTable", offset=(8, 1))
        await app.until(lambda: app.iteration == 12)


@presses("v")
async def test_v_hides_a_run_from_the_chart_and_shows_it_again(small: Dataset) -> None:
    async with opened(small, (120, 40)) as app:
        await two_runs(app)
        app.app.workspace.at = 5
        await app.pilot.pause()
        assert "1 run 1" in "\n".join(app.lines(Chart))
        await app.press("t", "up", "v")
        assert row(app, 1)[""] == "1"
        assert "1 run 1" not in "\n".join(app.lines(Chart))
        await app.press("v")
        assert row(app, 1)[""] == "• 1"
        assert "1 run 1" in "\n".join(app.lines(Chart))


@presses("n")
@pytest.mark.parametrize(
    "name", ["[/] [red]x", "\x1b[2J\u202e", "a\tb", "長い名前" * 5, "-" * 60, "'; q"]
)
async def test_a_run_can_be_called_anything(small: Dataset, name: str) -> None:
    async with opened(small, (120, 40)) as app:
        await two_runs(app)
        await app.press("t", "n")
        asking = app.app.screen
        assert isinstance(asking, NameDialog)
        asking.query_one(Input).value = name[:MAX_NAME_LENGTH]
        await app.press("enter")
        assert app.app.screen is app.app.main
        await app.until(lambda: row(app, 2)["name"] != "run 2")
        shown = row(app, 2)["name"]
        assert shown.isprintable()
        app.app.workspace.at = 5
        await app.pilot.pause()
        assert all(line.isprintable() for line in app.lines(Chart))
        await app.press("delete")
        await app.until(lambda: "current run" in app.told)


@pytest.mark.parametrize(("typed", "leaves"), [("", "enter"), ("   ", "enter"), ("x", "escape")])
async def test_a_run_keeps_its_name_if_none_is_given(
    small: Dataset, typed: str, leaves: str
) -> None:
    async with opened(small) as app:
        await app.press("t", "n")
        app.app.screen.query_one(Input).value = typed
        await app.press(leaves)
        assert row(app, 1)["name"] == "run 1"


@presses("delete", "backspace")
@pytest.mark.parametrize("key", ["delete", "backspace"])
async def test_a_run_is_removed_only_if_that_is_meant(small: Dataset, key: str) -> None:
    async with opened(small) as app:
        await two_runs(app)
        for no in ("n", "escape", "q"):
            await app.press("t", "up", key)
            assert isinstance(app.app.screen, ConfirmDialog)
            await app.press(no)
            assert app.numbers == [1, 2]
            await app.press("t")
        await app.press("t", "up", key)
        assert "▸ n, Enter" in str(app.app.screen.query_one(".window").border_subtitle)
        await app.press("enter")
        assert app.numbers == [1, 2]
        await app.press("t")
        await app.press("t", "up", key, "y")
        await app.until(lambda: app.numbers == [2])
        await app.until(lambda: table(app).row_count == 1)


async def test_number_and_name_stay_when_the_table_is_scrolled(small: Dataset) -> None:
    async with opened(small) as app:
        await two_runs(app)
        await app.press("t", *["right"] * 30)
        await app.until(lambda: table(app).scroll_x > 0)
        rows = ["".join(segment.text for segment in table(app).render_line(y)) for y in (1, 2)]
        assert [row[:12].strip() for row in rows] == ["• 1 run 1", "▶ 2 run 2"]
        assert rows[0].rstrip().endswith("seed 0")


async def test_the_current_run_cannot_be_removed(small: Dataset) -> None:
    async with opened(small) as app:
        await two_runs(app)
        await app.press("t", "down", "delete")
        await app.until(lambda: "This is the current run" in app.told)
        assert app.numbers == [1, 2]


async def test_the_table_is_kept_up_to_date_while_it_trains(small: Dataset) -> None:
    async with opened(small, (120, 40), iterations=ENDLESS) as app:
        app.tap("space")
        await app.until(lambda: app.numbers == [1] and int(row(app, 1)["updates"]) > 20)
        before = int(row(app, 1)["updates"])
        app.tap("r")
        await app.until(lambda: app.numbers == [1, 2])
        await app.until(lambda: table(app).row_count == 2 and int(row(app, 2)["updates"]) > 5)
        assert int(row(app, 1)["updates"]) >= before
        app.tap("space")
        await app.until_state(RunStatus.PAUSED)


async def test_the_table_rests_out_of_sight_and_is_right_once_it_is_seen(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(3)
        assert table(app).row_count == 0  # at 80 × 24 the digit stands in its place
        await app.press("t")
        await app.until(lambda: table(app).row_count == 1)
        assert row(app, 1)["updates"] == "3"
        await app.press("t")
        await app.until(lambda: not table(app).is_on_screen)
        await app.make(2)
        assert row(app, 1)["updates"] == "3"
        await app.press("t")
        await app.until(lambda: row(app, 1)["updates"] == "5")
