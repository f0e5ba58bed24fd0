"""Keys of the runs table: show, name, remove or continue a run."""

from __future__ import annotations

from textual import on

from ...text import printable
from ...widgets.runs_table import RunsPanel
from .dashboard import Dashboard


class RunActions(Dashboard):
    """Actions on the run under the table's cursor."""

    def action_runs(self) -> None:
        """Into the table, and out of it."""
        table = self.query_one(RunsPanel).table
        if table.has_focus:
            self.set_focus(None)
            self.remove_class("-table")
        elif table.is_mounted:  # it is mounted after the first frame
            self.add_class("-table")
            table.focus()

    @on(RunsPanel.Chosen)
    def _go_on(self, event: RunsPanel.Chosen) -> None:
        self.workspace.hidden -= {event.number}
        if self.seen and self.seen.run and event.number != self.seen.run.number:
            self.session.continue_run(event.number)
        self.workspace.past = self.workspace.at = None
        self.set_focus(None)
        self.remove_class("-table")

    def action_run_show(self) -> None:
        """Show it on the chart, or hide it; the current run is always shown."""
        if (number := self.query_one(RunsPanel).under_cursor) is not None:
            self.workspace.hidden ^= {number}
            self.show_run()

    def action_run_name(self) -> None:
        """Ask for a name."""
        from ..dialogs.prompts import NameDialog

        if (number := self.query_one(RunsPanel).under_cursor) is None:
            return

        def named(name: str | None) -> None:
            if name is not None:
                self.workspace.rename(number, printable(name))
                self.show_run()

        self.app.push_screen(NameDialog(self.workspace.names[number]), named)

    def action_run_remove(self) -> None:
        """Ask, because what it learnt would be lost; then remove it."""
        from ..dialogs.prompts import ConfirmDialog

        number = self.query_one(RunsPanel).under_cursor
        if number is None or self.seen is None or self.seen.run is None:
            return
        if number == self.seen.run.number:
            self.notify("This is the current run; go on from another first.", markup=False)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.session.remove(number)

        self.app.push_screen(
            ConfirmDialog(f"Remove {self.workspace.names[number]} for good?"), answered
        )
