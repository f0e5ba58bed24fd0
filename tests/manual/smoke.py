"""Open an installed mnist-tui, train a moment, quit: `python -m tests.manual.smoke PROGRAM`."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import mkdtemp

from tests.helpers.arguments import parser
from tests.helpers.programs.pty_terminal import check_restored, terminal


def main(program: Path) -> None:
    """Raises AssertionError, with the screen, if any of it does not happen."""
    os.environ["XDG_STATE_HOME"] = mkdtemp()  # where no session waits that was cut off
    with terminal("--start", program=program) as (there, _):
        there.until(lambda: there.iteration >= 5)
        there.type(b"q")
        assert there.end() == 0
        check_restored(there.sent)
    print(f"{program} opened, trained and quit")


if __name__ == "__main__":
    arguments = parser(__doc__)
    arguments.add_argument("program", type=Path)
    main(arguments.parse_args().program.resolve())
