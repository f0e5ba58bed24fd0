"""A submission to Kaggle's Digit Recognizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .predictions import Predictions


def submission_text(found: Predictions) -> str:
    """Format a submission: ImageId from 1, and Label, a number as in Kaggle's own train.csv."""
    import pandas as pd

    ids = np.arange(1, len(found.shares) + 1)
    return pd.DataFrame({"ImageId": ids, "Label": found.classes}).to_csv(index=False)
