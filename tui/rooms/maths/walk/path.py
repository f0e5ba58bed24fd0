"""The path followed through the stages: one pixel, one unit of every hidden layer, one class."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....errors import UserError
from ....text import printable
from .stages import Stage

if TYPE_CHECKING:
    from .....net.inspection.single_step import SampleStep

UnitPath = tuple[int, ...]  # one index a layer, the pixel's first; W1[j, i] is between two of them

NAMED = re.compile(r"(d?[WZAbxY])(\d*)\[(\d+)(?:,(\d+))?\]", re.ASCII)


def leading(lens: SampleStep, chosen: int | None = None) -> UnitPath:
    """From a class (None: the label) back to the pixel, always by the largest term of its sum."""
    from .....net.inspection.terms import terms_of_Z

    path = [lens.label if chosen is None else chosen]
    for layer in range(len(lens.W), 0, -1):
        path.insert(0, int(terms_of_Z(lens, layer, path[0]).indices[0]))
    return tuple(path)


def with_unit(path: UnitPath, layer: int, unit: int) -> UnitPath:
    """Return the path through another unit of this layer."""
    return (*path[:layer], unit, *path[layer + 1 :])


def fits(path: UnitPath, sizes: Sequence[int]) -> bool:
    """Return whether a network of these widths has every unit of the path."""
    return len(path) == len(sizes) and all(i < n for i, n in zip(path, sizes, strict=True))


def parse_path(
    text: str, path: UnitPath, stage: Stage, layer: int, sizes: Sequence[int]
) -> UnitPath:
    """Parse a path as typed: 7, W1[3, 412], b2[7], Z1[3]; for a pixel also 14,20.

    Args:
        text: what the user typed.
        path: the present path.
        stage: the present stage.
        layer: the layer that a plain number means.
        sizes: the network's widths.

    Raises:
        UserError: the network has no such unit.
    """
    typed = text.replace(" ", "")
    side = round(sizes[0] ** 0.5)
    if typed.isascii() and typed.isdecimal():
        return _through(path, {layer: int(typed)}, sizes)
    if pair := re.fullmatch(r"([0-9]+),([0-9]+)", typed):
        first, second = int(pair[1]), int(pair[2])
        if stage.kind == "dW" and layer == stage.layer:
            return _through(path, {layer: first, layer - 1: second}, sizes)
        if layer == 0:
            if max(first, second) >= side:
                raise UserError(f"rows and columns go from 0 to {side - 1}")
            return _through(path, {0: first * side + second}, sizes)
    if found := NAMED.fullmatch(typed):
        kind, number, unit, source = found.groups()
        of = int(number or 0)
        matrix = kind.endswith("W")
        if matrix == (source is not None) and (of > 0) == (kind != "x"):
            wanted = {of: int(unit)} | ({of - 1: int(source)} if source else {})
            return _through(path, wanted, sizes)
    raise UserError(f"such as 7 or W1[3, 412] or Z1[3], not “{printable(text, 24)}”")


def _through(path: UnitPath, wanted: dict[int, int], sizes: Sequence[int]) -> UnitPath:
    for layer, unit in wanted.items():
        if not 0 <= layer < len(sizes):
            raise UserError(f"there is no layer {layer}; the last is {len(sizes) - 1}")
        if unit >= sizes[layer]:
            what = "pixels" if layer == 0 else f"units of layer {layer}"
            raise UserError(f"the {what} go from 0 to {sizes[layer] - 1}")
        path = with_unit(path, layer, unit)
    return path
