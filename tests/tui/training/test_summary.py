"""What is said of a finished run: compared with the best that can be, and that one named."""

from __future__ import annotations

from dataclasses import replace

from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.net.run.history import History, Progress
from mnist_tui.tui.training.snapshot import Run, RunStatus, Snapshot
from mnist_tui.tui.training.summary import run_summary

NAMES = {number: f"run {number}" for number in range(1, 9)}


def seen(
    number: int, best: float, state: RunStatus = RunStatus.FINISHED, updates: int = 100
) -> Snapshot:
    history = History()
    for iteration, accuracy in ((0, 0.1), (updates, best)):
        history.append(Progress(iteration, 0.1, 1.0, 0.5, 1.0, 1.0, accuracy))
    return Snapshot(
        state,
        Hyperparameters(),
        Run(number, "seed 0", 0),
        progress=history.at(updates),
        history=history.freeze(),
        seconds=2.5,
    )


def said(current: Snapshot, *others: Snapshot) -> str:
    return run_summary(current, (*others, current), NAMES)


def test_only_a_finished_run_is_summed_up() -> None:
    for state in RunStatus:
        assert bool(said(seen(1, 0.9, state))) == (state is RunStatus.FINISHED)
    assert said(seen(1, 0.9)) == (
        "Finished in 2.5 s. Test accuracy: last 90.00%, best 90.00% at 100."
    )


def test_it_is_compared_with_the_best_of_the_others_not_with_the_last() -> None:
    words = said(seen(4, 0.93), seen(1, 0.90), seen(2, 0.95), seen(3, 0.91))
    assert words.endswith("; 2.00 points below run 2, the best of 3 others.")
    assert said(seen(4, 0.93), seen(2, 0.925)).endswith("; 0.50 points above run 2.")
    assert said(seen(4, 0.93), seen(6, 0.93)).endswith("; as good as run 6.")


def test_the_test_of_a_run_at_rest_counts_though_its_history_has_none() -> None:
    run = seen(1, 0.5)
    assert run.progress is not None
    rested = replace(run, progress=replace(run.progress, test_accuracy=0.6))
    assert rested.best == rested.tested == rested.progress
    lower = replace(run, progress=replace(run.progress, test_accuracy=0.4))
    assert lower.best is not None
    assert lower.best.test_accuracy == 0.5


def test_a_run_that_was_stopped_earlier_is_no_measure() -> None:
    early = seen(3, 0.93, RunStatus.PAUSED, updates=40)
    assert "run 3" not in said(seen(4, 0.93), early)
    assert said(seen(4, 0.93), seen(1, 0.92), early).endswith("; 1.00 points above run 1.")
    longer = seen(3, 0.94, RunStatus.PAUSED, updates=100)
    assert said(seen(4, 0.93), longer).endswith("; 1.00 points below run 3.")
    untested = Snapshot(RunStatus.FINISHED, Hyperparameters(), Run(2, "seed 0", 0))
    assert "points" not in said(seen(4, 0.93), untested)
