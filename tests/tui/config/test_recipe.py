"""Recipes: any course on one line and back; wrong ones are told where; training follows them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import INITIALIZATIONS, OPTIMIZERS, SCHEDULES, Hyperparameters
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.hyperparameter_log import effective
from mnist_tui.net.run.state import HyperparameterLog
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.config.recipe import format_recipe, parse_recipe
from mnist_tui.tui.errors import UserError

from tests.helpers.support import Run, fingerprint, is_one_line_for_a_person

LIVE: dict[str, st.SearchStrategy[Any]] = {
    "alpha": st.floats(min_value=1e-300, max_value=1e300),
    "batch_size": st.integers(1, 10**6),
    "optimizer": st.sampled_from(OPTIMIZERS),
    "momentum": st.floats(0, 1, exclude_max=True),
    "weight_decay": st.floats(0, 1),
    "max_norm": st.floats(0, 1e6),
    "dropout": st.floats(0, 0.9),
    "input_dropout": st.floats(0, 0.9),
    "adversary": st.floats(0, 28),
    "schedule": st.sampled_from(SCHEDULES),
    "augment": st.sampled_from(("none", "elastic")),
    "iterations": st.integers(1000, 10**9),
}
FIXED: dict[str, st.SearchStrategy[Any]] = {
    "seed": st.integers(0, 2**63 - 1),
    "init": st.sampled_from(INITIALIZATIONS),
    "hidden": st.lists(st.integers(1, 50), min_size=1, max_size=4).map(tuple),
}


@st.composite
def courses(draw: st.DrawFn) -> HyperparameterLog:
    """Any that a run may have: changes within its iterations, each of something."""
    batch = draw(LIVE["batch_size"])  # without one there can be no augment
    chosen = draw(st.fixed_dictionaries({}, optional=LIVE | FIXED))
    now = Hyperparameters(**{"batch_size": batch, **chosen})
    log = [(0, now)]
    for since in sorted(draw(st.sets(st.integers(1, 999), max_size=4))):
        now = replace(now, **draw(st.fixed_dictionaries({}, optional=LIVE)))
        log.append((since, now))
    return effective(tuple(log))


@given(courses())
def test_a_recipe_makes_the_same_course_again(log: HyperparameterLog) -> None:
    recipe = format_recipe(log)
    assert "\n" not in recipe
    assert parse_recipe(recipe) == log


def test_only_what_differs_is_written() -> None:
    first = Hyperparameters(batch_size=64, hidden=(128, 64))
    log = ((0, first), (300, replace(first, alpha=0.05)))
    assert format_recipe(log) == "hidden=128,64 batch=64 @300 alpha=0.05"
    assert format_recipe(((0, Hyperparameters()),)) == "alpha=0.15"


def test_the_options_names_and_any_spaces_will_do() -> None:
    recipe = "  batch-size=64\n weight_decay=0.5 Alpha=0.1  @7   batch=full "
    first = Hyperparameters(batch_size=64, weight_decay=0.5, alpha=0.1)
    assert parse_recipe(recipe) == ((0, first), (7, replace(first, batch_size=None)))


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("alhpa=1", "word 1, “alhpa=1”"),
        ("alpha=0.1 0.2", "word 2, “0.2”"),
        ("alpha=much", "word 1"),
        ("hidden=10 alpha=-1", "word 2, “alpha=-1”"),
        ("alpha=nan", "word 1"),
        ("alpha=0.1 alpha=0.2", "word 2"),
        ("augment=elastic", "word 1"),
        ("alpha=1 @", "word 2, “@”"),
        ("alpha=1 @0 alpha=2", "word 2"),
        ("alpha=1 @-3 alpha=2", "word 2"),
        ("alpha=1 @³ alpha=2", "word 2"),
        ("alpha=1 @9 alpha=2 @9 alpha=3", "word 4"),
        ("alpha=1 @9 alpha=2 @5 alpha=3", "word 4"),
        ("alpha=1 @9", "word 2"),
        ("alpha=1 @9 alpha=1", "word 2"),
        ("alpha=1 @9 @10 alpha=2", "word 2"),
        ("alpha=1 @9 seed=4", "word 3, “seed=4”"),
        ("iterations=10 @11 alpha=2", "word 2, “@11”"),
        ("iterations=10 @10 alpha=2", "word 2, “@10”"),
        ("alpha=1 @99999999999999 alpha=2", "word 2"),
        ("alpha=\x1b[31m", "word 1"),
        ("alpha=1 " * 20_000, "characters"),
    ],
)
def test_a_wrong_recipe_is_told_where(recipe: str, told: str) -> None:
    with pytest.raises(UserError) as raised:
        parse_recipe(recipe)
    message = str(raised.value)
    assert told in message
    assert message.isprintable()
    assert len(message) < 200


def test_train_follows_a_recipe_to_the_bit(
    run: Run, folder: Path, small: Dataset, tmp_path: Path
) -> None:
    first = Hyperparameters(iterations=20, batch_size=50, optimizer="momentum", alpha=0.05)
    trainer = Trainer(small.train, small.test, first)
    for since, change in ((6, {"alpha": 0.01}), (20, {"iterations": 26, "batch_size": None})):
        assert len(list(islice(trainer.steps(), since - trainer.iteration))) > 0
        trainer.change(replace(trainer.hyperparameters, **change))
    assert len(list(trainer.steps())) == 6
    recipe = format_recipe(trainer.hyperparameter_log)
    command = ["train", "--data", str(folder), "--recipe", recipe, "--quiet"]
    assert run(*command, "--out", tmp_path / "m.npz").code == 0
    state = checkpoint.load(tmp_path / "m.npz")
    assert fingerprint(state) == fingerprint(trainer)
    assert state.hyperparameter_log == trainer.hyperparameter_log
    assert run("export", tmp_path / "m.npz", "--recipe").out == f"{recipe}\n"


def test_a_recipe_stands_alone_on_the_command_line(run: Run, folder: Path) -> None:
    for more in (["--alpha", "0.1"], ["--preset", "sprint"]):
        ended = run("train", "--data", folder, "--recipe", "alpha=0.2", *more)
        assert ended.code == 2
        assert more[0] in ended.err
        assert is_one_line_for_a_person(ended.err)
    ended = run("train", "--data", folder, "--recipe", "beta=2")
    assert ended.code == 1
    assert is_one_line_for_a_person(ended.err)
