"""Model files made ready for data: a network from elsewhere is read as it answers most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...data.dataset import EMBEDDED, Digits, load
from ..datasets.loading import PredictionInput, questions_for

if TYPE_CHECKING:
    from ...data.readers.safe_files import OnProgress
    from ..config.input_scale import InputScale
    from .model_file import FittedModel, ModelFile


def fit_to_questions(
    model: ModelFile,
    source: str,
    share: float | None = None,
    scale: InputScale | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[FittedModel, PredictionInput]:
    """Return the run in a file, and images for it to predict.

    Args:
        model: The file.
        source: The images, as for --data.
        share: See `open_for`.
        scale: What a foreign network reads; None: found out with the images, or with MNIST's if
            those have no labels.
        on_progress: Called while the images are read.

    Raises as `questions_for` and `ModelFile.fitted` do.
    """
    questions = questions_for(model.saved, source, share, on_progress, model=str(model.path))
    if questions.labels is None:
        return fit_alone(model, scale), questions
    return model.fitted(Digits(questions.images, questions.labels), scale), questions


def fit_alone(model: ModelFile, scale: InputScale | None = None) -> FittedModel:
    """Return the run in a file, without labelled images of its own.

    What a foreign network reads is then found out with MNIST's test images, if it reads such.

    Raises as `ModelFile.fitted` does.
    """
    if model.foreign is None:
        return model.fitted(None, scale)
    mnist = load(EMBEDDED)
    fits = model.foreign.sizes[0] == mnist.side**2 and model.foreign.sizes[-1] == mnist.classes
    return model.fitted(mnist.test if fits else None, scale)
