"""Play built-in lessons to their end, each with five seeds: `python -m tests.manual.lessons`.

Prints what each answer was and what the lesson said about it. Ends with 1 if one of them did not
happen as the lesson has it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile

from mnist_tui.data.dataset import Dataset, load
from mnist_tui.tui.lessons.library import NAMES, built_in

from tests.helpers.app import app_driver
from tests.helpers.app.lesson_driver import lesson_on
from tests.helpers.app.lesson_scripts import RIGHT, SCRIPTS, SEEDS, check_promises, from_seed
from tests.helpers.arguments import parser

PATIENCE = 1200.0  # seconds for a step: a shared machine may be slow


async def holds(dataset: Dataset, name: str, seed: int) -> bool:
    """Play one lesson and print what it said; return whether its promises held."""
    async with lesson_on(dataset, from_seed(built_in(name), seed)) as lesson:
        problem = ""
        try:
            played = await lesson.play(SCRIPTS[name], RIGHT[name])
            check_promises(lesson.lesson, played, own_seed=seed == 0)
        except AssertionError as failure:
            problem = f"FAILED {failure}"
        sys.stdout.write(f"{name}, seed {seed}: {problem or 'as it promises'}\n")
        for number, page in enumerate(lesson.played.pages, 1):
            sys.stdout.write(f"  {number}. {page.verdict} {page.text}\n")
        sys.stdout.flush()
        return not problem


def main() -> int:
    """Play them; 1 if one of them promised too much."""
    arguments = parser(__doc__)
    arguments.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME")
    arguments.add_argument("--seeds", type=int, default=len(SEEDS), help="usually %(default)s")
    chosen = arguments.parse_args()
    app_driver.PATIENCE = PATIENCE
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
        mnist = load("mnist")
        failed = [
            (name, seed)
            for name in chosen.names or NAMES
            for seed in range(chosen.seeds)
            if not asyncio.run(holds(mnist, name, seed))
        ]
    sys.stdout.write(f"{len(failed)} did not hold\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
