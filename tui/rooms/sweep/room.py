"""The sweep room: many runs at a glance, while they come in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import on
from textual.widget import Widget

from ...errors import EXPECTED_ERRORS
from ...export.files import write_atomically
from ...export.png import picture
from ...keymap.main_keys import FILE_ACTIONS
from ...keymap.room_keys import ROOM_KEYS
from ...screens.dialogs.prompts import ConfirmDialog
from ...screens.main.dashboard import Dashboard, is_on_top
from ...screens.main.sweep_actions import SweepActions
from ...sweep.cells import Cell
from ...sweep.opened import OpenSweep, SweepContent
from ...sweep.overview import At, Choice, Overview, overview
from ...text import printable
from ..background_job import BackgroundJob
from ..room import Room
from . import proposal
from .dialogs import NewSweepDialog, OpenSweepDialog, PictureDialog
from .page import SweepPage, View
from .proposal import Proposal, Workload

if TYPE_CHECKING:
    from ....data.dataset import Dataset
    from ....net.network import Parameters

POLL_INTERVAL_S = 1.0  # between two looks at the folder
MISSING = "Sweeps need the package distributed: pip install 'mnist-tui[sweep]'"


@dataclass(slots=True)
class Look:
    """What of a sweep is looked at; kept while the room is closed."""

    choice: Choice | None = None  # None: what the overview proposes
    at: At | None = None  # values at the cursor
    selected: str = ""  # of the other hyperparameters
    is_curves: bool | None = None  # None: until it is known what the sweep is of


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a look into the folder found."""

    sweep: OpenSweep
    content: SweepContent
    shown: Overview
    is_of_other_data: bool


class SweepRoom(Room):
    """Looks into the open sweep's folder every second; arrows move over its cells."""

    HEADING = "Sweep"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["sweep"])]

    def __init__(self, cockpit: Dashboard) -> None:
        super().__init__(cockpit)
        assert isinstance(cockpit, SweepActions)
        self._main = cockpit
        self._behind = BackgroundJob(self)
        self._found: Found | None = None
        self._trouble = ""  # why the folder could not be read just now
        self._digest: tuple[Dataset, str] | None = None  # of the data in use

    def furnish(self) -> list[Widget]:
        """Return the page, which fills the room."""
        return [SweepPage(may_begin=self.cockpit.may_touch_files, id="sweep")]

    def show(self, parameters: Parameters) -> None:
        """Do nothing: a sweep does not depend on the network shown."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As everywhere; and a kiosk neither begins nor opens sweeps."""
        if action in FILE_ACTIONS and not self.cockpit.may_touch_files:
            return False
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        """Look into the folder now, and then again and again."""
        self.set_interval(POLL_INTERVAL_S, self._poll)
        self.call_after_refresh(self._poll)

    @property
    def found(self) -> Found | None:
        """What the last look into the folder found."""
        return self._found

    @property
    def page(self) -> str:
        """Which of its two pages it shows."""
        return "curves" if self._look.is_curves else "heat map"

    @property
    def _page(self) -> SweepPage:
        return self.query_one(SweepPage)

    @property
    def _look(self) -> Look:
        if not isinstance(self._main.sweep_view, Look):
            self._main.sweep_view = Look()
        return self._main.sweep_view

    # Reading

    def _poll(self) -> None:
        """Look for new results, unless nobody would see them."""
        if self._main.sweep is None:
            self._page.update(None, self._trouble)
        elif is_on_top(self) and not self.cockpit.line_is_behind():
            self._read(self._main.sweep, self._look.choice)

    def _read(
        self,
        sweep: OpenSweep,
        choice: Choice | None,
        *,
        refused: Callable[[str], None] | None = None,
        at_once: bool = False,
    ) -> None:
        """Read a folder in the background, and show it.

        Args:
            sweep: The folder.
            choice: What of it to look at.
            refused: Called with the reason if it cannot be read; None: the page says so.
            at_once: Whether someone waits for it.
        """
        before, dataset = self._found, self.workspace.session.dataset

        def job() -> Callable[[], None]:
            try:
                content = sweep.read()
                is_same = (
                    before is not None
                    and content is before.content
                    and choice in (None, before.shown.choice)
                )
                shown = (
                    before.shown
                    if before is not None and is_same
                    else overview(
                        content.results, content.plan, choice, test_images=content.test_images
                    )
                )
            except EXPECTED_ERRORS as problem:
                return partial(refused or self._complain, str(problem))
            return partial(self._take, Found(sweep, content, shown, self._is_other(content, dataset)))

        self._behind.ask(job, at_once=at_once)

    def _is_other(self, content: SweepContent, dataset: Dataset | None) -> bool:
        """Whether the sweep is of other data than those in use; in a worker."""
        from ...datasets.loading import digest_of

        if content.manifest is None or not content.manifest.sha256 or dataset is None:
            return False
        if self._digest is None or self._digest[0] is not dataset:
            self._digest = dataset, digest_of(dataset)
        return self._digest[1] != content.manifest.sha256

    def _complain(self, why: str) -> None:
        self._trouble = why
        if self._found is None:
            self._page.update(None, why)
        else:
            self._draw()

    def _take(self, found: Found) -> None:
        if found.sweep is not self._main.sweep:
            self._main.open_sweep(found.sweep)
        self._found, self._trouble = found, ""
        look, shown = self._look, found.shown
        if look.is_curves is None and shown.planned:
            is_row = len(shown.grid.row_values) < 2 < len(shown.grid.column_values)
            look.is_curves = is_row or not self._is_joined
        if look.at is None:
            look.at = shown.best
        others = shown.others()
        if look.selected not in others:
            look.selected = others[0] if others else ""
        self._draw()

    @property
    def _is_joined(self) -> bool:
        """Whether neighboring values of the grid differ in them alone: not where they were drawn."""
        manifest = self._found.content.manifest if self._found else None
        return manifest is None or manifest.draws is None

    def _draw(self) -> None:
        found, look = self._found, self._look
        if found is None:
            return
        state, failure = self._state(found)
        self._page.update(
            View(
                found.shown,
                self._cursor(found.shown),
                look.selected,
                bool(look.is_curves),
                self._is_joined,
                found.sweep.folder.name or str(found.sweep.folder),
                state,
                self._trouble or failure,
            )
        )

    def _state(self, found: Found) -> tuple[str, str]:
        """Return what the sweep is doing in a word, and why it ended, if that was a failure."""
        background = self._main.background_sweep
        if background is not None and background.folder == found.sweep.folder:
            if background.is_running:
                return "stopping" if background.is_stopped else "running", ""
            if background.failure:
                return "ended", background.failure
            if background.is_stopped:
                return "stopped", ""
        return "of other data" if found.is_of_other_data else "", ""

    def _cursor(self, shown: Overview) -> tuple[int, int]:
        rows, columns = shown.grid.row_values, shown.grid.column_values
        at = self._look.at
        if at is None:
            return 0, 0
        return (
            rows.index(at[0]) if at[0] in rows else 0,
            columns.index(at[1]) if at[1] in columns else 0,
        )

    # Moving and choosing

    def action_move(self, down: int, across: int) -> None:
        """Move the cursor by this many cells."""
        view = self._page.view
        if view is None:
            return
        self._point(view.cursor[0] + down, view.cursor[1] + across)

    def _point(self, row: int, column: int) -> None:
        view = self._page.view
        if view is None or view.at is None:
            return
        rows, columns = view.shown.grid.row_values, view.shown.grid.column_values
        row, column = max(0, min(row, len(rows) - 1)), max(0, min(column, len(columns) - 1))
        self._look.at = rows[row], columns[column]
        self._draw()

    @on(SweepPage.Pointed)
    def _pointed(self, event: SweepPage.Pointed) -> None:
        event.stop()
        self._point(*event.cell)

    def action_best(self) -> None:
        """Go to the best cell."""
        if self._found is not None and self._found.shown.best is not None:
            self._look.at = self._found.shown.best
            self._draw()

    def action_curves(self) -> None:
        """Show curves instead of the heat map, and back."""
        self._look.is_curves = not self._look.is_curves
        self._draw()

    def action_across(self) -> None:
        """Put the next hyperparameter across; one that is down changes places with it."""
        self._turn("column", "row")

    def action_down(self) -> None:
        """Put the next hyperparameter down; one that is across changes places with it."""
        self._turn("row", "column")

    def _turn(self, which: str, other: str) -> None:
        if self._found is None:
            return
        choice, shown = self._found.shown.choice, self._found.shown
        names = list(dict.fromkeys((*shown.varied, choice.row, choice.column)))
        before = getattr(choice, which)
        after = names[(names.index(before) + 1) % len(names)]
        turned = {which: after}
        if after == getattr(choice, other):
            turned[other] = before
        fixed = {k: v for k, v in choice.fixed.items() if k != after}
        self._choose(replace(choice, **turned, fixed=MappingProxyType(fixed)))

    def action_other(self) -> None:
        """Select the next of the other hyperparameters."""
        others = self._found.shown.others() if self._found else ()
        if others:
            at = others.index(self._look.selected) if self._look.selected in others else -1
            self._look.selected = others[(at + 1) % len(others)]
            self._draw()

    def action_hold(self, step: int) -> None:
        """Hold the selected hyperparameter at its next value; after the last, pool all of them."""
        name = self._look.selected
        if self._found is None or name not in self._found.shown.others():
            return
        choice = self._found.shown.choice
        values = self._found.shown.varied[name]
        at = values.index(choice.fixed[name]) + 1 if name in choice.fixed else 0
        at = (at + step) % (len(values) + 1)
        fixed = {k: v for k, v in choice.fixed.items() if k != name}
        if at:
            fixed[name] = values[at - 1]
        self._choose(replace(choice, fixed=MappingProxyType(fixed)))

    def _choose(self, choice: Choice) -> None:
        self._look.choice, self._look.at = choice, None
        if self._main.sweep is not None:
            self._read(self._main.sweep, choice, at_once=True)

    # Runs

    def action_open(self) -> None:
        """Make the run of the cell again on the main screen."""
        view, found = self._page.view, self._found
        if view is None or found is None or view.at is None:
            return
        if found.is_of_other_data:
            data = printable(found.content.manifest.data, 40) if found.content.manifest else ""
            self._warn(f"This sweep is of other data ({data}); open those with O first.")
            return
        try:
            cell, reached = _cell_at(found, view.at)
            if cell is None:
                self._warn("No run is planned there.")
                return
            self.workspace.session.follow(cell.log, train=True)
        except EXPECTED_ERRORS as problem:
            self._warn(str(problem))
            return
        self.workspace.past = None
        self.notify(
            f"This run again: {printable(cell.recipe, 120)}. {reached}", markup=False, timeout=10
        )
        self.dismiss(None)

    def _warn(self, why: str) -> None:
        self.notify(why, severity="warning", markup=False)

    # Sweeps

    async def action_new_sweep(self) -> None:
        """Ask for a small sweep of the current run, and begin it."""
        background, dataset = self._main.background_sweep, self.workspace.session.dataset
        if background is not None and background.is_running:
            self._warn("A sweep is running; k stops it.")
            return
        if find_spec("distributed") is None:
            self._warn(MISSING)
            return
        seen = self.cockpit.seen
        if dataset is None or seen is None:
            return
        images, inputs = dataset.train.images.shape
        work = Workload(images, inputs, dataset.classes).timed(seen.hyperparameters, seen.rate)
        wanted, folder = self.workspace.session.wanted, proposal.new_folder()

        def arguments(chosen: Proposal) -> list[str]:
            return chosen.arguments(self.workspace.source, self.workspace.share, folder)

        def begin(chosen: Proposal | None) -> None:
            if chosen is None:
                return
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._main.begin_sweep([*proposal.HERE, *arguments(chosen)], folder)
            except (*EXPECTED_ERRORS, OSError) as problem:
                self._warn(f"The sweep cannot be begun: {printable(problem)}")
                return
            self._found = None
            self._poll()

        line = proposal.proposed(wanted, work)
        self.app.push_screen(NewSweepDialog(line, wanted, work, arguments), begin)

    def action_stop(self) -> None:
        """Stop the sweep in the background."""
        background = self._main.background_sweep
        if background is None or not background.is_running:
            self._warn("No sweep runs in the background.")
            return
        background.stop()
        self._draw()

    def action_open_sweep(self) -> None:
        """Ask for the folder of a sweep, and show it."""
        self._ask_for_folder("", "")

    def _ask_for_folder(self, text: str, complaint: str) -> None:
        def opened(folder: Path | None) -> None:
            if folder is None:
                return
            refused = partial(self._ask_for_folder, str(folder))
            self._read(OpenSweep(folder), None, refused=refused, at_once=True)

        self.app.push_screen(OpenSweepDialog(text, complaint), opened)

    # The picture

    def action_export_heatmap(self) -> None:
        """Ask for a file, and write the heat map to it."""
        if self._found is None or self._page.view is None or self._page.view.at is None:
            self._warn("There is nothing yet to write.")
            return
        self._ask_for_file("sweep.svg", "", self._found)

    def _ask_for_file(self, line: str, complaint: str, found: Found) -> None:
        def named(path: Path | None) -> None:
            if path is not None:
                self._write(path, found, overwrite=False)

        self.app.push_screen(PictureDialog(line, complaint), named)

    def _write(self, path: Path, found: Found, *, overwrite: bool) -> None:
        if not overwrite and path.exists():
            question = f"{printable(path)} exists. Write over it?"

            def answered(yes: bool | None) -> None:
                if yes:
                    self._write(path, found, overwrite=True)

            self.app.push_screen(ConfirmDialog(question), answered)
            return

        def write() -> None:
            from ...export.sweep_svg import heatmap_svg

            try:
                content = picture(heatmap_svg(found.shown, found.sweep.folder.name), path)
                write_atomically(path, content, overwrite=overwrite)
            except (*EXPECTED_ERRORS, OSError) as problem:
                self.app.call_from_thread(self._ask_for_file, str(path), str(problem), found)
                return
            words = f"Written: {path} ({len(content):,} bytes)"
            self.app.call_from_thread(self.notify, printable(words), markup=False, timeout=10)

        self.run_worker(write, thread=True)


def _cell_at(found: Found, at: At) -> tuple[Cell | None, str]:
    """Return the first run of a place, and what it reached in the sweep, in a sentence."""
    summary = found.shown.at(at)
    if summary is not None:
        first = min(summary.results, key=lambda result: result.seed)
        if first.diverged:
            return first.cell, f"In the sweep it diverged at update {first.diverged_at:,}."
        return first.cell, f"In the sweep it reached {first.test_accuracy:.2%} on the test images."
    manifest, plan, choice = found.content.manifest, found.content.plan, found.shown.choice
    if manifest is None or not found.shown.runs_at(at):
        return None, ""
    values: dict[str, Any] = {**choice.fixed, choice.row: at[0], choice.column: at[1]}
    planned = plan.first(values)
    if planned is None:
        return None, ""
    from ...sweep.cells import with_values

    log = with_values(manifest.base, {name: planned[name] for name in manifest.axes})
    return Cell.of(log), "The sweep has not made it yet."
