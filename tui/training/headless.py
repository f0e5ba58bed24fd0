"""A run without a screen: its trainer, and the scores it ends with. One way for every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...data.augment import Epochs
from ...net.trainer import Trainer

if TYPE_CHECKING:
    from ...data.dataset import Dataset
    from ...net.engine.engine import Engine, Score
    from ...net.hyperparameters import Hyperparameters
    from ...net.run.history import Progress


@dataclass(frozen=True, slots=True)
class FinalScores:
    """The scores of a run's weights over the complete sets."""

    train: Score
    test: Progress  # the latest metrics, the test set's among them


def new_trainer(
    dataset: Dataset,
    hyperparameters: Hyperparameters,
    engine: Engine,
    *,
    tests_on_the_way: bool = True,
) -> Trainer:
    """Return a trainer with initial weights, which may leave the test set to `final_scores`.

    Raises NetError if the hyperparameters do not fit the data.
    """
    return Trainer(
        dataset.train,
        dataset.test,
        hyperparameters,
        classes=dataset.classes,
        engine=engine,
        augmented=Epochs(dataset.train.images).images,
        tests_on_the_way=tests_on_the_way,
    )


def final_scores(trainer: Trainer, engine: Engine) -> FinalScores:
    """Score the weights as they are, over every image; makes no update."""
    test = trainer.measure()
    return FinalScores(engine.score(trainer.parameters), test)
