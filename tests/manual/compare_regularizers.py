"""What regularizers bring 784-800-10: `python -m tests.manual.compare_regularizers`.

Trains with each of them on the part of the training set that `search_presets` learns from, and
prints a row: accuracy on the rest, the median of the seeds and each, and of the same runs with
averaged weights. Two of them are not in net/: docs/presets.md says why. What they are is here:

- label smoothing: the truth Y is 1 - 0.1 + 0.1/10 at the label and 0.1/10 elsewhere (C. Szegedy
  and others, "Rethinking the Inception Architecture for Computer Vision", 2016, section 7);
- averaged weights: a mean of those of all updates, the last ones counting most: θ̄ ← θ̄ + β·(θ - θ̄)
  with β = 0.001, or 9 / (9 + updates) as long as that is more (B. Polyak and A. Juditsky,
  "Acceleration of Stochastic Approximation by Averaging", 1992; exponential as in D. Kingma and
  J. Ba, "Adam", 2015, section 7.2).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from unittest.mock import patch

import numpy as np
from mnist_tui.data.dataset import Digits, load
from mnist_tui.net.engine import engine as engines
from mnist_tui.net.engine import partial_gradients
from mnist_tui.net.engine.engine import Engine
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.network import Activations, Array, Labels, Parameters, backward
from mnist_tui.net.trainer import Trainer

from tests.helpers.arguments import parser
from tests.manual.search_presets import split

SMOOTHING, SLOWEST_MEAN = 0.1, 0.001
EPOCHS, BATCH = 20, 128
PLAIN = Hyperparameters(
    alpha=0.1, hidden=(800,), batch_size=BATCH, optimizer="momentum", schedule="cosine"
)
DROPOUT = replace(PLAIN, dropout=0.25, input_dropout=0.1)
Backward = Callable[[Parameters, Activations, Labels, int, Parameters], Array]


def smoothed(
    parameters: Parameters, activations: Activations, labels: Labels, m: int, gradient: Parameters
) -> Array:
    """Go backwards from A - Y with a smoothed Y: `backward` takes 1 at the label from A."""
    A = activations.A[-1] - SMOOTHING / len(activations.A[-1])
    A[labels, np.arange(len(labels))] += SMOOTHING
    shifted = replace(activations, A=[*activations.A[:-1], A.astype(activations.A[-1].dtype)])
    return backward(parameters, shifted, labels, m, gradient)


def trained(
    train: Digits, test: Digits, chosen: Hyperparameters, seed: int, epochs: int
) -> tuple[float, float]:
    """Return the accuracy with the last weights, and that with averaged ones."""
    engine = Engine(train, threads=1)
    iterations = epochs * -(-len(train.labels) // BATCH)
    trainer = Trainer(train, test, replace(chosen, seed=seed, iterations=iterations), engine=engine)
    average = trainer.parameters.copy()
    for progress in trainer.steps():
        rate = max(SLOWEST_MEAN, 9 / (9 + progress.iteration))
        average.vector += rate * (trainer.parameters.vector - average.vector)
    scores = [engine.score(parameters, test) for parameters in (trainer.parameters, average)]
    engine.close()
    return scores[0].accuracy, scores[1].accuracy


def never(_: Parameters, __: int) -> bool:
    """Return that no batch is to be halved."""
    return False


ROWS: dict[str, tuple[Hyperparameters, Backward]] = {
    "plain": (PLAIN, backward),
    "label smoothing": (PLAIN, smoothed),
    "max-norm": (replace(PLAIN, max_norm=2.0), backward),
    "dropout": (DROPOUT, backward),
    "dropout, label smoothing": (DROPOUT, smoothed),
    "dropout, max-norm": (replace(DROPOUT, max_norm=2.0), backward),
    "adversary": (replace(PLAIN, adversary=1.0), backward),
    "dropout, adversary": (replace(DROPOUT, adversary=1.0), backward),
    "dropout, constant alpha": (replace(DROPOUT, schedule="constant"), backward),
}


def main() -> int:
    """Print a row for each."""
    arguments = parser(__doc__)
    arguments.add_argument("--seeds", type=int, default=3, help="runs of each, usually 3")
    arguments.add_argument("--hidden", type=int, default=800, help="units, usually 800")
    arguments.add_argument("--epochs", type=int, default=EPOCHS, help=f"usually {EPOCHS}")
    arguments.add_argument("rows", nargs="*", help=f"of: {'; '.join(ROWS)}")
    asked = arguments.parse_args()
    train, test = split(load("mnist").train)
    sys.stdout.write(f"{'':26}last weights{'':14}averaged weights\n")
    for name in asked.rows or ROWS:
        chosen, way_back = ROWS[name]
        chosen = replace(chosen, hidden=(asked.hidden,))
        with (
            patch.object(partial_gradients, "backward", way_back),
            patch.object(engines, "is_worth_halving", never),  # halves go back without it
        ):
            pairs = [
                trained(train, test, chosen, seed, asked.epochs) for seed in range(asked.seeds)
            ]
        row = (
            f"{median(kind):.2%} ({' '.join(f'{100 * a:.2f}' for a in kind)})"
            for kind in zip(*pairs, strict=True)
        )
        sys.stdout.write(f"{name:26}{'   '.join(row)}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
