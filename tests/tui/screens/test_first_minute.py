"""The first minute: what the screen says, what comes next, and where everything is to be found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.inference import probabilities
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.history import History, Progress
from mnist_tui.tui.keymap.glossary import GLOSSARY
from mnist_tui.tui.keymap.main_keys import KEYS_BY_TOPIC
from mnist_tui.tui.render.labels import a
from mnist_tui.tui.rooms.confusion.room import ConfusionRoom
from mnist_tui.tui.rooms.network.room import NetworkRoom
from mnist_tui.tui.screens.dialogs.help import ContentsDialog, HelpDialog, HelpText, sections
from mnist_tui.tui.screens.dialogs.menu import MenuDialog, entries
from mnist_tui.tui.screens.main.guidance import next_steps, opening
from mnist_tui.tui.training.snapshot import RunStatus, Snapshot
from mnist_tui.tui.widgets.chart import Chart
from mnist_tui.tui.widgets.digit import Digit
from mnist_tui.tui.widgets.footer import KeyFooter
from mnist_tui.tui.widgets.hyperparameters import FieldRow
from mnist_tui.tui.widgets.lines import LinesWidget
from mnist_tui.tui.widgets.probabilities import Probabilities
from textual.widgets import Input, OptionList

from tests.helpers.app.app_driver import Driver, opened, presses
from tests.helpers.app.terminal_sizes import EVERY, at_sizes
from tests.helpers.datasets.synthetic_data import made_up


def said(app: Driver, widget: type[LinesWidget]) -> str:
    """What a panel says, on one line."""
    return " ".join(" ".join(app.lines(widget)).split())


@at_sizes(*EVERY)
async def test_the_first_screen_says_what_it_shows_and_what_to_do(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        for _ in range(4):
            index = app.index
            answer = int(probabilities(app.parameters, small.test.images[[index]]).argmax())
            label = a(str(small.test.labels[index]))
            words = said(app, Chart)
            assert f"This is {label}. The untrained network" in words
            assert f"takes it for {a(str(answer))}" in words or "by chance" in words
            assert "Space: it learns." in words
            assert f"Test image #{index}: {label}" in app.lines(Digit)[0]
            await app.press("right")


def test_the_opening_names_classes_that_are_no_digits() -> None:
    dataset = made_up(8, ("circle", "cross", "line"))
    label = int(dataset.test.labels[0])
    other = (label + 1) % 3
    name, wrong = dataset.names[label], dataset.names[other]
    assert opening(dataset, 0, other).startswith(
        f"This is “{name}”. The untrained network takes it for “{wrong}”."
    )
    assert "by chance takes it for that" in opening(dataset, 0, label)


async def test_a_run_that_has_ended_says_what_next(small: Dataset) -> None:
    async with opened(small, (120, 40), iterations=3) as app:
        await app.train(1)
        assert "Space: it learns on" in said(app, Chart)
        app.app.session.train()
        await app.until_state(RunStatus.FINISHED)
        await app.until(lambda: "n: " in said(app, Chart))
        words = said(app, Chart)
        assert "Finished in" in words
        assert "n: what it gets wrong · c: what it confuses" in words
        assert "r with alpha 0.5: the same start again" in words
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: "n: its mistakes" in said(app, Chart))


async def test_the_alpha_to_compare_with_is_another_one(small: Dataset) -> None:
    async with opened(small) as app:
        snapshot = replace(app.app.session.snapshot(), state=RunStatus.FINISHED)
        for alpha, optimizer, other in (
            (0.15, "gd", "0.5"),
            (0.5, "gd", "0.2"),
            (0.05, "momentum", "0.02"),
        ):
            chosen = Hyperparameters(alpha=alpha, optimizer=optimizer)
            steps = next_steps(replace(snapshot, hyperparameters=chosen))
            assert f"r with alpha {other}:" in steps[0]
        assert next_steps(replace(snapshot, state=RunStatus.TRAINING)) == ()


@pytest.mark.parametrize(
    ("tried", "other"),
    [
        ({0.15: 0.92, 0.5: 0.94}, "2"),  # larger was better: larger still
        ({0.15: 0.92, 0.5: 0.60}, "0.05"),  # larger was worse: smaller
        ({0.15: 0.92, 0.5: 0.60, 0.05: 0.88}, "0.3"),  # both were: between
        ({0.15: 0.80, 0.5: 0.65, 0.01: 0.28, 5.0: 0.11}, "0.3"),
    ],
)
def test_an_alpha_that_did_worse_is_not_proposed_again(
    tried: dict[float, float], other: str
) -> None:
    def finished(alpha: float, accuracy: float, hidden: int = 10) -> Snapshot:
        history = History()
        history.append(Progress(60, 0.1, 1.0, 0.5, 1.0, 1.0, accuracy))
        chosen = Hyperparameters(alpha=alpha, hidden=(hidden,))
        return Snapshot(RunStatus.FINISHED, chosen, history=history.freeze())

    runs = [finished(*run) for run in tried.items()]
    for last in runs:
        assert f"r with alpha {other}:" in next_steps(last, runs)[0]
    assert "r with alpha 0.5:" in next_steps(finished(0.15, 0.9, 30), runs)[0]


@at_sizes(*EVERY)
async def test_the_network_stands_in_words_before_the_first_update(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        words = "784 pixels → 10 units → 10 digits"
        assert words in app.status if size[0] >= 80 else "784-10-10" in app.status


@at_sizes(*EVERY)
async def test_the_numbers_of_panels_stand_in_their_titles(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        await app.press("t", "escape")
        for key, selector in (
            *(("1", "#chart"), ("2", "#digit"), ("3", "#probabilities")),
            *(("4", "#hyperparameters PanelTitle"), ("5", "#runs PanelTitle")),
        ):
            panel = app.app.main.query_one(selector, LinesWidget)
            if panel.region.area:
                assert panel.render_line(0).text.startswith(f"─ {key} ")


@at_sizes(*EVERY)
async def test_the_footer_says_what_may_stand_in_the_field_in_focus(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        for row in app.app.main.query(FieldRow):
            if row.has_class("unused"):
                continue
            await app.press("tab")
            await app.until(lambda row=row: app.app.main.focused is row.query_one(Input))
            assert row.field.hint in app.lines(KeyFooter)[0]
        await app.press("escape")
        assert "train" in app.lines(KeyFooter)[0]


@presses("M")
async def test_the_menu_lists_every_room_and_opens_by_cursor_or_key(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("M")
        assert isinstance(app.app.screen, MenuDialog)
        menu = app.app.screen.query_one(OptionList)
        offered = [str(menu.get_option_at_index(i).prompt) for i in range(menu.option_count)]
        for key in (*KEYS_BY_TOPIC["Rooms"], *entries()[1]):
            assert any(key.shown_as in line and key.help in line for line in offered)
        assert menu.virtual_size.height <= menu.size.height, "it does not fit at 80×24"
        await app.press("enter")
        await app.until(lambda: isinstance(app.app.screen, NetworkRoom))
        await app.press("escape", "M", "c")
        await app.until(lambda: isinstance(app.app.screen, ConfusionRoom))
        await app.press("escape", "M", "escape")
        assert app.app.screen is app.app.main


def test_terms_that_the_screen_uses_are_in_the_glossary() -> None:
    names = " ".join(term.name for term in GLOSSARY)
    for word in (
        *("gd", "he", "decay", "batch", "epoch", "logit", "softmax", "loss", "|∇|", "↻", "alpha"),
        *("momentum", "nesterov", "adam", "augment", "schedule", "seed", "hidden", "silent"),
    ):
        assert word in names
    for term in GLOSSARY:
        assert len(term.name) <= 11
        assert term.meaning.endswith(".")
        assert term.meaning.count(".") == 1


async def test_help_is_searched_word_by_word(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("question_mark", "slash", *"softm")
        assert isinstance(app.app.screen, HelpDialog)
        await app.until(lambda: "Turns logits into probabilities" in said(app, HelpText))
        assert said(app, HelpText).startswith("Glossary "), "what a word means comes first"
        assert "overfitting" not in said(app, HelpText)
        await app.press("escape")
        await app.until(lambda: "overfitting" in said(app, HelpText))
        await app.press("slash", *"qqq")
        await app.until(lambda: "Nothing here has “qqq” in it." in said(app, HelpText))
        await app.press("escape", "escape")
        assert app.app.screen is app.app.main


@at_sizes((80, 24), (200, 60))
async def test_the_contents_lead_to_every_section(small: Dataset, size: tuple[int, int]) -> None:
    async with opened(small, size) as app:
        await app.press("question_mark", "c")
        assert isinstance(app.app.screen, ContentsDialog)
        contents = app.app.screen.query_one(OptionList)
        assert [contents.get_option_at_index(i).id for i in range(contents.option_count)] == [
            *sections()
        ]
        contents.highlighted = list(sections()).index("Glossary")
        await app.press("enter")
        text = app.app.screen.query_one(HelpText)

        def top() -> str:
            return text.render_line(round(text.parent.scroll_y)).text  # type: ignore[union-attr]  # it is in a scroll view

        await app.until(lambda: "Glossary" in top() or text.parent.max_scroll_y == 0)  # type: ignore[union-attr]  # likewise


@presses("0", "enter")
@at_sizes((80, 24), (120, 40), (200, 60))
async def test_presenting_covers_the_prediction_until_it_is_revealed(
    small: Dataset, size: tuple[int, int]
) -> None:
    async with opened(small, size) as app:
        before = app.lines(Digit), app.lines(Probabilities)
        await app.press("enter")  # elsewhere it does nothing
        assert (app.lines(Digit), app.lines(Probabilities)) == before
        await app.press("0")
        await app.until(lambda: app.find("#chart").region.area == 0)
        digit, answer = app.find("#digit").region, app.find("#probabilities").region
        assert digit.height == answer.height == size[1] - 2
        inked = [row for row in app.lines(Digit)[1:] if row.strip()]
        assert len(inked) >= 0.6 * (digit.height - 1)
        for _ in range(2):
            assert app.shares == []
            assert ":" not in app.lines(Digit)[0]
            assert "Enter reveals" in app.lines(Probabilities)[0]
            await app.press("enter")
            assert len(app.shares) == 10
            assert f"#{app.index}: a" in app.lines(Digit)[0]
            index = app.index
            await app.press("enter")
            assert app.index == index + 1
        await app.press("escape")
        assert len(app.shares) == 10
        assert app.find("#chart").region.area > 0
        await app.press("0", "2")
        assert app.find("#digit").region.width == size[0]
        await app.press("2")
        assert app.find("#chart").region.area > 0
        assert len(app.shares) == 10
        await app.press("1", "0")
        assert app.find("#chart").region.height == size[1] - 2
        await app.press("0")
        assert len(app.shares) == 10
