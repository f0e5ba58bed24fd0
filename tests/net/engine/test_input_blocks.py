"""Strips: W1 @ X is the same product, whichever way it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from mnist_tui.net.engine import input_blocks
from mnist_tui.net.engine.input_blocks import StridedMatmul, strided, strip_columns

UNITS = [1, 10, 12, 13, 64]
COLUMNS = [8, 9, 99, 100, 101, 128, 333]


def random(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("has_small_kernels", [True, False])
@pytest.mark.parametrize("m", COLUMNS)
@pytest.mark.parametrize("units", UNITS)
def test_strips_are_the_product(
    monkeypatch: pytest.MonkeyPatch, units: int, m: int, has_small_kernels: bool
) -> None:
    monkeypatch.setattr(input_blocks, "has_small_kernels", lambda: has_small_kernels)
    W, images = random(units, 784), random(m, 784)
    np.testing.assert_allclose(strided(W, m) @ images.T, W @ images.T, rtol=1e-12, atol=1e-12)


def test_few_units_are_multiplied_in_strips_and_others_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, some, many = (random(units, 784) for units in (10, 64, 65))
    for has_small_kernels, expected in ((True, [100, 8, 0]), (False, [100, 0, 0])):
        monkeypatch.setattr(input_blocks, "has_small_kernels", lambda has=has_small_kernels: has)
        assert [strip_columns(W) for W in (few, some, many)] == expected
    assert isinstance(strided(few, 100), StridedMatmul)
    assert not isinstance(strided(few, 99), StridedMatmul), "less than a strip"
