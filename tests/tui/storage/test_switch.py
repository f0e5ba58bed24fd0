"""From one session to the next: which hyperparameters stay, and which runs would be lost."""

from __future__ import annotations

from mnist_tui.data.dataset import Dataset
from mnist_tui.net.hyperparameters import Hyperparameters
from mnist_tui.tui.storage.switch import compatible_hyperparameters, trained_runs

from tests.helpers.app.session_driver import session_of
from tests.helpers.datasets.synthetic_data import made_up


def test_hyperparameters_that_fit_the_other_data_stay() -> None:
    wanted = Hyperparameters(alpha=0.3, hidden=(7,), batch_size=20)
    dataset = made_up(4, ("a", "b", "c"))
    saved, words = compatible_hyperparameters(wanted, dataset)
    assert saved == wanted
    assert "16-7-3, 143 weights" in words  # 16·7 + 7 + 7·3 + 3


def test_hyperparameters_that_do_not_fit_are_the_default_ones_again(small: Dataset) -> None:
    wanted = Hyperparameters(alpha=0.3, batch_size=501)
    saved, words = compatible_hyperparameters(wanted, small)
    assert saved == Hyperparameters()
    assert "500" in words, "it says how many digits there are"


def test_only_runs_in_which_something_happened_are_worth_keeping(small: Dataset) -> None:
    with session_of(small) as driven:
        assert trained_runs(driven.session.runs()) == 0
        driven.train(1)
        assert trained_runs(driven.session.runs()) == 1
        driven.ordered(driven.session.begin)
        assert trained_runs(driven.session.runs()) == 1
