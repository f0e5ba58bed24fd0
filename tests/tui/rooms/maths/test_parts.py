"""What the maths room is made of, without a screen: numbers in columns, paths, lists, pictures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.inspection.single_step import trace_step
from mnist_tui.net.inspection.softmax_steps import negative_log, softmax_steps
from mnist_tui.net.inspection.terms import terms_of_Z
from mnist_tui.net.inspection.weight import Weight, weight_update
from mnist_tui.tui.rooms.layout import visible_range
from mnist_tui.tui.rooms.maths.scenes.layer import error_scene
from mnist_tui.tui.rooms.maths.scenes.number_format import WIDTH, Scale, scale_of
from mnist_tui.tui.rooms.maths.scenes.signed_picture import signed_rows
from mnist_tui.tui.rooms.maths.scenes.terms_table import Columns, terms_block
from mnist_tui.tui.rooms.maths.walk.path import leading
from mnist_tui.tui.rooms.maths.walk.stages import Stage, nearest, stages
from mnist_tui.tui.rooms.maths.walk.state import MathsState
from rich.style import Style

from tests.helpers.networks import digit, drawn

ANY = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(ANY, ANY)
def test_a_number_never_leaves_its_column(largest: float, value: float) -> None:
    assert len(scale_of(largest).write(value)) == WIDTH


@given(st.floats(1e-30, 1e30))
def test_a_scale_shows_four_digits_of_its_largest_number(largest: float) -> None:
    scale = scale_of(largest)
    shown = float(scale.write(largest)) * 10.0**scale.exponent
    assert shown == pytest.approx(largest, rel=1e-3)
    assert (scale.unit == "") == (scale.exponent == 0)


def test_a_tiny_negative_number_is_no_minus_nothing() -> None:
    assert Scale().write(-1e-9).strip() == "0.00000"


@given(st.integers(1, 900), st.data())
def test_a_list_always_shows_what_is_chosen(count: int, data: st.DataObject) -> None:
    at, room = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, 60))
    shown = visible_range(count, at, room)
    assert at in shown
    assert len(shown) == min(count, room)
    assert shown.start >= 0
    assert shown.stop <= count


def test_the_leading_path_follows_the_largest_term_of_each_sum() -> None:
    parameters = drawn((16, 5, 4, 10))
    lens = trace_step(parameters, digit(parameters), 3, 0.1)
    path = leading(lens)
    assert path[-1] == 3
    for layer in range(1, 4):
        row = parameters.W[layer - 1][path[layer]] * lens.A[layer - 1][:, 0]
        assert path[layer - 1] == np.abs(row.astype(np.float64)).argmax()


def test_a_stage_that_another_network_has_not_becomes_one_like_it() -> None:
    assert nearest(Stage("Z", 4), (784, 10, 10)) == Stage("Z", 2)
    assert nearest(Stage("dA", 3), (784, 10, 10)) == Stage("dA", 1)
    assert nearest(Stage("update", 4), (784, 10, 10)) == Stage("update", 2)
    assert nearest(Stage("Z", 1), (784, 9, 9, 10)) in stages((784, 9, 9, 10))


def test_a_term_brought_forward_changes_neither_sum_nor_terms() -> None:
    parameters = drawn((49, 8, 10))
    terms = terms_of_Z(trace_step(parameters, digit(parameters), 3, 0.1), 1, 2)
    index = int(terms.indices[40])
    forward = terms.move_forward(index, 5)
    assert forward.indices[5] == index
    assert forward.rank_of(index) == 5
    assert forward.products[5] == terms.products[40]
    assert sorted(forward.products) == sorted(terms.products)
    assert forward.total == terms.total
    assert forward.move_forward(index, 7) is forward


@pytest.mark.parametrize("decimals", [2, 5, 8])
def test_a_printed_step_adds_up(decimals: int) -> None:
    parameters = drawn((16, 5, 10))
    lens = trace_step(parameters, digit(parameters), 3, 0.1)
    for unit in range(5):
        step = weight_update(lens, Weight(1, unit, 3))
        printed = step.printed(decimals)
        units = [
            round(part * 10**decimals)
            for part in (printed.before, printed.change, printed.rounding, printed.after)
        ]
        assert units[0] + units[1] + units[2] == units[3]
        assert step.change == -0.1 * step.gradient


def test_shares_of_powers_are_the_probabilities() -> None:
    parameters = drawn((16, 5, 10))
    lens = trace_step(parameters, digit(parameters), 3, 0.1)
    shares = softmax_steps(lens)
    assert shares.powers / shares.total == pytest.approx(lens.A[-1][:, 0], rel=1e-5)
    assert shares.powers.max() == 1
    assert negative_log(float(lens.A[-1][3, 0])) == pytest.approx(lens.loss, rel=1e-5)
    assert negative_log(0) == math.inf


def test_a_signed_picture_tells_signs_without_colour() -> None:
    values = np.array([[1.0, -1.0], [0.0, 0.1]])
    rows = [row.plain for row in signed_rows(values, 2, lambda _: Style())]
    assert rows == ["##==", "  ··"]
    assert signed_rows(np.full((4, 4), np.nan), 2, lambda _: Style())[0].plain == "    "


def plain(_role: str) -> Style:
    """Ink of no colour."""
    return Style()


def test_an_error_too_small_for_five_places_is_told_in_powers_of_ten_and_in_words() -> None:
    parameters = drawn((16, 5, 10))
    parameters.b[-1][3] = 14.0  # as sure as a network comes to be
    lens = trace_step(parameters, digit(parameters, 2), 3, 0.1)
    path = leading(lens)
    state = MathsState(lens, 0, 1, Stage("dA", 1), path)
    error = float(lens.dZ[-1][3, 0])
    assert -1e-3 < error < -1e-8
    heads = terms_block(Columns(state, plain, wide=False), 20)
    assert "dZ2 ×10" in heads[1].plain
    scale = scale_of(error)
    mine = next(line.plain for line in heads if line.plain.lstrip("▹▸ ").startswith("3 "))
    assert scale.write(error) in mine
    last = MathsState(lens, 0, 1, Stage("dZ", 2), path)  # which ends at the label, 3
    told = " ".join(line.plain for line in error_scene(last, plain, 80, 20))
    assert f"{error:.8f}" in told
