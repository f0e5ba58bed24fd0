"""A sweep's results as a table of another program: CSV, JSON or Parquet."""

from __future__ import annotations

import json
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config.fields import format_value
from ..errors import UserError
from ..sweep.manifest import MANIFEST, read_manifest
from ..sweep.results import MEASURED, read_results

if TYPE_CHECKING:
    from ..sweep.results import SweepResult

ENDINGS = (".csv", ".json", ".parquet")


def sweep_table(folder: Path, ending: str) -> str | bytes:
    """Return all results of a sweep in the format of a file extension.

    A row is a run, or a rung of one. The batch size is missing where it is the full set; numbers
    keep every bit. JSON has the manifest, too.

    Args:
        folder: Of the sweep.
        ending: One of ENDINGS.

    Raises:
        UserError: The folder holds no sweep, its files are damaged, or PyArrow is missing.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UserError(f"{folder}: holds no sweep ({MANIFEST}); expected the --out of one")
    results = read_results(folder)
    if ending == ".json":
        rows = [_row(result) for result in results]
        return json.dumps({"sweep": asdict(manifest), "results": rows}, indent=1) + "\n"
    import pandas as pd

    table = pd.DataFrame([_flat_row(result) for result in results])
    for name in ("batch_size", "diverged_at"):
        if name in table:
            table[name] = table[name].astype("Int64")
    if ending == ".csv":
        return table.to_csv(index=False)
    content = BytesIO()
    try:
        table.to_parquet(content, index=False)
    except ImportError as missing:
        raise UserError(
            "Parquet needs the package pyarrow: pip install 'mnist-tui[parquet]', or choose .csv"
        ) from missing
    return content.getvalue()


def _row(result: SweepResult) -> dict[str, Any]:
    measured = {name: getattr(result, name) for name in MEASURED if name != "recipe"}
    return {**asdict(result.hyperparameters), **measured, "recipe": result.cell.recipe}


def _flat_row(result: SweepResult) -> dict[str, Any]:
    return {**_row(result), "hidden": format_value(result.hyperparameters.hidden)}
