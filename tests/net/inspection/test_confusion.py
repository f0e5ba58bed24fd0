"""Confusion: every digit is counted once, where it belongs, as accuracy counts it, and quickly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.engine.input_blocks import CHUNK_PIXELS
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.confusion import Confusion, Predictions, confusion, predict
from mnist_tui.net.network import Parameters, cross_entropy, forward

from tests.helpers.networks import SIZES, drawn
from tests.helpers.support import Samples, noise


def samples_for(sizes: tuple[int, ...], m: int) -> Samples:
    """Noise that a network of these widths can be asked about."""
    samples = noise(m, sizes[0])
    return Samples(samples.images, samples.labels % sizes[-1])


def undecided(sizes: tuple[int, ...], samples: Samples) -> Parameters:
    """A network that does not take all of these for the same class, as many untrained ones do."""
    X = samples.images.T / np.float32(255)
    for seed in range(100):
        parameters = drawn(sizes, seed)
        if len(set(forward(parameters, X).Z[-1].argmax(axis=0).tolist())) > 1:
            return parameters
    raise AssertionError("there is no such network")


@pytest.mark.parametrize("sizes", SIZES)
def test_counts_are_those_of_going_from_digit_to_digit(sizes: tuple[int, ...]) -> None:
    samples = samples_for(sizes, 300)
    parameters = undecided(sizes, samples)
    answers = predict(parameters, samples)
    expected = np.zeros((sizes[-1], sizes[-1]), int)
    exact = Parameters(sizes, parameters.vector.astype(np.float64))
    for i, (image, label) in enumerate(zip(samples.images, samples.labels.tolist(), strict=True)):
        activations = forward(exact, image[:, np.newaxis] / 255)
        probabilities = activations.A[-1][:, 0]
        predicted = int(probabilities.argmax())
        expected[label, predicted] += 1
        assert answers.predicted[i] == predicted
        assert answers.confidence[i] == pytest.approx(probabilities[predicted], rel=1e-4)
        loss = cross_entropy(activations.Z[-1], np.array([label]))[0]
        assert answers.loss[i] == pytest.approx(loss, rel=1e-4, abs=1e-5)
    assert np.array_equal(confusion(answers).counts, expected)
    assert expected.sum() == 300
    assert np.count_nonzero(expected.any(axis=0)) > 1


@pytest.mark.parametrize("m", [1, 300, 2 * CHUNK_PIXELS // 16 + 7])
def test_accuracy_and_loss_are_the_engines_to_the_last_bit(m: int) -> None:
    samples, parameters = noise(m), drawn((16, 10, 10))
    answers = predict(parameters, samples)
    engine = Engine(samples, threads=1)
    score = engine.score(parameters)
    assert confusion(answers).accuracy == score.accuracy
    assert answers.loss.sum(dtype=np.float64) / m == pytest.approx(score.loss, rel=1e-12)


# Six digits: three 0s, of which one is taken for a 1; two 1s, both right; a 2 taken for a 0.
COUNTED = Confusion(np.array([[2, 1, 0, 0], [0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]))


def test_recall_is_the_share_of_a_class_that_is_found() -> None:
    assert COUNTED.recall == pytest.approx([2 / 3, 1, 0, math.nan], nan_ok=True)


def test_precision_is_the_share_of_an_answer_that_is_right() -> None:
    assert COUNTED.precision == pytest.approx([2 / 3, 2 / 3, math.nan, math.nan], nan_ok=True)


def test_accuracy_is_the_diagonals_share_of_all() -> None:
    assert pytest.approx(4 / 6) == COUNTED.accuracy


def test_of_no_digits_there_is_no_share() -> None:
    empty = Samples(np.empty((0, 16), np.uint8), np.empty(0, np.uint8))
    nothing = confusion(predict(drawn((16, 5, 10)), empty))
    assert nothing.counts.shape == (10, 10)
    assert not nothing.counts.any()
    assert math.isnan(nothing.accuracy)
    assert np.isnan(nothing.recall).all()
    assert np.isnan(nothing.precision).all()


def test_mistakes_are_all_there_and_the_most_confident_is_first() -> None:
    samples = noise(2000)
    answers = predict(drawn((16, 10, 10)), samples)
    mistakes = answers.mistakes()
    wrong = answers.predicted != samples.labels
    assert sorted(mistakes) == np.flatnonzero(wrong).tolist()
    assert len(mistakes) > 100
    assert (np.diff(answers.confidence[mistakes]) <= 0).all()
    assert answers.confidence[mistakes[0]] == answers.confidence[wrong].max()


def test_a_cell_holds_its_digits_and_all_cells_hold_each_digit_once() -> None:
    samples = noise(2000)
    answers = predict(drawn((16, 10, 10)), samples)
    counts = confusion(answers).counts
    seen: list[int] = []
    for label in range(10):
        for predicted in range(10):
            cell = answers.cell(label, predicted)
            assert len(cell) == counts[label, predicted]
            assert (samples.labels[cell] == label).all()
            assert (answers.predicted[cell] == predicted).all()
            assert (np.diff(answers.confidence[cell]) <= 0).all()
            seen += cell.tolist()
    assert sorted(seen) == list(range(2000))


def test_answers_equally_sure_stand_by_loss_and_then_by_place() -> None:
    answers = Predictions(
        classes=3,
        labels=np.array([0, 0, 0, 0, 1]),
        predicted=np.array([1, 1, 1, 1, 1]),
        confidence=np.array([0.9, 1.0, 1.0, 1.0, 1.0]),
        loss=np.array([2.3, 17.0, 19.0, 17.0, 0.0]),
    )
    assert answers.mistakes().tolist() == [2, 1, 3, 0]
    assert answers.cell(1, 1).tolist() == [4]
    assert answers.cell(2, 1).tolist() == []


def test_answers_stay_when_the_samples_are_written_over() -> None:
    samples = noise(50)
    answers = predict(drawn((16, 10, 10)), samples)
    before = answers.labels.copy()
    samples.labels[:] = 3
    assert np.array_equal(answers.labels, before)


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (noise(5, 15), "rows of 16 pixels"),
        (Samples(noise(5).images, np.array([0, 1, 2, 10, 4], np.uint8)), "label 10"),
        (Samples(noise(5).images, np.zeros(4, np.uint8)), "5 images need 5 labels, not 4"),
    ],
)
def test_samples_that_do_not_fit_the_network_are_refused(samples: Samples, complaint: str) -> None:
    with pytest.raises(NetError, match=complaint):
        predict(drawn((16, 5, 10)), samples)


@pytest.mark.parametrize("hidden", [10, 128])
def test_every_one_of_ten_thousand_digits_is_counted_once(mnist: Dataset, hidden: int) -> None:
    counts = confusion(predict(drawn((784, hidden, 10)), mnist.test)).counts
    assert counts.sum() == 10_000
    assert np.array_equal(counts.sum(axis=1), np.bincount(mnist.test.labels))
