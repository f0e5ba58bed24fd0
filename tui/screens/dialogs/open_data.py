"""The dialog that opens data or a network; it shows what is wrong, and then changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from ....data.errors import DataError
from ....data.source_spec import SourceSpec, parse_spec
from ...config.app_options import EMBEDDED
from ...config.settings import recent_sources
from ...datasets.paths import expanded
from ...datasets.progress import CancelledError
from ...errors import EXPECTED_ERRORS
from ...interop.opening import Opened, OpenTask
from ...text import printable
from ...widgets.path_input import PathInput
from ...widgets.transpose_preview import TransposePreview
from ..thread_results import call_if_open
from .base import Dialog

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....data.findings import Sideways

POLL_INTERVAL_S = 0.1  # between two updates of the progress
FORMS = (
    "CSV, IDX, .npz, Parquet, a zip of them, or pictures in folders named by label; networks: "
    ".npz, .safetensors, .onnx, .keras. Options after the path: --label last, --test FILE, --names "
    "FILE, --transpose, --input-scale 0..255."
)


class TransposeSwitch(Label):
    """Says whether rows and columns are exchanged; a click is as good as its key."""

    def __init__(self) -> None:
        super().__init__("", classes="hint switch", markup=False)
        self.turn(on=False)

    def turn(self, *, on: bool) -> None:
        """Show it on or off."""
        self.update(Content(f"Ctrl+T  [{'x' if on else ' '}] exchange rows and columns"))


class OpenDataDialog(Dialog["Opened | None"]):
    """Ends with data, and the network that was named, if one was; or None."""

    BINDINGS = [
        Binding("escape", "leave", "Leave"),
        Binding("down", "move(1)", "Choose", show=False),
        Binding("up", "move(-1)", "Choose", show=False),
        Binding("ctrl+t", "transpose", "Exchange rows and columns"),
    ]

    def __init__(self, in_use: tuple[str, Dataset] | None = None) -> None:
        """Create the dialog; `in_use`: source and data of the session; None: none are loaded."""
        super().__init__()
        self._in_use = in_use
        self._reading: OpenTask | None = None
        self._is_looked_at = False  # whether the first images are shown before anything opens
        self._looked_at: tuple[str, Dataset] | None = None  # the source that they are of

    def compose(self) -> ComposeResult:
        """Yield the field, its completions, the progress and any error."""
        with Vertical(classes="window") as frame:
            frame.border_title = "Open data or a network"
            frame.border_subtitle = "Enter open · Tab → complete · ↓ choose · Esc leave"
            yield PathInput(placeholder="a file or a folder, such as ~/train.csv")
            yield OptionList()
            yield TransposePreview()
            yield TransposeSwitch()
            yield Label(FORMS, classes="hint forms", markup=False)
            yield Label("", classes="progress", markup=False)
            yield Label("", classes="complaint", markup=False)

    def on_mount(self) -> None:
        """Offer what is always there, and begin to look how far a reading is."""
        name = self._in_use[1].name if self._in_use else "none yet"
        in_use = Content(f"Open data or a network · in use: {printable(name, 40)}")
        self.query_one(".window").border_title = in_use
        self.query_one(OptionList).can_focus = False
        self._offer_sources()
        self.set_interval(POLL_INTERVAL_S, self._look)

    def on_resize(self) -> None:
        """Leave room for what is said below the picture."""
        self.query_one(TransposePreview).fit(self.size.height)

    def on_unmount(self) -> None:
        """Cancel what is running, however the window closes."""
        if self._reading is not None:
            self._reading.give_up()

    # Choosing

    def _offer_sources(self) -> None:
        """Offer the packaged set and recently opened sources."""
        sources = {EMBEDDED: "the 70,000 digits in the program"}
        sources |= dict.fromkeys(recent_sources(), "")
        self._offer(sources)

    def _offer(self, paths: dict[str, str]) -> None:
        """Offer paths, each with its description."""
        choices = self.query_one(OptionList)
        choices.clear_options()
        choices.add_options(
            Option(Content(f"{_end(path)}  {said}" if said else _end(path)), id=path)
            for path, said in paths.items()
        )
        choices.highlighted = None

    @on(PathInput.Changed)
    def _typed(self, event: PathInput.Changed) -> None:
        self._complain("")
        if not event.value:
            self._offer_sources()
        spec = _spec(event.value)
        transposed = spec is not None and spec.transpose
        self.query_one(TransposeSwitch).turn(on=transposed)
        is_shown = spec is not None and self._is_of(spec)
        self.query_one(".window").set_class(is_shown, "looking")
        if is_shown:
            self.query_one(TransposePreview).choose(transposed=transposed)

    @on(PathInput.Found)
    def _found(self, event: PathInput.Found) -> None:
        if event.text == self.query_one(PathInput).value:
            self._offer(dict.fromkeys(event.paths, ""))

    def action_move(self, by: int) -> None:
        """Down and up the choices; above the first, none is chosen."""
        choices = self.query_one(OptionList)
        here = -1 if choices.highlighted is None else choices.highlighted
        target = min(here + by, choices.option_count - 1)
        choices.highlighted = target if target >= 0 else None

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take(event.option_id or "")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        choices = self.query_one(OptionList)
        if choices.highlighted is not None:
            self._take(choices.get_option_at_index(choices.highlighted).id or "")
        elif event.value.strip():
            self._open(event.value)

    def _take(self, path: str) -> None:
        """Into a folder, or open."""
        if path.endswith("/"):
            self.query_one(PathInput).put(path)
            self.query_one(PathInput).focus()
        else:
            self._open(path)

    # Exchanging rows and columns

    @on(Click, ".switch")
    def _switched(self) -> None:
        self.action_transpose()

    def action_transpose(self) -> None:
        """Write --transpose after the path, or take it away; show the first images both ways."""
        choices, field = self.query_one(OptionList), self.query_one(PathInput)
        text = field.value
        if choices.display and choices.highlighted is not None:
            text = choices.get_option_at_index(choices.highlighted).id or ""
        spec = _spec(text)
        if spec is None or not spec.path.strip():
            self._complain("Type a path first, such as ~/train.csv.")
            return
        spec = replace(spec, transpose=not spec.transpose)
        field.put(str(spec))
        if not self._is_of(spec):
            self._open(field.value, look=True)

    def _is_of(self, spec: SourceSpec) -> bool:
        """Whether the images that were looked at are of this source, transposed or not."""
        if self._looked_at is None:
            return False
        shown = _spec(self._looked_at[0])
        return shown is not None and str(replace(shown, transpose=spec.transpose)) == expanded(
            str(spec)
        )

    def _show(self, source: str, dataset: Dataset) -> None:
        """Show the first images of what was read, and what speaks for exchanging."""
        spec = _spec(source)
        assert spec is not None, "it was read"
        self._looked_at = source, dataset
        self.query_one(TransposePreview).look_at(dataset, was_transposed=spec.transpose)
        self.query_one(".window").add_class("looking")
        if (found := _sideways(dataset)) is not None:
            self._complain(
                f"They seem to lie on their side: a small network reads {found.as_they_lie} of "
                f"{found.images} as labelled, and {found.exchanged} with rows and columns "
                f"exchanged. Ctrl+T exchanges them, Enter opens them as marked."
            )

    # Reading

    def _open(self, source: str, *, look: bool = False) -> None:
        """Read a source; look: only to show its first images."""
        if self._reading is not None:
            self._reading.give_up()
        self._complain("")
        self._is_looked_at = look
        if not look and self._looked_at is not None and self._looked_at[0] == expanded(source):
            self.dismiss(Opened(*self._looked_at))
            return
        self._reading = OpenTask(source, self._in_use)
        self._look()
        self._read(self._reading)

    @work(thread=True)
    def _read(self, reading: OpenTask) -> None:
        try:
            opened = reading.opened()
        except CancelledError:
            return
        except EXPECTED_ERRORS as problem:
            call_if_open(self, self._refused, reading, str(problem))
            return
        call_if_open(self, self._done, reading, opened)

    def _refused(self, reading: OpenTask, why: str) -> None:
        if reading is self._reading:
            self._reading = None
            self._look()
            self._complain(why)

    def _done(self, reading: OpenTask, opened: Opened) -> None:
        if reading is not self._reading:
            return
        if opened.model is not None:
            self.dismiss(opened)
            return
        dataset = opened.dataset
        spec = _spec(reading.source)
        is_known = spec is not None and self._is_of(spec)  # you saw both ways and chose
        if self._is_looked_at or (not is_known and _sideways(dataset) is not None):
            self._reading = None
            self._look()
            self._show(reading.source, dataset)
        else:
            self.dismiss(opened)

    def _look(self) -> None:
        """Show the progress."""
        frame = self.query_one(".window")
        frame.set_class(self._reading is not None, "busy")
        if self._reading is not None:
            self.query_one(".progress", Label).update(Content(self._reading.line))

    def _complain(self, why: str) -> None:
        self.query_one(".complaint", Label).update(Content(printable(why)))

    def action_leave(self) -> None:
        """Give up a reading; if there is none, close."""
        if self._reading is None:
            self.dismiss(None)
            return
        self._reading.give_up()
        self._reading = None
        self._look()
        self._complain("Given up; the data in use stay in use.")


def _spec(text: str) -> SourceSpec | None:
    """Parse a path with its options; return None if they are misused, which loading reports."""
    try:
        return parse_spec(text)
    except DataError:
        return None


def _sideways(dataset: Dataset) -> Sideways | None:
    from ....data.findings import Sideways

    return next((found for found in dataset.findings if isinstance(found, Sideways)), None)


def _end(path: str, columns: int = 60) -> str:
    """Shorten a long path from its beginning, since its end says more."""
    return path if len(path) <= columns else f"…{path[1 - columns :]}"
