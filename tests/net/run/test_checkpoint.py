"""Saved runs: the same to the bit, never half written, and never believed without a look."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.state import RunState

from tests.helpers.support import fingerprint, noise, trainer_of

SAMPLES = noise(100)


def a_run(**chosen: Any) -> RunState:
    trainer = trainer_of(SAMPLES, batch_size=16, hidden=(4,), **chosen)
    assert len(list(islice(trainer.steps(), 5))) == 5
    return trainer.state()


@pytest.mark.parametrize("hidden", [(4,), (7, 3)])
def test_a_run_comes_back_bit_for_bit_and_goes_on_the_same(
    tmp_path: Path, hidden: tuple[int, ...]
) -> None:
    trainer = trainer_of(SAMPLES, batch_size=16, hidden=hidden, alpha=0.3, seed=9, init="uniform")
    assert len(list(islice(trainer.steps(), 9))) == 9
    state, path = trainer.state(), tmp_path / "run.npz"
    checkpoint.save(state, path)
    found = checkpoint.load(path)
    assert fingerprint(found) == fingerprint(state)
    assert found.vector.dtype == state.vector.dtype
    assert (found.sizes, found.iteration) == (state.sizes, state.iteration)
    assert (found.hyperparameters, found.cursor) == (state.hyperparameters, state.cursor)
    other = trainer_of(SAMPLES, batch_size=16, hidden=hidden)
    other.restore(found)
    assert [*islice(other.steps(), 9)][-1].loss == [*islice(trainer.steps(), 9)][-1].loss
    assert fingerprint(other) == fingerprint(trainer)


@pytest.mark.parametrize("origin", ["", "mlp.onnx"])
def test_where_the_first_weights_come_from_stays_with_the_run(tmp_path: Path, origin: str) -> None:
    path = tmp_path / "run.npz"
    checkpoint.save(replace(a_run(), origin=origin), path)
    trainer = trainer_of(SAMPLES, batch_size=16, hidden=(4,))
    trainer.restore(checkpoint.load(path))
    assert trainer.origin == trainer.moment().origin == trainer.state().origin == origin


def test_numpy_reads_it_without_pickle(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    state = a_run()
    checkpoint.save(state, path)
    with np.load(path, allow_pickle=False) as members:
        assert sorted(members) == sorted(
            ["format", "sizes", "W1", "b1", "W2", "b2", "history", "run"]
        )
        assert members["W1"].shape == (4, 16)


class Interrupted(BaseException):
    """As Ctrl-C would be: not an Exception."""


@pytest.mark.parametrize(
    ("failure", "told"), [(OSError(28, "No space left"), NetError), (Interrupted(), Interrupted)]
)
@pytest.mark.parametrize("where", ["savez", "fsync"])
def test_an_interrupted_write_leaves_the_old_file_whole(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    failure: BaseException,
    told: type[BaseException],
) -> None:
    path = tmp_path / "run.npz"
    checkpoint.save(a_run(), path)
    before = path.read_bytes()

    def half(file: Any, **_: Any) -> None:
        file.write(b"PK half of it")
        raise failure

    def never(_: int) -> None:
        raise failure

    if where == "savez":
        monkeypatch.setattr(np, "savez", half)
    else:
        monkeypatch.setattr(os, "fsync", never)
    with pytest.raises(told):
        checkpoint.save(a_run(seed=1), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(NetError, match="cannot be written"):
        checkpoint.save(a_run(), tmp_path / "nowhere" / "run.npz")
