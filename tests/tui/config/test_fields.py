"""Hyperparameters as text: what is shown can be typed; what cannot be used is told in a line."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import (
    AUGMENTATIONS,
    INITIALIZATIONS,
    MAX_ADVERSARY,
    MAX_DROPOUT,
    MAX_ITERATIONS,
    MAX_SEED,
    OPTIMIZERS,
    SCHEDULES,
    Hyperparameters,
)
from mnist_tui.tui.cli.main import main
from mnist_tui.tui.config.fields import BY_NAME, FIELDS, Field, format_value
from mnist_tui.tui.errors import UserError

from tests.helpers.support import is_one_line_for_a_person

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "alpha": st.floats(1e-300, 1e300).map(lambda alpha: float(f"{alpha:.6g}")),
    "iterations": st.integers(1, MAX_ITERATIONS),
    "hidden": st.lists(st.integers(1, 500), min_size=1, max_size=6).map(tuple),
    "batch_size": st.none() | st.integers(1, 60_000),
    "optimizer": st.sampled_from(OPTIMIZERS),
    "momentum": st.floats(0, 0.99).map(lambda momentum: float(f"{momentum:.6g}")),
    "weight_decay": st.floats(0, 1).map(lambda decay: float(f"{decay:.6g}")),
    "max_norm": st.floats(0, 100).map(lambda norm: float(f"{norm:.6g}")),
    "dropout": st.floats(0, MAX_DROPOUT).map(lambda rate: float(f"{rate:.6g}")),
    "input_dropout": st.floats(0, MAX_DROPOUT).map(lambda rate: float(f"{rate:.6g}")),
    "adversary": st.floats(0, MAX_ADVERSARY).map(lambda way: float(f"{way:.6g}")),
    "schedule": st.sampled_from(SCHEDULES),
    "augment": st.sampled_from(AUGMENTATIONS),
    "init": st.sampled_from(INITIALIZATIONS),
    "seed": st.integers(0, MAX_SEED),
}
TYPED = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-+eE_ naiful∞", max_size=20),
    st.integers(1, 5000).map(lambda length: "9" * length),
    st.lists(st.integers(-5, 10**9).map(str), max_size=30).map(",".join),
)


def test_every_field_has_values_here() -> None:
    assert set(VALUES) == set(BY_NAME)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@given(data=st.data())
def test_what_is_shown_can_be_typed(field: Field, data: st.DataObject) -> None:
    value = data.draw(VALUES[field.name])
    assert field.parse(format_value(value)) == value
    chosen: dict[str, Any] = {"batch_size": 64, field.name: value}  # some need batches
    assert getattr(Hyperparameters(**chosen), field.name) == value


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
@given(text=TYPED)
def test_an_entry_is_taken_or_refused_in_one_line(field: Field, text: str) -> None:
    try:
        Hyperparameters(**{field.name: field.parse(text)})
    except (UserError, NetError) as refused:
        message = str(refused)
    else:
        return
    assert message.startswith(field.label)
    assert not any(unicodedata.category(character).startswith("C") for character in message)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("alpha", " 1e-3 ", 0.001),
        ("hidden", "128, 64", (128, 64)),
        ("batch_size", " FULL", None),
        ("batch_size", "64", 64),
        ("init", "He", "he"),
    ],
)
def test_an_entry_means_what_a_person_means(name: str, text: str, value: object) -> None:
    assert BY_NAME[name].parse(text) == value


def refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """Exit code and stderr of a command line that must not succeed."""
    monkeypatch.setattr(sys, "argv", ["mnist-tui", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert out == ""
    assert is_one_line_for_a_person(err)
    assert isinstance(ended.value.code, int)
    return ended.value.code, err


@pytest.mark.parametrize("command", [["train"], []], ids=["train", "app"])
@pytest.mark.parametrize(
    ("option", "value", "names"),
    [
        ("--alpha", "0", "alpha"),
        ("--alpha", "-1", "alpha"),
        ("--alpha", "nan", "alpha"),
        ("--alpha", "inf", "alpha"),
        ("--alpha", "x", "alpha"),
        ("--alpha", "", "alpha"),
        ("--iterations", "0", "iterations"),
        ("--iterations", "1.5", "iterations"),
        ("--hidden", "0", "hidden"),
        ("--hidden", "10,,5", "hidden"),
        ("--hidden", "-3", "hidden"),
        ("--hidden", "99999999", "hidden would make a network of at least"),
        ("--hidden", ",".join("9" * 17), "hidden has 17 layers"),
        ("--batch-size", "0", "batch"),
        ("--batch-size", "half", "batch"),
        ("--seed", "-1", "seed"),
        ("--seed", "1e3", "seed"),
        ("--init", "ones", "init"),
        ("--alpha", "\x1b[2J\u202e", "alpha"),
        ("--alpha", "0_1.5", "alpha"),
        ("--alpha", "\uff11", "alpha"),
        ("--iterations", "1_0", "iterations"),
        ("--iterations", "\uff11\uff10", "iterations"),
        ("--iterations", "\u0661\u0660", "iterations"),
        ("--hidden", "1_0,5", "hidden"),
        ("--batch-size", "6_4", "batch"),
        ("--seed", "1_0", "seed"),
        ("--threads", "1_0", "threads"),
        ("--test-share", "0.2_5", "test-share"),
    ],
)
def test_a_bad_option_is_told_in_one_line(
    command: list[str],
    option: str,
    value: str,
    names: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, err = refused([*command, option, value], monkeypatch, capsys)
    assert code == 2
    assert names in err
    assert err[:-1].isprintable()


@pytest.mark.parametrize(
    ("arguments", "code", "names"),
    [
        (["train", "--batch-size", "70000"], 1, "70,000"),
        (["train", "--hidden", "9999,9999"], 2, "40 MB"),
        (["train", "--data", "/nowhere/at/all"], 1, "/nowhere/at/all"),
        (["evaluate", "/nowhere/model.npz"], 1, "/nowhere/model.npz"),
        (["predict", "/nowhere/model.npz"], 1, "/nowhere/model.npz"),
        (["predict"], 2, "model"),
        (["--alpha", "0.2", "train"], 2, "--alpha"),
        (["trian"], 2, "trian"),
        (["train", "--alfa", "1"], 2, "--alfa"),
    ],
)
def test_wrong_use_is_told_in_one_line(
    arguments: list[str],
    code: int,
    names: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, err = refused(arguments, monkeypatch, capsys)
    assert found == code
    assert names.lower() in err.lower()
