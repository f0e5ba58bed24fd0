"""The trainers of all runs, owned by the worker thread.

Only the worker calls these methods, but for `take_picture`. Other threads see one attribute,
`picture`, frozen and always replaced whole. Trainers, histories and timelines stay in this thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from ...net.hyperparameters import NEED_RESET, Hyperparameters
from ..errors import UserError
from .snapshot import Run, RunFacts, RunSink, RunStatus, SavedRun, SessionSnapshot, Snapshot
from .stopwatch import Rate, TrainingClock

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ...data.augment import Epochs
    from ...data.dataset import Dataset
    from ...net.engine.engine import Engine
    from ...net.run.history import Progress
    from ...net.run.state import RunMoment, RunState
    from ...net.run.timeline import Timeline
    from ...net.trainer import Trainer

TIMELINE_BUDGET_BYTES = 64 << 20  # for the past weights of all runs
MAX_HISTORY_ROWS = 1 << 18  # of one history: 14 MB; a longer one is thinned
MAX_TOTAL_ROWS = 1 << 20  # of all histories: 56 MB; beyond, the longest are thinned
MIN_HISTORY_ROWS = 1 << 12  # a history as short as this is never thinned for the others
MAX_RUNS = 100  # the oldest is removed when there are more,
MAX_WEIGHT_BYTES = 512 << 20  # or when the weights and moments of all runs take more
MIN_RUNS = 2  # stay, however much their weights take
Permit = tuple[Hyperparameters | None]  # one update, by these; None: as before


class RunManager:
    """All runs; one of them is the current one."""

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        on_settled: Callable[[], None],
        max_runs: int = MAX_RUNS,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Create the manager; see `TrainingSession`. Beyond `max_runs` the oldest is removed."""
        self._on_settled, self._max_runs, self._tell = on_settled, max_runs, tell
        self._sink: RunSink | None = None
        self._dataset: Dataset | None = None
        self._engine: Engine | None = None
        self._epochs: Epochs | None = None
        self._trainers: dict[int, Trainer] = {}
        self._timelines: dict[int, Timeline] = {}
        self._count = 0  # the highest run number given so far
        self.picture = SessionSnapshot(Snapshot(RunStatus.LOADING, hyperparameters))
        self._is_picture_wanted = True  # whether to publish a new one

    @property
    def snapshot(self) -> Snapshot:
        """The current run."""
        return self.picture.current

    def take_picture(self) -> SessionSnapshot:
        """Return the latest picture, and let the worker publish a newer one; from any thread."""
        self._is_picture_wanted = True
        return self.picture

    @property
    def _runs(self) -> dict[int, Snapshot]:
        return {seen.run.number: seen for seen in self.picture.runs if seen.run}

    def open(self, dataset: Dataset, threads: int | None, sink: RunSink | None = None) -> None:
        """Prepare to train on these data."""
        from ...data.augment import Epochs  # NumPy with them
        from ...net.engine.engine import Engine

        self._dataset, self._sink = dataset, sink
        self._engine = Engine(dataset.train, threads)
        self._epochs = Epochs(dataset.train.images)

    def close(self) -> None:
        """Stop the threads that share the updates."""
        if self._engine is not None:
            self._engine.close()

    def count(self, number: int) -> None:
        """Reserve the run numbers up to this one."""
        self._count = max(self._count, number)

    def fail(self, message: str, bug: BaseException | None = None) -> None:
        """Enter the failed state, from which no run continues."""
        failed = replace(self.snapshot, state=RunStatus.FAILED, message=message, bug=bug)
        self.picture = replace(self.picture, current=failed)
        self._on_settled()

    def begin(self, wanted: Hyperparameters) -> None:
        """Start a new run from initial weights."""
        self._add(self._trainer(wanted), f"seed {wanted.seed}")

    def fork(self, number: int, moment: RunMoment | None, wanted: Hyperparameters) -> None:
        """Start a new run from a moment of another, or from its present state."""
        from ...net.run.state import RunState

        if (forked := self._runs.get(number)) is None:
            return
        old = self._trainers[number]
        moment = moment or old.moment()
        at = moment.iteration
        # The entry at this very update has led none yet, unless the run diverged here.
        end = at + 1 if at == 0 or moment.updates == 0 else at
        log = tuple((since, chosen) for since, chosen in old.hyperparameter_log if since < end)
        history = old.history.view()[: old.history.row_at(at) + 1]
        trainer = self._trainer(moment.hyperparameters)
        trainer.restore(RunState(**vars(moment), history=history, hyperparameter_log=log))
        if len(trainer.history) <= at:  # this row was thinned out; measure it again
            trainer.measure()
        trainer.change(_live(wanted, trainer))
        share = forked.seconds * at / max(1, old.iteration)
        self._add(trainer, f"run {number} at {at}", self._timelines[number].until(at), share)

    def restore(self, saved: SavedRun) -> None:
        """Restore a saved run. Raises NetError or UserError if it cannot be."""
        from ...net.run.state import RunMoment
        from ...net.run.timeline import Timeline

        run, m = saved.run, len(self._engine.images) if self._engine else 0
        # A network from elsewhere comes without a history; restoring it measures the first row.
        last = int(run.history[-1, 0]) if len(run.history) else 0
        if last != run.iteration:
            raise UserError(f"its history ends at {last}, and it has made {run.iteration} updates")
        if not all(0 <= state.cursor.position <= m for state in (run, saved.first)):
            raise UserError(f"it stands beyond the {m:,} training samples")
        trainer = self._trainer(run.hyperparameters)
        trainer.restore(run)
        # Drop the history: a timeline holds moments, to which forks and saves add history.
        first = RunMoment(
            **{field.name: getattr(saved.first, field.name) for field in fields(RunMoment)}
        )
        progress, past = trainer.measure(), Timeline(TIMELINE_BUDGET_BYTES, [first])
        past.offer(trainer.iteration, trainer.moment)
        facts = saved.facts
        shown = Run(saved.number, facts.begun, facts.start)
        self._trainers[saved.number], self._timelines[saved.number] = trainer, past
        self.count(saved.number)
        states = {
            state.value: state
            for state in (RunStatus.FINISHED, RunStatus.DIVERGED, RunStatus.READY)
        }
        state = states.get(facts.state, RunStatus.PAUSED)
        before = Snapshot(state, trainer.hyperparameters, shown, seconds=facts.seconds)
        self._publish(trainer, before, progress=progress)
        self._share_out()
        self._on_settled()

    def adopt(self, begun: str, state: RunState, seconds: float) -> None:
        """Begin a run where one that was made elsewhere stands. Raises as `restore` does."""
        ended = state.iteration >= state.hyperparameters.iterations
        status = RunStatus.FINISHED if ended else RunStatus.PAUSED
        number = self._count + 1
        facts = RunFacts(begun, 0, seconds, status.value)
        self.restore(SavedRun(number, facts, state, first=state))
        self._remove_oldest(number)
        self._save(status, seconds)

    def pause(self) -> None:
        """Pause the current run as it was last published, without another measurement."""
        before = self.snapshot
        if before.run is not None and before.state is RunStatus.TRAINING:
            self._show(replace(before, state=RunStatus.PAUSED))
        self._on_settled()

    def make_current(self, number: int) -> None:
        """Make this run the current one."""
        if (chosen := self._runs.get(number)) is not None:
            self._show(chosen)
            self._on_settled()

    def remove(self, number: int) -> None:
        """Remove this run, unless it is the current one."""
        current = self.snapshot.run
        if current and number != current.number:
            self._forget(number)
            self._share_out()
            self._on_settled()

    def ask(self, number: int, then: Callable[[RunState | None], None]) -> None:
        """Call `then` with the state of a run, or None if there is none."""
        trainer = self._trainers.get(number)
        then(trainer.state() if trainer else None)

    def train(self, take_permit: Callable[[int], Permit | None]) -> bool:
        """Make the permitted updates, then publish the run's status; return whether it has ended.

        `take_permit` is given the updates made, and returns a permit for one more, or None.
        """
        from ...net.run.diagnosis import DivergedError  # NumPy with it

        run = self.snapshot.run
        assert run is not None
        trainer, timeline = self._trainers[run.number], self._timelines[run.number]
        clock = TrainingClock(self.snapshot.seconds)
        average = Rate(clock.seconds, trainer.iteration, self.snapshot.rate)
        state = RunStatus.PAUSED
        try:
            for progress in self._updates(trainer, take_permit):
                timeline.offer(trainer.iteration, trainer.moment)
                seconds = clock.lap()
                rate = average.after(seconds, trainer.iteration)
                if self._sink and self._sink.is_due():
                    self._save(RunStatus.TRAINING, seconds)
                if self._is_picture_wanted:
                    self._is_picture_wanted = False
                    self._publish(
                        trainer,
                        state=RunStatus.TRAINING,
                        progress=progress,
                        seconds=seconds,
                        rate=rate,
                    )
            if trainer.iteration >= trainer.hyperparameters.iterations:
                state = RunStatus.FINISHED
        except DivergedError:
            state = RunStatus.DIVERGED
        seconds = clock.lap()
        rate = average.after(seconds, trainer.iteration)
        self._save(state, seconds)  # first, because measuring a large network may take too long
        self._publish(trainer, state=state, progress=trainer.measure(), seconds=seconds, rate=rate)
        self._on_settled()
        return state is not RunStatus.PAUSED

    def _updates(
        self, trainer: Trainer, take_permit: Callable[[int], Permit | None]
    ) -> Iterator[Progress]:
        """Yield the trainer's permitted updates, each with the hyperparameters wanted just then."""
        steps, before = trainer.steps(), None
        while permit := take_permit(trainer.iteration):
            (now,) = permit
            if now is not None and now is not before:
                before = now
                trainer.change(_live(now, trainer))
            progress = next(steps, None)
            if progress is None:
                return
            yield progress

    def _trainer(self, hyperparameters: Hyperparameters) -> Trainer:
        """Create a run's trainer. All share one engine, which analyzes the data once."""
        from ...net.trainer import Trainer

        assert self._dataset is not None
        assert self._epochs is not None
        trainer = Trainer(
            self._dataset.train,
            self._dataset.test,
            hyperparameters,
            classes=self._dataset.classes,
            engine=self._engine,
            augmented=self._epochs.images,
        )
        trainer.history.limit(MAX_HISTORY_ROWS)
        return trainer

    def _add(
        self, trainer: Trainer, begun: str, timeline: Timeline | None = None, seconds: float = 0.0
    ) -> None:
        """Add a run, measured before its next update, and make it the current one.

        It replaces a run that has made no updates, unless that came from elsewhere: nothing here
        could make it again.
        """
        from ...net.run.timeline import Timeline

        progress, before = trainer.measure(), self.snapshot
        if before.run and before.is_untouched and not self._trainers[before.run.number].origin:
            number = before.run.number
        else:
            self._count = number = self._count + 1
        past = Timeline(TIMELINE_BUDGET_BYTES) if timeline is None else timeline
        past.offer(trainer.iteration, trainer.moment)
        run = Run(number, begun, trainer.iteration)
        self._trainers[number], self._timelines[number] = trainer, past
        first = Snapshot(RunStatus.READY, trainer.hyperparameters, run, seconds=seconds)
        self._publish(trainer, first, progress=progress)
        self._remove_oldest(number)
        self._share_out()
        self._save(RunStatus.READY, seconds)
        self._on_settled()

    def _remove_oldest(self, number: int) -> None:
        """Remove runs until there are not too many, but never this one."""
        while self._are_too_many():
            oldest = next(other for other in self._runs if other != number)
            self._forget(oldest)
            self._tell(
                f"Run {oldest}, the oldest, was removed: at most {self._max_runs} runs "
                f"and {MAX_WEIGHT_BYTES >> 20} MB of weights are kept."
            )

    def _are_too_many(self) -> bool:
        """Return whether to drop the oldest run; the current one and one other always stay."""
        total = sum(trainer.nbytes for trainer in self._trainers.values())
        runs = len(self._trainers)
        return runs > self._max_runs or (runs > MIN_RUNS and total > MAX_WEIGHT_BYTES)

    def _forget(self, number: int) -> None:
        self._trainers.pop(number, None)
        self._timelines.pop(number, None)
        remaining = {other: seen for other, seen in self._runs.items() if other != number}
        self.picture = replace(self.picture, runs=tuple(remaining.values()))

    def _share_out(self) -> None:
        """Divide the budget for past weights equally among the runs, and bound all histories."""
        histories = [trainer.history for trainer in self._trainers.values()]
        while sum(history.kept for history in histories) > MAX_TOTAL_ROWS:
            longest = max(histories, key=lambda history: history.kept)
            if longest.kept <= MIN_HISTORY_ROWS:
                break
            longest.thin(longest.kept // 2)
        for timeline in self._timelines.values():
            timeline.set_budget(TIMELINE_BUDGET_BYTES // len(self._timelines))
        # The picture must not keep freed memory alive.
        runs = {
            number: replace(
                seen,
                history=self._trainers[number].history.freeze(),
                timeline=self._timelines[number].freeze(),
            )
            for number, seen in self._runs.items()
        }
        now = self.snapshot.run
        current = runs.get(now.number, self.snapshot) if now else self.snapshot
        self.picture = SessionSnapshot(current, tuple(runs.values()))

    def _save(self, state: RunStatus, seconds: float) -> None:
        """Hand a copy of the current run, in this state, to the sink."""
        run = self.snapshot.run
        if self._sink is None or run is None:
            return
        from ...net.run.state import RunState

        trainer, first = self._trainers[run.number], self._timelines[run.number].first
        history = trainer.history.view()[: trainer.history.row_at(first.iteration) + 1]
        first = RunState(
            **vars(first), history=history, hyperparameter_log=trainer.hyperparameter_log[:1]
        )
        facts = RunFacts(run.begun, run.start, seconds, state.value)
        self._sink.put_run(SavedRun(run.number, facts, trainer.state(), first))

    def _publish(self, trainer: Trainer, before: Snapshot | None = None, **what: Any) -> None:
        """Put a newer snapshot of the current run into the picture."""
        before = before or self.snapshot
        assert before.run is not None
        newer = replace(
            before,
            hyperparameters=trainer.hyperparameters,
            parameters=trainer.parameters.copy(),
            history=trainer.history.freeze(),
            timeline=self._timelines[before.run.number].freeze(),
            hyperparameter_log=trainer.hyperparameter_log,
            cursor=trainer.cursor,
            diagnosis=trainer.diagnosis,
            **what,
        )
        self._show(newer)

    def _show(self, current: Snapshot) -> None:
        """Make this the current run; release the buffers of the previous one."""
        assert current.run is not None
        before = self.snapshot.run
        if before and before.number != current.run.number and before.number in self._trainers:
            self._trainers[before.number].release_buffers()
        runs = {**self._runs, current.run.number: current}
        self.picture = SessionSnapshot(current, tuple(runs.values()))


def _live(wanted: Hyperparameters, trainer: Trainer) -> Hyperparameters:
    """Return the wanted hyperparameters, but the run's own for its initial weights."""
    fixed = {name: getattr(trainer.hyperparameters, name) for name in NEED_RESET}
    return replace(wanted, **fixed)
