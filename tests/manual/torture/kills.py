"""Kill the app at random instants: `python -m tests.manual.torture.kills [TIMES]`.

Starts the app again and again on one session, makes runs, and kills it at a random instant with a
signal that nothing can hear. What is left must load whole, and must not have lost updates that
were on disk before.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

from mnist_tui.data.dataset import load as load_data

from tests.helpers.arguments import numbers
from tests.helpers.programs.pty_terminal import terminal
from tests.helpers.runs import saved_sessions
from tests.helpers.support import part_of, write_folder

TIMES = 30
LONGEST = 7.0  # seconds from the first update to the kill; a run is written every five


def main(times: int) -> None:
    """Raises AssertionError or UserError if anything is lost."""
    generator = random.Random(times)  # noqa: S311  (of no secret)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ |= {"XDG_STATE_HOME": name, "XDG_CONFIG_HOME": name}
        data = write_folder(home / "small", part_of(load_data("mnist"), 500, 200))
        arguments = ("--data", data, "--start", "--iterations", "1000000")
        after: dict[int, int] = {}
        for turn in range(times):
            before = after
            with terminal(*(["--resume", "--start"] if turn else arguments)) as (there, _):
                there.until(lambda: there.shows("training"))
                there.type(generator.choice([b"", b"r", b"f", b"R"]))
                if not turn:
                    there.until(lambda: list(home.glob("mnist-tui/sessions/*/session.json")))
                there.pass_by(generator.random() * LONGEST)
                there.process.kill()
                there.process.wait()
                there.hang_up()
            after = of_all(home)
            assert all(after.get(number, -1) >= made for number, made in before.items()), (
                before,
                after,
            )
        print(f"killed {times} times: {len(after)} runs, {sum(after.values())} updates, all whole")


def of_all(home: Path) -> dict[int, int]:
    """How many updates every run on the disk has."""
    _, runs = saved_sessions.only(home / "mnist-tui")
    return {number: run.iteration for number, run in runs.items()}


if __name__ == "__main__":
    main(*numbers(__doc__, times=TIMES))
