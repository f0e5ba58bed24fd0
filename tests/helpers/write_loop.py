"""Write one session until killed: `python -m tests.helpers.write_loop FOLDER`.

Takes up the session's one run, and from then on makes an update and puts run and page on the
disk, again and again. Prints how many updates the run has whenever both are there.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from mnist_tui.tui.storage.store import SessionStore


def main(folder: Path) -> None:
    """Until it is killed."""
    store = SessionStore(folder)
    page = store.page()
    (kept,) = store.runs(page)
    state = kept.run
    while True:
        # As if an update had been made: what matters here is only what is written, and when.
        row = np.array([state.history[-1]])
        row[0, 0] = state.iteration + 1
        state = replace(
            state,
            iteration=state.iteration + 1,
            updates=state.updates + 1,
            history=np.concatenate([state.history, row]),
        )
        store.put_run(replace(kept, run=state))
        store.put_page(replace(page, index=state.iteration))
        print(state.iteration, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
