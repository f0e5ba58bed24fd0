"""The sweep room: many runs at a glance, while they come in."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual import on

from ...errors import EXPECTED_ERRORS
from ...keymap.room_keys import ROOM_KEYS
from ...screens.main.dashboard import is_on_top
from ...screens.thread_results import call_if_open
from ...sweep.cells import Cell, with_values
from ...sweep.kept_run import kept_run
from ...sweep.watch.plan import At
from ...text import printable
from ..room import Room
from .folder_actions import FolderActions
from .page import SweepPage
from .watching import Found

if TYPE_CHECKING:
    from pathlib import Path

    from ....net.run.state import RunState
    from ...sweep.results import SweepResult

ABOUT_CELLS = {"move", "open", "curves", "across", "down", "other", "hold", "best"}


class SweepRoom(FolderActions):
    """Arrows move over the cells; other keys choose what is across, down, held and pooled."""

    HEADING = "Sweep"
    BINDINGS = [*Room.BINDINGS, *(key.binding for key in ROOM_KEYS["sweep"])]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a sweep, keys about its cells rest, and the footer leaves them out."""
        if action in ABOUT_CELLS and self.found is None:
            return None
        return super().check_action(action, parameters)

    def action_move(self, down: int, across: int) -> None:
        """Move the cursor by this many cells."""
        view = self.sweep_page.view
        if view is None:
            return
        self._point(view.cursor[0] + down, view.cursor[1] + across)

    def _point(self, row: int, column: int) -> None:
        view = self.sweep_page.view
        if view is None or view.at is None:
            return
        rows, columns = view.shown.grid.row_values, view.shown.grid.column_values
        row, column = max(0, min(row, len(rows) - 1)), max(0, min(column, len(columns) - 1))
        self.looked_at.at = rows[row], columns[column]
        self.draw()

    @on(SweepPage.Pointed)
    def _pointed(self, event: SweepPage.Pointed) -> None:
        event.stop()
        self._point(*event.cell)

    def action_best(self) -> None:
        """Go to the best cell."""
        if self.found is not None and self.found.shown.best is not None:
            self.looked_at.at = self.found.shown.best
            self.draw()

    def action_curves(self) -> None:
        """Show curves instead of the heat map, and back."""
        self.looked_at.is_curves = not self.looked_at.is_curves
        self.draw()

    def action_across(self) -> None:
        """Put the next hyperparameter across; one that is down changes places with it."""
        self._turn("column", "row")

    def action_down(self) -> None:
        """Put the next hyperparameter down; one that is across changes places with it."""
        self._turn("row", "column")

    def _turn(self, which: str, other: str) -> None:
        if self.found is None:
            return
        choice, shown = self.found.shown.choice, self.found.shown
        names = list(dict.fromkeys((*shown.varied, choice.row, choice.column)))
        before = getattr(choice, which)
        after = names[(names.index(before) + 1) % len(names)]
        turned = {which: after}
        if after == getattr(choice, other):
            turned[other] = before
        fixed = {k: v for k, v in choice.fixed.items() if k != after}
        self.choose(replace(choice, **turned, fixed=MappingProxyType(fixed)))

    def action_other(self) -> None:
        """Select the next of the other hyperparameters."""
        others = self.found.shown.others() if self.found else ()
        if others:
            at = others.index(self.looked_at.selected) if self.looked_at.selected in others else -1
            self.looked_at.selected = others[(at + 1) % len(others)]
            self.draw()

    def action_hold(self, step: int) -> None:
        """Hold the selected hyperparameter at its next value; after the last, pool all of them."""
        name = self.looked_at.selected
        if self.found is None or name not in self.found.shown.others():
            return
        choice = self.found.shown.choice
        values = self.found.shown.varied[name]
        at = values.index(choice.fixed[name]) + 1 if name in choice.fixed else 0
        at = (at + step) % (len(values) + 1)
        fixed = {k: v for k, v in choice.fixed.items() if k != name}
        if at:
            fixed[name] = values[at - 1]
        self.choose(replace(choice, fixed=MappingProxyType(fixed)))

    def action_open(self) -> None:
        """Show the run of the cell on the main screen: its model, or the run made again."""
        view, found = self.sweep_page.view, self.found
        if view is None or found is None or view.at is None:
            return
        if found.is_of_other_data:
            data = printable(found.content.manifest.data, 40) if found.content.manifest else ""
            self.warn(f"This sweep is of other data ({data}); open those with O first.")
            return
        result = _first_result(found, view.at)
        if result is not None and result.model is not None:
            self._open_model(found.sweep.folder, result)
        elif result is not None:
            self._make_again(result.cell, _reached(result))
        else:
            self._make_planned(found, view.at)

    def _make_planned(self, found: Found, at: At) -> None:
        try:
            cell = _planned_cell(found, at)
        except EXPECTED_ERRORS as problem:
            self.warn(str(problem))
            return
        if cell is None:
            self.warn("No run is planned there.")
        else:
            self._make_again(cell, "The sweep has not made it yet.")

    def _make_again(self, cell: Cell, about: str) -> None:
        try:
            self.workspace.session.follow(cell.log, train=True)
        except EXPECTED_ERRORS as problem:
            self.warn(str(problem))
            return
        self._leave(f"This run again: {printable(cell.recipe, 120)}. {about}")

    def _open_model(self, folder: Path, result: SweepResult) -> None:
        """Show a run that the sweep kept, without making it again."""

        def opened(state: RunState) -> None:
            if not is_on_top(self):  # a question was asked meanwhile
                return
            begun = f"sweep {folder.name}"
            try:
                self.workspace.session.adopt(printable(begun, 40), state, result.seconds)
            except EXPECTED_ERRORS as problem:
                self.warn(str(problem))
                return
            self._leave(f"From its model: {printable(result.cell.recipe, 120)}. {_reached(result)}")

        def failed(why: str) -> None:
            if is_on_top(self):
                self._make_again(result.cell, f"Its model cannot be used: {why}")

        def read() -> None:
            try:
                state = kept_run(folder, result)
            except EXPECTED_ERRORS as problem:
                call_if_open(self, failed, printable(problem))
            else:
                call_if_open(self, opened, state)

        self.run_worker(read, thread=True, exclusive=True)

    def _leave(self, words: str) -> None:
        """Go to the main screen, with a few words."""
        self.workspace.past = None
        self.notify(words, markup=False, timeout=10)
        self.dismiss(None)


def _first_result(found: Found, at: At) -> SweepResult | None:
    """Return the first run of a place; None if none has ended there."""
    summary = found.shown.at(at)
    return None if summary is None else min(summary.results, key=lambda result: result.seed)


def _reached(result: SweepResult) -> str:
    """Say what a run reached in the sweep."""
    if result.diverged:
        return f"In the sweep it diverged at update {result.diverged_at:,}."
    return f"In the sweep it reached {result.test_accuracy:.2%} on the test images."


def _planned_cell(found: Found, at: At) -> Cell | None:
    """Return the first run that is planned at a place, if any is."""
    manifest, plan, choice = found.content.manifest, found.content.plan, found.shown.choice
    if manifest is None or not found.shown.runs_at(at):
        return None
    values: dict[str, Any] = {**choice.fixed, choice.row: at[0], choice.column: at[1]}
    planned = plan.first(values)
    if planned is None:
        return None
    log = with_values(manifest.base, {name: planned[name] for name in manifest.axes})
    return Cell.of(log)
