"""Adversarial training: a hand-worked move, and what every batch that is moved must hold to."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from mnist_tui.net.adversarial import displacement, moved
from mnist_tui.net.dropout import Dropout
from mnist_tui.net.engine import engine as engines
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import MAX_ADVERSARY, Hyperparameters
from mnist_tui.net.initialization import initial_parameters
from mnist_tui.net.network import Parameters, cross_entropy, forward
from mnist_tui.net.trainer import Trainer

from tests.helpers.networks import drawn
from tests.helpers.runs.worker_runs import SAMPLES

CHOSEN = Hyperparameters(
    alpha=0.01, iterations=12, hidden=(20, 9), batch_size=50, optimizer="momentum", adversary=1.0
)


def weights_of(trainer: Trainer) -> bytes:
    """Every bit of them."""
    return trainer.parameters.vector.tobytes()


def test_a_move_is_the_one_worked_out_on_paper() -> None:
    # Two pixels, one hidden unit, two classes; one sample x = (1, 2) with label 1.
    parameters = Parameters.zeros((2, 1, 2), np.float64)
    parameters.W[0][:] = [[3, 4]]
    parameters.b[0][:] = [[-10]]
    parameters.W[1][:] = [[2], [1]]
    parameters.b[1][:] = [[math.log(3) - 1], [0]]
    X, labels = np.array([[1.0], [2.0]]), np.array([1])
    # Z1 = 3·1 + 4·2 - 10 = 1 = A1;  Z2 = (2 + ln 3 - 1, 1): softmax is 3 to 1
    # dZ2 = (0.75, -0.75);  dZ1 = 2·0.75 - 1·0.75 = 0.75;  dA0 = (3, 4)·0.75, of length 3.75
    # A'0 = (1, 2) + 0.5·(3, 4)/5 = (1.3, 2.4)
    A, M = moved(parameters, X, (), labels, 0.5)
    assert A[:, 0] == pytest.approx([1.3, 2.4])
    assert not M


def test_with_dropout_it_is_what_the_network_reads_that_is_moved() -> None:
    parameters, labels = drawn((16, 9, 10), 4), np.arange(5)
    X = np.random.default_rng(1).random((16, 5))
    M = Dropout(0.4, 0.5, 1, 3).masks((16, 9, 10), 5, np.float64)
    A, rest = moved(parameters, X, M, labels, 0.3)
    first = M[0]
    assert first is not None
    assert np.linalg.norm(A - X * first, axis=0) == pytest.approx(0.3)
    assert rest[0] is None, "or what is left out of the pixels would be left out twice"
    assert rest[1] is M[1]


def test_no_other_way_of_that_length_makes_the_loss_larger() -> None:
    parameters, labels, epsilon = drawn((16, 9, 10), 4), np.arange(5), 1e-3
    generator = np.random.default_rng(1)
    X = generator.random((16, 5))

    def losses(X: np.ndarray) -> np.ndarray:
        return cross_entropy(forward(parameters, X).Z[-1], labels)

    worst = losses(moved(parameters, X, (), labels, epsilon)[0])
    for _ in range(200):
        way = generator.standard_normal(X.shape)
        assert (worst > losses(X + epsilon * way / np.linalg.norm(way, axis=0))).all()


def test_an_image_without_any_slope_stays_where_it_is() -> None:
    dA = np.array([[0.0, 3], [0, 4]], np.float32)
    assert displacement(dA, 255 * MAX_ADVERSARY).tolist() == [[0, 0.6 * 7140], [0, 0.8 * 7140]]


@pytest.mark.parametrize("rates", [(0.0, 0.0), (0.2, 0.5)])
@pytest.mark.parametrize("hidden", [(20,), (20, 9)])
def test_parts_chunks_and_halves_move_every_image_alike(
    hidden: tuple[int, ...], rates: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = initial_parameters((784, *hidden, 10), "he", np.random.default_rng(4), float)
    rows, dropout = np.arange(90), Dropout(*rates, 1, 3, 7) if any(rates) else None

    def gradient() -> np.ndarray:
        engine, found = Engine(SAMPLES, 1), parameters.copy()
        engine.gradient(parameters, found, rows, dropout=dropout, epsilon=1.0)
        engine.close()
        return found.vector

    whole = gradient()
    assert np.abs(whole).max() > 1e-4
    monkeypatch.setattr(engines, "MIN_FLOPS_PER_HALVED_BATCH", 1)
    np.testing.assert_allclose(gradient(), whole, atol=1e-12)
    monkeypatch.setattr(engines, "MIN_FLOPS_PER_HALVED_BATCH", 1 << 60)
    monkeypatch.setattr("mnist_tui.net.engine.input_blocks.CHUNK_PIXELS", 20_000)
    monkeypatch.setattr(engines, "MIN_FLOPS_PER_TASK", 1_000_000)
    np.testing.assert_allclose(gradient(), whole, atol=1e-12)


def test_it_acts_from_the_next_update_on_and_a_resumed_run_goes_on_alike() -> None:
    trainer = Trainer(SAMPLES, SAMPLES, replace(CHOSEN, adversary=0.0))
    steps = trainer.steps()
    list(islice(steps, 5))
    resumed, plain = (Trainer(SAMPLES, SAMPLES, trainer.hyperparameters) for _ in range(2))
    state = trainer.state()
    plain.restore(state)
    resumed.restore(replace(state, hyperparameters=CHOSEN))  # it has computed nothing beforehand
    trainer.change(CHOSEN)
    next(steps)
    next(resumed.steps())
    next(plain.steps())
    assert weights_of(trainer) == weights_of(resumed) != weights_of(plain)
    for _ in steps:
        pass
    for _ in resumed.steps():
        pass
    assert weights_of(trainer) == weights_of(resumed)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"adversary": -0.1}, "adversary must be from 0 to 28, not -0.1"),
        ({"adversary": 29.0}, "adversary must be from 0 to 28, not 29"),
        ({"adversary": float("nan")}, "adversary must be from 0 to 28, not nan"),
        (
            {"adversary": 1.0, "batch_size": None},
            r"adversary needs a batch that is not full \(or: adversary 0\)",
        ),
    ],
)
def test_what_cannot_be_is_refused(chosen: dict[str, float | None], why: str) -> None:
    with pytest.raises(NetError, match=why):
        replace(CHOSEN, **chosen)
