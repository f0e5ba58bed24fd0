"""Options of the app, none of them about the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..terminal.capabilities import DEFAULT_CAPABILITIES, Capabilities

if TYPE_CHECKING:
    from pathlib import Path

    from .input_scale import InputScale
    from .place import Place

EMBEDDED = "mnist"  # as in data/, whose import would load NumPy
IDLE_LIMIT_S = 30 * 60.0  # without a key until a kiosk exits


@dataclass(frozen=True, slots=True)
class AppOptions:
    """Options of the app, none of them about the network."""

    threads: int | None = None  # that share an update; None: one for each core
    share: float | None = None  # fraction of data without a test part to test on; None: the default
    start: bool = False  # train at once
    resume: str | None = None  # a file, a session's folder, or LAST
    input_scale: InputScale | None = None  # that a network from elsewhere reads; None: find it out
    place: Place | None = None  # to go to once the data are loaded
    sweep: Path | None = None  # the folder of a sweep to show once the data are loaded
    kiosk: bool = False  # for strangers: nothing is read from or written to the disk
    idle: float = IDLE_LIMIT_S  # seconds without a key until a kiosk exits
    abilities: Capabilities = DEFAULT_CAPABILITIES
