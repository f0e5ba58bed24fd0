"""The app's model: the open session and the selections in it, independent of any screen.

The screen's thread changes it; any thread may read it. All values form one frozen state that is
always replaced whole, so that a reader's values are consistent, such as a session and the names
of its runs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..config.app_options import EMBEDDED

if TYPE_CHECKING:
    from ...net.run.diagnosis import Remedy
    from ...net.run.state import RunMoment
    from .session import TrainingSession

Value = TypeVar("Value")
Observer = Callable[[str], None]


def _no_names() -> Mapping[int, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class WorkspaceState:
    """The workspace at one instant."""

    session: TrainingSession
    source: str = EMBEDDED
    """Path of the data, or the name of the packaged set."""
    share: float | None = None
    """Fraction of data without a test part to test on; None: the default."""
    index: int = 0
    """Index of the test image shown."""
    past: RunMoment | None = None
    """The past moment shown, if any."""
    at: int | None = None
    """The iteration whose values are read off the chart."""
    names: Mapping[int, str] = field(default_factory=_no_names)
    """Names of the runs, by number."""
    hidden: frozenset[int] = frozenset()
    """Numbers of the runs hidden from the chart."""
    pinned: tuple[int, ...] = ()
    """Indices of the pinned test images."""
    drawing: object | None = None
    """The draw room's drawing, kept while the room is closed."""
    remedy: Remedy | None = None
    """The coach's offer."""
    doubts: tuple[str, ...] = ()
    """The coach's warnings about the data, a line each."""


class _Field(Generic[Value]):
    """A field of the state; assigning to it replaces the state and notifies observers."""

    def __set_name__(self, owner: type[Workspace], name: str) -> None:
        self._name = name

    def __get__(self, workspace: Workspace, owner: type[Workspace]) -> Value:
        return getattr(workspace.state, self._name)

    def __set__(self, workspace: Workspace, value: Value) -> None:
        workspace.change(self._name, value)


class Workspace:
    """The owner of the `WorkspaceState`."""

    index = _Field[int]()
    past = _Field["RunMoment | None"]()
    at = _Field["int | None"]()
    names = _Field[Mapping[int, str]]()
    hidden = _Field[frozenset[int]]()
    pinned = _Field[tuple[int, ...]]()
    drawing = _Field["object | None"]()
    remedy = _Field["Remedy | None"]()
    doubts = _Field[tuple[str, ...]]()

    def __init__(self, session: TrainingSession) -> None:
        self._lock = threading.Lock()
        self._state = WorkspaceState(session)
        self._observers: list[Observer] = []

    @property
    def state(self) -> WorkspaceState:
        """All values as they are now."""
        return self._state

    @property
    def session(self) -> TrainingSession:
        """The open session."""
        return self._state.session

    @property
    def source(self) -> str:
        """Path of the data, or the name of the packaged set."""
        return self._state.source

    @property
    def share(self) -> float | None:
        """Fraction of data without a test part to test on; None: the default."""
        return self._state.share

    def observe(self, observer: Observer) -> None:
        """Call `observer` with the name of each changed field, in the thread that changed it."""
        self._observers.append(observer)

    def change(self, name: str, value: object) -> None:
        """Set a field; notify observers if its value has changed."""
        with self._lock:
            before = getattr(self._state, name)
            self._state = _with(self._state, **{name: value})
        if value is not before and value != before:
            self._tell(name)

    def open(self, session: TrainingSession) -> None:
        """Switch to another session on the same data, and forget the previous one."""
        with self._lock:
            before = self._state
            self._state = WorkspaceState(session, before.source, before.share)
        self._tell("session")

    def resume(self, names: Mapping[int, str], hidden: Iterable[int], index: int) -> None:
        """Restore the names and selections of a saved session, before anything is shown."""
        with self._lock:
            self._state = _with(
                self._state,
                names=MappingProxyType(dict(names)),
                hidden=frozenset(hidden),
                index=index,
            )

    def read_from(self, source: str, share: float | None = None) -> None:
        """Set the source of the data."""
        with self._lock:
            self._state = _with(self._state, source=source, share=share)

    def rename(self, number: int, name: str) -> None:
        """Rename a run."""
        self.names = MappingProxyType({**self.names, number: name})

    def name_new(self, numbers: Iterable[int]) -> None:
        """Name the unnamed ones of these runs after their number."""
        if new := {number: f"run {number}" for number in numbers if number not in self.names}:
            self.names = MappingProxyType({**self.names, **new})

    def _tell(self, name: str) -> None:
        for observer in self._observers:
            observer(name)


def _with(state: WorkspaceState, **values: Any) -> WorkspaceState:
    return replace(state, **values)
