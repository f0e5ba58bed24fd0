"""The sweep room: its numbers are the table's, it fills, and a cell's run is made again."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.cli.main import cli
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.datasets.loading import digest_of
from mnist_tui.tui.rooms.sweep.dialogs import NewSweepDialog, OpenSweepDialog, PictureDialog
from mnist_tui.tui.rooms.sweep.page import SweepPage
from mnist_tui.tui.rooms.sweep.room import SweepRoom
from mnist_tui.tui.rooms.sweep.welcome import BEGIN, IN_A_SHELL, WHAT, welcome
from mnist_tui.tui.screens.dialogs.help import HelpDialog
from mnist_tui.tui.sweep.axes import format_axis_value
from mnist_tui.tui.sweep.manifest import Manifest, read_manifest, write_manifest
from mnist_tui.tui.sweep.results import MODELS, ResultsWriter, SweepResult
from mnist_tui.tui.sweep.tasks import Answer, Request
from mnist_tui.tui.sweep.watch.opened import OpenSweep
from mnist_tui.tui.sweep.worker import make_run
from mnist_tui.tui.terminal.driver import SlowLinkDriver
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.footer import KeyFooter
from rich.style import Style
from textual.widgets import Input, Label

from tests.helpers.app.app_driver import Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.helpers.runs.sweep_folders import GRID, append, figures, made
from tests.helpers.runs.sweep_folders import result as result_of
from tests.helpers.runs.sweeps import requirements
from tests.manual.torture.sizes import redraw, resize

ALPHAS = ("0.01", "0.03162", "0.1", "0.3162", "1.0")


@asynccontextmanager
async def looked_at(
    small: Dataset, folder: Path, size: tuple[int, int] = (80, 24), **chosen: Any
) -> AsyncGenerator[tuple[Driver, SweepRoom]]:
    """The room, with a sweep."""
    async with opened(small, size, **chosen) as app:
        app.app.main.open_sweep(OpenSweep(folder))
        yield app, await enter(app)


async def enter(app: Driver) -> SweepRoom:
    """Go in, and wait until the sweep is read."""
    await app.press("W")
    room = app.app.screen
    assert isinstance(room, SweepRoom)
    await app.until(lambda: app.app.main.sweep is None or room.found)
    await app.settle()
    return room


def footer(app: Driver) -> str:
    """The keys that the footer lists."""
    return app.app.screen.query_one(KeyFooter).render_line(0).text


def text(app: Driver) -> str:
    """What the page shows."""
    return "\n".join(app.lines(SweepPage))


def words(app: Driver) -> str:
    """The same on one line."""
    return " ".join(text(app).split())


@given(st.integers(1, 220), st.integers(0, 70), st.sampled_from(["", "It is gone. " * 9]))
def test_what_a_sweep_is_fits_any_room(width: int, height: int, message: str) -> None:
    lines = welcome((width, height), lambda _: Style(), message=message, may_begin=True)
    shown = " ".join(line.plain for line in lines).split()
    if width >= 30:
        assert max(line.cell_len for line in lines) < width
        assert height < 6 or len(lines) <= height
        first = (message or WHAT).split()
        assert shown[: len(first)] == first
    if width >= 80 and height >= 30:
        assert "92.9" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_command_can_be_pasted_however_it_is_wrapped(width: int) -> None:
    lines = welcome((width, 60), lambda _: Style(), message="", may_begin=True)
    text = "\n".join(line.plain for line in lines)
    pasted = text[text.index("mnist-tui sweep") : text.index("mnist-tui --sweep")]
    assert " ".join(pasted.replace("\\\n", " ").split()) == BEGIN


def test_the_command_that_is_shown_is_taken_and_plans_as_many_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planned: list[int] = []

    def plan(manifest: Manifest) -> list[object]:
        cells = plan_of(manifest)
        planned.append(len(cells))
        raise click.ClickException("enough")

    plan_of = Manifest.plan
    monkeypatch.setattr(Manifest, "plan", plan)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.ClickException, match="enough"):
        cli.main([*shlex.split(BEGIN)[1:], "--quiet"], standalone_mode=False)
    assert f"{planned[0]} runs:" in IN_A_SHELL


@presses("W")
async def test_without_a_sweep_it_says_what_one_is_and_how_to_begin(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("W")
        await app.until(lambda: "many runs that differ" in words(app))
        assert "mnist-tui sweep --alpha" in words(app)
        assert "n begins a small one" in words(app)
        assert re.search(r"hidden +0\.01 ", text(app)), "the example does not fit"
        assert "across" not in footer(app)  # what is about cells waits for a sweep
        assert "new" in footer(app)
        await app.press(*"xybc.,", "enter", "tab", "left", "down", "E")
        await app.until(lambda: "nothing yet to write" in app.told)
        assert isinstance(app.app.screen, SweepRoom)
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpDialog)
        assert app.app.screen.asked.startswith("Sweep\n")
        await app.press("escape", "escape")
        assert app.app.screen is app.app.main


@at_sizes(*EVERY)
async def test_every_number_in_words_is_the_tables(
    small: Dataset, tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder, size) as (app, room):
        await app.press(*["up"] * 9, *["left"] * 9)
        for i, hidden in enumerate(("4", "9,6")):
            for alpha in ALPHAS:
                found = figures(folder, {"alpha": alpha, "hidden": hidden})
                said = words(app)
                assert f"alpha {float(alpha):g}, hidden {hidden.replace(',', '-')}" in said
                assert f"{found.diverged} diverged" in said or found.diverged == 3
                if not found.accuracies:
                    assert "every run diverged (3)" in said
                elif len(found.accuracies) == 1:
                    assert f"test accuracy {100 * found.mean:.2f} %, one run" in said
                else:
                    assert (
                        f"test accuracy {100 * found.mean:.2f} % ± {100 * found.spread:.2f}, "
                        f"spread of {len(found.accuracies)} runs"
                    ) in said
                if found.accuracies and size[0] > 60:
                    error = f"standard error of the test set {100 * found.test_error:.2f}"
                    assert error in said
                if size[0] > 60:
                    assert f"{found.seconds:.1f} s a run" in said
                await app.press("right")
            await app.press(*["left"] * 9, "down")
            assert room.looked_at.at is not None
            assert i < 2


@at_sizes((80, 24), (200, 60))
async def test_every_number_in_a_cell_is_the_tables(
    small: Dataset, tmp_path: Path, size: tuple[int, int]
) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder, size) as (app, _):
        rows = app.lines(SweepPage)
        for hidden in ("4", "9,6"):
            label = format_axis_value("hidden", tuple(map(int, hidden.split(","))))
            at = next(i for i, row in enumerate(rows) if re.match(rf"\s+{label}\s", row))
            for column, alpha in enumerate(ALPHAS):
                found = figures(folder, {"alpha": alpha, "hidden": hidden})
                cells = rows[at].replace("▸", "").split()[1:]
                if found.accuracies:
                    assert cells[column].startswith(f"{100 * found.mean:.2f}")
                else:
                    assert cells[column] == "✗"
                if len(found.accuracies) > 1:
                    assert f"±{100 * found.spread:.2f}" in rows[at + 1]
                if alpha == "1.0":
                    assert cells[column].endswith("✗" if hidden == "4" else "/")
        assert "◆ best" in text(app)
        best = max((figures(folder, {"alpha": a, "hidden": "9,6"}).mean, a) for a in ALPHAS[:-1])
        assert f"{100 * best[0]:.2f}◆" in text(app)


async def test_it_fills_while_the_sweep_runs(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep", count=4)
    async with looked_at(small, folder) as (app, _):
        assert "4 of 30 runs" in text(app)
        assert "· pending" in text(app)
        append(folder, GRID.plan()[4:10])
        await app.until(lambda: "10 of 30 runs" in text(app))
        assert "pending" not in text(app)
        await app.press("escape", "W")
        await app.until(lambda: "10 of 30 runs" in text(app))


async def test_what_is_across_down_held_and_pooled_is_chosen_by_keys(
    small: Dataset, tmp_path: Path
) -> None:
    plan = Manifest(
        "iterations=50",
        {"alpha": "0.1,0.3", "hidden": "4,9", "batch_size": "8,full", "seed": "0:2"},
    )
    async with looked_at(small, made(tmp_path / "sweep", plan)) as (app, room):

        async def chosen(*keys: str) -> str:
            await app.press(*keys)
            await app.until(lambda: room.looked_at.at is not None)
            choice = room.found.shown.choice if room.found else None
            assert choice is not None
            held = " ".join(f"{k}={format_axis_value(k, v)}" for k, v in choice.fixed.items())
            return f"{choice.column} {choice.row} {held}".strip()

        assert await chosen() == "alpha hidden"
        await app.until(lambda: "across" in footer(app))
        assert "▸ batch pooled (2) seed pooled (2)" in words(app)
        assert await chosen("full_stop") == "alpha hidden batch_size=8"
        assert "▸ batch 8" in text(app)
        assert "of 2 runs" in text(app)
        assert await chosen("full_stop") == "alpha hidden batch_size=full"
        assert await chosen("tab", "comma") == "alpha hidden batch_size=full seed=1"
        assert await chosen("y") == "alpha batch_size seed=1"
        assert await chosen("x", "x") == "batch_size hidden seed=1"
        assert await chosen("x") == "seed hidden"
        await app.press("c")
        assert "test accuracy over seed, a curve for each hidden" in text(app)


async def test_curves_show_every_mean_where_it_belongs(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder, (120, 40)) as (app, _):
        await app.press("c")
        rows = app.lines(SweepPage)
        axis = next(i for i, row in enumerate(rows) if "└" in row)
        ticks = [m.start() for m in re.finditer("┬", rows[axis])]
        assert len(ticks) == len(ALPHAS)
        assert [float(word) for word in rows[axis + 1].split()] == [float(a) for a in ALPHAS]
        levels = {
            float(found[1]): i
            for i, row in enumerate(rows)
            if (found := re.match(r" *(\d+)%┤", row))
        }
        top, bottom = max(levels), min(levels)
        for alpha, tick in zip(ALPHAS[:-1], ticks, strict=False):
            mean = 100 * figures(folder, {"alpha": alpha, "hidden": "9,6"}).mean
            share = (top - mean) / (top - bottom)
            wanted = levels[top] + share * (levels[bottom] - levels[top])
            drawn = [i for i in range(3, axis) if "⠀" < rows[i][tick] <= "⣿"]
            assert min(abs(i - wanted) for i in drawn) <= 1, f"{alpha}: {wanted}, {drawn}"
        assert "✗" in rows[axis - 1][ticks[-1] - 1 : ticks[-1] + 2]


async def test_enter_makes_the_run_of_the_cell_again(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    write_manifest(folder, with_data(folder, digest_of(small)))
    async with looked_at(small, folder) as (app, _):
        await app.press("b", "left", "up", "enter")
        assert app.app.screen is app.app.main
        await app.until(lambda: app.app.session.snapshot().run and app.iteration == 50)
        run = app.app.session.snapshot().hyperparameters
        assert (run.alpha, run.hidden, run.seed, run.iterations) == (0.1, (4,), 0, 50)
        assert "This run again: alpha=0.1 iterations=50 hidden=4." in app.told
        await app.press("W")
        await app.until(lambda: "alpha 0.1, hidden 4" in text(app))  # where it was left


def kept(folder: Path, small: Dataset, source: Path) -> SweepResult:
    """Make the first run of the grid, as a worker does, and keep its model as the sweep does."""
    (cell,), one = GRID.plan()[:1], made(folder, count=0)
    needs, request = requirements(small, source), Request(cell.recipe, 50, returns_state=True)
    answer = make_run(asdict(needs), asdict(request))
    assert isinstance(answer, Answer)
    assert answer.state is not None
    (one / MODELS).mkdir()
    (one / MODELS / "first.npz").write_bytes(answer.state)
    result = replace(
        result_of(cell), model="first.npz", test_accuracy=answer.test_accuracy, diverged_at=None
    )
    with ResultsWriter(folder) as table:
        table.append([result])
    return result


async def test_enter_shows_the_model_that_the_sweep_kept(
    small: Dataset, tmp_path: Path, folder: Path
) -> None:
    result = kept(tmp_path / "sweep", small, folder)
    saved = checkpoint.load(tmp_path / "sweep" / MODELS / "first.npz")
    async with looked_at(small, tmp_path / "sweep") as (app, room):
        await app.press("b", "enter")
        await app.until(lambda: app.app.screen is app.app.main)
        await app.until(lambda: app.iteration == 50)
        seen = app.app.session.snapshot()
        assert seen.run is not None
        assert seen.parameters is not None
        assert seen.history is not None
        assert (seen.state, seen.run.begun) == (RunStatus.FINISHED, "sweep sweep")
        assert seen.parameters.vector.tobytes() == saved.vector.tobytes()
        assert seen.history.rows().tobytes() == saved.history.tobytes()
        assert f"From its model: {result.cell.recipe}. In the sweep it reached" in app.told
        await app.press("r")  # beside it, another run
        await app.until(lambda: len(app.app.session.runs()) > 1)
        assert seen.run.number in [one.run.number for one in app.app.session.runs() if one.run]
        assert not room.is_attached


@pytest.mark.parametrize("damage", ["missing", "cut", "another"])
async def test_without_a_model_that_is_this_runs_enter_makes_it_again(
    small: Dataset, tmp_path: Path, folder: Path, damage: str
) -> None:
    result = kept(tmp_path / "sweep", small, folder)
    path = tmp_path / "sweep" / MODELS / "first.npz"
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        other = ((0, replace(result.cell.hyperparameters, alpha=0.5)),)
        checkpoint.save(replace(checkpoint.load(path), hyperparameter_log=other), path)
    async with looked_at(small, tmp_path / "sweep") as (app, _):
        await app.press("b", "enter")
        await app.until(lambda: app.app.screen is app.app.main)
        await app.until(lambda: app.iteration == 50)
        seen = app.app.session.snapshot()
        assert seen.run is not None
        assert seen.run.begun == "seed 0"
        assert "This run again" in app.told
        assert "Its model cannot be used" in app.told


async def test_enter_makes_a_run_that_is_still_pending(small: Dataset, tmp_path: Path) -> None:
    async with looked_at(small, made(tmp_path / "sweep", count=0)) as (app, _):
        await app.until(lambda: "no run has ended here yet" in text(app))
        await app.press("right", "right", "down", "enter")
        await app.until(lambda: app.app.session.snapshot().hyperparameters.hidden == (9, 6))
        assert app.app.session.snapshot().hyperparameters.alpha == 0.1
        assert "has not made it yet" in app.told


async def test_a_sweep_of_other_data_begins_no_run(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    write_manifest(folder, with_data(folder, "0" * 64))
    async with looked_at(small, folder) as (app, room):
        assert "of other data" in text(app)
        await app.press("enter")
        assert app.app.screen is room
        assert "This sweep is of other data" in app.told


def with_data(folder: Path, sha256: str) -> Manifest:
    manifest = read_manifest(folder)
    assert manifest is not None
    return replace(manifest, sha256=sha256, data="clothes")


async def test_a_folder_is_opened_by_its_path(small: Dataset, tmp_path: Path) -> None:
    made(tmp_path / "sweep", count=4)
    async with looked_at(small, made(tmp_path / "before")) as (app, room):
        await app.press("o")
        app.app.screen.query_one(Input).value = str(tmp_path / "nothing")
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, OpenSweepDialog))
        dialog = app.app.screen
        complaint = dialog.query_one(".complaint", Label)
        await app.until(lambda: "is not the folder of a sweep" in str(complaint.render()))
        dialog.query_one(Input).value = str(tmp_path / "sweep")
        await app.press("enter")
        await app.until(lambda: app.app.screen is room and "4 of 30 runs" in text(app))


async def test_a_table_that_is_damaged_is_told(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder) as (app, _):
        with (folder / "results.csv").open("a") as table:
            table.write("x,y\n")
        await app.until(lambda: "line 32 has 2 cells" in words(app))
        assert "30 of 30 runs" in text(app)


async def test_the_heat_map_is_written_as_a_picture(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder) as (app, room):
        for name, complaint in (
            ("picture.gif", "expected a name that ends in .svg"),
            ("a.svg", ""),
        ):
            await app.press("E")
            dialog = app.app.screen
            assert isinstance(dialog, PictureDialog)
            dialog.query_one(Input).value = str(tmp_path / name)
            await app.press("enter")
            if complaint:
                assert complaint in str(dialog.query_one(".complaint", Label).render())
                await app.press("escape")
        await app.until(lambda: "Written" in app.told)
        assert app.app.screen is room
        svg = (tmp_path / "a.svg").read_text()
        for alpha in ALPHAS[:-1]:
            found = figures(folder, {"alpha": alpha, "hidden": "4"})
            assert f">{100 * found.mean:.2f}<" in svg
            assert f">±{100 * found.spread:.2f}<" in svg
        (tmp_path / "a.svg").write_text("mine")
        await app.press("E")
        app.app.screen.query_one(Input).value = str(tmp_path / "a.svg")
        await app.press("enter", "n")  # it exists: no
        assert app.app.screen is room
        assert (tmp_path / "a.svg").read_text() == "mine"


async def test_a_small_sweep_runs_in_the_background_and_ends_with_the_app(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    module = "mnist_tui.tui.rooms.sweep"
    monkeypatch.setattr(f"{module}.folder_actions.find_spec", find(None))
    async with opened(small, alpha=0.2, hidden=(7,)) as app:
        room = await enter(app)
        await app.press("n")
        assert "pip install 'mnist-tui[sweep]'" in app.told
        monkeypatch.setattr(f"{module}.folder_actions.find_spec", find(object()))
        # What would be the sweep writes its own arguments to where Python says why it failed.
        code = "import sys, time; sys.stderr.write(' '.join(sys.argv[1:])); time.sleep(99)"
        monkeypatch.setattr(f"{module}.folder_actions.PROGRAM", (sys.executable, "-c", code))
        await app.press("n")
        dialog = app.app.screen
        assert isinstance(dialog, NewSweepDialog)
        said = str(dialog.query_one(".cost", Label).render())
        assert said.startswith("21 runs, about ")
        command = str(dialog.query_one(".command", Label).render())
        assert command.startswith("mnist-tui sweep --alpha 0.02:2:log7 --iterations ")
        assert " --hidden 7 --seed 0:3 --data small --out " in command
        dialog.query_one(Input).value = "alpha=0.1:1"
        await app.until(lambda: "say how many" in str(dialog.query_one(".complaint").render()))
        dialog.query_one(Input).value = "alpha=0.1,0.2 iterations=3"
        await app.until(lambda: str(dialog.query_one(".cost").render()).startswith("2 runs"))
        await app.press("enter")
        assert app.app.screen is room
        background = app.app.main.background_sweep
        assert background is not None
        await app.until(lambda: "running" in text(app))
        assert background.folder.parent == tmp_path / "mnist-tui" / "sweeps"
        await app.press("n")
        assert "A sweep is running" in app.told
        await app.press("k")
        await app.until(lambda: "stopped" in text(app))
        assert not background.is_running
        await app.press("k")
        assert "No sweep runs" in app.told
        await app.press("n", "enter")
        last = app.app.main.background_sweep
        assert last is not None
        assert last is not background
        assert last.is_running
    await asyncio.to_thread(app.app.put_away)
    assert not last.is_running


def find(spec: object) -> Callable[[str], object]:
    """Return a function that finds this, whatever it is asked for."""

    def find_spec(_: str) -> object:
        return spec

    return find_spec


class Kiosk(MnistApp):
    """A kiosk with a dataset at hand."""

    def __init__(self, dataset: Dataset) -> None:
        self._small = dataset
        super().__init__(None, ((0, GRID.base[0][1]),), AppOptions(threads=1, kiosk=True))

    def _load(self) -> Dataset:
        return self._small


async def test_a_kiosk_neither_begins_nor_opens_sweeps(small: Dataset) -> None:
    app = Kiosk(small)
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)  # pyright: ignore[reportArgumentType]: asked for its screen alone
        await driver.until(lambda: app.session.snapshot().progress is not None)
        await driver.press("W")
        await driver.until(lambda: "On this terminal no sweep can be" in words(driver))
        await driver.press("n", "o", "E")
        assert isinstance(app.screen, SweepRoom)


MANY = Manifest("iterations=50", {"alpha": "0.001:1:log40", "hidden": "8:512:log25", "seed": "0:3"})
LONG = Manifest(
    "iterations=50", {"alpha": "0.1,1", "hidden": "1000-1000-1000-500-250-125-60-30,128-64-32-16"}
)


@pytest.mark.parametrize("is_ascii", [False, True])
async def test_forty_values_and_thousands_of_runs_fit(
    small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_ascii: bool
) -> None:
    async with looked_at(small, made(tmp_path / "sweep", MANY)) as (app, room):
        monkeypatch.setattr(SlowLinkDriver, "ascii_only", is_ascii)
        monkeypatch.setattr(SlowLinkDriver, "colorless", True)
        room.draw()
        rows = app.lines(SweepPage)
        shades = re.escape(":-=+%#@" if is_ascii else "░▒▓█")
        cells = [row for row in rows[2:] if re.match(rf" +\d+ [ ▸][{shades}]{{20}}", row)]
        assert len(cells) >= 10  # all columns, and as many rows as there is room for
        assert all(len(row[16:56].rstrip()) == 40 for row in cells)
        assert len({row[16:56] for row in cells}) > 1
        assert "✗" in "".join(row[55] for row in cells)
        assert "3000 of 3,000" not in text(app)
        assert "3,000 of 3,000 runs" in text(app)


async def test_long_architectures_are_shortened_but_told_whole(
    small: Dataset, tmp_path: Path
) -> None:
    folder = made(tmp_path / "sweep", LONG)
    async with looked_at(small, folder) as (app, _):
        await app.press("down", "left")
        assert re.search(r"1000-1000\S*…\S*60-30 ▸", text(app))
        assert "hidden 1000-1000-1000-500-250-125-60-30" in words(app)


@pytest.mark.parametrize("plan", [GRID, LONG], ids=["grid", "long"])
async def test_no_size_breaks_it(small: Dataset, tmp_path: Path, plan: Manifest) -> None:
    count = len(plan.plan()) * 2 // 3
    async with looked_at(small, made(tmp_path / "sweep", plan, count)) as (app, room):
        for _ in range(2):
            redraw(app, product((0, 1, 5, 17, 80), (0, 1, 3, 6, 13, 60)))
            await app.press("c")
        for size in ((1, 1), (20, 6), (60, 10), (200, 60), (80, 24)):
            await resize(app, *size)
            await app.press("down", "right")
        assert app.app.screen is room


async def test_a_low_pane_shows_what_matters_most(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")
    async with looked_at(small, folder, (60, 10)) as (app, _):
        found = figures(folder, {"alpha": "0.3162", "hidden": "9,6"})
        assert f"{100 * found.mean:.2f} % ± {100 * found.spread:.2f}" in text(app)
        assert "alpha 0.3162, hidden 9-6" in text(app)


async def test_a_click_moves_the_cursor(small: Dataset, tmp_path: Path) -> None:
    async with looked_at(small, made(tmp_path / "sweep")) as (app, _):
        rows = app.lines(SweepPage)
        y = next(i for i, row in enumerate(rows) if row.strip().startswith("4 "))
        x = rows[1].index("0.0316")
        await app.pilot.click(SweepPage, offset=(x, y))
        await app.until(lambda: "alpha 0.03162, hidden 4" in text(app))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--kiosk", "--sweep", "."), "--kiosk reads no files"),
        (("--at", "digit=1 | alpha=1", "--sweep", "."), "--at sets what is shown"),
        (("--sweep", "nowhere/at/all"), "there is no folder nowhere/at/all"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: tuple[str, ...], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        cli.main(options, standalone_mode=False)


async def test_from_the_command_line_it_opens_at_once(small: Dataset, tmp_path: Path) -> None:
    folder = made(tmp_path / "sweep")

    class Shown(MnistApp):
        def _load(self) -> Dataset:
            return small

    app = Shown(None, GRID.base, AppOptions(sweep=folder))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        driver = Driver(app, pilot)  # pyright: ignore[reportArgumentType]: asked for its screen alone
        await driver.until(lambda: isinstance(app.screen, SweepRoom))
        await driver.until(lambda: app.screen.query(SweepPage))
        await driver.until(lambda: "30 of 30 runs" in text(driver))
