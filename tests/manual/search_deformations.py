"""How many deformed copies, and how strong ones: `python -m tests.manual.search_deformations`.

Measures models that `search_presets --out` kept on the 10 000 digits that they did not learn
from, each answering by the mean over deformed copies. Prints a row for each strength, a column for
each number of copies: the errors of each model, and last those of all models together. The test
set is not looked at.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np
from mnist_tui.data.augment import Deformation, Images, deformed_alike, weaker
from mnist_tui.data.dataset import load
from mnist_tui.net.run import checkpoint
from mnist_tui.tui.export.predictions import SEED, mean_probabilities
from numpy.typing import NDArray

from tests.helpers.arguments import parser
from tests.manual.search_presets import split

COPIES = (2, 4, 8, 16)
STRENGTHS = (0.3, 0.6, 1.0)  # of those that are learnt from


def main() -> int:
    """Print the table."""
    arguments = parser(__doc__)
    arguments.add_argument("models", nargs="+", type=Path, help="that search_presets --out kept")
    asked = arguments.parse_args()
    _, test = split(load("mnist").train)
    networks = [checkpoint.load(model).parameters for model in asked.models]

    def wrong(total: NDArray[np.float64]) -> str:
        together = [total.sum(axis=0)] * (len(networks) > 1)
        return " ".join(
            f"{np.count_nonzero(sums.argmax(axis=1) != test.labels)}"
            for sums in (*total, *together)
        )

    def shares(images: Images) -> NDArray[np.float64]:
        return np.stack([mean_probabilities([one], images).astype(float) for one in networks])

    sys.stdout.write(f"as they are: {wrong(shares(test.images))} of {len(test):,} wrong\n")
    sys.stdout.write("strength".ljust(10) + "".join(f"{n} copies".ljust(16) for n in COPIES) + "\n")
    for share in STRENGTHS:
        sys.stdout.write(f"{share:<10}")
        total = np.zeros((len(networks), len(test), networks[0].sizes[-1]))
        copies = deformed_alike(
            test.images, weaker(Deformation(), share), np.random.default_rng(SEED)
        )
        for count, copy in enumerate(islice(copies, COPIES[-1]), 1):
            total += shares(copy)
            if count in COPIES:
                sys.stdout.write(wrong(total).ljust(16))
                sys.stdout.flush()
        sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
