"""The metrics of runs as TensorBoard reads them: a folder for each run, with a file of events."""

from __future__ import annotations

import time
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from ...net.run.history import COLUMNS
from ..errors import UserError, needs_extra
from .interop.network import metadata_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...net.run.checkpoint import SavedModel

EVENTS_FILE = "events.out.tfevents.mnist-tui"  # TensorBoard reads what has "tfevents" in its name
FILE_VERSION = "brain.Event:2"  # that the first event of a file has to state
TAGS = {
    "loss": "loss/train",
    "test_loss": "loss/test",
    "train_accuracy": "accuracy/train",
    "test_accuracy": "accuracy/test",
    "slope": "gradient_norm",
    "alpha": "alpha",
}
COLUMN_TAGS = [(COLUMNS.index(column), tag) for column, tag in TAGS.items()]


def event_files(names: Iterable[str]) -> list[str]:
    """Return the file of each of these runs, relative to the folder that holds them all.

    TensorBoard calls a run what its folder is called. A run's events stay apart from those of the
    run it was forked from: in one file, TensorBoard would take steps that go back for a restart
    and drop what came after them.
    """
    files: list[str] = []
    for name in names:
        plain = name.replace("/", "_").replace("\0", "_").strip(". ") or "run"
        file, number = f"{plain}/{EVENTS_FILE}", 1
        while file in files:
            number += 1
            file = f"{plain} ({number})/{EVENTS_FILE}"
        files.append(file)
    return files


def events_bytes(saved: SavedModel) -> bytes:
    """Return a run's file: a scalar for each metric at each update, and what made it as text.

    Every event has the time of this export, since a run does not know when its updates were.
    Raises UserError if the package tensorboardX is missing.
    """
    try:
        from tensorboardX import summary
        from tensorboardX.proto import event_pb2, summary_pb2
        from tensorboardX.record_writer import RecordWriter
    except ImportError:
        raise UserError(
            needs_extra("TensorBoard's format", "tensorboardX", "tensorboard")
        ) from None
    # protobuf makes its classes while it is imported, where no type checker sees them.
    make_event, make_summary = cast("Any", event_pb2).Event, cast("Any", summary_pb2).Summary
    now = time.time()
    table = "\n".join(f"| {k} | {v} |" for k, v in metadata_of(saved).items())
    with TemporaryDirectory(prefix="mnist-tui-") as folder:
        path = Path(folder) / EVENTS_FILE
        writer = RecordWriter(str(path))
        writer.write(make_event(wall_time=now, file_version=FILE_VERSION).SerializeToString())
        about = cast("Any", summary).text("run", f"| | |\n|---|---|\n{table}")
        writer.write(make_event(wall_time=now, summary=about).SerializeToString())
        for row in saved.state.history.tolist():
            values = [
                make_summary.Value(tag=tag, simple_value=row[i])
                for i, tag in COLUMN_TAGS
                if isfinite(row[i])
            ]
            metrics = make_summary(value=values)
            event = make_event(wall_time=now, step=int(row[0]), summary=metrics)
            writer.write(event.SerializeToString())
        writer.close()
        return path.read_bytes()
