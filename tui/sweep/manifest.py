"""The manifest of a sweep, sweep.json: what was asked for, so that it can be continued."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import atomic_file
from ..config.fields import BY_NAME
from ..config.recipe import parse_recipe
from ..errors import UserError
from .axes import Axis, parse_axis
from .cells import Cell, grid_cells, random_cells

if TYPE_CHECKING:
    from ...net.run.state import HyperparameterLog

MANIFEST = "sweep.json"
FORMAT = 1
MAX_BYTES = 10 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a sweep consists of, on which data, by which program."""

    recipe: str  # of all that no axis sets
    axes: dict[str, str]  # each hyperparameter's values, as typed: {"alpha": "0.01:1:log9"}
    draws: int | None = None  # number of settings of a random sweep; None: the whole grid
    draw_seed: int = 0  # of a random sweep
    halving: int | None = None  # keep one setting in this many at each rung; None: no halving
    keeps_models: bool = False  # whether each finished run's model is kept
    cells: int = 0  # runs planned
    data: str = ""  # short name of the data
    source: str = ""  # as for --data, with a full path
    share: float | None = None  # as for --test-share
    sha256: str = ""  # of the training part, from provenance.digest
    test_images: int = 0  # for the standard error of an accuracy
    program: str = ""  # name and version
    code: str = ""  # digest of the code that the results depend on
    format: int = field(default=FORMAT)

    @property
    def parsed_axes(self) -> tuple[Axis, ...]:
        """The axes with their values, in the order of the panel."""
        return tuple(parse_axis(name, self.axes[name]) for name in BY_NAME if name in self.axes)

    @property
    def base(self) -> HyperparameterLog:
        """The hyperparameters that no axis sets, and their planned changes."""
        return parse_recipe(self.recipe)

    def plan(self) -> tuple[Cell, ...]:
        """Return the cells of the sweep. Raises UserError or NetError if there can be none."""
        if self.draws is None:
            return grid_cells(self.base, self.parsed_axes)
        return random_cells(self.base, self.parsed_axes, self.draws, self.draw_seed)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest atomically. Raises UserError if the folder is not writable."""
    path = folder / MANIFEST
    try:
        atomic_file.write(path, json.dumps(asdict(manifest), indent=1) + "\n")
    except OSError as failure:
        raise UserError(f"{path}: cannot be written: {failure.strerror}") from failure


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a sweep's folder; None if there is none.

    Raises:
        UserError: It cannot be read, or is not as this program writes it.
    """
    path = folder / MANIFEST
    try:
        if not path.exists():
            return None
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise UserError(f"{path}: cannot be read: {failure.strerror}") from failure
    try:
        if len(content) > MAX_BYTES:
            raise ValueError("it is too long")
        values: object = json.loads(content)
        if not isinstance(values, dict):
            raise TypeError("it is no JSON object")
        return _manifest(values)  # pyright: ignore[reportUnknownArgumentType]: JSON
    except (ValueError, KeyError, TypeError, RecursionError, UserError) as problem:
        raise UserError(f"{path}: is not the manifest of a sweep: {problem}") from problem


def _manifest(values: Mapping[str, Any]) -> Manifest:
    """Validate JSON as `write_manifest` writes it."""
    if values.get("format") != FORMAT:
        raise ValueError(f"format {str(values.get('format'))[:24]}; this program reads {FORMAT}")
    if set(values) != {part.name for part in fields(Manifest)}:
        raise ValueError("other entries than expected")
    axes = values["axes"]
    if not isinstance(axes, dict) or not all(
        name in BY_NAME and isinstance(text, str)
        for name, text in axes.items()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]: JSON
    ):
        raise ValueError("axes are texts by hyperparameter")
    for name in ("recipe", "data", "source", "sha256", "program", "code"):
        _check(name, values[name], str)
    for name in ("draw_seed", "cells", "test_images"):
        _check(name, values[name], int)
    for name in ("draws", "halving"):
        _check(name, values[name], int, type(None))
    _check("share", values["share"], float, type(None))
    _check("keeps_models", values["keeps_models"], bool)
    manifest = Manifest(**values)
    _ = manifest.base, manifest.parsed_axes  # raise UserError if they are none
    return manifest


def _check(name: str, value: object, *kinds: type) -> None:
    if type(value) not in kinds:
        raise ValueError(f"{name} is {str(value)[:24]!r}")
