"""Values turned step by step stay round, go there and back, and show what may be chosen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.config.fields import BY_NAME, FIELDS, Field, format_value
from mnist_tui.tui.config.stepping import SERIES, round_step
from mnist_tui.tui.widgets.footer import KeyFooter
from mnist_tui.tui.widgets.hyperparameters import FieldInput, FieldRow

from tests.helpers.app.app_driver import Driver, opened, presses

ROUND = st.tuples(st.sampled_from(SERIES), st.integers(-30, 30)).map(
    lambda parts: float(f"{parts[0]}e{parts[1]}")
)


@given(ROUND)
def test_up_and_down_are_inverses_on_the_series(alpha: float) -> None:
    assert round_step(round_step(alpha, 1), -1) == alpha
    assert round_step(round_step(alpha, -1), 1) == alpha


@given(st.floats(1e-30, 1e30))
def test_a_step_leads_to_the_next_round_number(alpha: float) -> None:
    above, below = round_step(alpha, 1), round_step(alpha, -1)
    assert below < alpha < above
    assert above / below < 1.7
    for found in (above, below):
        assert float(f"{found:.2g}") == found


def test_beyond_all_floats_there_is_no_round_number() -> None:
    assert round_step(1.7e308, 1) == math.inf
    assert round_step(5e-324, -1) == 0.0


@pytest.mark.parametrize(
    ("name", "text", "up", "down"),
    [
        ("alpha", "0.15", "0.2", "0.12"),
        ("alpha", "0.234375", "0.25", "0.2"),
        ("iterations", "1500", "2000", "1200"),
        ("iterations", "1", "2", "1"),
        ("hidden", "10", "12", "8"),
        ("hidden", "128,64", "128,80", "128,60"),
        ("batch_size", "64", "128", "32"),
        ("batch_size", "512", "full", "256"),
        ("batch_size", "full", "full", "512"),
        ("optimizer", "gd", "adam", "momentum"),
        ("momentum", "0.9", "0.95", "0.8"),
        ("weight_decay", "0", "1e-06", "0"),
        ("max_norm", "0", "1", "0"),
        ("max_norm", "2", "2.5", "1.5"),
        ("dropout", "0.25", "0.3", "0.2"),
        ("input_dropout", "0", "0.05", "0"),
        ("adversary", "0", "0.2", "0"),
        ("schedule", "cosine", "constant", "step"),
        ("init", "he", "zero", "uniform"),
        ("seed", "0", "1", "0"),
    ],
)
def test_a_field_is_stepped(name: str, text: str, up: str, down: str) -> None:
    assert (BY_NAME[name].step(text, 1), BY_NAME[name].step(text, -1)) == (up, down)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@given(turns=st.lists(st.sampled_from([1, -1]), max_size=30))
def test_however_a_field_is_turned_its_value_can_be_taken(field: Field, turns: list[int]) -> None:
    text = format_value(getattr(Hyperparameters(), field.name))
    for by in turns:
        text = field.step(text, by)
        field.parse(text)


def chosen_from(app: Driver, name: str) -> str:
    row = app.find(f"#field-{name}")
    assert isinstance(row, FieldRow)
    label = row.query_exactly_one(".word")
    return str(label.render()) if label.display else ""


@presses("up", "down")
async def test_the_arrows_turn_a_field_and_the_values_are_shown(small: Dataset) -> None:
    async with opened(small) as app:
        entry = app.find("#field-optimizer").query_exactly_one(FieldInput)
        assert chosen_from(app, "optimizer") == ""
        entry.focus()
        await app.until(lambda: chosen_from(app, "optimizer") == "[gd] momentum nesterov adam")
        assert "↑↓ value" in app.lines(KeyFooter)[0]
        await app.press("down")
        await app.until(lambda: chosen_from(app, "optimizer") == "gd [momentum] nesterov adam")
        assert app.app.session.wanted.optimizer == "gd"
        await app.press("enter")
        await app.until(lambda: app.app.session.wanted.optimizer == "momentum")
        await app.press("x", "up")
        assert entry.value == "momentumx", "what is no value is not turned"
        await app.press("escape")
        await app.until(lambda: chosen_from(app, "optimizer") == "")
        app.find("#field-alpha").query_exactly_one(FieldInput).focus()
        await app.press("up", "up", "enter")
        await app.until(lambda: app.app.session.wanted.alpha == 0.25)
