"""A run: repeatable to the bit, steered between two updates, stopped before it does harm."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import pytest
from mnist_tui.data.augment import Epochs
from mnist_tui.data.dataset import Digits
from mnist_tui.net.engine.batches import Batches
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.errors import NetError
from mnist_tui.net.hyperparameters import AUGMENTATIONS, OPTIMIZERS, Hyperparameters
from mnist_tui.net.network import Parameters
from mnist_tui.net.run.diagnosis import DivergedError
from mnist_tui.net.run.history import TEST_ACCURACY
from mnist_tui.net.trainer import Trainer

from tests.helpers.support import Samples, fingerprint, is_finite, noise, trainer_of

BOTH = pytest.mark.parametrize("batch_size", [None, 64])


def after(trainer: Trainer, updates: int) -> Trainer:
    assert len(list(islice(trainer.steps(), updates))) == updates
    return trainer


@BOTH
def test_the_same_seed_gives_the_same_run_bit_for_bit(
    digits: Digits, batch_size: int | None
) -> None:
    one, same, other = (
        after(trainer_of(digits, seed=seed, batch_size=batch_size), 12) for seed in (3, 3, 4)
    )
    assert fingerprint(one) == fingerprint(same)
    assert fingerprint(one)[0] != fingerprint(other)[0]
    assert fingerprint(one)[1] != fingerprint(other)[1]


def test_every_epoch_takes_each_sample_once_in_an_order_of_its_own() -> None:
    batches = Batches(10, np.random.default_rng(0))
    epochs = [[batches.take(4) for _ in range(3)] for _ in range(3)]
    for epoch in epochs:
        assert [len(rows) for rows in epoch] == [4, 4, 2]
        assert sorted(np.concatenate(epoch).tolist()) == list(range(10))
    orders = {tuple(np.concatenate(epoch).tolist()) for epoch in epochs}
    assert len(orders) == 3


def test_a_mini_batch_update_looks_at_one_batch_only() -> None:
    samples = noise(100)
    looked_at: set[float] = {
        progress.train_accuracy * 10
        for progress in islice(trainer_of(samples, batch_size=10).steps(), 30)
    }
    assert len(looked_at) > 1
    assert all(share == pytest.approx(round(share)) for share in looked_at)


def test_ten_digits_are_learnt_to_the_last(digits: Digits) -> None:
    rows = [int(np.flatnonzero(digits.labels == digit)[0]) for digit in range(10)]
    ten = Samples(digits.images[rows], digits.labels[rows])
    *_, last = trainer_of(ten, iterations=400, hidden=(32,)).steps()
    assert last.train_accuracy == 1
    assert last.loss < 0.1


@BOTH
def test_a_change_of_alpha_acts_on_exactly_the_next_update(batch_size: int | None) -> None:
    samples = noise(200)
    chosen: dict[str, Any] = {"batch_size": batch_size, "seed": 1}
    steered, steady = trainer_of(samples, **chosen), trainer_of(samples, **chosen)
    after(steered, 3)
    after(steady, 3)
    before = steered.state().vector
    steered.change(Hyperparameters(alpha=0.3, **chosen))
    assert steered.state().vector.tobytes() == before.tobytes()
    assert next(steered.steps()).alpha == 0.3
    assert next(steady.steps()).alpha == 0.15
    # The same gradient, twice as far.
    assert steered.state().vector - before == pytest.approx(
        2 * (steady.state().vector - before), abs=1e-6
    )
    assert steered.history.rows()[:, 1].tolist() == [0.15, 0.15, 0.15, 0.15, 0.3]


def test_a_full_batch_update_goes_alpha_times_the_gradient_down() -> None:
    samples = noise(200)
    trainer = after(trainer_of(samples, alpha=0.4), 2)
    before = Parameters(trainer.parameters.sizes, trainer.state().vector)
    gradient = Parameters.zeros(before.sizes)
    Engine(samples).gradient(before, gradient, None)
    after(trainer, 1)
    expected = before.vector - 0.4 * gradient.vector
    assert trainer.state().vector == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("change", [{"hidden": (5,)}, {"seed": 1}, {"init": "uniform"}])
def test_what_decides_the_first_weights_cannot_change_within_a_run(change: dict[str, Any]) -> None:
    trainer = trainer_of(noise(20))
    with pytest.raises(NetError, match=next(iter(change))):
        trainer.change(Hyperparameters(**change))
    assert trainer.hyperparameters == Hyperparameters()


def test_a_batch_larger_than_the_set_is_refused() -> None:
    with pytest.raises(NetError, match="batch"):
        trainer_of(noise(20), batch_size=21)
    trainer = trainer_of(noise(20), batch_size=20)
    with pytest.raises(NetError, match="batch"):
        trainer.change(Hyperparameters(batch_size=21))


def test_a_finished_run_goes_on_when_iterations_are_raised() -> None:
    samples = noise(50)
    trainer = trainer_of(samples, iterations=5)
    assert [progress.iteration for progress in trainer.steps()] == [1, 2, 3, 4, 5]
    assert list(trainer.steps()) == []
    trainer.change(Hyperparameters(iterations=8))
    assert [progress.iteration for progress in trainer.steps()] == [6, 7, 8]
    assert fingerprint(trainer) == fingerprint(after(trainer_of(samples, iterations=8), 8))


@pytest.mark.parametrize("updates", [0, 1, 7, 23])
@BOTH
def test_a_restored_run_goes_on_as_if_it_had_not_stopped(
    batch_size: int | None, updates: int
) -> None:
    samples = noise(300)
    whole = trainer_of(samples, batch_size=batch_size)
    after(whole, updates)
    state = whole.state()
    kept = fingerprint(state)
    after(whole, 20)
    assert fingerprint(state) == kept, "a state is a copy"
    restored = trainer_of(samples, batch_size=batch_size)
    after(restored, 2)  # that it has been elsewhere must not matter
    restored.restore(state)
    assert fingerprint(restored) == kept
    after(restored, 20)
    assert fingerprint(restored) == fingerprint(whole)
    assert restored.iteration == updates + 20


def test_a_state_of_other_widths_is_refused() -> None:
    trainer = trainer_of(noise(20))
    state = trainer_of(noise(20), hidden=(7,)).state()
    before = fingerprint(trainer)
    with pytest.raises(NetError, match="16-7-10"):
        trainer.restore(state)
    assert fingerprint(trainer) == before


@BOTH
def test_a_run_that_diverges_says_so_and_keeps_the_weights_before(batch_size: int | None) -> None:
    trainer = after(trainer_of(noise(100), batch_size=batch_size), 4)
    trainer.change(Hyperparameters(alpha=1e30, batch_size=batch_size))
    stood = [fingerprint(trainer)]
    with pytest.raises(DivergedError, match="alpha") as raised:
        stood.extend(fingerprint(trainer) for _ in trainer.steps())
    assert "\n" not in str(raised.value)
    assert is_finite(trainer.parameters.vector)
    assert fingerprint(trainer) == stood[-1]
    assert trainer.iteration == 4 + len(stood) - 1


def test_uniform_first_weights_fill_the_half_either_side_of_zero() -> None:
    vector = trainer_of(noise(5, pixels=784), init="uniform").parameters.vector
    assert -0.5 <= vector.min() < -0.49
    assert 0.49 < vector.max() <= 0.5
    assert abs(float(vector.mean())) < 0.02


def test_he_first_weights_are_as_wide_as_their_inputs_ask() -> None:
    parameters = trainer_of(noise(5, pixels=784), hidden=(200,)).parameters
    assert parameters.W[0].std() == pytest.approx(np.sqrt(2 / 784), rel=0.02)
    assert parameters.W[1].std() == pytest.approx(np.sqrt(2 / 200), rel=0.1)
    assert not any(b.any() for b in parameters.b)


def test_measuring_changes_nothing() -> None:
    trainer = after(trainer_of(noise(50), batch_size=8), 5)
    before = fingerprint(trainer)
    progress = trainer.measure()
    assert fingerprint(trainer) == before
    assert np.isfinite(progress.test_accuracy)
    after(trainer, 5)
    assert fingerprint(trainer) == fingerprint(after(trainer_of(noise(50), batch_size=8), 10))


@BOTH
def test_a_run_without_tests_on_the_way_differs_in_its_history_alone(
    batch_size: int | None,
) -> None:
    samples, chosen = noise(80), Hyperparameters(iterations=20, batch_size=batch_size)
    usual = Trainer(samples, samples, chosen)
    seldom = Trainer(samples, samples, chosen, tests_on_the_way=False)
    for trainer in (seldom, usual):
        after(trainer, 20)
    assert np.isnan(seldom.history.rows()[:, TEST_ACCURACY]).all()
    assert np.isfinite(usual.history.rows()[:11, TEST_ACCURACY]).all()
    assert seldom.parameters.vector.tobytes() == usual.parameters.vector.tobytes()
    assert seldom.measure() == usual.measure()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [None, 48])
def test_any_number_of_threads_gives_the_same_bits(optimizer: str, batch_size: int | None) -> None:
    samples = noise(3000, pixels=784)
    ends: list[bytes] = []
    for threads in (1, 2, 3):
        engine = Engine(samples, threads)
        chosen = Hyperparameters(
            alpha=0.01, iterations=8, hidden=(40, 20), optimizer=optimizer, batch_size=batch_size
        )
        trainer = Trainer(samples, samples, chosen, engine=engine)
        for _ in trainer.steps():
            pass
        ends.append(trainer.parameters.vector.tobytes() + trainer.history.rows().tobytes())
        engine.close()
    assert len(set(ends)) == 1


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("augment", AUGMENTATIONS)
def test_a_run_put_away_and_taken_up_ends_in_the_same_bits(optimizer: str, augment: str) -> None:
    samples = noise(300)
    chosen = Hyperparameters(
        alpha=0.01,
        iterations=30,
        optimizer=optimizer,
        batch_size=64,
        schedule="cosine",
        weight_decay=1e-3,
        augment=augment,
    )
    epochs = Epochs(samples.images)
    whole, first, second = (
        Trainer(samples, samples, chosen, augmented=epochs.images) for _ in range(3)
    )
    for _ in whole.steps():
        pass
    after(first, 13)
    second.restore(first.state())
    for _ in second.steps():
        pass
    assert second.parameters.vector.tobytes() == whole.parameters.vector.tobytes()


@pytest.mark.parametrize("change", [{"augment": "none"}, {"batch_size": 9, "alpha": 0.2}])
def test_a_change_acts_alike_whether_or_not_the_run_was_put_away_before(
    change: dict[str, Any],
) -> None:
    samples = noise(60)
    chosen = Hyperparameters(iterations=9, batch_size=20, augment="elastic")
    deformed = Epochs(samples.images).images
    stayed, again = (Trainer(samples, samples, chosen, augmented=deformed) for _ in range(2))
    after(stayed, 4)
    again.restore(stayed.state())  # what `stayed` has found out for its next update, it has not
    for trainer in (stayed, again):
        trainer.change(replace(chosen, **change))
        after(trainer, 5)
    assert fingerprint(stayed) == fingerprint(again)


def test_a_run_can_be_taken_up_after_any_update() -> None:
    samples = noise(30)
    chosen = Hyperparameters(alpha=0.01, iterations=12, batch_size=10)  # three updates an epoch
    whole = after(Trainer(samples, samples, chosen), 12)
    for updates in range(12):
        first = after(Trainer(samples, samples, chosen), updates)
        second = Trainer(samples, samples, chosen)
        second.restore(first.state())
        after(second, 12 - updates)
        assert fingerprint(second) == fingerprint(whole), f"after {updates} updates"


def test_blank_images_are_no_trouble() -> None:
    samples = noise(2000, pixels=784)
    blank = Samples(samples.images * np.uint8(0), samples.labels)
    trainer = after(trainer_of(blank, iterations=3), 3)
    assert is_finite(trainer.parameters.vector)


@pytest.mark.parametrize("batch_size", [900, 2000])
def test_a_batch_larger_than_the_cache_adds_up_in_pieces(batch_size: int) -> None:
    samples = noise(2000, pixels=784)
    parameters = trainer_of(samples).parameters
    rows = np.arange(batch_size)
    some, whole = parameters.copy(), parameters.copy()
    chosen = Samples(samples.images[rows], samples.labels[rows])
    score = Engine(samples).gradient(parameters, some, rows)
    assert score.accuracy == Engine(chosen).gradient(parameters, whole).accuracy
    assert some.vector == pytest.approx(whole.vector, abs=1e-6)


def test_a_long_first_epoch_is_tested_ever_more_seldom(digits: Digits) -> None:
    trainer = trainer_of(digits, batch_size=1, iterations=len(digits.labels))
    after(trainer, len(digits.labels))
    tested = np.flatnonzero(np.isfinite(trainer.history.view()[:, TEST_ACCURACY]))
    assert len(digits.labels) == 300
    assert tested.tolist() == [*range(11), 20, 50, 100, 200, 300]
