"""Chosen hyperparameters that are not in force yet, and the event each of them waits for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from ...net.hyperparameters import NEED_RESET
from .snapshot import RunStatus

if TYPE_CHECKING:
    from ...net.hyperparameters import Hyperparameters
    from .snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Event:
    """What brings a value into force, in a long and a short form."""

    long: str
    short: str


NEXT_RUN = Event("next run (r)", "at r")
NEXT_UPDATE = Event("next update", "next")
RUN_FROM_HERE = Event("run from here (f)", "at f")


def is_over(snapshot: Snapshot, wanted: Hyperparameters) -> bool:
    """Return whether all iterations are done, and no more are wanted."""
    done = snapshot.progress.iteration if snapshot.progress else 0
    return snapshot.state is RunStatus.FINISHED and wanted.iterations <= done


def pending(snapshot: Snapshot, wanted: Hyperparameters, *, in_past: bool) -> dict[str, Event]:
    """Return the fields whose wanted value is not in force, and the event each waits for.

    A value that takes effect with the update under way does not count as waiting.
    """
    if snapshot.run is None:
        return {}
    if in_past:
        live = RUN_FROM_HERE
    elif is_over(snapshot, wanted):
        live = NEXT_RUN
    else:
        live = None if snapshot.state is RunStatus.TRAINING else NEXT_UPDATE
    running = snapshot.hyperparameters
    names = [field.name for field in fields(running)]
    found = {name: NEXT_RUN if name in NEED_RESET else live for name in names}
    return {
        name: event
        for name, event in found.items()
        if event is not None and getattr(wanted, name) != getattr(running, name)
    }


def waiting_words(now: str, event: Event, room: int) -> str:
    """Describe a pending change and the value in force, in at most `room` columns if possible."""
    forms = (
        f"at the {event.long}; now {now}",
        f"{event.long}; now {now}",
        f"{event.short}; now {now}",
        f"now {now}",
    )
    return next((words for words in forms if len(words) <= room), event.short)
