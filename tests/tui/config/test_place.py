"""A place as a line: every place comes back from its line; a wrong line is told word by word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.config.place import MAIN, QUANTITIES, Place, format_place, is_place, parse_place
from mnist_tui.tui.errors import UserError
from mnist_tui.tui.keymap.main_keys import KEYS
from mnist_tui.tui.keymap.rooms import ROOMS

HYPERPARAMETERS = st.builds(
    Hyperparameters,
    alpha=st.floats(1e-300, 1e300),
    iterations=st.integers(1000, 10**9),
    hidden=st.lists(st.integers(1, 900), min_size=1, max_size=3).map(tuple),
    batch_size=st.none() | st.integers(1, 60_000),
    optimizer=st.sampled_from(("gd", "momentum", "nesterov", "adam")),
    weight_decay=st.floats(0, 1),
    schedule=st.sampled_from(("constant", "cosine", "step")),
    seed=st.integers(0, 2**63 - 1),
)


@st.composite
def places(draw: st.DrawFn) -> Place:
    """Any place that a screen can show."""
    first = draw(HYPERPARAMETERS)
    course = [(0, first)]
    if draw(st.booleans()):
        alpha = draw(st.floats(1e-9, 1e9).filter(lambda alpha: alpha != first.alpha))
        later = replace(first, alpha=alpha)
        course.append((draw(st.integers(1, 999)), later))
    updates = draw(st.integers(0, first.iterations))
    return Place(
        tuple(course),
        updates,
        draw(st.none() | st.integers(0, updates)),
        draw(st.integers(0, 1 << 40)),
        draw(st.sampled_from((MAIN, *ROOMS))),
        draw(st.sampled_from(("", "edc0d1098aa4"))),
        draw(st.sampled_from(QUANTITIES)),
    )


@given(places())
def test_every_place_comes_back_from_its_line(place: Place) -> None:
    line = format_place(place)
    assert is_place(line)
    assert "\n" not in line
    assert parse_place(line) == place
    assert parse_place(f"  {line.replace(' ', '   ')}\n") == place


@given(st.text(max_size=60), st.integers(0, 80))
def test_no_text_does_more_than_be_refused(junk: str, at: int) -> None:
    line = "digit=3 room=maths updates=100 data=edc0d1098aa4 | alpha=0.5 @50 alpha=0.1"
    said = ""
    try:
        parse_place(line[:at] + junk + line[at:])
    except UserError as refused:
        said = str(refused)
    assert "\n" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("alpha=0.5", "the place has no bar"),
        ("digit=3 digit=4 | alpha=1", "place, word 2, “digit=4”: digit stands here a second time"),
        ("digt=3 | alpha=1", "place, word 1, “digt=3”: expected one of digit="),
        ("digit | alpha=1", "place, word 1, “digit”: expected one of"),
        ("digit=-1 | alpha=1", "expected a whole number"),
        ("digit=١ | alpha=1", "expected a whole number"),
        ("room=kitchen | alpha=1", "word 1, “room=kitchen”: expected main or one of"),
        ("data=XY | alpha=1", "expected how the data's SHA-256 begins"),
        ("updates=1501 | alpha=1", "after 1,501 updates; its run ends after 1,500"),
        ("moment=2 updates=1 | alpha=1", "shows update 2; its run has made 1"),
        ("digit=3 |", "the recipe is empty"),
        ("digit=3 | alpha=x", "recipe, word 1"),
    ],
)
def test_what_is_wrong_is_told_word_by_word(line: str, said: str) -> None:
    with pytest.raises(UserError, match=r"(?s).*") as refused:
        parse_place(line)
    assert said in str(refused.value)


def test_every_room_that_a_key_opens_is_a_place() -> None:
    opened = {key.action.split("'")[1] for key in KEYS if key.action.startswith("room(")}
    assert opened == set(ROOMS)
