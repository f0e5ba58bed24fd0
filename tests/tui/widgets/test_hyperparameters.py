"""The hyperparameter fields: right entries act, wrong ones say why and change nothing."""

from __future__ import annotations

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.config.fields import FIELDS
from mnist_tui.tui.config.recipe import parse_recipe
from mnist_tui.tui.widgets.hyperparameters import FieldInput
from textual.widgets import Label

from tests.helpers.app.app_driver import ENDLESS, Driver, opened, presses

KEY = {".": "full_stop", ",": "comma", "-": "minus", " ": "space"}


def entry(app: Driver, name: str) -> FieldInput:
    return app.find(f"#field-{name}").query_exactly_one(FieldInput)


def error(app: Driver, name: str) -> str:
    """The words under a field, if there are any to be seen."""
    label = app.find(f"#field-{name} .word")
    assert isinstance(label, Label)
    wrong = app.find(f"#field-{name}").has_class("wrong")
    return str(label.content) if wrong and label.display and label.region.height else ""


def said(app: Driver, name: str) -> str:
    """What stands beside a field's value."""
    return str(app.find(f"#field-{name} .mark").render()).strip()


async def enter(app: Driver, name: str, text: str) -> None:
    """Go into a field, type over what stands there, and press Enter."""
    entry(app, name).focus()
    await app.pilot.pause(0.05)
    entry(app, name).select_all()
    if text:
        for character in text:
            app.tap(KEY.get(character, character), character)
    else:
        app.tap("delete")
    app.tap("enter")
    await app.settle()


@presses("tab")
async def test_tab_goes_through_the_fields_in_order(small: Dataset) -> None:
    async with opened(small) as app:
        used = [field for field in FIELDS if field.applies(Hyperparameters())]
        for field in used:
            await app.press("tab")
            assert app.app.focused is entry(app, field.name)
        await app.press("shift+tab")
        assert app.app.focused is entry(app, used[-2].name)


async def test_momentum_is_asked_for_only_where_there_is_any(small: Dataset) -> None:
    async with opened(small) as app:
        assert not app.find("#field-momentum").display
        await enter(app, "optimizer", "nesterov")
        await app.until(lambda: app.find("#field-momentum").display)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("alpha", "0.5", 0.5),
        ("alpha", "1e-2", 0.01),
        ("batch_size", "64", 64),
        ("iterations", "7", 7),
    ],
)
async def test_a_right_entry_acts_on_the_next_update(
    small: Dataset, name: str, text: str, value: object
) -> None:
    async with opened(small) as app:
        await enter(app, name, text)
        assert error(app, name) == ""
        assert getattr(app.app.session.wanted, name) == value
        await app.press("escape")
        await app.make(1)
        assert getattr(app.app.session.snapshot().hyperparameters, name) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("alpha", "0"),
        ("alpha", "-1"),
        ("alpha", "nan"),
        ("alpha", "abc"),
        ("alpha", ""),
        ("iterations", "1.5"),
        ("iterations", "0"),
        ("hidden", "10,,5"),
        ("hidden", "99999999"),
        ("batch_size", "501"),
        ("batch_size", "0"),
        ("init", "ones"),
        ("seed", "-1"),
    ],
)
async def test_a_wrong_entry_says_why_and_changes_nothing(
    small: Dataset, name: str, text: str
) -> None:
    async with opened(small) as app:
        wanted = app.app.session.wanted
        await enter(app, name, text)
        await app.until(lambda: error(app, name))
        assert error(app, name).startswith(name.removesuffix("_size"))
        assert app.app.session.wanted == wanted
        assert entry(app, name).value == text
        app.tap("escape")
        await app.until(lambda: not error(app, name))
        assert entry(app, name).value != text
        assert app.app.focused is None


async def test_a_wrong_entry_stops_nothing(small: Dataset) -> None:
    async with opened(small, iterations=ENDLESS) as app:
        app.tap("space")
        await app.until(lambda: app.iteration > 2)
        await enter(app, "alpha", "nonsense")
        await app.until(lambda: error(app, "alpha"))
        stands = app.iteration
        await app.until(lambda: app.iteration > stands)
        assert app.progress.alpha == 0.15
        await enter(app, "alpha", "0.25")
        await app.until(lambda: app.progress.alpha == 0.25)
        assert error(app, "alpha") == ""


async def test_letters_typed_in_a_field_are_only_typed(small: Dataset) -> None:
    async with opened(small) as app:
        entry(app, "alpha").focus()
        for key in ("s", "S", "r", "R", "q", "g", "n", "plus", "minus", "slash", "space", "home"):
            await app.press(key)
        assert entry(app, "alpha").value == "sSrRqgn+-/ "
        assert app.app.screen is app.app.main
        assert app.app.return_code is None
        assert (app.iteration, app.index, app.app.main.blocks) == (0, 0, False)
        assert app.app.session.wanted.seed == 0


async def test_esc_puts_back_what_is_in_force(small: Dataset) -> None:
    async with opened(small) as app:
        entry(app, "alpha").focus()
        await app.press("9", "escape")
        assert entry(app, "alpha").value == "0.15"
        assert app.app.session.wanted.alpha == 0.15
        await app.make(1)
        assert app.progress.alpha == 0.15


async def test_what_needs_a_reset_is_marked_and_waits_for_it(small: Dataset) -> None:
    async with opened(small) as app:
        marks = {
            field.name: str(app.find(f"#field-{field.name} .mark").render()) for field in FIELDS
        }
        assert {name for name, mark in marks.items() if mark.strip()} == {"hidden", "init", "seed"}
        await enter(app, "hidden", "6,5")
        await app.press("escape")
        assert app.find("#field-hidden .mark").has_class("waits")
        await app.until(lambda: said(app, "hidden") == "at r; now 10")
        await app.make(1)
        assert app.parameters.sizes == (784, 10, 10)
        app.tap("r")
        await app.until(lambda: app.parameters.sizes == (784, 6, 5, 10))
        await app.until(lambda: "784-6-5-10" in app.status)
        await app.until(lambda: not app.find("#field-hidden .mark").has_class("waits"))
        assert said(app, "hidden") == "↻"


async def test_alpha_turned_by_key_shows_in_its_field(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("plus")
        await app.until(lambda: entry(app, "alpha").value == "0.2")


async def test_who_leaves_the_fields_leaves_no_wrong_entry_behind(small: Dataset) -> None:
    async with opened(small) as app:
        await app.press("tab", "tab", "0", "enter", "tab", "tab", "x", "enter", "tab")
        assert error(app, "iterations")
        assert error(app, "batch_size")
        await app.press("escape")
        for name, value in (("iterations", "1500"), ("batch_size", "full")):
            assert entry(app, name).value == value
            assert not error(app, name)


async def test_a_field_that_nobody_changed_follows_a_plan(small: Dataset) -> None:
    async with opened(small) as app:
        app.app.session.follow(parse_recipe("alpha=0.1 @3 alpha=0.4 @9 alpha=0.2"))
        await app.until(lambda: app.progress.alpha == 0.1)
        await app.press("tab")
        app.app.session.train(5)
        await app.until(lambda: app.iteration == 5)
        await app.until(lambda: entry(app, "alpha").value == "0.4")
        await app.press("tab", "escape")
        app.app.session.train(6)
        await app.until(lambda: app.iteration == 11)
        assert app.progress.alpha == 0.2
