"""The worker's own: the trainers of all runs, and what it does with them.

Only the worker's thread calls the methods here. What others may see lies in two slots, `snapshot`
and `runs`: frozen, and replaced, never changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from ..net.errors import DivergedError
from ..net.hyperparameters import NEED_RESET, Hyperparameters
from .problem import Problem
from .runs import KeptRun, Run, Snapshot, State

if TYPE_CHECKING:  # NumPy takes a while to import: the worker does it, behind the first screen
    from ..data.augment import Epochs
    from ..data.dataset import Dataset
    from ..net.gradient import Engine
    from ..net.history import Progress
    from ..net.timeline import Moment, Timeline
    from ..net.trainer import RunState, Trainer
    from .saver import Saver

RATE_WINDOW = 0.5  # seconds over which the rate is averaged
BUDGET = 64 << 20  # bytes that the weights along the way of all runs may take


class Workshop:
    """All runs; one of them is the current one."""

    def __init__(
        self,
        hyperparameters: Hyperparameters,
        on_settled: Callable[[], None],
        most_runs: int | None = None,
    ) -> None:
        """See Session. most_runs: that are kept; None: all of them."""
        self._on_settled, self._most_runs = on_settled, most_runs
        self.saver: Saver | None = None
        self._dataset: Dataset | None = None
        self._engine: Engine | None = None
        self._epochs: Epochs | None = None
        self._trainers: dict[int, Trainer] = {}
        self._count = 0  # runs ever begun
        self.runs: dict[int, Snapshot] = {}
        self.snapshot = Snapshot(State.LOADING, hyperparameters)  # of the current run
        self.is_looked_at = True  # whether anybody has seen the last snapshot

    def open(self, dataset: Dataset, threads: int | None) -> None:
        """Get ready to train on these data."""
        from ..data.augment import Epochs  # NumPy with them
        from ..net.gradient import Engine

        self._dataset = dataset
        self._engine = Engine(dataset.train, threads)
        self._epochs = Epochs(dataset.train.images)

    def close(self) -> None:
        """Send home the threads that share the updates."""
        if self._engine is not None:
            self._engine.close()

    def count(self, number: int) -> None:
        """Give no run a number up to this one."""
        self._count = max(self._count, number)

    def fail(self, message: str, bug: BaseException | None = None) -> None:
        """Nothing goes on from here."""
        self.snapshot = replace(self.snapshot, state=State.FAILED, message=message, bug=bug)
        self._on_settled()

    def begin(self, wanted: Hyperparameters) -> None:
        """A new run from first weights."""
        self._add(self._trainer(wanted), f"seed {wanted.seed}")

    def fork(self, number: int, moment: Moment | None, wanted: Hyperparameters) -> None:
        """A new run from a moment of another, or from where that stands."""
        from ..net.trainer import RunState

        if (forked := self.runs.get(number)) is None or forked.run is None:
            return
        old, timeline = self._trainers[number], forked.run.timeline
        moment = moment or old.moment()
        at = moment.iteration
        # What is noted at this very update led none yet; only that one diverged here still counts.
        end = at + 1 if at == 0 or moment.updates == 0 else at
        begun = tuple((since, chosen) for since, chosen in old.course if since < end)
        state = RunState(
            **vars(moment), history=old.history.rows()[: old.history.row_at(at) + 1], course=begun
        )
        trainer = self._trainer(moment.hyperparameters)
        trainer.restore(state)
        trainer.change(_live(wanted, trainer))
        share = forked.seconds * at / max(1, old.iteration)
        self._add(trainer, f"run {number} at {at}", timeline.until(at), share)

    def restore(self, kept: KeptRun) -> None:
        """A run from disk, as it was left there. Raises NetError or Problem if it cannot be."""
        from ..net.timeline import Moment, Timeline

        run, m = kept.run, len(self._engine.images) if self._engine else 0
        if len(run.history) != run.iteration + 1:
            raise Problem(f"its history has {len(run.history)} rows for {run.iteration} updates")
        if not all(0 <= state.place.position <= m for state in (run, kept.first)):
            raise Problem(f"it stands beyond the {m:,} training samples")
        trainer = self._trainer(run.hyperparameters)
        trainer.restore(run)
        # Without its history: a timeline keeps moments, and forks and savings add history to them.
        first = Moment(**{field.name: getattr(kept.first, field.name) for field in fields(Moment)})
        progress, past = trainer.measure(), Timeline(BUDGET, [first])
        past.offer(trainer.iteration, trainer.moment)
        shown = Run(kept.number, kept.begun, kept.start, trainer.history, past)
        self._trainers[kept.number] = trainer
        self.count(kept.number)
        states = {state.value: state for state in (State.FINISHED, State.DIVERGED, State.READY)}
        state = states.get(kept.state, State.PAUSED)
        before = Snapshot(state, trainer.hyperparameters, shown, seconds=kept.seconds)
        self._publish(trainer, before, progress=progress)
        self._share_out()
        self._on_settled()

    def pause(self) -> None:
        """Let the current run rest as it was published last, without another measurement."""
        before = self.snapshot
        if before.run is not None and before.state is State.TRAINING:
            self.snapshot = replace(before, state=State.PAUSED)
            self.runs = {**self.runs, before.run.number: self.snapshot}
        self._on_settled()

    def take_up(self, number: int) -> None:
        """Go on from this run."""
        if number in self.runs:
            self.snapshot = self.runs[number]
            self._on_settled()

    def remove(self, number: int) -> None:
        """Forget this run, unless it is the current one."""
        current = self.snapshot.run
        if current and number != current.number:
            self._forget(number)
            self._share_out()
            self._on_settled()

    def ask(self, number: int, then: Callable[[RunState | None], None]) -> None:
        """Tell how a run stands."""
        trainer = self._trainers.get(number)
        then(trainer.state() if trainer else None)

    def train(
        self, take_permit: Callable[[], bool], wanted: Callable[[int], Hyperparameters | None]
    ) -> bool:
        """Make the updates that are allowed, then say how the run stands; whether it has ended.

        take_permit: whether one more may be made. wanted: what it is to go by after so many
        updates; None: as before.
        """
        run = self.snapshot.run
        assert run is not None
        trainer = self._trainers[run.number]
        spent, begun = self.snapshot.seconds, time.perf_counter()
        rate, marked, marked_at = self.snapshot.rate, begun, trainer.iteration
        state = State.PAUSED
        try:
            for progress in self._updates(trainer, take_permit, wanted):
                run.timeline.offer(trainer.iteration, trainer.moment)
                now = time.perf_counter()
                if now - marked >= RATE_WINDOW:
                    rate = (trainer.iteration - marked_at) / (now - marked)
                    marked, marked_at = now, trainer.iteration
                if self.saver and self.saver.is_due():
                    self._save(State.TRAINING, spent + now - begun)
                if self.is_looked_at:
                    self.is_looked_at = False
                    seconds = spent + now - begun
                    self._publish(
                        trainer,
                        state=State.TRAINING,
                        progress=progress,
                        seconds=seconds,
                        rate=rate,
                    )
            if trainer.iteration >= trainer.hyperparameters.iterations:
                state = State.FINISHED
        except DivergedError:
            state = State.DIVERGED
        seconds = spent + time.perf_counter() - begun
        self._save(state, seconds)  # first: to measure a large network may take longer than is left
        self._publish(trainer, state=state, progress=trainer.measure(), seconds=seconds, rate=rate)
        self._on_settled()
        return state is not State.PAUSED

    def _updates(
        self,
        trainer: Trainer,
        take_permit: Callable[[], bool],
        wanted: Callable[[int], Hyperparameters | None],
    ) -> Iterator[Progress]:
        """The trainer's own updates, as many as are allowed, each by what is wanted just then."""
        steps, before = trainer.steps(), None
        while take_permit():
            now = wanted(trainer.iteration)
            if now is not None and now is not before:
                before = now
                trainer.change(_live(now, trainer))
            progress = next(steps, None)
            if progress is None:
                return
            yield progress

    def _trainer(self, hyperparameters: Hyperparameters) -> Trainer:
        """A run's trainer. One engine serves all: what it knows of the data is found once."""
        from ..net.trainer import Trainer

        assert self._dataset is not None
        assert self._epochs is not None
        return Trainer(
            self._dataset.train,
            self._dataset.test,
            hyperparameters,
            classes=self._dataset.classes,
            engine=self._engine,
            deformed=self._epochs.images,
        )

    def _add(
        self, trainer: Trainer, begun: str, timeline: Timeline | None = None, seconds: float = 0.0
    ) -> None:
        """A new run beside the others, measured before its next update, and now the current one.

        It takes the place of a run in which nothing has happened.
        """
        from ..net.timeline import Timeline

        progress, before = trainer.measure(), self.snapshot
        if before.run and before.is_untouched:
            number = before.run.number
        else:
            self._count = number = self._count + 1
        past = Timeline(BUDGET) if timeline is None else timeline
        past.offer(trainer.iteration, trainer.moment)
        run = Run(number, begun, trainer.iteration, trainer.history, past)
        self._trainers[number] = trainer
        first = Snapshot(State.READY, trainer.hyperparameters, run, seconds=seconds)
        self._publish(trainer, first, progress=progress)
        if self._most_runs is not None and len(self.runs) > self._most_runs:
            self._forget(next(other for other in self.runs if other != number))
        self._share_out()
        self._save(State.READY, seconds)
        self._on_settled()

    def _forget(self, number: int) -> None:
        self._trainers.pop(number, None)
        self.runs = {other: seen for other, seen in self.runs.items() if other != number}

    def _share_out(self) -> None:
        """Every run has an equal share of the budget."""
        for seen in self.runs.values():
            assert seen.run is not None
            seen.run.timeline.allow(BUDGET // len(self.runs))

    def _save(self, state: State, seconds: float) -> None:
        """Hand the current run to the saver, copied, as one that is in this state."""
        run = self.snapshot.run
        if self.saver is None or run is None:
            return
        from ..net.trainer import RunState

        trainer = self._trainers[run.number]
        history = trainer.history.rows()[: run.timeline.first.iteration + 1]
        first = RunState(**vars(run.timeline.first), history=history, course=trainer.course[:1])
        self.saver.put_run(
            KeptRun(
                run.number,
                run.begun,
                run.start,
                seconds,
                state.value,
                trainer.state(),
                first,
            )
        )

    def _publish(self, trainer: Trainer, before: Snapshot | None = None, **what: Any) -> None:
        """Put a newer snapshot of the current run into its slots; only the worker does."""
        newer = replace(
            before or self.snapshot,
            hyperparameters=trainer.hyperparameters,
            parameters=trainer.parameters.copy(),
            course=trainer.course,
            trouble=trainer.trouble,
            **what,
        )
        assert newer.run is not None
        self.runs = {**self.runs, newer.run.number: newer}
        self.snapshot = newer  # last: whoever sees it as the current run finds it among the runs


def _live(wanted: Hyperparameters, trainer: Trainer) -> Hyperparameters:
    """What is wanted, but what decides the first weights as the run has it."""
    kept = {name: getattr(trainer.hyperparameters, name) for name in NEED_RESET}
    return replace(wanted, **kept)
