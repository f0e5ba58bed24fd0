"""Images that fill their frame in shades of grey, as Fashion-MNIST's do, which is not at hand."""

from __future__ import annotations

import numpy as np
from mnist_tui.data.dataset import Digits
from mnist_tui.data.source_content import Bytes

SIDE, CLASSES = 28, 4


def garment(kind: int, generator: np.random.Generator) -> Bytes:
    """A shirt, trousers, a shoe or a bag; its longer side fills the frame, its box is centered."""
    image = np.zeros((SIDE, SIDE))
    shade = generator.uniform(90, 230)
    if kind == 0:
        image[:, 6:22] = shade
        image[3:11, 2:26] = shade * 0.8
    elif kind == 1:
        image[:, 8:20] = shade
        image[8:, 13:15] = 0
    elif kind == 2:
        image[10:18, :] = shade
        image[10:13, :12] = shade * 0.15  # pale, and yet a part of it
    else:
        image[4:24, :] = shade * 0.7
        image[4:8, 8:20] = shade * 0.3
    grain = generator.normal(0, 12, image.shape)
    return np.where(image > 0, np.clip(image + grain, 1, 255), 0).astype(np.uint8)


def garments(m: int, seed: int = 0) -> Digits:
    """So many of them, with their labels."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, m).astype(np.uint8)
    images = np.stack([garment(int(label), generator) for label in labels])
    return Digits(images.reshape(m, -1), labels)
