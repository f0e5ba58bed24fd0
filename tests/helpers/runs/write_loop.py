"""Write one session until the process is killed.

Takes up the session's one run, and from then on makes an update and puts run and page on the
disk, again and again. Sends how many updates the run has whenever both are there.
"""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from mnist_tui.tui.storage.store import SessionStore


def write_until_killed(folder: Path, pipe: Connection) -> None:
    """Write, and send down the pipe what is on disk."""
    store = SessionStore(folder)
    manifest = store.manifest()
    (saved,) = store.runs(manifest)
    state = saved.run
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
        store.put_run(replace(saved, run=state))
        store.put_manifest(replace(manifest, index=state.iteration))
        pipe.send(state.iteration)
