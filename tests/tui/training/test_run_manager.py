"""Runs side by side: forks go on bit for bit, nothing reaches into another run, budgets hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import OPTIMIZERS
from mnist_tui.net.run import checkpoint
from mnist_tui.net.run.state import RunState
from mnist_tui.net.trainer import Trainer
from mnist_tui.tui.training.run_manager import TIMELINE_BUDGET_BYTES
from mnist_tui.tui.training.snapshot import RunStatus

from tests.helpers.app.session_driver import moments, session_of


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("batch_size", "augment"), [(None, "none"), (48, "none"), (48, "elastic")])
def test_a_fork_goes_on_bit_for_bit(
    small: Dataset, optimizer: str, batch_size: int | None, augment: str
) -> None:
    with session_of(
        small, optimizer=optimizer, batch_size=batch_size, augment=augment, schedule="cosine"
    ) as driven:
        driven.train(23)
        whole, kept = driven.bits(), moments(driven)
        memory = kept[-1].memory
        assert [moment.iteration for moment in kept] == list(range(24))
        assert set(memory) == {
            "gd": set(), "momentum": {"velocity"}, "nesterov": {"velocity"},
            "adam": {"mean", "square"},
        }[optimizer]  # fmt: skip
        for moment in (kept[0], kept[1], kept[10], kept[13], kept[23], None):
            driven.fork(1, moment)
            at = moment.iteration if moment else 23
            assert (driven.iteration, driven.run.start) == (at, at)
            driven.train(23 - at)
            assert driven.bits() == whole, f"forked at {at}"
            for name, array in moments(driven)[-1].memory.items():
                assert array.tobytes() == memory[name].tobytes()


def test_a_fork_leaves_the_run_it_came_from_as_it_is(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(12)
        parent, bits, kept = driven.now, driven.bits(), moments(driven)
        vectors = [moment.vector.tobytes() for moment in kept]
        driven.change(alpha=0.3)
        driven.fork(1, kept[5])
        driven.train(20)
        assert driven.numbers == [1, 2]
        assert driven.bits() != bits
        driven.ordered(lambda: driven.session.continue_run(1))
        assert driven.now.run is parent.run
        assert driven.bits() == bits
        assert [moment.vector.tobytes() for moment in moments(driven)] == vectors
        assert driven.session.wanted.alpha == 0.01


def test_two_alphas_are_compared_from_the_very_same_weights(small: Dataset) -> None:
    with session_of(small, alpha=0.15, seed=4) as driven:
        first = driven.bits()
        driven.train(10)
        driven.change(alpha=0.5)
        driven.ordered(driven.session.begin)
        assert driven.numbers == [1, 2]
        assert driven.bits()[0] == first[0]
        driven.train(10)
        one, two = (seen.history.rows() for seen in driven.session.runs() if seen.history)
        # The same network met the same digits; only the alpha that is tried next differs.
        assert one[0, 2:].tobytes() == two[0, 2:].tobytes()
        assert (set(one[1:, 1]), set(two[1:, 1])) == ({0.15}, {0.5})
        assert one[1, 2] != two[1, 2]


def test_a_run_in_which_nothing_happened_is_replaced(small: Dataset) -> None:
    with session_of(small) as driven:
        for seed in range(1, 4):
            driven.change(seed=seed)
            driven.ordered(driven.session.begin)
            assert driven.numbers == [1]
        driven.train(3)
        driven.ordered(driven.session.begin)
        assert driven.numbers == [1, 2]
        driven.fork(1, None)
        driven.fork(1, driven.session.runs()[0].timeline.first)  # pyright: ignore[reportOptionalMemberAccess]: begun
        assert driven.numbers == [1, 2]


def test_an_earlier_run_goes_on_as_if_it_had_not_been_left(small: Dataset) -> None:
    chosen: dict[str, Any] = {"optimizer": "adam", "batch_size": 32, "alpha": 0.002}
    with session_of(small, **chosen) as driven:
        driven.train(7)
        driven.change(alpha=0.02, optimizer="gd", batch_size=None, seed=9)
        driven.ordered(driven.session.begin)
        driven.train(5)
        driven.ordered(lambda: driven.session.continue_run(1))
        driven.train(8)
        bits = driven.bits()
    with session_of(small, **chosen) as driven:
        driven.train(15)
        assert driven.bits() == bits


def test_a_removed_run_is_gone_and_the_current_one_cannot_be(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(2)
        for _ in range(2):
            driven.ordered(driven.session.begin)
            driven.train(2)
        driven.session.remove(2)
        driven.until(lambda: driven.numbers == [1, 3])
        driven.session.remove(3)
        driven.session.remove(7)
        driven.train(1)
        assert driven.numbers == [1, 3]
        driven.fork(1)
        assert driven.numbers == [1, 3, 4], "a number is never given twice"
        driven.session.fork(2, None)
        driven.train(1)
        assert driven.numbers == [1, 3, 4]


def test_removing_a_run_does_not_stop_the_training(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(2)
        driven.ordered(lambda: driven.session.begin(train=True))
        driven.session.remove(1)
        driven.until(lambda: driven.numbers == [2])
        reached = driven.iteration
        driven.until(lambda: driven.iteration > reached)


def test_while_the_past_is_looked_at_changes_wait(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(3)
        driven.session.hold(True)
        driven.change(alpha=0.5)
        driven.train(3)
        assert driven.history.rows()[1:, 1].tolist() == [0.01] * 6
        assert driven.now.hyperparameters.alpha == 0.01
        driven.session.hold(False)
        driven.train(1)
        assert driven.history.at(7).alpha == 0.5


def test_the_budget_is_shared_out_among_the_runs(
    small: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mnist_tui.tui.training import run_manager as module

    assert TIMELINE_BUDGET_BYTES == 64 << 20
    each = 4 * 7960  # bytes of one moment of 784-10-10 without memory
    monkeypatch.setattr(module, "TIMELINE_BUDGET_BYTES", 40 * each + 7)
    with session_of(small) as driven:
        driven.train(100)
        kept = [len(seen.timeline) for seen in driven.session.runs() if seen.timeline]
        assert 20 <= kept[0] <= 40
        driven.fork(1)
        driven.train(100)
        driven.ordered(driven.session.begin)
        driven.train(100)
        kept = [len(seen.timeline) for seen in driven.session.runs() if seen.timeline]
        assert all(5 <= length <= 13 for length in kept)
        kept = [seen.timeline for seen in driven.session.runs() if seen.timeline]
        assert [timeline.first.iteration for timeline in kept] == [0, 0, 0]
        driven.session.remove(1)
        driven.until(lambda: driven.numbers == [2, 3])
        driven.train(200)
        assert 10 <= len(driven.timeline) <= 20


def test_the_course_tells_each_change_and_is_kept(small: Dataset, tmp_path: Path) -> None:
    with session_of(small) as driven:
        driven.train(4)
        driven.change(alpha=0.2)
        driven.train(3)
        driven.change(alpha=0.3)
        driven.train(2)
        log = [(since, chosen.alpha) for since, chosen in driven.now.hyperparameter_log]
        assert log == [(0, 0.01), (4, 0.2), (7, 0.3)]
        driven.change(alpha=0.1)
        first = driven.timeline
        driven.fork(1, first.before(6))
        driven.train(1)
        log = [(since, chosen.alpha) for since, chosen in driven.now.hyperparameter_log]
        assert log == [(0, 0.01), (4, 0.2), (5, 0.1)]
        driven.fork(1, first.before(8))
        driven.train(1)
        log = [(since, chosen.alpha) for since, chosen in driven.now.hyperparameter_log]
        assert log == [(0, 0.01), (4, 0.2), (7, 0.1)], "0.3 never acted in this one"
        snapshot, moment = driven.now, moments(driven)[-1]
    state = RunState(
        **vars(moment),
        history=driven.history.rows(),
        hyperparameter_log=snapshot.hyperparameter_log,
    )
    checkpoint.save(state, tmp_path / "run.npz")
    assert checkpoint.load(tmp_path / "run.npz").hyperparameter_log == snapshot.hyperparameter_log


@pytest.mark.parametrize(("before", "after"), [("gd", "adam"), ("momentum", "nesterov")])
def test_a_fork_of_a_fork_begins_with_the_optimizer_that_was_asked_for(
    small: Dataset, before: str, after: str
) -> None:
    with session_of(small, optimizer=before) as driven:
        driven.train(5)
        driven.change(optimizer=after)
        for number in (1, 2, 2, 2):
            driven.fork(number)
        assert driven.now.hyperparameters.optimizer == after
        driven.train(5)
        forked = driven.bits()
        driven.ordered(lambda: driven.session.continue_run(1))
        driven.change(optimizer=after)
        driven.train(5)
        assert driven.bits() == forked


def test_a_run_that_diverges_stands_still_and_the_others_do_not(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(5)
        bits = driven.bits()
        driven.change(alpha=1e30)
        driven.session.train()
        driven.until(lambda: driven.now.state is RunStatus.DIVERGED)
        assert driven.now.diagnosis is not None
        assert driven.now.diagnosis.kind == "diverged"
        assert driven.bits() == bits
        driven.change(alpha=0.05)
        driven.fork(1)
        driven.train(5)
        assert driven.now.diagnosis is None


def test_what_the_session_trains_is_what_a_trainer_alone_trains(small: Dataset) -> None:
    with session_of(small, seed=2, batch_size=100) as driven:
        driven.train(30)
        alone = Trainer(small.train, small.test, driven.now.hyperparameters)
        for _ in zip(range(30), alone.steps(), strict=False):
            pass
        assert driven.bits() == (
            alone.parameters.vector.tobytes(),
            alone.history.rows().tobytes(),
        )


def test_removing_a_run_changes_nothing_about_how_many_updates_are_due(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(1)
        driven.fork(1)
        driven.session.train(10)
        driven.session.remove(1)
        driven.until(lambda: driven.numbers == [2])
        driven.until(lambda: driven.rests and driven.iteration == 11)


def test_a_run_that_diverged_at_its_first_update_stays_beside_its_cure(small: Dataset) -> None:
    with session_of(small) as driven:
        driven.train(3)
        driven.fork(1)
        driven.change(alpha=1e30)
        driven.session.train()
        driven.until(lambda: driven.now.state is RunStatus.DIVERGED)
        driven.change(alpha=0.1)
        driven.fork(2)
        assert driven.numbers == [1, 2, 3]
