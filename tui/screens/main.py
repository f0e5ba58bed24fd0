"""The main screen: owns what is being looked at, and hands it down to the panels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from ...net.hyperparameters import LARGEST_SEED
from ...net.presets import PRESETS, preset_of
from ..keys import KEYS
from ..problem import EXPECTED
from ..session import Session, Snapshot, State
from ..widgets.chart import TEST, Chart
from ..widgets.digit import Digit
from ..widgets.hyperparameters import HyperparameterPanel
from ..widgets.probabilities import Probabilities
from ..widgets.status import StatusLine
from .deformed import DeformedScreen
from .goto import GoToScreen
from .help import HelpScreen
from .presets import PresetScreen

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ...net.hyperparameters import Hyperparameters

REFRESH = 0.25  # seconds between two looks into the session while it trains


class MainScreen(Screen[None]):
    """Everything that matters on one screen."""

    CSS_PATH = "main.tcss"
    AUTO_FOCUS = ""  # the keys belong to the screen until a person goes into a field
    BINDINGS = [key.binding for key in KEYS]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-slim"),
        (60, "-tight"),
        (72, "-narrow"),
        (100, "-wide"),
        (140, "-widest"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-flat"),
        (20, "-low"),
        (23, "-middle"),
        (30, "-high"),
        (54, "-highest"),
    ]

    index: reactive[int] = reactive(0, init=False)
    blocks: reactive[bool] = reactive(False, init=False)

    class Settled(Message):
        """The run has come to a rest: read it once more."""

    @dataclass
    class Failed(Message):
        """The session cannot go on, for a reason a person can mend."""

        why: str
        """The reason, in a line."""

    def __init__(self, session: Session, *, start: bool) -> None:
        super().__init__()
        self._session = session
        self._start = start
        self._seen: Snapshot | None = None
        self._history: tuple[int, NDArray[np.float64]] | None = None  # of which run, and its rows

    def compose(self) -> ComposeResult:
        """Status, two panels above, two below, the keys; or a message if there is no room."""
        yield StatusLine(id="status")
        with Container(id="panels"):
            with Horizontal(id="above"):
                yield HyperparameterPanel(self._session.wanted, id="hyperparameters")
                yield Chart(id="chart")
            with Horizontal(id="below"):
                yield Digit(id="digit")
                yield Probabilities(id="probabilities")
        yield Static(
            "Too small to draw in: needs 60 × 20. Enlarge the terminal; q quits.", id="small"
        )
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Begin to look into the session."""
        self.set_interval(REFRESH, self._look)
        self.call_after_refresh(self._session.open)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  (Textual's signature)
        """While a person types into a field, the screen's keys rest."""
        return self.focused is None or action in {"app.focus_next", "focus_next"}

    @on(Settled)
    def _settled(self) -> None:
        self._look()
        snapshot = self._session.snapshot()
        if snapshot.state is State.READY and self._start:
            self._start = False
            self._session.train()
        elif snapshot.state is State.DIVERGED:
            self.notify(
                snapshot.message, title="Stopped", severity="warning", markup=False, timeout=15
            )

    def _look(self) -> None:
        """Show the newest snapshot, if there is one that was not shown."""
        snapshot = self._session.snapshot()
        if snapshot is self._seen:
            return
        if snapshot.state is State.FAILED:
            self._seen = snapshot
            if snapshot.bug is not None:
                raise snapshot.bug
            self.post_message(self.Failed(snapshot.message))
            return
        new_parameters = self._seen is None or snapshot.parameters is not self._seen.parameters
        self._seen = snapshot
        self._show_run(snapshot)
        if new_parameters:
            self._show_digit()

    def _show_run(self, snapshot: Snapshot) -> None:
        """State, curves and hyperparameters."""
        import numpy as np

        history, tested = None, math.nan
        if snapshot.progress is not None:
            history = self._rows(snapshot)
            measured = history[np.isfinite(history[:, TEST]), TEST]
            tested = snapshot.progress.test_accuracy
            if math.isnan(tested) and len(measured):
                tested = float(measured[-1])
        self.query_one(StatusLine).update(snapshot, tested)
        chosen = snapshot.hyperparameters
        self.query_one(Chart).update(
            history, chosen.iterations, batches=chosen.batch_size is not None
        )
        self.query_one(HyperparameterPanel).update(self._session.wanted, snapshot.hyperparameters)

    def _rows(self, snapshot: Snapshot) -> NDArray[np.float64]:
        """The run's history so far; only what is new is copied out of the session."""
        import numpy as np

        if self._history is None or self._history[0] != snapshot.run:
            rows = self._session.history()
        else:
            before = self._history[1]
            rows = np.concatenate([before, self._session.history(len(before))])
        self._history = snapshot.run, rows
        return rows

    def _show_digit(self) -> None:
        """The chosen digit and what the network, as last seen, makes of it."""
        snapshot, dataset = self._seen, self._session.dataset
        if dataset is None or snapshot is None or snapshot.parameters is None:
            self.query_one(Digit).update(None, "Test digit", blocks=self.blocks)
            self.query_one(Probabilities).update(None, 0, untrained=True)
            return
        from ...net.metrics import probabilities

        image, label = dataset.test.images[self.index], int(dataset.test.labels[self.index])
        title = f"Test digit {self.index} · label {label}"
        self.query_one(Digit).update(
            image.reshape(dataset.side, dataset.side), title, blocks=self.blocks
        )
        answer = probabilities(snapshot.parameters, image[None, :])[:, 0]
        untrained = snapshot.progress is None or snapshot.progress.iteration == 0
        self.query_one(Probabilities).update(answer, label, untrained=untrained)

    watch_index = _show_digit
    watch_blocks = _show_digit

    # Training

    @on(HyperparameterPanel.Changed)
    def _changed(self, event: HyperparameterPanel.Changed) -> None:
        try:
            self._want(event.hyperparameters)
        except EXPECTED as problem:
            event.row.refuse(str(problem))

    def _want(self, hyperparameters: Hyperparameters) -> None:
        """Ask for these and show at once that they are asked for."""
        self._session.change(hyperparameters)
        if self._seen is not None:
            live = self._seen.hyperparameters
            live = replace(live, alpha=hyperparameters.alpha, iterations=hyperparameters.iterations)
            self._show_run(replace(self._seen, hyperparameters=live))

    def action_train(self) -> None:
        """Train, or pause."""
        if self._session.is_training:
            self._session.pause()
            return
        if not self._is_over():
            self._session.train()

    def _is_over(self) -> bool:
        """Whether all iterations are done; then say what can be done about it."""
        seen, wanted = self._session.snapshot(), self._session.wanted
        if seen.progress is not None and seen.progress.iteration >= wanted.iterations:
            self.notify(
                f"All {wanted.iterations} iterations are done. Raise iterations to go on, "
                "or r to begin again.",
                markup=False,
            )
            return True
        return False

    def action_step(self, updates: int) -> None:
        """Make so many updates and rest."""
        if not self._is_over():
            self._session.train(updates)

    def action_alpha(self, factor: float) -> None:
        """Turn alpha, while it trains or not."""
        wanted = self._session.wanted
        try:
            self._want(replace(wanted, alpha=float(f"{wanted.alpha * factor:.6g}")))
        except EXPECTED as problem:
            self.notify(str(problem), severity="warning", markup=False)

    def action_reset(self) -> None:
        """Begin again from the first weights."""
        self._session.reset()

    def action_reset_seed(self) -> None:
        """Begin again from the first weights of the next seed."""
        wanted = self._session.wanted
        self._session.change(replace(wanted, seed=(wanted.seed + 1) % (LARGEST_SEED + 1)))
        self._session.reset()

    def action_preset(self) -> None:
        """Choose a preset and begin again with it, keeping the seed."""

        def begin(name: str | None) -> None:
            if name is None:
                return
            chosen = PRESETS[name].hyperparameters
            try:
                self._session.change(replace(chosen, seed=self._session.wanted.seed))
            except EXPECTED as problem:
                self.notify(str(problem), severity="warning", markup=False)
            else:
                self._session.reset()

        self.app.push_screen(PresetScreen(preset_of(self._session.wanted)), begin)

    # Test digits

    def action_digit(self, by: int) -> None:
        """Go so many digits on, round the end."""
        if (dataset := self._session.dataset) is not None:
            self.index = (self.index + by) % len(dataset.test)

    def action_go_to(self, index: int) -> None:
        """Go to this digit; negative numbers count from the end."""
        if (dataset := self._session.dataset) is not None:
            self.index = index % len(dataset.test)

    def action_ask_index(self) -> None:
        """Ask for a number and go there."""
        if (dataset := self._session.dataset) is not None:
            self.app.push_screen(
                GoToScreen(len(dataset.test)),
                lambda index: self.action_go_to(index) if index is not None else None,
            )

    def action_mistake(self, step: int) -> None:
        """Go to the nearest digit that the network, as last seen, gets wrong."""
        snapshot, dataset = self._seen, self._session.dataset
        if dataset is None or snapshot is None or snapshot.parameters is None:
            return
        from ...net.metrics import mistake_after

        found = mistake_after(snapshot.parameters, dataset.test, self.index, step)
        if found is None:
            self.notify("The network gets no other test digit wrong.", markup=False)
        else:
            self.index = found

    def action_deformed(self) -> None:
        """Show deformed copies of the chosen digit beside it."""
        if (dataset := self._session.dataset) is not None:
            image = dataset.test.images[self.index].reshape(dataset.side, dataset.side)
            self.app.push_screen(DeformedScreen(image))

    def action_glyphs(self) -> None:
        """Draw the digit the other way."""
        self.blocks = not self.blocks

    def action_help(self) -> None:
        """Explain."""
        self.app.push_screen(HelpScreen())
