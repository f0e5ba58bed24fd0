"""Digits on their side are noticed, of any size; what is upright or no digits never is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mnist_tui.data.dataset import Dataset, Digits
from mnist_tui.data.findings import Sideways
from mnist_tui.tui.datasets.orientation import agreement, sideways

from tests.helpers.datasets.source_files import csv_text
from tests.helpers.support import Run, part_of


def exchanged(dataset: Dataset, side: int = 28) -> Dataset:
    """Rows and columns of every image exchanged."""
    parts = (
        Digits(
            np.ascontiguousarray(d.images.reshape(-1, side, side).mT).reshape(len(d), -1), d.labels
        )
        for d in (dataset.train, dataset.test)
    )
    train, test = parts
    return replace(dataset, train=train, test=test)


def halved(dataset: Dataset) -> Dataset:
    """Images of 14 × 14: means of four pixels."""
    parts = (
        Digits(
            d.images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).astype(np.uint8).reshape(-1, 196),
            d.labels,
        )
        for d in (dataset.train, dataset.test)
    )
    train, test = parts
    return replace(dataset, train=train, test=test, side=14)


def test_the_network_reads_digits_and_not_digits_on_their_side(mnist: Dataset) -> None:
    square, labels = mnist.test.images.reshape(-1, 28, 28), mnist.test.labels
    assert agreement(square, labels) > 0.93 * len(labels)
    assert agreement(square.mT, labels) < 0.25 * len(labels)


@pytest.mark.parametrize("side", [28, 14])
def test_digits_on_their_side_are_noticed(small: Dataset, side: int) -> None:
    dataset = small if side == 28 else halved(small)
    assert sideways(dataset) is None
    found = sideways(exchanged(dataset, side))
    assert found is not None
    assert found.exchanged > 0.8 * found.images > 2 * found.as_they_lie
    assert not found.was_asked_for


def test_of_what_is_no_ten_digits_nothing_is_said(small: Dataset) -> None:
    turned = exchanged(small)
    assert sideways(replace(turned, names=tuple("abcdefghij"))) is None
    assert sideways(replace(turned, layout=replace(turned.layout, has_paper=False))) is None
    shuffled = replace(turned, train=Digits(turned.train.images, turned.train.labels[::-1]))
    assert sideways(shuffled) is None


@pytest.mark.parametrize("lies_on_its_side", [False, True])
def test_commands_say_how_to_set_digits_upright(
    run: Run, mnist: Dataset, tmp_path: Path, lies_on_its_side: bool
) -> None:
    dataset = part_of(mnist, 100, 10)
    dataset = exchanged(dataset) if lies_on_its_side else dataset
    path = tmp_path / "digits.csv"
    path.write_text(csv_text(dataset.train.images, dataset.train.labels.tolist()))
    plain = run("data", "--data", path)
    told = run("data", "--data", path, "--transpose")
    assert ("--transpose sets them upright" in plain.err) == lies_on_its_side
    assert ("leave out --transpose" in told.err) == (not lies_on_its_side)
    assert "seem to lie" in (plain.err if lies_on_its_side else told.err)


def test_the_finding_does_no_harm_to_learning() -> None:
    from mnist_tui.data.findings import misleads

    assert not misleads(Sideways(200, 20, 190, was_asked_for=False))
