"""Keys that train: start, pause, step, change alpha, begin again."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from ....net.hyperparameters import MAX_SEED, Hyperparameters
from ....net.presets import PRESETS, preset_of
from ...config.stepping import round_step
from ...errors import EXPECTED_ERRORS
from ...widgets.hyperparameters import HyperparameterPanel
from .dashboard import Dashboard


class TrainingActions(Dashboard):
    """Actions on the current run, or that begin a new one."""

    @on(HyperparameterPanel.Changed)
    def _changed(self, event: HyperparameterPanel.Changed) -> None:
        try:
            self._want(event.hyperparameters)
        except EXPECTED_ERRORS as problem:
            event.row.refuse(str(problem))

    def _want(self, hyperparameters: Hyperparameters) -> None:
        """Ask for these and show at once that they are asked for."""
        self.session.change(hyperparameters)
        self.show_run()

    def action_train(self) -> None:
        """Train, or pause; in the past, go on from there as a new run."""
        if self.workspace.past is not None and self.seen and self.seen.run:
            self.session.fork(self.seen.run.number, self.workspace.past, train=True)
        elif self.session.is_training:
            self.session.pause()
        elif not self._is_over():
            self.session.train()

    def _is_over(self) -> bool:
        """Return whether all iterations are done; if so, tell the user how to continue."""
        seen, wanted = self.session.snapshot(), self.session.wanted
        if seen.progress is not None and seen.progress.iteration >= wanted.iterations:
            self.notify(
                f"All {wanted.iterations} iterations are done. Raise iterations to go on, "
                "or r to begin again.",
                markup=False,
            )
            return True
        return False

    def action_step(self, updates: int) -> None:
        """Make this many updates, then pause."""
        if self.workspace.past is not None and self.seen and self.seen.run:
            self.session.fork(self.seen.run.number, self.workspace.past)
        elif self._is_over():
            return
        self.session.train(updates)

    def action_alpha(self, by: int) -> None:
        """Turn alpha to the next round number up or down, while it trains or not."""
        wanted = self.session.wanted
        try:
            self._want(replace(wanted, alpha=round_step(wanted.alpha, by)))
        except EXPECTED_ERRORS as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def action_reset(self) -> None:
        """Begin again from the same first weights, and train."""
        self._begin(self.session.wanted)

    def action_reset_seed(self) -> None:
        """Begin again from the first weights of the next seed, and train."""
        wanted = self.session.wanted
        self._begin(replace(wanted, seed=(wanted.seed + 1) % (MAX_SEED + 1)))

    def action_preset(self) -> None:
        """Choose a preset and begin again with it, keeping the seed."""
        from ..dialogs.presets import PresetDialog

        def begin(name: str | None) -> None:
            if name is not None:
                chosen = PRESETS[name].hyperparameters
                self._begin(replace(chosen, seed=self.session.wanted.seed))

        self.app.push_screen(PresetDialog(preset_of(self.session.wanted)), begin)

    def action_cure(self) -> None:
        """Apply the coach's remedy: a new run from an earlier moment or from other weights."""
        remedy, seen = self.workspace.remedy, self.seen
        if remedy is None or seen is None or seen.run is None:
            self.notify("Nothing is wrong with this run.", markup=False)
        elif remedy.moment is None:
            self._begin(remedy.hyperparameters)
        else:
            self.session.fork(seen.run.number, remedy.moment, remedy.hyperparameters, train=True)
            self.workspace.past = None

    def _begin(self, hyperparameters: Hyperparameters) -> None:
        """Begin a new run, whatever the one before was doing: it trains at once."""
        try:
            self.session.begin(hyperparameters, train=True)
        except EXPECTED_ERRORS as problem:
            self.notify(str(problem), severity="warning", markup=False)
        else:
            self.workspace.past = None
