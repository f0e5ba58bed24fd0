"""How the app is run; nothing of it is about the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..terminal.capabilities import DEFAULT_CAPABILITIES, Capabilities

if TYPE_CHECKING:
    from .place import Place

EMBEDDED = "mnist"  # as data/ calls the set in the program; NumPy would be imported with it
IDLE_LIMIT_S = 30 * 60.0  # without a key, until a kiosk ends


@dataclass(frozen=True, slots=True)
class AppOptions:
    """How the app is run; nothing of it is about the network."""

    threads: int | None = None  # that share an update; None: as many as there are cores
    share: float | None = None  # of data without a test part, how much to test on; None: as usual
    start: bool = False  # train at once
    resume: str | None = None  # a file, the folder of a session, or LAST
    place: Place | None = None  # to go to once the data are loaded
    kiosk: bool = False  # strangers use it: nothing is read from or written to the disk
    idle: float = IDLE_LIMIT_S  # seconds without a key until a kiosk ends
    abilities: Capabilities = DEFAULT_CAPABILITIES
