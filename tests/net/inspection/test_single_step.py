"""The lens: its numbers are those of training, and those of the formulas."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from mnist_tui.net.errors import NetError
from mnist_tui.net.inspection.single_step import SampleStep, trace_step
from mnist_tui.net.network import Array, Images, Parameters, backward, cross_entropy, forward
from numpy.typing import DTypeLike

from tests.helpers.networks import SIZES, digit, drawn

ALPHA = 0.15
BOTH = pytest.mark.parametrize("dtype", [np.float32, np.float64])
ALL_SIZES = pytest.mark.parametrize("sizes", SIZES)


def lens_on(
    sizes: tuple[int, ...], dtype: DTypeLike, label: int = 3
) -> tuple[SampleStep, Parameters]:
    parameters = drawn(sizes, 1, dtype)
    return trace_step(parameters, digit(parameters, 2), label, ALPHA), parameters


def same_bits(ours: Any, theirs: Any) -> bool:
    """Whether two lists of arrays have the same shapes, kinds and bits."""
    return len(ours) == len(theirs) and all(
        a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
        for a, b in zip(ours, theirs, strict=True)
    )


@BOTH
@ALL_SIZES
def test_its_numbers_are_the_networks_to_the_last_bit(
    sizes: tuple[int, ...], dtype: DTypeLike
) -> None:
    lens, parameters = lens_on(sizes, dtype)
    x = digit(parameters, 2)[:, np.newaxis] / parameters.vector.dtype.type(255)
    activations = forward(parameters, x)
    gradient = Parameters.zeros(sizes, dtype)
    backward(parameters, activations, np.array([3]), 1, gradient)
    assert same_bits([lens.x], [x])
    assert same_bits(lens.W, parameters.W)
    assert same_bits(lens.b, parameters.b)
    assert same_bits(lens.Z, activations.Z)
    assert same_bits(lens.A, activations.A)
    assert same_bits(lens.dW, gradient.W)
    assert same_bits(lens.db, gradient.b)
    assert lens.loss == cross_entropy(activations.Z[-1], np.array([3]))[0]


@BOTH
@ALL_SIZES
def test_the_dz_and_da_that_backward_keeps_to_itself_are_the_ones_it_used(
    sizes: tuple[int, ...], dtype: DTypeLike
) -> None:
    lens, _ = lens_on(sizes, dtype)
    assert np.array_equal(lens.dZ[-1], lens.A[-1] - lens.Y)
    for dZ, dA, Z in zip(lens.dZ[:-1], lens.dA[1:], lens.Z[:-1], strict=True):
        assert np.array_equal(dZ, dA * (Z > 0))
    for dW, dZ, A in zip(lens.dW, lens.dZ, lens.A[:-1], strict=True):
        assert np.array_equal(dW, dZ @ A.T)


def by_hand(parameters: Parameters, image: Images, label: int) -> dict[str, list[Array]]:
    """The formulas, written out once more and plainly: vectors, einsum, no batch."""
    W = [w.astype(np.float64) for w in parameters.W]
    b = [v[:, 0].astype(np.float64) for v in parameters.b]
    z: list[Array] = []
    a: list[Array] = [image / 255]
    for w, v in zip(W, b, strict=True):
        z.append(np.einsum("ji,i->j", w, a[-1]) + v)
        a.append(np.where(z[-1] > 0, z[-1], 0))
    odds = np.exp(z[-1])
    a[-1] = odds / odds.sum()
    dz = [a[-1] - np.eye(len(odds))[label]]
    da: list[Array] = []
    for i in range(len(W) - 1, -1, -1):
        da.insert(0, np.einsum("kj,k->j", W[i], dz[0]))
        if i > 0:
            dz.insert(0, np.where(z[i - 1] > 0, da[0], 0))
    dw = [np.einsum("j,i->ji", d, read) for d, read in zip(dz, a[:-1], strict=True)]
    return {
        "Z": z,
        "A": a,
        "dZ": dz,
        "dA": da,
        "dW": dw,
        "db": dz,
        "W_after": [w - ALPHA * d for w, d in zip(W, dw, strict=True)],
        "b_after": [v - ALPHA * d for v, d in zip(b, dz, strict=True)],
        "loss": [-np.log(a[-1][label])],
    }


@ALL_SIZES
def test_its_numbers_are_those_of_the_formulas_written_out_once_more(
    sizes: tuple[int, ...],
) -> None:
    lens, parameters = lens_on(sizes, np.float64)
    for name, expected in by_hand(parameters, digit(parameters, 2), 3).items():
        found = [lens.loss] if name == "loss" else getattr(lens, name)
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            shaped = np.reshape(theirs, np.shape(ours))
            np.testing.assert_allclose(ours, shaped, rtol=1e-12, atol=1e-14, err_msg=name)


@ALL_SIZES
def test_every_array_has_the_shape_that_stands_beside_its_name(sizes: tuple[int, ...]) -> None:
    lens, _ = lens_on(sizes, np.float32)
    assert [A.shape for A in lens.A] == [(n, 1) for n in sizes]
    assert [dA.shape for dA in lens.dA] == [(n, 1) for n in sizes[:-1]]
    for vectors in (lens.Z, lens.dZ, lens.b, lens.db, lens.b_after):
        assert [v.shape for v in vectors] == [(n, 1) for n in sizes[1:]]
    for matrices in (lens.W, lens.dW, lens.W_after):
        assert [W.shape for W in matrices] == [(n_out, n_in) for n_in, n_out in pairwise(sizes)]


@BOTH
@ALL_SIZES
def test_the_update_is_made_and_the_digit_asked_again(
    sizes: tuple[int, ...], dtype: DTypeLike
) -> None:
    lens, parameters = lens_on(sizes, dtype)
    after = parameters.copy()
    for i in range(len(after.W)):
        after.W[i][:] -= ALPHA * lens.dW[i]
        after.b[i][:] -= ALPHA * lens.db[i]
    assert same_bits(lens.W_after, after.W)
    assert same_bits(lens.b_after, after.b)
    again = forward(after, lens.x)
    assert same_bits(lens.A_after, again.A)
    assert lens.loss_after == cross_entropy(again.Z[-1], np.array([3]))[0]


def test_a_small_enough_update_lowers_the_loss_by_alpha_times_the_squared_slope() -> None:
    parameters = drawn((16, 5, 4, 3, 10), 1, np.float64)
    lens = trace_step(parameters, digit(parameters, 2), 3, alpha=1e-6)
    slope = sum(float((d * d).sum()) for d in (*lens.dW, *lens.db))
    assert (lens.loss - lens.loss_after) / 1e-6 == pytest.approx(slope, rel=1e-3)


def test_what_it_saw_stays_while_training_goes_on_and_training_does_not_notice() -> None:
    parameters = drawn((16, 5, 10))
    before = parameters.vector.copy()
    lens = trace_step(parameters, digit(parameters), 3, ALPHA)
    assert np.array_equal(parameters.vector, before)
    parameters.vector[:] = 7
    assert np.array_equal(lens.W[0].ravel(), before[:80])
    assert not (lens.b[1] == 7).any()


@pytest.mark.parametrize(
    ("pixels", "label", "alpha", "complaint"),
    [
        (15, 3, 0.1, "reads rows of 16 pixels"),
        (16, 10, 0.1, "label 10"),
        (16, -1, 0.1, "label -1"),
        (16, 3, 0.0, "alpha"),
        (16, 3, float("nan"), "alpha"),
    ],
)
def test_it_refuses_in_one_line_what_the_network_cannot_be_asked(
    pixels: int, label: int, alpha: float, complaint: str
) -> None:
    with pytest.raises(NetError, match=complaint) as refusal:
        trace_step(drawn((16, 5, 10)), np.zeros(pixels, np.uint8), label, alpha)
    assert "\n" not in str(refusal.value)


def test_an_update_out_of_the_finite_numbers_is_shown_and_not_raised() -> None:
    parameters = drawn((16, 5, 10))
    lens = trace_step(parameters, digit(parameters), 3, alpha=1e300)
    assert np.isfinite(lens.loss)
    assert not np.isfinite(lens.loss_after)
