"""Measure presets on the test set: `python -m tests.manual.measure.presets [NAME …]`.

Trains each preset on all training images with several seeds, and prints a row: the median
accuracy on the test set, the processor's time of an update and the seconds of training, and each
seed's accuracy. What is measured here decides about nothing; presets are chosen by
`search_presets`. The processor's time is all of it only with --threads 1.
"""

from __future__ import annotations

import sys

from mnist_tui.data.dataset import load
from mnist_tui.net.presets import PRESETS

from tests.helpers.arguments import parser
from tests.helpers.runs.preset_runs import HEAD, outcomes, say_row

SEEDS = 3


def main() -> int:
    """Print a row for each preset."""
    arguments = parser(__doc__)
    arguments.add_argument("names", nargs="*", help=f"of {', '.join(PRESETS)}; all if left out")
    arguments.add_argument("--seeds", type=int, default=SEEDS, help=f"usually {SEEDS}")
    arguments.add_argument("--first", type=int, default=0, help="the first seed, usually 0")
    arguments.add_argument("--threads", type=int, help="usually one per core")
    asked = arguments.parse_args()
    mnist = load("mnist")
    sys.stdout.write(HEAD)
    for name in asked.names or PRESETS:
        chosen = PRESETS[name].hyperparameters
        seeds = range(asked.first, asked.first + asked.seeds)
        found = outcomes(mnist.train, mnist.test, chosen, seeds, asked.threads)
        say_row(name, list(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
