"""Other data opened inside the app: read beside the screen, refused in one line, begun on."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.app import MnistApp
from mnist_tui.tui.config.app_options import AppOptions
from mnist_tui.tui.config.settings import MAX_RECENT, recent_sources, remember_source
from mnist_tui.tui.datasets import paths
from mnist_tui.tui.datasets import progress as reading
from mnist_tui.tui.keymap.main_keys import FILE_ACTIONS, KEYS
from mnist_tui.tui.screens.dialogs.help import HelpDialog, HelpText
from mnist_tui.tui.screens.dialogs.open_data import OpenDataDialog, TransposeSwitch
from mnist_tui.tui.screens.dialogs.prompts import ConfirmDialog
from mnist_tui.tui.storage import catalog
from mnist_tui.tui.storage.catalog import sessions
from mnist_tui.tui.storage.resume import SessionFolder
from mnist_tui.tui.storage.store import SessionStore
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.path_input import PathInput
from mnist_tui.tui.widgets.runs_table import RunsPanel, RunTable
from mnist_tui.tui.widgets.transpose_preview import TransposePreview
from textual.widgets import Label, OptionList

from tests.helpers.app.app_driver import Driver, SmallApp, opened, presses
from tests.helpers.datasets.source_files import csv_text, write_album
from tests.helpers.datasets.synthetic_data import SETS, SHAPES
from tests.helpers.support import write_folder


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions and parsed tables of these tests' own."""
    for what in ("STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{what}_HOME", str(tmp_path_factory.mktemp(what.lower())))


@pytest.fixture
def table(small: Dataset, tmp_path: Path) -> Path:
    """Forty digits as Kaggle's train.csv has them."""
    path = tmp_path / "digits.csv"
    path.write_text(csv_text(small.train.images[:40], small.train.labels[:40].tolist()))
    return path


class KeptApp(SmallApp):
    """The small app, but its session is on disk."""

    def __init__(self, dataset: Dataset, **chosen: Any) -> None:
        super().__init__(dataset)
        self._small = dataset
        log = ((0, Hyperparameters(**chosen)),)
        MnistApp.__init__(self, "mnist", log, AppOptions(), SessionFolder(catalog.create_session()))


@asynccontextmanager
async def kept(dataset: Dataset, **chosen: Any) -> AsyncGenerator[Driver]:
    """An app with a session on disk, open and ready."""
    app = KeptApp(dataset, **chosen)
    async with app.run_test(size=(80, 24)) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.session.snapshot().progress is not None)
        await driver.until(lambda: driver.loaded)
        yield driver


async def asked(app: Driver, source: str | Path) -> OpenDataDialog:
    """The window, with this in its field and Enter pressed."""
    await app.press("O")
    window = app.app.screen
    assert isinstance(window, OpenDataDialog)
    window.query_one(PathInput).value = str(source)
    await app.press("enter")
    return window


def complaint(window: OpenDataDialog) -> str:
    """What the window says is wrong."""
    return str(window.query_one(".complaint", Label).content)


def offered(window: OpenDataDialog) -> list[str | None]:
    """The choices under the field."""
    return [option.id for option in window.query_one(OptionList).options]


async def begun_on(app: Driver, pixels: int, classes: int) -> None:
    """Wait until a network for these data stands on the screen."""
    await app.until(lambda: app.app.screen is app.app.main)
    words = f"{pixels} pixels → 10 units → {classes} "
    await app.until(lambda: app.status.strip().startswith((f"{pixels}-10-{classes} ", words)))
    await app.until(lambda: app.loaded)


@presses("O")
async def test_a_table_is_opened_and_a_new_session_trains_on_it(
    small: Dataset, table: Path
) -> None:
    async with kept(small, alpha=0.3) as app:
        before = app.app.session
        await app.make(3)
        app.app.workspace.rename(1, "first")
        app.app.workspace.hidden |= {1}
        app.app.workspace.index = 150
        await asked(app, table)
        await app.until(lambda: app.app.session is not before)
        await begun_on(app, 784, 10)
        now = app.app.session
        assert now.dataset is not None
        assert now.dataset.name == "digits.csv"
        assert app.iteration == 0
        assert app.index == 0
        assert now.wanted == Hyperparameters(alpha=0.3)
        assert not app.app.workspace.hidden
        assert app.app.workspace.names == {1: "run 1"}
        await app.press("t")
        table_of_runs = app.app.main.query_one(RunsPanel).query_one(RunTable)
        await app.until(lambda: table_of_runs.row_count == 1)
        await app.press("t")
        await app.make(2)
        assert recent_sources() == [str(table)]
        assert not before.is_training
    assert {SessionStore(path).manifest().source for path in sessions()} == {"mnist", str(table)}


async def test_the_runs_before_are_on_disk_with_all_they_learnt(
    small: Dataset, table: Path
) -> None:
    async with kept(small) as app:
        await app.make(3)
        learnt = app.parameters.vector.copy()
        await asked(app, table)
        await begun_on(app, 784, 10)
    stores = {store.manifest().source: store for store in map(SessionStore, sessions())}
    runs = stores["mnist"].runs(stores["mnist"].manifest())
    assert [kept.run.iteration for kept in runs] == [3]
    assert runs[0].run.vector.tolist() == learnt.tolist()


async def test_images_of_other_sides_with_named_classes(small: Dataset, tmp_path: Path) -> None:
    shapes = SETS["8 × 8, three named classes"]
    write_album(tmp_path / "shapes", shapes.train, 8, list(SHAPES))
    async with opened(small, batch_size=400) as app:
        await asked(app, tmp_path / "shapes")
        await begun_on(app, 64, 3)
        assert app.app.session.wanted == Hyperparameters(), "a batch of 400 is too large"
        assert any(name in app.lines(Digit)[0] for name in SHAPES)
        await app.make(1)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("no.csv", None, "does not exist"),
        ("empty", b"", "is empty"),
        ("text.csv", b"label,pixel0\nx,y\n", "text.csv"),
        ("cut.gz", b"\x1f\x8b\x08\0cut", "cut.gz"),
        ("\x1b[31m.csv", b"a,b\n1,2\n", "?[31m.csv"),
    ],
)
async def test_what_is_wrong_is_said_in_the_window_and_the_data_stay(
    small: Dataset, tmp_path: Path, name: str, content: bytes | None, found: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    async with opened(small) as app:
        before = app.app.session
        window = await asked(app, tmp_path / name)
        await app.until(lambda: complaint(window))
        assert found in complaint(window)
        assert "\n" not in complaint(window)
        assert "\x1b" not in complaint(window)
        assert app.app.screen is window
        await app.press("escape")
        assert app.app.session is before
        await app.make(1)
        assert recent_sources() == []


async def test_escape_gives_up_a_reading_and_nothing_freezes(
    small: Dataset, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, free = threading.Event(), threading.Event()

    def slow(self: reading.LoadTask) -> Dataset:
        self.note(30, 100)
        going.set()
        free.wait(10)
        self.note(60, 100)
        return small

    monkeypatch.setattr(reading.LoadTask, "dataset", slow)
    async with opened(small) as app:
        before = app.app.session
        window = await asked(app, table)
        await app.until(going.is_set)
        progress = window.query_one(".progress", Label)
        await app.until(lambda: " 30% " in str(progress.content))
        assert progress.display
        await app.press("escape")
        assert app.app.screen is window
        assert "Given up" in complaint(window)
        free.set()
        await app.press("escape")
        assert app.app.screen is app.app.main
        await app.make(1)
        assert app.app.session is before


async def test_tab_and_the_arrow_complete_what_lies_there(small: Dataset, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("train-a.csv", "train-b.csv", ".hidden"):
        (tmp_path / "data" / name).write_text("")
    async with opened(small) as app:
        await app.press("O")
        window = app.app.screen
        assert isinstance(window, OpenDataDialog)
        field = window.query_one(PathInput)
        field.put(f"{tmp_path}/da")
        await app.press("tab")
        await app.until(lambda: field.value == f"{tmp_path}/data/")
        both = [f"{tmp_path}/data/train-{x}.csv" for x in "ab"]
        await app.until(lambda: offered(window) == both)
        await app.press("tab")
        await app.until(lambda: field.value == f"{tmp_path}/data/train-")
        await app.until(lambda: offered(window) == both)
        await app.pilot.pause()
        await app.press("right")
        assert field.value == both[0]
        field.put(f"{tmp_path}/data/.")
        await app.until(lambda: offered(window) == [f"{tmp_path}/data/.hidden"])


async def test_known_sources_are_offered_and_chosen_with_the_arrows(
    small: Dataset, table: Path
) -> None:
    remember_source(str(table))
    async with opened(small) as app:
        await app.press("O")
        window = app.app.screen
        assert isinstance(window, OpenDataDialog)
        assert offered(window) == ["mnist", str(table)]
        await app.press("down", "down", "up", "up", "down", "down", "enter")
        await app.until(lambda: app.app.screen is app.app.main)
        await app.until(lambda: app.app.session.dataset is not None)
        assert app.app.session.dataset is not None
        assert app.app.session.dataset.name == "digits.csv"


async def test_runs_that_cannot_be_saved_are_not_lost_unasked(small: Dataset, table: Path) -> None:
    async with opened(small) as app:
        before = app.app.session
        await app.make(1)
        for answer, goes_on in (("n", False), ("y", True)):
            await asked(app, table)
            await app.until(lambda: isinstance(app.app.screen, ConfirmDialog))
            await app.press(answer)
            await app.until(lambda: app.app.screen is app.app.main)
            assert (app.app.session is not before) == goes_on


async def test_data_are_changed_again_and_again_while_it_trains(
    small: Dataset, table: Path
) -> None:
    async with kept(small, iterations=1_000_000) as app:
        for source in (table, table, table):
            await app.press("space")
            await app.until(lambda: app.iteration > 3)
            before = app.app.session
            await asked(app, source)
            await app.until(lambda before=before: app.app.session is not before)
            await begun_on(app, 784, 10)
            assert app.app.session.snapshot().state is RunStatus.READY
        assert len(sessions()) >= 3


async def test_strangers_get_no_files(small: Dataset) -> None:
    app = SmallApp(small)
    app.main.may_touch_files = False
    offers = {command.title.lower() for command in app.get_system_commands(app.main)}
    for key in KEYS:
        assert (key.help.lower() in offers) == (key.action not in FILE_ACTIONS)
    assert not MnistApp(
        None, ((0, Hyperparameters()),), AppOptions(kiosk=True)
    ).main.may_touch_files
    async with opened(small) as driver:
        driver.app.main.may_touch_files = False
        await driver.press("O", "E")
        assert driver.app.screen is driver.app.main
        await driver.press("question_mark")
        assert isinstance(driver.app.screen, HelpDialog)
        await driver.pilot.pause()
        told = " ".join(" ".join(driver.lines(HelpText)).split())
        assert "open other data" not in told
        assert "from a recipe" in told


def test_only_so_many_sources_are_remembered_newest_first() -> None:
    for i in range(MAX_RECENT + 3):
        remember_source(f"/data/{i}")
    remember_source("/data/5")
    remember_source("mnist")
    assert recent_sources()[:2] == ["/data/5", f"/data/{MAX_RECENT + 2}"]
    assert len(recent_sources()) == MAX_RECENT


def test_what_cannot_be_shown_or_looked_at_is_not_completed(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert paths.completions(f"{tmp_path}/") == [f"{tmp_path}/loop"]
    assert paths.completions(f"{tmp_path}/no/") == []
    assert paths.completions("\0") == []
    assert paths.completions("~nobody-of-this-name/") == []
    assert paths.completions("~") == ["~/"]


def test_the_set_in_the_program_has_one_name() -> None:
    from mnist_tui.data.dataset import EMBEDDED

    assert paths.EMBEDDED == EMBEDDED


@pytest.fixture
def sideways(small: Dataset, tmp_path: Path) -> Path:
    """The small set with rows and columns of every image exchanged."""
    parts = (
        Digits(np.ascontiguousarray(d.images.reshape(-1, 28, 28).mT).reshape(len(d), -1), d.labels)
        for d in (small.train, small.test)
    )
    train, test = parts
    return write_folder(tmp_path / "sideways", replace(small, train=train, test=test))


def preview(window: OpenDataDialog) -> list[str]:
    """What the picture of the first images shows, line by line."""
    widget = window.query_one(TransposePreview)
    return [widget.render_line(y).text for y in range(widget.size.height)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (44, 14)])
async def test_digits_on_their_side_are_shown_both_ways_before_they_are_opened(
    small: Dataset, sideways: Path, size: tuple[int, int]
) -> None:
    async with opened(small, size=size) as app:
        before = app.app.session
        window = await asked(app, sideways)
        await app.until(lambda: complaint(window))
        assert "They seem to lie on their side" in complaint(window)
        assert app.app.session is before
        await app.until(lambda: any("▌as they lie" in line for line in preview(window)))
        assert any("█" in line or "▀" in line for line in preview(window))
        await app.press("ctrl+t")
        assert window.query_one(PathInput).value == f"{sideways} --transpose"
        chosen = "▌exchanged" if size[0] < 60 else "▌rows and columns exchanged"
        await app.until(lambda: any(chosen in line for line in preview(window)))
        await app.press("enter")
        await app.until(lambda: app.app.session is not before)
        await app.until(lambda: app.app.session.dataset is not None)
        assert app.app.session.dataset is not None
        assert np.array_equal(app.app.session.dataset.train.images, small.train.images)


async def test_digits_on_their_side_are_opened_so_if_you_want_them_so(
    small: Dataset, sideways: Path
) -> None:
    async with opened(small) as app:
        before = app.app.session
        window = await asked(app, sideways)
        await app.until(lambda: complaint(window))
        await app.press("enter")
        await app.until(lambda: app.app.session is not before)
        await app.until(lambda: app.app.session.dataset is not None)
        assert app.app.session.dataset is not None
        assert not np.array_equal(app.app.session.dataset.train.images, small.train.images)


@presses("ctrl+t")
async def test_the_switch_shows_a_set_that_has_not_been_read(small: Dataset, table: Path) -> None:
    async with opened(small) as app:
        await app.press("O")
        window = app.app.screen
        assert isinstance(window, OpenDataDialog)
        await app.press("ctrl+t")
        assert "Type a path first" in complaint(window)
        window.query_one(PathInput).put(str(table))
        await app.press("ctrl+t")
        switch = window.query_one(TransposeSwitch)
        await app.until(lambda: "[x]" in str(switch.content))
        await app.until(
            lambda: any("▌rows and columns exchanged" in line for line in preview(window))
        )
        assert "leave" not in complaint(window)
        await app.until(lambda: "They seem to lie on their side" in complaint(window))
        await app.press("ctrl+t")
        assert window.query_one(PathInput).value == str(table)
        assert "[ ]" in str(switch.content)
        window.query_one(PathInput).put("elsewhere")
        await app.until(lambda: not window.query_one(TransposePreview).display)
