"""A network's answers to many images: as a table, and as a submission to Kaggle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...net.engine.inference import forward_in_chunks
from ...net.network import Parameters
from .tables import table_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ...net.run.checkpoint import SavedModel
    from ..datasets.loading import PredictionInput


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network makes of many images."""

    shares: NDArray[np.floating[Any]]  # m × classes, the probabilities
    names: tuple[str, ...]  # of the classes
    labels: NDArray[np.uint8] | None = None  # m; None where unknown

    @property
    def classes(self) -> NDArray[np.intp]:
        """The most probable class of each."""
        return self.shares.argmax(axis=1)


def answers(saved: SavedModel, questions: PredictionInput) -> Predictions:
    """Predict the images with a saved network, a few thousand at a time."""
    parameters = Parameters(saved.state.sizes, saved.state.vector)
    parts = [seen.A[-1].T.copy() for _, seen in forward_in_chunks(parameters, questions.images)]
    return Predictions(np.concatenate(parts), questions.names, questions.labels)


def predictions_text(found: Predictions, ending: str) -> str:
    """Format one row an image: index, answer, confidence, probabilities, label if known."""
    import pandas as pd

    names = np.array(found.names, dtype=object)
    columns: dict[str, Any] = {
        "index": np.arange(len(found.shares)),
        "answer": names[found.classes],
        "confidence": found.shares.max(axis=1),
    }
    columns |= {f"p_{name}": found.shares[:, i] for i, name in enumerate(found.names)}
    if found.labels is not None:
        columns["label"] = names[found.labels]
    return table_text(pd.DataFrame(columns), ending)


def submission_text(found: Predictions) -> str:
    """Format a submission to Kaggle: ImageId from 1, and Label, a number as in its train.csv."""
    import pandas as pd

    ids = np.arange(1, len(found.shares) + 1)
    return pd.DataFrame({"ImageId": ids, "Label": found.classes}).to_csv(index=False)
