"""The history of runs, and predictions, as tables: through pandas, as CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from ...net.hyperparameters import Hyperparameters
from ...net.run.checkpoint import SavedModel
from ...net.run.history import COLUMNS
from ...net.run.hyperparameter_log import changed, effective
from ..config.fields import format_value

if TYPE_CHECKING:
    import pandas as pd

    from ...net.run.state import HyperparameterLog
    from .predictions import Predictions

TABLES = (".csv", ".json")  # the endings a table may have
CHOSEN = tuple(field.name for field in fields(Hyperparameters))
# In a history, alpha is what led the update, after the schedule; here, what was chosen.
NAMES = {name: "chosen_alpha" if name == "alpha" else name for name in CHOSEN}


def history_text(runs: Sequence[tuple[str, SavedModel]], ending: str) -> str:
    """Format the history of named runs as CSV or JSON, by the file extension.

    CSV has a row for each iteration, with every hyperparameter of the update and any change. JSON
    has an object for each run, which holds the hyperparameter log once.
    """
    if ending.lower() == ".json":
        return json.dumps({"runs": [_run(name, saved) for name, saved in runs]}, indent=1) + "\n"
    import pandas as pd

    tables: list[pd.DataFrame] = []
    for name, saved in runs:
        table = history_table(saved)
        if len(runs) > 1:
            table.insert(0, "run", name)
        tables.append(table)
    return pd.concat(tables).to_csv(index=False)


def history_table(saved: SavedModel) -> pd.DataFrame:
    """Return a row an iteration: the metrics, every hyperparameter that led there, any change."""
    table = _metrics(saved)
    hyperparameter_log = effective(saved.state.hyperparameter_log)
    # A row is what its update led to, and that went by what had come into force before it.
    since = np.array([start for start, _ in hyperparameter_log])
    before = np.maximum(saved.state.history[:, 0] - 1, 0)
    stage = np.searchsorted(since, before, "right") - 1
    for name in CHOSEN:
        values = [_cell(getattr(chosen, name)) for _, chosen in hyperparameter_log]
        table[NAMES[name]] = np.array(values, dtype=object)[stage]
    changes: dict[int, list[str]] = {}
    rows = np.searchsorted(saved.state.history[:, 0], since[1:] + 1)  # or the next one kept
    for row, words in zip(rows.tolist(), _changes(hyperparameter_log), strict=True):
        changes.setdefault(row, []).append(words)
    table["changed"] = [" ".join(changes.get(row, ())) for row in range(len(table))]
    return table


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
    return _text(pd.DataFrame(columns), ending)


def _text(table: pd.DataFrame, ending: str) -> str:
    """Format a table as CSV or JSON, by the file extension."""
    if ending.lower() == ".json":
        # Not by pandas, which rounds what it writes as JSON to 15 digits.
        return json.dumps(_records(table), indent=1) + "\n"
    return table.to_csv(index=False)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them, where what is not a number is null."""
    rows: list[dict[Any, Any]] = table.to_dict("records")
    return [{str(k): None if v != v else v for k, v in row.items()} for row in rows]  # noqa: PLR0124  (only nan differs from itself)


def _metrics(saved: SavedModel) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(saved.state.history, columns=list(COLUMNS)).astype({"iteration": int})


def _changes(hyperparameter_log: HyperparameterLog) -> list[str]:
    """Of every entry but the first, what it changed, in words as a recipe has them."""
    return [
        " ".join(f"{name}={_cell(value)}" for name, value in changed(before, after).items())
        for (_, before), (_, after) in pairwise(hyperparameter_log)
    ]


def _cell(value: object) -> object:
    return value if isinstance(value, int | float | str) else format_value(value)


def _run(name: str, saved: SavedModel) -> dict[str, Any]:
    return {
        "run": name,
        "sizes": saved.state.sizes,
        "iteration": saved.state.iteration,
        "made": asdict(saved.provenance),
        "course": [
            {"since": since, **asdict(chosen)} for since, chosen in saved.state.hyperparameter_log
        ],
        "history": _records(_metrics(saved)),
    }
