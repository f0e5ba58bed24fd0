"""Results written from inside the app: each is what it says, and never over another unasked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.trainer import Trainer, replay
from mnist_tui.tui.config.recipe import parse_recipe
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.export.formats import FORMS, target
from mnist_tui.tui.screens.dialogs.export import ExportDialog
from mnist_tui.tui.screens.dialogs.prompts import ConfirmDialog
from mnist_tui.tui.screens.dialogs.recipe import RecipeDialog
from mnist_tui.tui.training.snapshot import RunStatus
from mnist_tui.tui.widgets.path_input import PathInput
from textual.events import Paste
from textual.widgets import Input, Label, OptionList

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses
from tests.helpers.datasets.source_files import csv_text
from tests.helpers.datasets.synthetic_data import LETTERS, SETS

TITLES = [form.title for form in FORMS] + ["recipe"]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def window(app: Driver, title: str, *, name: str = "", of: str = "") -> ExportDialog:
    """The window at this choice, its fields filled in."""
    await app.press("E")
    await app.until(lambda: isinstance(app.app.screen, ExportDialog))
    screen = app.app.screen
    assert isinstance(screen, ExportDialog)
    await app.press(*["down"] * TITLES.index(title))
    await app.until(lambda: screen.query_one(OptionList).highlighted == TITLES.index(title))
    await app.pilot.pause()
    if name:
        screen.query_one(".to PathInput", PathInput).put(name)
    if of:
        screen.query_one(".of PathInput", PathInput).put(of)
    return screen


async def written(app: Driver, title: str, name: str, *, of: str = "") -> Path:
    """The file that this choice writes."""
    await window(app, title, name=name, of=of)
    await app.press("enter")
    await app.until(lambda: app.app.screen is app.app.main)
    return Path(name).absolute()


def complaint(screen: ExportDialog) -> str:
    """What the window says is wrong."""
    return str(screen.query_one(".complaint", Label).content)


@presses("E")
async def test_the_model_has_all_bits_of_the_run_and_says_what_made_it(small: Dataset) -> None:
    async with opened(small, seed=3) as app:
        await app.make(3)
        path = await written(app, "model", "m.npz")
        saved = checkpoint.read(path)
        assert saved.state.iteration == 3
        assert np.array_equal(saved.state.vector, app.parameters.vector)
        assert saved.state.hyperparameters == Hyperparameters(seed=3)
        assert saved.provenance.data == small.name
        assert saved.provenance.sha256


async def test_every_choice_proposes_a_name_and_writes_it_here(
    small: Dataset, own_folders: Path
) -> None:
    async with opened(small) as app:
        await app.make(1)
        for form in FORMS:
            screen = await window(app, form.title)
            proposed = screen.query_one(".to PathInput", PathInput).value
            assert Path(proposed).suffix == form.endings[0]
            assert not (own_folders / proposed).exists()
            await app.press("enter")
            await app.until(lambda: app.app.screen is app.app.main)
            there = own_folders / proposed
            files = [path for path in there.rglob("*") if path.is_file()] or [there]
            assert all(path.stat().st_size > 20 for path in files)
            assert there.is_dir() == (form.run_files is not None)
        assert len(list(own_folders.iterdir())) == len(FORMS)


async def test_histories_of_one_run_and_of_all_with_their_changes(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(2)
        await app.press("plus")
        await app.make(1)
        await app.begin(seed=1)
        await app.make(1)
        one = pd.read_csv(await written(app, "history of this run", "one.csv"))
        assert one["iteration"].tolist() == [0, 1]
        every = pd.read_csv(await written(app, "history of all runs", "all.csv"))
        assert every["run"].tolist() == ["run 1"] * 4 + ["run 2"] * 2
        assert every["chosen_alpha"].tolist() == pytest.approx([0.15] * 3 + [0.2] * 3)
        told = json.loads((await written(app, "history of all runs", "all.json")).read_text())
        assert [run["run"] for run in told["runs"]] == ["run 1", "run 2"]


async def test_the_events_of_every_run_have_a_folder_and_are_replaced_only_when_asked(
    small: Dataset,
) -> None:
    async with opened(small) as app:
        await app.make(1)
        await app.begin(seed=1)
        await app.make(1)
        folder = await written(app, "TensorBoard", "tb")
        assert sorted(path.name for path in folder.iterdir()) == ["run 1", "run 2"]
        (first,) = (folder / "run 1").iterdir()
        first.write_bytes(b"precious")
        await window(app, "TensorBoard", name="tb")
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ConfirmDialog))
        await app.press("n")
        assert first.read_bytes() == b"precious"
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ConfirmDialog))
        await app.press("y")
        await app.until(lambda: app.app.screen is app.app.main)
        assert first.stat().st_size > 100


async def test_answers_for_the_test_images_and_a_submission_for_others(
    small: Dataset, tmp_path: Path
) -> None:
    questions = tmp_path / "test.csv"
    questions.write_text(csv_text(small.train.images[:30], None))
    async with opened(small) as app:
        await app.make(5)
        answer = probabilities(app.parameters, small.test.images)
        table = pd.read_csv(await written(app, "predictions", "p.csv"))
        assert table["answer"].tolist() == answer.argmax(axis=0).tolist()
        assert table["label"].tolist() == small.test.labels.tolist()
        path = await written(app, "Kaggle submission", "s.csv", of=str(questions))
        wanted = probabilities(app.parameters, small.train.images[:30]).argmax(axis=0)
        sent = pd.read_csv(path)
        assert list(sent.columns) == ["ImageId", "Label"]
        assert sent["ImageId"].tolist() == list(range(1, 31))
        assert sent["Label"].tolist() == wanted.tolist()


async def test_named_classes_are_answered_by_name() -> None:
    dataset = SETS["32 × 32, the letters"]
    async with opened(dataset, alpha=0.01) as app:
        await app.make(1)
        table = pd.read_csv(await written(app, "predictions", "p.csv"), keep_default_na=False)
        assert set(table["answer"]) <= set(LETTERS)


async def test_pictures_of_chart_and_screen_are_svg(small: Dataset) -> None:
    async with opened(small) as app:
        await app.make(2)
        for title in ("chart", "screen"):
            text = (await written(app, title, f"{title}.svg")).read_text()
            assert text.startswith("<svg")
        assert "Hyperparameters" in text
        assert "Save&#160;and&#160;export" not in text


async def test_training_goes_on_while_a_run_is_asked_for(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        app.tap("space")
        await app.until(lambda: app.iteration > 3)
        path = await written(app, "model", "m.npz")
        stands = checkpoint.read(path).state.iteration
        await app.until(lambda: app.iteration > stands + 5)
        assert app.app.session.is_training


async def test_ten_steps_stay_ten_when_a_run_is_asked_for(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.session.train(400)
        app.app.session.ask(1, lambda _: None)
        await app.until(lambda: app.iteration == 400)
        await app.until_state(RunStatus.PAUSED)
        await app.pilot.pause(0.3)
        assert app.iteration == 400


async def test_nothing_is_written_over_unasked(small: Dataset, own_folders: Path) -> None:
    there = own_folders / "m.npz"
    there.write_bytes(b"precious")
    async with opened(small) as app:
        await app.make(1)
        screen = await window(app, "model", name="m.npz")
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ConfirmDialog))
        await app.press("n")
        assert there.read_bytes() == b"precious"
        assert app.app.screen is screen
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, ConfirmDialog))
        await app.press("y")
        await app.until(lambda: app.app.screen is app.app.main)
        assert checkpoint.read(there).state.iteration == 1
        assert [path.name for path in own_folders.iterdir()] == ["m.npz"]


@pytest.mark.parametrize(
    ("title", "name", "found"),
    [
        ("model", "m.txt", "ends in .npz"),
        ("model", "no/m.npz", "does not exist"),
        ("script", "folder.py", "is a folder"),
        ("chart", "\0.svg", "null byte"),
        ("model", " ", "the name of a file is missing"),
    ],
)
async def test_what_cannot_be_written_is_said_in_the_window(
    small: Dataset, own_folders: Path, title: str, name: str, found: str
) -> None:
    (own_folders / "folder.py").mkdir()
    async with opened(small) as app:
        screen = await window(app, title, name=name)
        await app.press("enter")
        await app.until(lambda: complaint(screen))
        assert found in complaint(screen)
        await app.press("escape")
        assert app.app.screen is app.app.main


async def test_images_that_do_not_fit_are_refused_with_both_shapes(
    small: Dataset, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(csv_text(np.zeros((2, 64), np.uint8), None))
    async with opened(small) as app:
        screen = await window(app, "Kaggle submission", name="s.csv", of=str(other))
        await app.press("enter")
        await app.until(lambda: complaint(screen))
        assert "784-10-10" in complaint(screen)
        assert "8 × 8" in complaint(screen)
        assert not Path("s.csv").exists()


async def test_fields_are_reached_with_tab_and_arrows_choose(small: Dataset) -> None:
    async with opened(small, (60, 20)) as app:
        screen = await window(app, "Kaggle submission")
        to, of = (screen.query_one(f".{name} PathInput", PathInput) for name in ("to", "of"))
        assert to.has_focus
        await app.press("tab")
        await app.until(lambda: of.has_focus)
        await app.press("down")
        await app.until(lambda: to.has_focus)
        assert not of.display or not screen.query_one(".of").display
        assert to.value == "run-1.py"


@presses("P")
async def test_a_recipe_is_shown_and_begins_the_same_run_again(small: Dataset) -> None:
    async with opened(small, iterations=6) as app:
        await app.make(2)
        await app.press("plus")
        await app.make(2)
        await app.press("minus", "minus", "space")
        await app.until_state(RunStatus.FINISHED)
        screen = await window(app, "recipe")
        recipe = str(screen.query_one(".recipe", Label).content)
        await app.press("enter", "escape")
        assert app.app.screen is app.app.main
        reached = app.parameters.vector.copy()
        await app.press("P")
        asking = app.app.screen
        assert isinstance(asking, RecipeDialog)
        asking.query_one(Input).value = recipe
        await app.press("enter")
        await app.until(lambda: app.numbers == [1, 2])
        await app.until_state(RunStatus.FINISHED)
        run = app.app.session.snapshot().run
        assert run is not None
        assert run.number == 2
        assert np.array_equal(app.parameters.vector, reached)
        log = parse_recipe(recipe)
        trainer = Trainer(small.train, small.test, log[0][1])
        for _ in replay(trainer, log):
            pass
        assert np.array_equal(trainer.parameters.vector, reached)


async def test_steering_by_hand_ends_what_a_recipe_planned(small: Dataset) -> None:
    async with opened(small, iterations=50) as app:
        app.app.session.follow(parse_recipe("alpha=0.1 @3 alpha=0.4"))
        await app.until(lambda: app.progress.alpha == 0.1)
        await app.make(1)
        await app.press("plus")
        await app.make(4)
        assert app.progress.alpha == pytest.approx(0.12)


async def test_a_long_recipe_is_pasted_whole(small: Dataset) -> None:
    recipe = "alpha=0.1 " + " ".join(f"@{n} alpha={0.1 + n / 1000}" for n in range(1, 60))
    async with opened(small) as app:
        await app.press("P")
        asking = app.app.screen
        app.app.post_message(Paste(recipe))
        await app.until(lambda: asking.query_one(Input).value == recipe)


@pytest.mark.parametrize("recipe", ["", "alpha", "alpha=x", "depth=3", "alpha=0.1 @9 seed=2"])
async def test_a_recipe_that_is_none_is_refused_where_it_was_pasted(
    small: Dataset, recipe: str
) -> None:
    async with opened(small) as app:
        await app.press("P")
        asking = app.app.screen
        asking.query_one(Input).value = recipe
        await app.press("enter")
        assert app.app.screen is asking
        assert "recipe" in str(asking.query_one(".complaint", Label).content)


def test_a_target_is_whole_and_a_link_stays_one(own_folders: Path) -> None:
    (own_folders / "link").symlink_to(own_folders / "elsewhere")
    assert target(" link ") == own_folders / "link"
    assert target("~/x.csv") == Path.home() / "x.csv"
    with pytest.raises(UserError, match="missing"):
        target(" ")
