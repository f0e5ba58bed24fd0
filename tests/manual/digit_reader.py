"""Train the small network that notices images on their side: `python -m tests.manual.digit_reader`.

It writes tui/datasets/digit_reader.npy, which is in the package; see tui/datasets/orientation.py.
"""

from __future__ import annotations

import sys

import numpy as np
from mnist_tui.data.dataset import load
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.datasets.orientation import HIDDEN, agreement

from tests.helpers.arguments import numbers
from tests.helpers.support import ROOT

FILE = ROOT / "tui" / "datasets" / "digit_reader.npy"


def main() -> int:
    """Train on MNIST, write the weights, and print how well they read its test images."""
    mnist = load("mnist")
    chosen = Hyperparameters(
        hidden=HIDDEN,
        batch_size=64,
        optimizer="momentum",
        alpha=0.05,
        schedule="cosine",
        iterations=5000,
    )
    trainer = Trainer(mnist.train, mnist.test, chosen)
    for _ in trainer.steps():
        pass
    np.save(FILE, trainer.parameters.vector.astype(np.float16), allow_pickle=False)
    square = mnist.test.images.reshape(-1, 28, 28)
    upright, exchanged = (agreement(s, mnist.test.labels) for s in (square, square.mT))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes, of {len(square):,} test images reads")
    print(f"{upright:,} as they lie and {exchanged:,} with rows and columns exchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main(*numbers(__doc__)))
