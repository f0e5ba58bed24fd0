"""Writes a report about a bug to a file, for its developers."""

from __future__ import annotations

import time
from pathlib import Path

from platformdirs import user_state_path

PARTS = ("mnist-tui", "textual", "plotext", "numpy")


def write_report(error: BaseException) -> Path | None:
    """Write it; None if there is nowhere to write to."""
    import platform  # these take a while to import, and a bug is rare
    import traceback
    from importlib.metadata import version

    folder = user_state_path("mnist-tui", appauthor=False)
    path = folder / f"bug-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    facts = [f"{part} {version(part)}" for part in PARTS]
    facts.append(f"Python {platform.python_version()} on {platform.platform()}")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("\n".join([*facts, "", *traceback.format_exception(error)]))
    except OSError:
        return None
    return path
