"""The runs table: every run with its origin, its progress, and whether the chart shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import DataTable
from textual.widgets.data_table import RowDoesNotExist

from ...net.architecture import architecture_name
from ..config.fields import format_value
from ..keymap.main_keys import RUN_KEYS
from ..text import format_duration, printable
from ..training.snapshot import Snapshot
from .hyperparameters import PanelTitle

COLUMNS = {  # with their widths: all but the last fit into 80 columns
    "": 4,
    "name": 9,
    "network": 11,
    "alpha": 10,
    "optimizer": 10,
    "seed": 5,
    "updates": 8,
    "best": 8,
    "last": 8,
    "time": 7,
    "  begun from": 18,
}
FIXED = 2  # columns that do not scroll, since they identify the run
NUMBERS = {"updates", "best", "last", "time"}  # right-aligned


class RunTable(DataTable[Text]):
    """One row a run; its keys act on the row under the cursor."""

    BINDINGS = [
        Binding("enter", "select_cursor", "go on", key_display="Enter"),
        *(key.binding for key in RUN_KEYS),
    ]


class RunsPanel(Vertical):
    """Shows the latest runs."""

    @dataclass
    class Chosen(Message):
        """The user chose a run to continue."""

        number: int
        """The run's number."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.table = RunTable(cursor_type="row", cell_padding=0, fixed_columns=FIXED)
        self._is_shown = False
        self._last: tuple[Sequence[Snapshot], Mapping[int, str], frozenset[int], int] | None = None

    def compose(self) -> ComposeResult:
        """Yield a title; the table comes after the first frame."""
        yield PanelTitle("Runs", "5")

    def on_mount(self) -> None:
        """Defer the table until the first frame is drawn."""
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        await self.mount(self.table)
        for name, width in COLUMNS.items():
            side = "right" if name in NUMBERS else "left"
            self.table.add_column(Text(name, justify=side), key=name, width=width)
        self._catch_up()

    def on_show(self) -> None:
        """Show what has happened out of sight."""
        self._is_shown = True
        self._catch_up()

    def on_hide(self) -> None:
        """Rest: to repaint what is out of sight, Textual would lay out the whole screen."""
        self._is_shown = False

    def _catch_up(self) -> None:
        if self._last is not None:
            self.update(*self._last)

    def update(
        self,
        runs: Sequence[Snapshot],
        names: Mapping[int, str],
        hidden: frozenset[int],
        current: int,
    ) -> None:
        """Show these, once there is something to see; only cells that changed are drawn."""
        self._last = runs, names, hidden, current
        table = self.table
        if not (self._is_shown and table.columns):
            return
        wanted = {str(seen.run.number): seen for seen in runs if seen.run}
        for key in [row.value for row in table.rows if row.value not in wanted]:
            if key is not None:
                table.remove_row(key)
        for key, seen in wanted.items():
            number = int(key)
            sign = "▶" if number == current else " " if number in hidden else "•"
            cells = _cells(seen, f"{sign} {number}", names[number])
            try:
                before = table.get_row(key)
            except RowDoesNotExist:
                table.add_row(*cells, key=key)
                if number == current:
                    table.move_cursor(row=table.get_row_index(key))
                continue
            for name, old, new in zip(COLUMNS, before, cells, strict=True):
                if old.plain != new.plain:
                    table.update_cell(key, name, new)
        self.query_one(PanelTitle).name_it(f"{len(wanted)}")

    @property
    def under_cursor(self) -> int | None:
        """The number of the run under the cursor."""
        table = self.table
        if not table.row_count:
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value
        return int(key) if key is not None else None

    @on(DataTable.RowSelected)
    def _selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.Chosen(int(event.row_key.value)))


def _cells(seen: Snapshot, sign: str, name: str) -> list[Text]:
    assert seen.run is not None
    assert seen.progress is not None
    assert seen.parameters is not None
    assert seen.history is not None
    best, last = seen.best, seen.tested
    chosen = seen.hyperparameters
    words = {
        "": sign,
        "name": printable(name, COLUMNS["name"] - 1),
        "network": printable(architecture_name(seen.parameters.sizes), COLUMNS["network"] - 1),
        "alpha": _alphas(seen),
        "optimizer": chosen.optimizer,
        "seed": printable(format_value(chosen.seed), COLUMNS["seed"] - 1),
        "updates": str(seen.progress.iteration),
        "best": f"{best.test_accuracy:.2%}" if best else "",
        "last": f"{last.test_accuracy:.2%}" if last else "",
        "time": format_duration(seen.seconds),
        "  begun from": f"  {seen.run.begun}",
    }
    return [
        Text(text, justify="right" if column in NUMBERS else "left", no_wrap=True)
        for column, text in words.items()
    ]


def _alphas(seen: Snapshot) -> str:
    """Return the run's alpha; where it was changed on the way, the first and the last, or →last."""
    alphas = [format_value(chosen.alpha) for _, chosen in seen.hyperparameter_log]
    if len(set(alphas)) == 1:
        return alphas[0]
    both = f"{alphas[0]}→{alphas[-1]}"
    return both if len(both) < COLUMNS["alpha"] else f"→{alphas[-1]}"
