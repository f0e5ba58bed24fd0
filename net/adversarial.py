"""Adversarial training: each image is moved to where the network is more wrong, and learnt there.

    A'[0] = A[0] + ε · dA[0] / |dA[0]|          a column an image, as always

dA[0] = W1ᵀ @ dZ1 is one step further back than `backward` goes: how the loss changes when a pixel
does. Along it, the loss grows fastest, so that of all images at the distance ε this is about the
worst one. A network that is right there as well has learnt not to depend on faint traces of ink.

I. Goodfellow, J. Shlens and C. Szegedy, "Explaining and Harnessing Adversarial Examples", 2015,
moved every pixel by ε, up or down. That all of them together move by ε, as here, is from
T. Miyato, A. Dai and I. Goodfellow, "Adversarial Training Methods for Semi-Supervised Text
Classification", 2017, equation 5. A moved pixel may be lighter than paper or darker than ink.

An update takes about twice the multiplications: forward and back to the pixels, then forward and
back from where they are now.
"""

from __future__ import annotations

import numpy as np

from .network import Array, Labels, Layers, Masks, backward, forward

SHORTEST = 1e-18  # length of dA[0]; its squares are not exact below, and an image moves by less


def moved(
    parameters: Layers, X: Array, M: Masks, labels: Labels, epsilon: float
) -> tuple[Array, Masks]:
    """Return A'[0] of some images, 784 × m, and the masks that remain to be multiplied by.

    Args:
        parameters: W and b of every layer.
        X: 784 × m, 0 to 1.
        M: The masks of dropout, for A[0] to A[L-1]; (): nothing is left out.
        labels: The right class of each column.
        epsilon: How far each image moves: Euclidean length, where the way from paper to ink is 1.
    """
    activations = forward(parameters, X, M)
    dZ1 = backward(parameters, activations, labels, len(labels))
    dA = input_error(parameters.W[0], dZ1)
    return activations.A[0] + displacement(dA, epsilon), M and (None, *M[1:])


def input_error(W1: Array, dZ1: Array) -> Array:
    """Return dA[0] = W1ᵀ @ dZ1, 784 × m, one image after the other in memory, as X is."""
    return (dZ1.T @ np.asarray(W1)).T


def displacement(dA: Array, epsilon: float) -> Array:
    """Return ε · dA / |dA| for each column, 784 × m; where dA is 0, so is this."""
    length = np.sqrt(np.einsum("ij,ij->j", dA, dA))
    return dA * (epsilon / np.maximum(length, SHORTEST))
