"""Axes: every form of the grammar, exact ends, no value twice; what is wrong is told in a line."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.config.fields import FIELDS
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.sweep.axes import Axis, format_axis_value, parse_axis

GOOD: list[tuple[str, str, tuple[Any, ...]]] = [
    ("alpha", "0.15", (0.15,)),
    ("alpha", "0.01, 0.1,1", (0.01, 0.1, 1.0)),
    (
        "alpha",
        "0.01:1:log9",
        (0.01, 0.01778, 0.03162, 0.05623, 0.1, 0.1778, 0.3162, 0.5623, 1.0),
    ),
    ("momentum", "0:0.9:lin4", (0.0, 0.3, 0.6, 0.9)),
    ("alpha", "0.1:1:LOG2,0.5,1", (0.1, 1.0, 0.5)),
    ("seed", "0:5", (0, 1, 2, 3, 4)),
    ("seed", "3:10:3", (3, 6, 9)),
    ("seed", "7", (7,)),
    ("hidden", "10,32,128", ((10,), (32,), (128,))),
    ("hidden", "32,128-64,10-10-10", ((32,), (128, 64), (10, 10, 10))),
    ("hidden", "16:128:log4", ((16,), (32,), (64,), (128,))),
    ("hidden", "10:31:10", ((10,), (20,), (30,))),
    ("batch_size", "64,full", (64, None)),
    ("batch_size", "2:4:lin9", (2, 3, 4)),
    ("iterations", "100:1000:log3", (100, 316, 1000)),
    ("optimizer", "gd,Adam", ("gd", "adam")),
]


@pytest.mark.parametrize(("name", "text", "values"), GOOD)
def test_text_becomes_values(name: str, text: str, values: tuple[Any, ...]) -> None:
    axis = parse_axis(name, text)
    assert axis.values == values
    assert [type(value) for value in axis.values] == [type(value) for value in values]
    assert axis.span is None


BAD = [
    ("alpha", "", "number such as 0.15"),
    ("alpha", "0.1,,1", "number such as 0.15"),
    ("alpha", "0.01:1", "say how many"),
    ("alpha", "0.01:1:9", "say how many"),
    ("alpha", "0.01:1:log1", "2 or more"),
    ("alpha", "0.01:1:logx", "2 or more"),
    ("alpha", "0.01:1:log99999999999", "2 or more"),
    ("alpha", "1:0.01:log9", "smaller number first"),
    ("alpha", "0:1:log9", "use lin"),
    ("alpha", "-1e308:1.7e308:lin3", "smaller number first"),
    ("alpha", "1:1.001:lin50", "digits"),
    ("alpha", "0.1:1:log,0.5", "2 or more"),
    ("seed", "5:0", "must be larger"),
    ("seed", "0:0", "must be larger"),
    ("seed", "0:9:0", "step"),
    ("seed", "0:9:1:1", "step"),
    ("seed", "0:999999999999", "100,000"),
    ("batch_size", "64:full", "not from or to full"),
    ("hidden", "10:100:log", "how many"),
    ("optimizer", "gd:adam:log2", "gd,momentum"),
    ("alpha", "1," * 100_000, "characters"),
]


@pytest.mark.parametrize(("name", "text", "what"), BAD)
def test_what_is_wrong_is_told_in_a_line(name: str, text: str, what: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_axis(name, text)
    assert what in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_span_is_drawn_from() -> None:
    axis = parse_axis("alpha", "0.01:1:log")
    assert axis.values == ()
    assert [axis.draw(share) for share in (0.0, 0.25, 0.5)] == [0.01, 0.03162, 0.1]
    assert [parse_axis("batch_size", "10:20:lin").draw(s) for s in (0.0, 0.44)] == [10, 14]
    assert [parse_axis("hidden", "10,32-16").draw(s) for s in (0.49, 0.5)] == [(10,), (32, 16)]


@given(
    st.floats(1e-200, 1e200),
    st.floats(1.1, 1e100),
    st.integers(2, 40),
    st.sampled_from(["log", "lin"]),
)
def test_ranges_ascend_between_exact_ends(low: float, ratio: float, count: int, scale: str) -> None:
    text = f"{low!r}:{low * ratio!r}:{scale}{count}"
    try:
        values = parse_axis("alpha", text).values
    except UserError as refused:
        assert "differ in fewer" in str(refused)  # noqa: PT017  (most examples are accepted)
        return
    assert len(values) == count
    assert (values[0], values[-1]) == (low, low * ratio)
    assert list(values) == sorted(values)


def one_of(name: str, defaults: Hyperparameters) -> Axis:
    """Return the axis of a hyperparameter's default alone."""
    return parse_axis(name, format_axis_value(name, getattr(defaults, name)))


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_every_hyperparameter_can_be_an_axis(name: str) -> None:
    defaults = Hyperparameters(hidden=(20, 10))
    assert one_of(name, defaults).values == (getattr(defaults, name),)
