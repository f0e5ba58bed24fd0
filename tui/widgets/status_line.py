"""The status line: network, status, progress and accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from ...net.architecture import architecture_name
from ...net.hyperparameters import scheduled_alpha
from ..config.fields import format_value
from ..host import POLL_INTERVAL_S, Busy
from ..render.labels import network_in_words
from ..text import format_duration
from ..training.snapshot import RunStatus, Snapshot
from .lines import LinesWidget

if TYPE_CHECKING:
    from ...net.run.state import RunMoment

SIGNS = {
    RunStatus.LOADING: "…",
    RunStatus.READY: "○",
    RunStatus.TRAINING: "▶",
    RunStatus.PAUSED: "‖",
    RunStatus.FINISHED: "■",
    RunStatus.DIVERGED: "!",
    RunStatus.FAILED: "!",
}
MIN_BAR_COLUMNS, MAX_BAR_COLUMNS = 4, 40
MIN_COLUMNS_FOR_NAME = 92  # with fewer, the program's name is left out


class StatusLine(LinesWidget):
    """One row at the top with the status of the run."""

    DEFAULT_CSS = "StatusLine { height: 1; background: $panel; }"

    def __init__(
        self, thing: str = "digit", *, id: str | None = None, way_back: str = "Esc the present"
    ) -> None:
        """Create the line.

        Args:
            thing: The word for an image.
            id: Of the widget.
            way_back: The key that leads from the past to the present.
        """
        super().__init__(id=id)
        self._way_back = way_back
        self._last: tuple[Snapshot, RunMoment | None, float | None] | None = None
        self.busy = Busy()
        self._thing = thing
        self._loading = "the data"

    def on_mount(self) -> None:
        """Look now and then whether this machine is busy with others."""
        super().on_mount()
        self.set_interval(POLL_INTERVAL_S, self._look)

    def _look(self) -> None:
        if self.busy.look():
            self.redraw()

    def show_loading(self, what: str) -> None:
        """Show what is loaded, and perhaps the progress, while there is no run."""
        self._loading = what
        self.redraw()

    def redraw(self) -> None:
        """Fit the line into the new width."""
        if self._last is not None:
            self.update(*self._last)

    def update(
        self, snapshot: Snapshot, past: RunMoment | None, next_alpha: float | None = None
    ) -> None:
        """Show the run's status, or that the other panels show the past.

        Args:
            snapshot: the run.
            past: the moment shown, if it is a past one.
            next_alpha: alpha of the next update, if it differs from the run's own.
        """
        self._last = snapshot, past, next_alpha
        width = self.size.width
        sign = f"{SIGNS[snapshot.state]} {snapshot.state.value}"
        line = Text(" ", no_wrap=True)
        if width >= MIN_COLUMNS_FOR_NAME:
            line.append("mnist-tui  ", self.ink("title"))
        if snapshot.parameters is None or snapshot.progress is None:
            line.append(sign, self.ink("moving")).append(f"  {self._loading}")
            self.show([line])
            return
        if past is not None:
            self._show_past(snapshot, snapshot.progress.iteration, past)
            return
        wrong = snapshot.state in (RunStatus.DIVERGED, RunStatus.FAILED)
        done, total = snapshot.progress.iteration, snapshot.hyperparameters.iterations
        count = f" {done:>{len(str(total))}}/{total} "
        tested = snapshot.tested
        test = f" test {tested.test_accuracy:6.1%}" if tested else ""
        state = f"{sign:<10}"
        alpha = f"  α {_alpha(snapshot, next_alpha):<7} "
        rest = width - line.cell_len - len(state) - len(count) - len(test)
        optionals = _optionals(snapshot)
        is_fresh = done == 0 and next_alpha is None  # all but alpha can wait
        needed = len(f"  α {_alpha(snapshot, None)} ")
        if not is_fresh:
            needed = len(alpha) + sum(map(len, optionals)) + MIN_BAR_COLUMNS
        network = self._network(snapshot.parameters.sizes, rest - needed)
        if rest < len(network) + len(alpha):  # a narrow screen: the panel shows the pending value
            alpha = f"  α {_alpha(snapshot, None)} "
        alpha = alpha if len(alpha) <= rest else ""  # whatever is shown is shown whole
        if rest >= len(network) + len(alpha):
            line.append(network, self.ink("quiet"))
        line.append(state, self.ink("warning" if wrong else "moving"))
        facts = Text(f"{alpha}{test}", no_wrap=True)
        for optional in optionals:
            room = width - line.cell_len - len(count) - facts.cell_len - len(optional)
            if room > MIN_BAR_COLUMNS:
                facts.append(optional, self.ink("quiet"))
        if self.busy.is_busy:  # only the bar makes room for it
            room = width - line.cell_len - len(count) - facts.cell_len - 1
            for words, rest in (("  machine busy", MIN_BAR_COLUMNS), ("  busy", 0)):
                if room - len(words) >= rest:
                    facts.append(words, self.ink("quiet"))
                    break
        bar = min(MAX_BAR_COLUMNS, width - line.cell_len - len(count) - facts.cell_len - 1)
        line.append(count)
        if bar >= MIN_BAR_COLUMNS:
            full = round(bar * min(1.0, done / total))
            line.append("━" * full, self.ink("moving")).append(
                "─" * (bar - full), self.ink("quiet")
            )
        self.show([line.append_text(facts)])

    def call_them(self, thing: str) -> None:
        """Change the word for an image."""
        self._thing = thing

    def _network(self, sizes: Sequence[int], columns: int) -> str:
        """Return the architecture in words, or in numbers if there are too few columns."""
        words = f"{network_in_words(sizes, self._thing)}  "
        busy = "  busy" if self.busy.is_busy else ""
        return words if len(words) + len(busy) <= columns else f"{architecture_name(sizes)}  "

    def _show_past(self, snapshot: Snapshot, now: int, past: RunMoment) -> None:
        """Plainly: this is the past, how well it did then, and the way back; the rest if it fits.

        What matters least gives way first, and no word is cut.
        """
        tested = snapshot.history.tested_at(past.iteration) if snapshot.history else None
        quiet, earlier = self.ink("quiet"), tested and tested.iteration != past.iteration
        parts = {
            "name": ("mnist-tui  ", self.ink("title")),
            "network": (f"{architecture_name(past.sizes)}  ", quiet),
            "when": (f"◀ the past: {past.iteration} of {now}", self.ink("chosen")),
            "unit": (" updates", self.ink("chosen")),
            "test": (f"  test {tested.test_accuracy:6.1%}" if tested else "", Style()),
            "tested": (f" (at {tested.iteration})" if tested and earlier else "", quiet),
            "back": (f"  {self._way_back}", quiet),
            "fork": ("  Space forks here", quiet),
        }
        chosen, room = {"when"}, self.size.width - 1 - cell_len(parts["when"][0])
        for name in ("back", "test", "unit", "tested", "network", "fork", "name"):
            if name == "tested" and "test" not in chosen:
                continue
            if cell_len(parts[name][0]) <= room:
                chosen.add(name)
                room -= cell_len(parts[name][0])
        shown = [part for name, part in parts.items() if name in chosen]
        self.show([Text.assemble(" ", *shown, no_wrap=True)])


def _optionals(snapshot: Snapshot) -> list[str]:
    """Return what stands at the end where there is room for it, the most important first."""
    assert snapshot.progress is not None
    loss, slope = snapshot.progress.loss, snapshot.progress.gradient_norm
    found = [f"  loss {loss:5.3f}  |∇| {slope:<7.3g}"]
    if snapshot.state is RunStatus.READY and snapshot.progress.iteration == 0:
        return found  # there is neither rate nor time yet
    return [f" {_rate(snapshot.rate)}/s", f"  {_time(snapshot)}", *found]


def _alpha(snapshot: Snapshot, next_alpha: float | None) -> str:
    """Format the run's alpha, and the one pending for the next update, if any.

    A schedule shows the next update's alpha; a finished run shows the one it used.
    """
    chosen, progress = snapshot.hyperparameters, snapshot.progress
    own = format_value(chosen.alpha)
    if chosen.schedule != "constant":
        if snapshot.state is RunStatus.FINISHED or progress is None:
            return f"{own} {chosen.schedule}"
        done = progress.iteration / chosen.iterations
        own = f"{scheduled_alpha(chosen.alpha, chosen.schedule, done):.3g}"
    return own if next_alpha is None else f"{own}→{format_value(next_alpha)}"


def _rate(rate: float) -> str:
    """Format updates a second in five characters."""
    return f"{rate:5.0f}" if rate >= 100 else f"{rate:5.3g}"


def _time(snapshot: Snapshot) -> str:
    """Time spent, and while it trains how much is left."""
    spent = format_duration(snapshot.seconds)
    if snapshot.state is RunStatus.TRAINING and snapshot.rate and snapshot.progress:
        left = (snapshot.hyperparameters.iterations - snapshot.progress.iteration) / snapshot.rate
        return f"{spent} −{format_duration(left)}"
    return spent
