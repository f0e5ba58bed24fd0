"""A saved run as a stand-alone Python script of NumPy alone, which makes the very run again."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.dataset import EMBEDDED
from ...data.errors import DataError
from ...data.source_spec import SourceSpec, parse_spec
from ...net.architecture import architecture_name
from ...net.run.history import TEST_ACCURACY
from ...net.run.hyperparameter_log import changed, effective, optimizer_resets
from ..datasets.loading import program
from ..errors import UserError
from ..text import printable
from . import script_template as parts

if TYPE_CHECKING:
    from ...net.hyperparameters import Hyperparameters
    from ...net.run.checkpoint import SavedModel
    from ...net.run.provenance import Provenance
    from ...net.run.state import HyperparameterLog, RunState

# Forms that the script reads as they are; see `form_of` in datasets/loading.py.
READABLE = ("IDX, four files", "npz, x_train and x_test")
FOLDER = "digits"  # where others are to be put
ALWAYS = ("alpha", "optimizer")


def script(name: str, saved: SavedModel, file: str = "run.py") -> str:
    """Write a stand-alone script that repeats a run.

    Args:
        name: of the run, for the first lines.
        saved: the run.
        file: the script's file name.

    Raises:
        UserError: a script cannot reproduce this run.
    """
    state = saved.state
    log = tuple(
        stage for stage in effective(state.hyperparameter_log) if stage[0] < max(1, state.iteration)
    )
    _refuse(name, state, log)
    needs = _Needs(state, log)
    masked = parts.MASKED if needs.dropout else parts.UNMASKED
    body = [
        parts.DOC.format(file=re.sub(r"[^\w.-]", "_", file)),
        parts.IMPORTS.format(
            future=parts.FUTURE if needs.elastic else "",
            math="import math\n" if needs.schedule else "",
            dataclass=parts.DATACLASS if needs.elastic else "",
        ),
        _settings(name, saved, log, needs),
        parts.LOAD,
        _deforming() if needs.elastic else "",
        parts.FIRST[log[0][1].init],
        parts.MATHEMATICS.format(**masked, dZ=", dZ" if needs.adversary else ""),
        parts.DROPOUT if needs.dropout else "",
        parts.ADVERSARY.format(M=masked["M"], masks=needs.masks) if needs.adversary else "",
        *(parts.MOVES[optimizer] for optimizer in needs.optimizers),
        _table(needs.optimizers),
        parts.SCHEDULE if needs.schedule else "",
        needs.main(),
    ]
    return "".join(body)


def _refuse(name: str, state: RunState, log: HyperparameterLog) -> None:
    if state.origin:
        raise UserError(
            f"{name}: began with the weights of {printable(state.origin, 60)}, which a script "
            "cannot draw; save the run as a model instead"
        )
    # Files from before courses were kept: their history has every alpha that led an update.
    steady = len(log) == 1 and log[0][1].schedule == "constant"
    if steady and np.any(state.history[1:, 1] != log[0][1].alpha):
        raise UserError(
            f"{name}: alpha was changed along the way, and its file is too old to say what else "
            f"was; a script could not make it again"
        )


class _Needs:
    """What this run needs of the parts, so that nothing stands there that it does not."""

    def __init__(self, state: RunState, log: HyperparameterLog) -> None:
        stages = [chosen for _, chosen in log]
        self.optimizers = sorted({chosen.optimizer for chosen in stages})
        self.schedule = any(chosen.schedule != "constant" for chosen in stages)
        self.decay = any(chosen.weight_decay for chosen in stages)
        self.batches = any(chosen.batch_size is not None for chosen in stages)
        self.max_norm = any(chosen.max_norm for chosen in stages)
        self.dropout = any(chosen.dropout or chosen.input_dropout for chosen in stages)
        self.masks = ", M" if self.dropout else ""  # as an argument of the functions
        self.adversary = any(chosen.adversary for chosen in stages)
        self.elastic = any(chosen.augment != "none" for chosen in stages)
        self.momentum = self.optimizers != ["gd"]
        # An update that diverged made the optimizer forget; the last time can be told by how many
        # it has made since, the ones before are noted in the course.
        last = state.iteration - state.updates
        forgot = (
            {*optimizer_resets(state.hyperparameter_log), last} if self.momentum else set[int]()
        )
        switches = {b[0] for a, b in pairwise(log) if a[1].optimizer != b[1].optimizer}
        self.forgets = sorted(since for since in forgot - switches if 0 < since < state.iteration)

    def names(self) -> tuple[str, ...]:
        """Of the hyperparameters that the script looks at."""
        return (
            *ALWAYS,
            *["batch_size"] * self.batches,
            *["augment"] * self.elastic,
            *["max_norm"] * self.max_norm,
            *["dropout", "input_dropout"] * self.dropout,
            *["adversary"] * self.adversary,
            *["momentum"] * self.momentum,
            *["weight_decay"] * self.decay,
            *["schedule", "iterations"] * self.schedule,
        )

    def main(self) -> str:
        """Write the function that makes the updates."""
        alpha = 'chosen["alpha"]'
        if self.schedule:
            alpha = 'scheduled(chosen["alpha"], chosen["schedule"], update / chosen["iterations"])'
        columns = "seen.T" if self.elastic else "pixels[rows].T" if self.batches else "pixels.T"
        y = "labels[rows]" if self.batches else "labels"
        move = ""
        if self.adversary:
            keep = parts.KEEP_MASKS if self.dropout else ""
            move = parts.MOVE_BATCH.format(X=columns, y=y, masks=self.masks, keep=keep)
        return parts.MAIN.format(
            order=" every epoch's order" if self.batches else " nothing more",
            begin=parts.BEGIN_BATCHES if self.batches else "",
            epochs=parts.BEGIN_EPOCHS if self.elastic else "",
            forgets=" or update in FORGETS" if self.forgets else "",
            rows=(
                parts.TAKE_BATCH.format(
                    epoch=parts.NEXT_EPOCH if self.elastic else "",
                    far=parts.FAR_AHEAD if self.dropout else "",
                )
                if self.batches
                else ""
            ),
            deformed=parts.DEFORM_BATCH if self.elastic else "",
            draw_masks=parts.DRAW_MASKS if self.dropout else "",
            move=move,
            dZ=", _" if self.adversary else "",
            masks=self.masks,
            X="X" if self.adversary else columns,
            y=y,
            decay=parts.DECAY if self.decay else "",
            alpha=alpha,
            max_norm=parts.MAX_NORM if self.max_norm else "",
        )


def _settings(name: str, saved: SavedModel, log: HyperparameterLog, needs: _Needs) -> str:
    """Write the constants at the top, which distinguish this run from others."""
    state, provenance = saved.state, saved.provenance
    data, to_get_it = _data(provenance)
    network = f"a network {architecture_name(state.sizes)}"
    title = f"{printable(name, 60)}: {network}, {state.iteration:,} updates"
    lines = [
        "",
        f"# {title}{_reached(state)}. Written by {program()}.",
        f"DATA = {data!a}",
        f"TO_GET_IT = {to_get_it!a}",
        "# Of the training images' bytes, one after the other, and then the labels'.",
        f"SHA256 = {provenance.sha256!a}",
        f"SIZES = {state.sizes!r}  # the widths, input to output",
        f"FLOAT = np.{state.vector.dtype.name}",
        f"SEED = {log[0][1].seed}",
        f"UPDATES = {state.iteration}",
        "# The hyperparameters, and after how many updates each set came into force.",
        "COURSE = {",
        *_stages(log, needs.names()),
        "}",
    ]
    if needs.forgets:
        lines += [
            "# After these updates, one diverged; it was undone, and the optimizer reset.",
            f"FORGETS = {needs.forgets}",
        ]
    return "\n".join(lines) + "\n"


def _stages(log: HyperparameterLog, names: Sequence[str]) -> list[str]:
    """Write one line a stage: the first in full, the others as changes."""
    lines: list[str] = []
    before: Hyperparameters | None = None
    for since, chosen in log:
        now: dict[str, Any] = {n: getattr(chosen, n) for n in names}
        if before is not None:
            now = {n: v for n, v in changed(before, chosen).items() if n in names}
        if now:
            lines.append(f"    {since}: {now!r},")
        before = chosen
    return lines


def _deforming() -> str:
    """Copy the deformation of digits from data/augment.py, which needs only NumPy."""
    from ...data import augment

    functions = (augment.displaced, augment.looked_up, augment.fine)
    texts = (
        inspect.getsource(part) for part in (augment.Deformation, augment.deformed, *functions)
    )
    return parts.DEFORMING.format(
        group=augment.GROUP, fine=augment.FINE, functions="\n\n".join(texts)
    )


def _table(optimizers: Sequence[str]) -> str:
    pairs = ", ".join(f'"{name}": {name}' for name in optimizers)
    return f"\n\nOPTIMIZERS = {{{pairs}}}\n"


def _reached(state: RunState) -> str:
    """Describe the last test result for the first lines."""
    tested = [row for row in state.history if isfinite(row[TEST_ACCURACY])]
    if not tested:
        return ""
    when = "" if int(tested[-1][0]) == state.iteration else f" (after {int(tested[-1][0]):,})"
    return f", {100 * tested[-1][TEST_ACCURACY]:.2f} % of the test images right{when}"


def _data(provenance: Provenance) -> tuple[str, str]:
    """Return the folder of the script's data, and a command that downloads them."""
    if provenance.source in ("", EMBEDDED):
        return FOLDER, f"mnist-tui data --out {FOLDER}"
    options = f" --test-share {provenance.share!r}" if provenance.share else ""
    command = f"mnist-tui data --data {shlex.quote(provenance.source)}{options} --out {FOLDER}"
    return (provenance.source if _is_readable(provenance) else FOLDER), command


def _is_readable(provenance: Provenance) -> bool:
    """Return whether the script gets the same images as this program, which may turn them.

    The script does not know options after a path, such as --transpose.
    """
    try:
        spec = parse_spec(provenance.source)
    except DataError:
        return False
    is_plain = spec == SourceSpec(spec.path)
    is_known = provenance.form in READABLE and Path(spec.path).suffix.lower() in ("", ".npz")
    return is_plain and is_known
